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

/** `12:03:07 CET` @param {number} at @param {string} zone */
export const zonedTime = (at, zone) => `${clockTime(at, zone)} ${zoneName(at, zone)}`;

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
 * The instants at which the zone's wall clock shows this, in order: two in the hour that is there twice on the night the
 * clock goes back. In the hour that is left out in spring the clock is taken as it would have gone on.
 * @param {number[]} shown year, month, day, hour, minute, second
 * @param {string} zone
 */
function instants(shown, zone) {
  const [year, month, date, hour, minute, second] = shown;
  const asUtc = Date.UTC(year, month - 1, date, hour, minute, second);
  const offsets = [asUtc - DAY, asUtc + DAY].map((at) => offset(at, zone));
  const fitting = new Set(offsets.map((each) => asUtc - each).filter((at) => offset(at, zone) === asUtc - at));
  return fitting.size > 0 ? [...fitting].sort((a, b) => a - b) : [asUtc - offsets[0]];
}

/** As an input for date and time has it, on the zone's wall. @param {number} at @param {string} zone */
export function pickerText(at, zone) {
  const [year, ...rest] = wall(at, zone);
  const [month, date, hour, minute, second] = rest.map((part) => String(part).padStart(2, '0'));
  return `${year}-${month}-${date}T${hour}:${minute}:${second}`;
}

/** When the day began that an instant lies in. @param {number} at @param {string} zone */
export const midnight = (at, zone) => instants([...wall(at, zone).slice(0, 3), 0, 0, 0], zone)[0];

/** Hours of the wall clock with their fraction, from 0. @param {number} at @param {string} zone */
export function wallHour(at, zone) {
  const [, , , hour, minute, second] = wall(at, zone);
  return hour + minute / 60 + second / 3600;
}

/**
 * The other instant at which the wall clock shows the same, on the night it goes back.
 * @param {number} at
 * @param {string} zone
 */
export const otherInstant = (at, zone) => instants(wall(at, zone), zone).find((each) => Math.abs(each - at) >= SECOND);

/** @param {number} at @param {string} zone milliseconds that the zone is ahead of UTC */
function offset(at, zone) {
  const [year, month, date, hour, minute, second] = wall(at, zone);
  return Date.UTC(year, month - 1, date, hour, minute, second) - Math.floor(at / SECOND) * SECOND;
}

const UNITS = { s: SECOND, m: 60 * SECOND, h: 3600 * SECOND, d: DAY };
const ENTRY = /^(?:(?<date>\d{4}-\d{1,2}-\d{1,2}|today|yesterday)\s*)?(?:(?<hour>\d{1,2}):(?<minute>\d{2})(?::(?<second>\d{2}))?)?(?:\s+(?<name>[a-z][a-z0-9+:-]*))?$/;

/**
 * Reads what an operator types: `12:03`, `12:03:07`, `-5m`, `yesterday 14:00`, `2026-11-22 14:00`,
 * `2026-10-25 02:30 CET`: the zone's name tells the two hours apart on the night the clock goes back.
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
    : dateBefore(wall(now, zone), groups.date === 'yesterday' ? 1 : 0);
  if (date[1] < 1 || date[1] > 12 || date[2] < 1 || date[2] > 31) return null;
  const fitting = instants([...date, hour, minute, second], zone);
  if (!groups.name) return fitting[0];
  return fitting.find((at) => zoneName(at, zone).toLowerCase() === groups.name) ?? null;
}

/** By the calendar: days have 23 to 25 hours. @param {number[]} shown @param {number} days */
function dateBefore([year, month, date], days) {
  const found = new Date(Date.UTC(year, month - 1, date - days));
  return [found.getUTCFullYear(), found.getUTCMonth() + 1, found.getUTCDate()];
}
