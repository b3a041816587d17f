// The view items that follow one clock: what they do together.

/** @typedef {import('../common/contributed.js').Context['clock']} Clock */
/** @typedef {import('./incident-playback.js').IncidentPlayback} View */

/** @type {WeakMap<Clock, Set<View>>} */
const stages = new WeakMap();

/** A picture's length where none is known, milliseconds. */
const NOMINAL = 40;
/** Speeds that every host is asked for. */
export const RATES = [0.25, 0.5, 1, 2, 4, 8, 16];

/**
 * @param {Clock} clock
 * @param {View} view
 */
export function join(clock, view) {
  const views = stages.get(clock) ?? new Set();
  stages.set(clock, views.add(view));
}

/**
 * @param {Clock} clock
 * @param {View} view
 */
export function leave(clock, view) {
  stages.get(clock)?.delete(view);
}

/** @param {Clock} clock */
export function viewsOf(clock) {
  return [...stages.get(clock) ?? []];
}

/**
 * Where all view items have a gap while the clock runs: goes to where the first of them has pictures again.
 * @param {Clock} clock
 */
export function skipGap(clock) {
  if (clock.paused) return;
  const views = viewsOf(clock);
  const nexts = views.map((view) => view.recordedAgain);
  if (nexts.some((next) => next === undefined)) return;
  const next = Math.min(...nexts.map((next) => next ?? Infinity));
  if (next < Infinity) clock.seek(Math.ceil(next));
}

/**
 * Pauses and shows the picture before or after the one that is shown.
 * @param {Clock} clock
 * @param {1 | -1} direction
 * @param {string} [camera] whose pictures count; the first view item's otherwise
 */
export function step(clock, direction, camera) {
  const views = viewsOf(clock);
  const view = views.find((each) => each.vms?.camera?.id === camera) ?? views[0];
  const at = clock.now;
  clock.pause();
  clock.seek(view?.beside(at, direction) ?? at + direction * NOMINAL);
}

/**
 * Plays at the next speed up or down.
 * @param {Clock} clock
 * @param {1 | -1} direction
 */
export function changeRate(clock, direction) {
  const place = RATES.findIndex((rate) => rate >= clock.rate);
  const rate = RATES[place + direction];
  if (rate !== undefined) clock.setRate(rate);
}
