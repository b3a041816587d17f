// The clock of one player window: the page's own clock and timeline stay where they are.

/** @typedef {import('../../../../hooks/src/vms_hooks/page.d.ts').VmsClock} VmsClock */

/** After this long a picture is waited for no longer: a player that forgot to let go must not stop time. */
const LONGEST_HOLD = 5_000;

/**
 * Runs within one interval, from its start, and pauses at its end, where it also fires `end`.
 * @implements {VmsClock}
 */
export class WindowClock extends EventTarget {
  /** @readonly @type {'playback'} */
  mode = 'playback';
  paused = true;
  rate = 1;
  /** @type {number | null} */
  markStart = null;
  /** @type {number | null} */
  markEnd = null;
  #start;
  #end;
  /** Playhead at the moment `#since`. */
  #at;
  #since = 0;
  /** @type {Map<object, ReturnType<typeof setTimeout>>} */
  #held = new Map();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /**
   * @param {number} start
   * @param {number} end
   */
  constructor(start, end) {
    super();
    this.#start = start;
    this.#end = end;
    this.#at = start;
  }

  /** Within what it can go. */
  get limits() {
    return { start: this.#start, end: this.#end };
  }

  get now() {
    return this.#runs ? Math.min(this.#end, this.#at + (performance.now() - this.#since) * this.rate) : this.#at;
  }

  get #runs() {
    return !this.paused && this.#held.size === 0;
  }

  play() {
    this.#change(() => {
      if (this.#at >= this.#end) this.#at = this.#start;
      this.paused = false;
    });
  }

  pause() {
    this.#change(() => { this.paused = true; });
  }

  /** @param {number} at kept within the interval */
  seek(at) {
    this.#change(() => { this.#at = Math.min(this.#end, Math.max(this.#start, at)); });
  }

  /** @param {number} rate */
  setRate(rate) {
    this.#change(() => { this.rate = rate; });
  }

  /** @param {number | null} start @param {number | null} end */
  setMarks(start, end) {
    this.#change(() => {
      this.markStart = start;
      this.markEnd = end;
    });
  }

  /** @param {object} owner @param {boolean} held */
  hold(owner, held) {
    if (held === this.#held.has(owner)) return;
    this.#change(() => {
      clearTimeout(this.#held.get(owner));
      if (held) this.#held.set(owner, setTimeout(() => this.hold(owner, false), LONGEST_HOLD));
      else this.#held.delete(owner);
    });
  }

  /** Stands still for good. */
  stop() {
    this.pause();
    for (const timer of this.#held.values()) clearTimeout(timer);
    this.#held.clear();
  }

  /** @param {() => void} change */
  #change(change) {
    this.#at = this.now;
    change();
    this.#since = performance.now();
    clearTimeout(this.#timer);
    if (this.#runs && this.rate > 0) this.#timer = setTimeout(() => this.#finish(), (this.#end - this.#at) / this.rate);
    this.dispatchEvent(new Event('change'));
  }

  #finish() {
    this.#at = this.#end;
    this.#since = performance.now();
    this.paused = true;
    this.dispatchEvent(new Event('change'));
    this.dispatchEvent(new Event('end'));
  }
}
