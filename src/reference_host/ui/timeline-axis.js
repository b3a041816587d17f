// The ticks of a timeline: on whole units of the wall clock, also on the nights on which the clock changes.

import { clockTime, midnight, shortTime, wallHour, zoneName } from './time.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
/** Some zones are a quarter of an hour away from whole ones. */
const QUARTER = 15 * MINUTE;
const STEPS = [
  SECOND, 2 * SECOND, 5 * SECOND, 10 * SECOND, 30 * SECOND, MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 30 * MINUTE,
  HOUR, 2 * HOUR, 4 * HOUR, 6 * HOUR,
];
/** Pixels that a label needs; with the zone's name it needs more. */
const LABEL = 72;

/**
 * @param {number} start
 * @param {number} width milliseconds
 * @param {number} pixels
 * @param {string} zone
 * @returns {{at: number, text: string}[]} names the zone where the clock changes within
 */
export function ticks(start, width, pixels, zone) {
  const changes = zoneName(start, zone) !== zoneName(start + width, zone);
  const step = STEPS.find((each) => (each / width) * pixels >= (changes ? LABEL * 1.6 : LABEL)) ?? STEPS[STEPS.length - 1];
  const places = step <= QUARTER ? whole(start, width, step) : whole(start, width, QUARTER).filter((at) => onTheHour(at, step, zone));
  return places.map((at) => ({ at, text: label(at, step, zone, changes) }));
}

/** @param {number} start @param {number} width @param {number} step */
function whole(start, width, step) {
  const first = Math.ceil(start / step);
  const last = Math.ceil((start + width) / step);
  return Array.from({ length: last - first }, (_, i) => (first + i) * step);
}

/** Whether the wall clock shows a multiple of the step, counted from midnight. @param {number} at @param {number} step @param {string} zone */
function onTheHour(at, step, zone) {
  return (wallHour(at, zone) * HOUR) % step === 0;
}

/** @param {number} at @param {number} step @param {string} zone @param {boolean} named */
function label(at, step, zone, named) {
  if (at === midnight(at, zone)) return new Intl.DateTimeFormat('en-GB', { timeZone: zone, day: 'numeric', month: 'short' }).format(at);
  const time = step < MINUTE ? clockTime(at, zone) : shortTime(at, zone);
  return named ? `${time} ${zoneName(at, zone)}` : time;
}
