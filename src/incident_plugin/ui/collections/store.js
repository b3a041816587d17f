// The operator's running collections, one account of them for the whole page.
// What is shown was acknowledged by the server: nothing here is assumed to have happened.

import { Problem, call } from '../common/api.js';
import { strings } from '../locales/en.js';

/** @typedef {import('../common/api.js').Bridge} Bridge */
/** @typedef {import('../common/shapes.d.ts').Running} Running */
/** @typedef {import('../common/shapes.d.ts').Project} Project */
/** @typedef {import('../common/shapes.d.ts').Details} Details */

/**
 * Where a collection's sequences come from: the view of this browser tab, of another one, of one that is not heard of
 * any more, or of none until somebody chooses to go on.
 * @typedef {'here' | 'elsewhere' | 'interrupted' | 'waiting'} Feed
 */

/** Without a sign of life for longer than this, the server ends open sequences. */
const SIGN_OF_LIFE_MARGIN = 30_000;
const POLL = 2_000;
/** Milliseconds; by more the server's clock does not move between two answers unless it is set. */
const SET = 5_000;

/** Fires `change` when the collections, or what is known of the server, changed. */
class Collections extends EventTarget {
  /** @type {readonly Running[]} */
  running = [];
  /** Those that can still be put back. @type {readonly Running[]} */
  discarded = [];
  /** What the site decided, in seconds. */
  preRoll = 0;
  /** A start is on its way: heard, and not yet confirmed. */
  starting = false;
  /** Ends with the start that is on its way, however that ends. @type {Promise<unknown>} */
  started = Promise.resolve();
  loaded = false;
  /** Why the last question was left without an answer that helps; empty when it was not. */
  lost = '';
  /** @type {Bridge | undefined} */
  #bridge;
  #followers = 0;
  /** Server clock minus this computer's clock, in milliseconds. */
  #skew = 0;
  /** The same against what runs on when this computer's clock is set, and stands while it sleeps. */
  #drift = 0;
  /** By how much the server's clock was set, milliseconds. */
  #clockSet = 0;
  /** Counts what was done, so that an answer from before it is not believed. */
  #done = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #asking = false;

  /** The server's time, in milliseconds. */
  get now() {
    return Date.now() + this.#skew;
  }

  /** Milliseconds since a collection began, or since the server's clock was set back. @param {Running} running */
  elapsed(running) {
    const starts = running.sequences.map(({ start }) => Date.parse(start) + this.preRoll * 1000);
    return Math.max(0, this.now - Math.min(Date.parse(running.started_at), ...starts));
  }

  /** By how much the server's clock was set since this was asked last, milliseconds; 0 when it was not. */
  takeClockSet() {
    const set = this.#clockSet;
    this.#clockSet = 0;
    return set;
  }

  /**
   * Keeps the account while somebody shows it.
   * @param {Bridge} bridge
   * @param {() => void} listener
   * @returns {() => void} ends it
   */
  follow(bridge, listener) {
    this.#bridge = bridge;
    this.addEventListener('change', listener);
    this.#followers += 1;
    if (this.#followers === 1) document.addEventListener('visibilitychange', this.#seen);
    void this.load();
    return () => {
      this.removeEventListener('change', listener);
      this.#followers -= 1;
      if (this.#followers > 0) return;
      document.removeEventListener('visibilitychange', this.#seen);
      clearTimeout(this.#timer);
    };
  }

  /** Asks the server anew. */
  async load() {
    if (!this.#bridge || this.#asking) return;
    this.#asking = true;
    const done = this.#done;
    try {
      const answer = await call(this.#bridge, 'GET', 'collections');
      const now = Date.parse(answer.now);
      const [skew, drift] = [now - Date.now(), now - performance.now()];
      if (this.loaded && Math.min(Math.abs(skew - this.#skew), Math.abs(drift - this.#drift)) > SET) this.#clockSet += skew - this.#skew;
      [this.#skew, this.#drift] = [skew, drift];
      this.preRoll = answer.pre_roll;
      if (done === this.#done) {
        this.running = answer.collections;
        this.discarded = answer.discarded;
      }
      this.loaded = true;
      this.lost = '';
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      this.lost = error.status === 401 ? strings.collections.signedOut : strings.collections.lost;
    } finally {
      this.#asking = false;
    }
    this.#changed();
    if (done !== this.#done) void this.load();
  }

  /**
   * @param {Bridge} bridge
   * @param {() => string[]} cameras gives those in the live view
   */
  start(bridge, cameras) {
    const starting = this.#start(bridge, cameras);
    this.started = starting.catch(() => {});
    return starting;
  }

  /**
   * @param {Bridge} bridge
   * @param {() => string[]} cameras
   */
  async #start(bridge, cameras) {
    const shown = cameras();
    let id = '';
    this.#begins(true);
    try {
      const started = await call(bridge, 'POST', 'collections', { client: bridge.client, cameras: shown });
      id = started.id;
      this.#put(started, { alone: true });
    } finally {
      this.#begins(false);
    }
    // A view that changed meanwhile was perhaps reported before there was a collection to follow it.
    if (cameras().join() !== shown.join()) await this.resume(bridge, id, cameras());
  }

  /**
   * Lets this browser tab feed a collection.
   * @param {Bridge} bridge
   * @param {string} id
   * @param {string[]} cameras
   */
  async resume(bridge, id, cameras) {
    const path = `collections/${encodeURIComponent(id)}/resume`;
    const resumed = await call(bridge, 'POST', path, { client: bridge.client, cameras });
    // Whoever chooses to go on has read why.
    freshGap(resumed);
    this.#put(resumed, { alone: true });
  }

  /**
   * Lets no view feed a collection until somebody goes on with it.
   * @param {Bridge} bridge
   * @param {string} id
   */
  async pause(bridge, id) {
    this.#put(await call(bridge, 'POST', `collections/${encodeURIComponent(id)}/pause`));
  }

  /**
   * @param {Bridge} bridge
   * @param {string} id
   * @param {Details} details
   * @returns {Promise<Project>}
   */
  async save(bridge, id, details) {
    const project = await call(bridge, 'POST', `collections/${encodeURIComponent(id)}/save`, details);
    this.#drop(id);
    return project;
  }

  /**
   * @param {Bridge} bridge
   * @param {string} id
   */
  async discard(bridge, id) {
    await call(bridge, 'POST', `collections/${encodeURIComponent(id)}/discard`);
    const discarded = this.running.find((one) => one.id === id);
    this.#drop(id);
    if (discarded) this.discarded = [...this.discarded, { ...discarded, discarded_at: new Date(this.now).toISOString() }];
    this.#changed();
  }

  /**
   * Puts a discarded collection back.
   * @param {Bridge} bridge
   * @param {string} id
   */
  async undoDiscard(bridge, id) {
    this.#put(await call(bridge, 'POST', `collections/${encodeURIComponent(id)}/discard/undo`));
  }

  /** @param {boolean} starting */
  #begins(starting) {
    this.starting = starting;
    this.dispatchEvent(new Event('change'));
  }

  #seen = () => {
    if (!document.hidden) void this.load();
  };

  /**
   * @param {Running} running
   * @param {{alone?: boolean}} [options] `alone`: what its browser tab fed before waits now, as the next answer tells
   */
  #put(running, { alone = false } = {}) {
    this.#done += 1;
    const known = this.running.some((other) => other.id === running.id);
    this.discarded = this.discarded.filter((other) => other.id !== running.id);
    this.running = known
      ? this.running.map((other) => (other.id === running.id ? running : other))
      : [...this.running, running];
    this.#changed();
    if (alone && this.running.some((other) => other.id !== running.id && other.client === running.client)) void this.load();
  }

  /** @param {string} id */
  #drop(id) {
    this.#done += 1;
    this.running = this.running.filter((other) => other.id !== id);
    this.#changed();
  }

  #changed() {
    this.dispatchEvent(new Event('change'));
    clearTimeout(this.#timer);
    if (this.#followers > 0 && (this.running.length + this.discarded.length > 0 || this.lost) && !document.hidden) {
      this.#timer = setTimeout(() => void this.load(), POLL);
    }
  }
}

export const collections = new Collections();

/**
 * Gives until when the last sequence goes whose end nobody confirmed; once for each, over reloads too.
 * @param {Running} running
 * @returns {string | null}
 */
export function freshGap(running) {
  const last = running.sequences.filter((one) => one.end_unconfirmed).map((one) => one.end).sort().at(-1) ?? null;
  const key = `incident.gap.${running.id}`;
  if (last === null || sessionStorage.getItem(key) === last) return null;
  sessionStorage.setItem(key, last);
  return last;
}

/**
 * @param {Running} running
 * @param {string} client
 * @returns {Feed}
 */
export function feed(running, client) {
  if (!running.client) return 'waiting';
  if (collections.now - Date.parse(running.confirmed_at) > SIGN_OF_LIFE_MARGIN) return 'interrupted';
  return running.client === client ? 'here' : 'elsewhere';
}
