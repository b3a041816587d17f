// How far the clock of a camera's recorder is off.

import { call, Problem } from './api.js';
import { h } from './dom.js';
import { strings } from '../locales/en.js';

/** Milliseconds for which a measurement, which takes a recorder a second, is shown again. */
const MEASURED_FOR = 60_000;

/** Milliseconds from one look to the next, for what stands beside a picture. */
const LOOK = 60_000;

/** Seconds; a time in a picture that differs by less is not noticed. */
const NOTICED = 1;

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

/**
 * Says beside a picture why the time that is burnt into it is another one than this page's, as long as it is.
 * @param {import('./api.js').Bridge} bridge
 * @param {string} camera id
 * @param {HTMLElement} badge
 * @returns {() => void} ends it
 */
export function tellClock(bridge, camera, badge) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  let ended = false;
  async function look() {
    try {
      const { offset, uncertainty } = /** @type {Measured} */ (await call(bridge, 'GET', `clocks/${encodeURIComponent(camera)}?believed=1`));
      if (ended) return;
      badge.hidden = Math.abs(offset) - uncertainty < NOTICED;
      const { clockName, clockNameShort, clockOff, clockHint } = strings.common;
      badge.replaceChildren(h('span', { class: 'long' }, clockName), h('span', { class: 'short' }, clockNameShort), ` ${clockOff(offset)}`);
      badge.title = clockHint;
    } catch (error) {
      // Whether the recorder answers is said where its picture is missing.
      if (!(error instanceof Problem)) throw error;
    }
    if (!ended) timer = setTimeout(look, LOOK);
  }
  void look();
  return () => {
    ended = true;
    clearTimeout(timer);
    badge.hidden = true;
  };
}
