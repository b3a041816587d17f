// Times as people read and write them, in the site's zone.

const SECOND = 1000;
const DAY = 86_400 * SECOND;

/** @type {Map<string, Intl.DateTimeFormat>} */
const formats = new Map();

/** @param {string} zone @param {Intl.DateTimeFormatOptions} options */
function format(zone, options) {
  const key = zone + JSON.stringify(options);
  const known = formats.get(key);
  if (known) return known;
  const made = new Intl.DateTimeFormat('en-GB', { timeZone: zone, hourCycle: 'h23', ...options });
  formats.set(key, made);
  return made;
}

/** `12:03:07` @param {number} at @param {string} zone */
export const clockTime = (at, zone) => format(zone, { hour: '2-digit', minute: '2-digit', second: '2-digit' }).format(at);

/** `12:03` @param {number} at @param {string} zone */
export const shortTime = (at, zone) => format(zone, { hour: '2-digit', minute: '2-digit' }).format(at);

/** `Sun 22 Nov 2026` @param {number} at @param {string} zone */
export const day = (at, zone) =>
  format(zone, { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' }).format(at).replace(',', '');

/** `CET`: the zone's name at that instant, so that both hours of the night the clock goes back differ. @param {number} at @param {string} zone */
export const zoneName = (at, zone) =>
  format(zone, { timeZoneName: 'short' }).formatToParts(at).find((part) => part.type === 'timeZoneName')?.value ?? '';

/** The instant in UTC, for tooltips. @param {number} at */
export const utcText = (at) => `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`;

/** @param {number} at @param {string} zone @returns {number[]} year, month, day, hour, minute, second on the wall */
function wall(at, zone) {
  const parts = format(zone, {
    year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit',
  }).formatToParts(at);
  return ['year', 'month', 'day', 'hour', 'minute', 'second'].map(
    (type) => Number(parts.find((part) => part.type === type)?.value),
  );
}

/**
 * The instant at which the zone's wall clock shows this; the first of two on the night the clock goes back.
 * @param {number[]} shown year, month, day, hour, minute, second
 * @param {string} zone
 */
function instant(shown, zone) {
  const [year, month, date, hour, minute, second] = shown;
  const asUtc = Date.UTC(year, month - 1, date, hour, minute, second);
  const offsets = [asUtc - DAY, asUtc + DAY].map((at) => offset(at, zone));
  const fitting = offsets.map((each) => asUtc - each).filter((at) => offset(at, zone) === asUtc - at);
  return fitting.length > 0 ? Math.min(...fitting) : asUtc - offsets[0];
}

/** @param {number} at @param {string} zone milliseconds that the zone is ahead of UTC */
function offset(at, zone) {
  const [year, month, date, hour, minute, second] = wall(at, zone);
  return Date.UTC(year, month - 1, date, hour, minute, second) - Math.floor(at / SECOND) * SECOND;
}

const UNITS = { s: SECOND, m: 60 * SECOND, h: 3600 * SECOND, d: DAY };
const ENTRY = /^(?:(?<date>\d{4}-\d{1,2}-\d{1,2}|today|yesterday)\s*)?(?:(?<hour>\d{1,2}):(?<minute>\d{2})(?::(?<second>\d{2}))?)?$/;

/**
 * Reads what an operator types: `12:03`, `12:03:07`, `-5m`, `yesterday 14:00`, `2026-11-22 14:00`.
 * @param {string} text
 * @param {number} now
 * @param {string} zone
 * @returns {number | null} nothing when it cannot be read
 */
export function readTime(text, now, zone) {
  const entry = text.trim().toLowerCase();
  const before = /^-\s*(\d+)\s*([smhd])$/.exec(entry);
  if (before) return now - Number(before[1]) * UNITS[/** @type {keyof typeof UNITS} */ (before[2])];
  const groups = ENTRY.exec(entry)?.groups;
  if (!entry || !groups) return null;
  const [hour, minute, second] = [groups.hour, groups.minute, groups.second].map((part) => Number(part ?? 0));
  if (hour > 23 || minute > 59 || second > 59) return null;
  const date = /^\d/.test(groups.date ?? '')
    ? groups.date.split('-').map(Number)
    : wall(groups.date === 'yesterday' ? now - DAY : now, zone).slice(0, 3);
  if (date[1] < 1 || date[1] > 12 || date[2] < 1 || date[2] > 31) return null;
  return instant([...date, hour, minute, second], zone);
}
