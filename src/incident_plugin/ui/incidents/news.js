// What others changed while a project is open: by whom and when, until it was looked at.

/** @typedef {import('../common/shapes.d.ts').Project} Project */
/** @typedef {{name: string, at: string}} Mark */

/** Which part of the page shows a field. @param {string} key */
function partOf(key) {
  if (/^(category|data):/.test(key)) return 'categories';
  const [kind] = key.split(':');
  return { comment: 'comments', call: 'calls', sequence: 'sequences', related: 'related' }[kind] ?? 'details';
}

/** Marks by field name, or `comment:<id>`, `call:<id>`, `sequence:<id>`, `related:<number>`. */
export class News {
  /** @type {Map<string, Mark>} */
  #marks = new Map();
  /** Parts with news that were not shown since. @type {Set<string>} */
  #unseen = new Set();
  #me;

  /** @param {string} me */
  constructor(me) {
    this.#me = me;
  }

  /** @param {string} key */
  of(key) {
    return this.#marks.get(key);
  }

  /** Whether a part has news that nobody looked at. @param {string} part */
  has(part) {
    return this.#unseen.has(part);
  }

  /** The part was looked at. @param {string} part */
  shown(part) {
    this.#unseen.delete(part);
  }

  /** The operator has dealt with it. @param {string} key */
  seen(key) {
    this.#marks.delete(key);
  }

  /** @param {Project} before @param {Project} now */
  hear(before, now) {
    for (const [field, stamp] of Object.entries(now.stamps)) {
      if (before.stamps[field]?.at !== stamp.at) this.#mark(field, stamp.by, stamp.at);
    }
    for (const kind of /** @type {const} */ (['comments', 'calls'])) {
      const old = new Map(before[kind].map((item) => [item.id, item.edited_at]));
      const first = before[kind][0]?.at ?? '';
      for (const item of now[kind]) {
        const key = `${kind.slice(0, -1)}:${item.id}`;
        if (item.edited_at && old.get(item.id) !== item.edited_at && item.edited_by) this.#mark(key, item.edited_by, item.edited_at);
        // Older comments that are read later are no news.
        else if (!old.has(item.id) && (kind === 'calls' || item.at >= first)) this.#mark(key, item.author, item.at);
      }
    }
    const known = new Set(before.sequences.map((one) => one.id));
    for (const one of now.sequences) if (!known.has(one.id)) this.#mark(`sequence:${one.id}`, one.added_by, one.added_at);
    const related = new Set(before.related.map((one) => one.at));
    for (const one of now.related) if (!related.has(one.at)) this.#mark(`related:${one.project}`, one.by, one.at);
  }

  /** @param {string} key @param {{id: string, name: string}} by @param {string} at */
  #mark(key, by, at) {
    if (by.id === this.#me) return void this.#marks.delete(key);
    this.#marks.set(key, { name: by.name, at });
    this.#unseen.add(partOf(key));
  }
}
