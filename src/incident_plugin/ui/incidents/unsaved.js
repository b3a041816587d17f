// What was entered and is not saved yet, kept by the browser tab so that a reload or crash of the page loses nothing.

/** @typedef {import('../common/shapes.d.ts').FieldValue} FieldValue */

/**
 * A field's change: what its author saw, and what they entered.
 * @typedef {{before: FieldValue, after: FieldValue}} FieldEdit
 */

/**
 * A call as it is being entered: every part is still text.
 * @typedef {{direction: string, at: string, number: string, person: string, duration: string, outcome: string, note: string}} CallEdit
 */

/**
 * Entries by key: `field:<name>` for a field, `comment:new`, `comment:<id>`, `call:new`, `call:<id>`.
 * They belong to one person and one project.
 */
export class Unsaved {
  #storageKey;
  /** @type {Map<string, any>} */
  #entries;

  /**
   * @param {string} principal
   * @param {number} project
   */
  constructor(principal, project) {
    this.#storageKey = `incident.unsaved.${principal}.${project}`;
    this.#entries = new Map(Object.entries(read(this.#storageKey)));
  }

  get size() {
    return this.#entries.size;
  }

  /** @param {string} prefix @returns {string[]} */
  keys(prefix) {
    return [...this.#entries.keys()].filter((key) => key.startsWith(prefix));
  }

  /** @param {string} field @returns {FieldEdit | undefined} */
  field(field) {
    return this.#entries.get(`field:${field}`);
  }

  /** @param {string} id @returns {string | undefined} */
  comment(id) {
    return this.#entries.get(`comment:${id}`);
  }

  /** @param {string} id @returns {CallEdit | undefined} */
  call(id) {
    return this.#entries.get(`call:${id}`);
  }

  /** @param {string} key @param {FieldEdit | CallEdit | string} entry */
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

  #write() {
    try {
      if (this.#entries.size === 0) sessionStorage.removeItem(this.#storageKey);
      else sessionStorage.setItem(this.#storageKey, JSON.stringify(Object.fromEntries(this.#entries)));
    } catch {
      // The browser's storage is full or forbidden: the entries live as long as the page.
    }
  }
}

/** @param {string} key @returns {Record<string, unknown>} */
function read(key) {
  try {
    return JSON.parse(sessionStorage.getItem(key) ?? '{}');
  } catch {
    return {};
  }
}
