// What was entered and is not saved yet: kept by the browser at once, and by the server a moment later, so that
// neither the crash of the one nor of the other loses it.

import { Problem, call } from '../common/api.js';

/** @typedef {import('../../../../hooks/src/vms_hooks/page.d.ts').VmsBridge} Bridge */
/** @typedef {import('../common/shapes.d.ts').FieldValue} FieldValue */

/**
 * A field's change: what its author saw, and what they entered.
 * @typedef {{before: FieldValue, after: FieldValue}} FieldEdit
 */

/**
 * A comment, and when the one that its author saw had been edited last.
 * @typedef {{text: string, seen?: string | null}} CommentEdit
 */

/**
 * A call as it is being entered: every part is still text.
 * @typedef {{direction: string, at: string, number: string, person: string, duration: string, outcome: string, note: string, seen?: string | null}} CallEdit
 */

/** A moment without typing after which the server is told. */
const PAUSE = 1_500;

/**
 * Entries by key: `field:<name>` for a field, `comment:new`, `comment:<id>`, `call:new`, `call:<id>`.
 * They belong to one person and one project.
 */
export class Unsaved {
  #storageKey;
  #bridge;
  #path;
  /** @type {Map<string, any>} */
  #entries;
  /** When the newest of them was entered, milliseconds. */
  #at;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  /** What the server has, as text; nothing before it was asked. @type {string | undefined} */
  #told;

  /**
   * @param {Bridge} bridge
   * @param {number} project
   */
  constructor(bridge, project) {
    this.#bridge = bridge;
    this.#path = `projects/${project}/unsaved`;
    this.#storageKey = `incident.unsaved.${bridge.principal.id}.${project}`;
    const { at, entries } = read(this.#storageKey);
    this.#at = at;
    this.#entries = new Map(Object.entries(entries));
  }

  get size() {
    return this.#entries.size;
  }

  /** When the newest entry was entered. */
  get at() {
    return new Date(this.#at);
  }

  /**
   * Takes over what the server has, where it is newer than what the browser has.
   * @returns {Promise<boolean>} whether there is something that was entered before this page was opened
   */
  async restore() {
    const before = this.size;
    try {
      const kept = await call(this.#bridge, 'GET', this.#path);
      this.#told = kept.entries;
      if (kept.at !== null && Date.parse(kept.at) > this.#at) {
        this.#entries = new Map(Object.entries(JSON.parse(kept.entries)));
        this.#at = Date.parse(kept.at);
        this.#keep();
      } else if (before) this.#later();
    } catch (error) {
      // The browser's own copy is there in any case; a damaged one of the server is none.
      if (!(error instanceof Problem || error instanceof SyntaxError)) throw error;
    }
    return this.size > 0;
  }

  /** @param {string} prefix @returns {string[]} */
  keys(prefix) {
    return [...this.#entries.keys()].filter((key) => key.startsWith(prefix));
  }

  /** @param {string} field @returns {FieldEdit | undefined} */
  field(field) {
    return this.#entries.get(`field:${field}`);
  }

  /** @param {string} id @returns {CommentEdit | undefined} */
  comment(id) {
    return this.#entries.get(`comment:${id}`);
  }

  /** @param {string} id @returns {CallEdit | undefined} */
  call(id) {
    return this.#entries.get(`call:${id}`);
  }

  /** @param {string} key @param {FieldEdit | CallEdit | CommentEdit} entry */
  set(key, entry) {
    this.#entries.set(key, entry);
    this.#write();
  }

  /** @param {string} key */
  delete(key) {
    if (this.#entries.delete(key)) this.#write();
  }

  clear() {
    this.#entries.clear();
    this.#write();
  }

  /** Tells the server at once, for a page that is about to go. */
  flush() {
    if (this.#timer !== undefined) void this.#tell(true);
  }

  #write() {
    this.#at = Date.now();
    this.#keep();
    this.#later();
  }

  #keep() {
    try {
      if (this.#entries.size === 0) localStorage.removeItem(this.#storageKey);
      else localStorage.setItem(this.#storageKey, JSON.stringify({ at: this.#at, entries: Object.fromEntries(this.#entries) }));
    } catch {
      // The browser's storage is full or forbidden: the server's copy is the only one.
    }
  }

  #later() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#tell(false), PAUSE);
  }

  /** @param {boolean} keepalive whether the page may be gone before the answer comes */
  async #tell(keepalive) {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const entries = this.#entries.size ? JSON.stringify(Object.fromEntries(this.#entries)) : '';
    if (entries === this.#told) return;
    try {
      await this.#bridge.fetch(this.#path, { method: 'PUT', keepalive: keepalive && entries.length < 60_000,
        headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ entries }) });
      this.#told = entries;
    } catch (error) {
      // Without a connection the browser's copy has to do; the next change tries again.
      if (!(error instanceof TypeError || error instanceof DOMException)) throw error;
    }
  }
}

/** @param {string} key @returns {{at: number, entries: Record<string, unknown>}} */
function read(key) {
  try {
    return { at: 0, entries: {}, ...JSON.parse(localStorage.getItem(key) ?? '{}') };
  } catch {
    return { at: 0, entries: {} };
  }
}
