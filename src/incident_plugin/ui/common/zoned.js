// Times as people enter them in the site's zone, the two nights of the year included, and ISO 8601 durations.

/** @typedef {import('./time.js').Instant} Instant */

const HOUR = 3_600_000;

/**
 * What clocks in the zone show at an instant, as `<input type="datetime-local">` takes it: `2026-03-01T12:03:07`.
 * @param {Instant} at
 * @param {string} timeZone IANA name
 */
export function localText(at, timeZone) {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone, hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit',
    hour: '2-digit', minute: '2-digit', second: '2-digit',
  }).formatToParts(new Date(at));
  /** @param {string} type */
  const part = (type) => parts.find((p) => p.type === type)?.value ?? '';
  return `${part('year').padStart(4, '0')}-${part('month')}-${part('day')}T${part('hour')}:${part('minute')}:${part('second')}`;
}

/**
 * The instants at which clocks in the zone show this: one, but none in the hour that is skipped when clocks go
 * forward, and two in the hour that is repeated when they go back.
 * @param {string} local `2026-03-01T12:03` with or without seconds
 * @param {string} timeZone
 * @returns {number[]} milliseconds, earliest first
 */
export function instantsOf(local, timeZone) {
  const text = local.length === 16 ? `${local}:00` : local.slice(0, 19);
  const asUtc = Date.parse(`${text}Z`);
  if (Number.isNaN(asUtc)) return [];
  const offsets = [asUtc - 24 * HOUR, asUtc + 24 * HOUR].map((at) => Date.parse(`${localText(at, timeZone)}Z`) - at);
  return [...new Set(offsets.map((offset) => asUtc - offset))]
    .filter((at) => localText(at, timeZone) === text)
    .sort((a, b) => a - b);
}

/** Whether this is an instant as the server gives and takes it. @param {unknown} value */
export function isInstant(value) {
  return typeof value === 'string' && /^\d{4}-\d{2}-\d{2}T[\d:.]+(Z|[+-]\d{2}:\d{2})$/.test(value) && !Number.isNaN(Date.parse(value));
}

const UNITS = { s: 1_000, m: 60_000, h: HOUR };

/**
 * What somebody typed as `instantsOf` takes it: `2026-03-01 12:03`, with or without seconds; the time alone, meaning
 * today; `yesterday 12:03`; `now`, `-90s`, `-5m`, `-2h`.
 * @param {string} typed
 * @param {number} now
 * @param {string} timeZone
 * @returns {string | null} nothing when it means none of these
 */
export function typedTime(typed, now, timeZone) {
  const ago = /^(?:now|-\s*(\d{1,5})\s*([smh]))$/i.exec(typed.trim());
  if (ago) {
    const unit = /** @type {keyof typeof UNITS | undefined} */ (ago[2]?.toLowerCase());
    return localText(now - (unit ? Number(ago[1]) * UNITS[unit] : 0), timeZone);
  }
  const found = /^(?:(\d{4}-\d{2}-\d{2})[ T]+|(today|yesterday)\s+)?(\d{1,2}):(\d{2})(?::(\d{2}))?$/i.exec(typed.trim());
  if (!found) return null;
  const [, day, word, hour, minute, second = '00'] = found;
  const today = localText(now, timeZone).slice(0, 10);
  const before = new Date(Date.parse(`${today}T12:00:00Z`) - 24 * HOUR).toISOString().slice(0, 10);
  const text = `${day ?? (word?.toLowerCase() === 'yesterday' ? before : today)}T${hour.padStart(2, '0')}:${minute}:${second}`;
  const valid = Date.parse(`${text}Z`);
  return Number.isNaN(valid) || !new Date(valid).toISOString().startsWith(text) ? null : text;
}

/**
 * The zone's name at an instant, as `CET` or `CEST`.
 * @param {Instant} at
 * @param {string} timeZone
 */
export function zoneName(at, timeZone) {
  return new Intl.DateTimeFormat('en-GB', { timeZone, timeZoneName: 'short' })
    .formatToParts(new Date(at)).find((part) => part.type === 'timeZoneName')?.value ?? timeZone;
}

/** The zone's name without a time: IANA has several names for what people call UTC. @param {string} timeZone */
export function zoneTitle(timeZone) {
  return zoneName(0, timeZone) === 'UTC' ? 'UTC' : timeZone;
}

/**
 * Seconds of an ISO 8601 duration of days, hours, minutes and seconds: `PT90S` is 90, `-PT0.5S` is -0.5.
 * @param {string} text
 */
export function secondsOf(text) {
  const found = /^(-)?P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:([\d.]+)S)?)?$/.exec(text);
  if (!found) return NaN;
  const [, minus, days = 0, hours = 0, minutes = 0, seconds = 0] = found;
  const total = ((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds);
  return minus ? -total : total;
}
