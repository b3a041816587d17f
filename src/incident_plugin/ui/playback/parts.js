// Which time a player has, and what it asks for next. All instants are milliseconds since 1970.

/** @typedef {{from: number, to: number}} Part half-open */

/** What is asked for at once ends at a multiple of this, so that seeks here and there ask for the same parts. */
const LENGTH = { all: 10_000, intra: 120_000 };
/** The least that is asked for. */
const LEAST = 3_000;
/** What is to be there before and after the playhead. */
const AHEAD = { all: 20_000, intra: 180_000 };
const BEHIND = 4_000;
/** Instants are asked for in whole milliseconds. */
const ROUNDING = 2;

/** Parts that were delivered, gaps in them included. */
export class Delivered {
  /** @type {Part[]} sorted, apart from one another */
  #parts = [];

  /** @param {number} at */
  has(at) {
    return this.#parts.some(({ from, to }) => from <= at && at < to);
  }

  /**
   * @param {number} from
   * @param {number} to
   */
  add(from, to) {
    if (to <= from) return;
    const touches = (/** @type {Part} */ part) => part.to + ROUNDING >= from && to + ROUNDING >= part.from;
    const apart = this.#parts.filter((part) => !touches(part));
    const joined = this.#parts.filter(touches);
    const whole = { from: Math.min(from, ...joined.map((part) => part.from)), to: Math.max(to, ...joined.map((part) => part.to)) };
    this.#parts = [...apart, whole].sort((a, b) => a.from - b.from);
  }

  /**
   * Forgets everything outside.
   * @param {number} from
   * @param {number} to
   */
  keep(from, to) {
    this.#parts = this.#parts
      .map((part) => ({ from: Math.max(part.from, from), to: Math.min(part.to, to) }))
      .filter((part) => part.from < part.to);
  }

  /**
   * The first instant from `at` on that is missing.
   * @param {number} at
   */
  missingFrom(at) {
    return this.#parts.find(({ from, to }) => from <= at && at < to)?.to ?? at;
  }

  /**
   * Where the part that `at` lies in begins; `at` itself when it lies in none.
   * @param {number} at
   */
  beginsBefore(at) {
    return this.#parts.find(({ from, to }) => from <= at && at <= to)?.from ?? at;
  }

  /**
   * Where the next part after an instant begins.
   * @param {number} at
   */
  nextAfter(at) {
    return this.#parts.find(({ from }) => from > at)?.from ?? Infinity;
  }

  /**
   * What ends before an instant and comes next to it.
   * @param {number} at
   */
  lastBefore(at) {
    return this.#parts.findLast(({ to }) => to < at)?.to ?? -Infinity;
  }
}

/**
 * What to ask for next: from the playhead on, then a little before it for stepping back; nothing when all is there.
 * @param {Delivered} delivered
 * @param {number} at
 * @param {{intra: boolean, earliest: number, latest: number}} how
 * @returns {Part | undefined}
 */
export function nextPart(delivered, at, { intra, earliest, latest }) {
  const kind = intra ? 'intra' : 'all';
  const from = Math.ceil(delivered.missingFrom(at));
  if (from <= at + AHEAD[kind] && from < latest) {
    const edge = (Math.floor((from + LEAST) / LENGTH[kind]) + 1) * LENGTH[kind];
    return { from, to: Math.floor(Math.min(edge, latest, Math.max(delivered.nextAfter(from), from + 1))) };
  }
  const begins = Math.floor(delivered.beginsBefore(at));
  if (intra || begins <= at - BEHIND || begins <= earliest) return undefined;
  const edge = Math.floor((begins - LEAST) / LENGTH.all) * LENGTH.all;
  return { from: Math.ceil(Math.max(edge, earliest, delivered.lastBefore(begins))), to: begins };
}
