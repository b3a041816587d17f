// Times as people read them: in the site's zone, with a name for the zone wherever it is not obvious.

import { zoneName } from './zoned.js';

/** @type {Map<string, Intl.DateTimeFormat>} */
const formats = new Map();

/**
 * @param {string} timeZone
 * @param {Intl.DateTimeFormatOptions} options
 */
function format(timeZone, options) {
  const key = timeZone + JSON.stringify(options);
  let found = formats.get(key);
  if (!found) formats.set(key, (found = new Intl.DateTimeFormat('en-GB', { timeZone, hourCycle: 'h23', ...options })));
  return found;
}

/** @typedef {string | number | Date} Instant */

/**
 * `2026-03-01 12:03:07`; with the zone's name where clocks showed this twice, on the night they went back.
 * @param {Instant | null | undefined} at
 * @param {string} timeZone
 */
export function dateTime(at, timeZone) {
  return at === null || at === undefined ? '' : `${date(at, timeZone)} ${clockTime(at, timeZone)}`;
}

/**
 * The end of what began at a time: the day is told where it is another one.
 * @param {Instant} end
 * @param {Instant} start
 * @param {string} timeZone
 */
export function endTime(end, start, timeZone) {
  return date(start, timeZone) === date(end, timeZone) ? clockTime(end, timeZone) : dateTime(end, timeZone);
}

const HALF_HOUR = 1_800_000;

/**
 * `12:03:07`; with the zone's name where clocks showed this twice.
 * @param {Instant} at
 * @param {string} timeZone
 */
export function clockTime(at, timeZone) {
  const shown = time(at, timeZone);
  const instant = new Date(at).getTime();
  // Clocks go back by an hour, on one island by half of one, at some stations and in some years by two or three.
  const twice = [-6, -4, -2, -1, 1, 2, 4, 6].some((by) => time(instant + by * HALF_HOUR, timeZone) === shown);
  return twice ? `${shown} ${zoneName(at, timeZone)}` : shown;
}

/**
 * `2026-03-01`
 * @param {Instant} at
 * @param {string} timeZone
 */
export function date(at, timeZone) {
  const parts = format(timeZone, { year: 'numeric', month: '2-digit', day: '2-digit' }).formatToParts(new Date(at));
  /** @param {string} type */
  const part = (type) => parts.find((p) => p.type === type)?.value ?? '';
  return `${part('year')}-${part('month')}-${part('day')}`;
}

/**
 * `12:03:07`
 * @param {Instant} at
 * @param {string} timeZone
 */
export function time(at, timeZone) {
  return format(timeZone, { hour: '2-digit', minute: '2-digit', second: '2-digit' }).format(new Date(at));
}

const DAY = 86_400_000;
/** People are warned of what goes within so many days. */
export const WARNED_DAYS = 14;

/**
 * Days that are left until a time, the begun one included; 0 when it is over.
 * @param {string} at
 */
export function daysUntil(at) {
  return Math.max(0, Math.ceil((Date.parse(at) - Date.now()) / DAY));
}

/**
 * `0:40`, `1:02:03`
 * @param {number} milliseconds
 */
export function duration(milliseconds) {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  const two = (/** @type {number} */ n) => String(n).padStart(2, '0');
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  return hours ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

/**
 * For the tooltip beside a time in the site's zone.
 * @param {Instant} at
 */
export function utcTitle(at) {
  return `${new Date(at).toISOString().replace('T', ' ').slice(0, 19)} UTC`;
}
