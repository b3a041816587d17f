// How far the clock of a camera's recorder is off.

import { call } from './api.js';

/** Milliseconds for which a measurement, which takes a recorder a second, is shown again. */
const MEASURED_FOR = 60_000;

/** @typedef {{offset: number, uncertainty: number}} Measured seconds; positive where the recorder's clock is fast */

/** Measurements by recorder. @type {Map<string, {at: number, told: Promise<Measured>}>} */
const measured = new Map();

/**
 * Raises `Problem` while the recorder does not answer.
 * @param {import('./api.js').Bridge} bridge
 * @param {string} camera id
 * @param {string} [recorder] whose clock it is, where that is known
 * @returns {Promise<Measured>}
 */
export function clockOf(bridge, camera, recorder = camera) {
  const known = measured.get(recorder);
  if (known && performance.now() - known.at < MEASURED_FOR) return known.told;
  const told = call(bridge, 'GET', `clocks/${encodeURIComponent(camera)}`);
  measured.set(recorder, { at: performance.now(), told });
  told.catch(() => measured.delete(recorder));
  return told;
}
