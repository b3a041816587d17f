// The clock that timeline, view items and panes share: one for live, one for playback.

import { root } from './api.js';

/** @import { VmsClock } from 'vms-hooks/page' */

/** A view item that does not let go is let go after this long, milliseconds. */
const LONGEST_HOLD = 5000;
export const RATES = [0.25, 0.5, 1, 2, 4, 8, 16];

/** What both clocks have in common: the marks and the `change` event. */
class Clock extends EventTarget {
  /** @type {number | null} */
  markStart = null;
  /** @type {number | null} */
  markEnd = null;

  /** @param {number | null} start @param {number | null} end */
  setMarks(start, end) {
    if (start === this.markStart && end === this.markEnd) return;
    this.markStart = start;
    this.markEnd = end;
    this.changed();
  }

  changed() {
    this.dispatchEvent(new Event('change'));
  }
}

/** The server's time, as far as this page has measured it. It cannot be paused or moved. @implements {VmsClock} */
export class LiveClock extends Clock {
  /** Server time minus the page's monotonic clock, milliseconds. */
  #offset = performance.timeOrigin;

  mode = /** @type {const} */ ('live');
  paused = false;
  rate = 1;

  get now() {
    return performance.now() + this.#offset;
  }

  /** Measures the server's clock: of several short questions the fastest answer is the most exact. */
  async measure() {
    let fastest = Infinity;
    for (let attempt = 0; attempt < 4; attempt += 1) {
      const asked = performance.now();
      const response = await fetch(`${root}/api/time`);
      if (!response.ok) return;
      const { now } = await response.json();
      const answered = performance.now();
      if (answered - asked < fastest) {
        fastest = answered - asked;
        this.#offset = now - (asked + answered) / 2;
      }
    }
    this.changed();
  }

  play() {}
  pause() {}
  seek() {}
  setRate() {}
  hold() {}
}

/** The playhead: runs in real time unless it is paused or a waiting view item holds it. @implements {VmsClock} */
export class PlaybackClock extends Clock {
  #live;
  #anchor;
  #since = performance.now();
  /** @type {Map<object, ReturnType<typeof setTimeout>>} */
  #holders = new Map();

  mode = /** @type {const} */ ('playback');
  paused = true;
  rate = 1;

  /** @param {LiveClock} live @param {number} at */
  constructor(live, at) {
    super();
    this.#live = live;
    this.#anchor = at;
  }

  get now() {
    const passed = this.#running ? (performance.now() - this.#since) * this.rate : 0;
    return Math.min(this.#anchor + passed, this.#live.now);
  }

  get held() {
    return this.#holders.size > 0;
  }

  get #running() {
    return !this.paused && this.#holders.size === 0;
  }

  play() {
    if (this.paused) this.#restart(() => { this.paused = false; });
  }

  pause() {
    if (!this.paused) this.#restart(() => { this.paused = true; });
  }

  /** @param {number} at */
  seek(at) {
    this.#anchor = Math.min(at, this.#live.now);
    this.#since = performance.now();
    this.changed();
  }

  /** @param {number} rate */
  setRate(rate) {
    if (RATES.includes(rate) && rate !== this.rate) this.#restart(() => { this.rate = rate; });
  }

  /** @param {object} owner @param {boolean} held */
  hold(owner, held) {
    if (held === this.#holders.has(owner)) return;
    this.#restart(() => {
      clearTimeout(this.#holders.get(owner));
      this.#holders.delete(owner);
      if (held) this.#holders.set(owner, setTimeout(() => this.hold(owner, false), LONGEST_HOLD));
    });
  }

  /** Changes something on which the passing of time depends. @param {() => void} change */
  #restart(change) {
    this.#anchor = this.now;
    this.#since = performance.now();
    change();
    this.changed();
  }
}
