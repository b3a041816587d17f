// One open incident project: what the server has, what is not saved yet, and whether the two disagree.

import { Problem, call, report, titled } from '../common/api.js';
import { made } from '../common/making.js';
import { NO_PROPERTIES } from '../common/properties.js';
import { strings } from '../locales/en.js';
import { callBody } from './call-form.js';
import { fieldTitle } from './field-names.js';
import { News } from './news.js';
import { Undo } from './undo.js';
import { Unsaved } from './unsaved.js';

/** @typedef {import('../../../../hooks/src/vms_hooks/page.d.ts').VmsBridge} Bridge */
/** @typedef {import('../common/shapes.d.ts').Project} Project */
/** @typedef {import('../common/shapes.d.ts').IncidentProperties} IncidentProperties */
/** @typedef {import('../common/shapes.d.ts').FieldValue} FieldValue */
/** @typedef {import('./unsaved.js').CommentEdit} CommentEdit */
/** @typedef {import('./unsaved.js').CallEdit} CallEdit */
/** @typedef {'saved' | 'unsaved' | 'saving' | 'failed'} SaveState */

/** Comments that are shown at first, the newest. */
const COMMENTS = 100;

/** Fires `change` whenever anything of it changes, and `refused` when something could not be saved. */
export class ProjectModel extends EventTarget {
  /** @type {Project | null} */
  project = null;
  /** @type {IncidentProperties} */
  properties = NO_PROPERTIES;
  /** Why the project cannot be shown or brought up to date. @type {Problem | null} */
  problem = null;
  /** Server time of the last saving in this page. @type {Date | null} */
  savedAt = null;
  /** Why the last saving failed. @type {Problem | null} */
  failure = null;
  undo = new Undo();
  /** Changes by others while the page is open. */
  news;
  /** How many of the newest comments are read. */
  comments = COMMENTS;
  #saving = 0;
  #saveAfterChoice = false;
  /** Something changed while a reading was under way, or could not be read yet. */
  #stale = false;

  /**
   * @param {Bridge} bridge
   * @param {import('../../../../hooks/src/vms_hooks/page.d.ts').VmsClock} clock the server's time
   * @param {number} id
   */
  constructor(bridge, clock, id) {
    super();
    this.bridge = bridge;
    this.clock = clock;
    this.id = id;
    this.unsaved = new Unsaved(bridge, id);
    this.news = new News(bridge.principal.id);
  }

  get path() {
    return `projects/${this.id}`;
  }

  /** Whether somebody deleted the project. */
  get gone() {
    return this.problem?.status === 404;
  }

  /** @returns {SaveState} */
  get state() {
    if (this.#saving) return 'saving';
    if (this.failure && this.unsaved.size) return 'failed';
    return this.unsaved.size ? 'unsaved' : 'saved';
  }

  /** Reads project and incident properties. */
  async refresh() {
    this.#stale = true;
    while (this.#stale && !this.#saving) {
      this.#stale = false;
      try {
        const [project, properties] = await Promise.all([
          call(this.bridge, 'GET', `${this.path}?comments=${this.comments}`), call(this.bridge, 'GET', 'properties'),
        ]);
        if (this.#saving) return;
        this.problem = null;
        this.properties = properties;
        this.#receive(project);
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        this.problem = error;
      }
      this.#changed();
    }
  }

  /** Reads more of the older comments. @param {number} more */
  async showComments(more) {
    this.comments += more;
    await this.refresh();
  }

  /** What the server has. @param {string} field @returns {FieldValue} */
  stored(field) {
    return this.project?.fields[field] ?? null;
  }

  /** What the operator sees: the unsaved value, if there is one. @param {string} field @returns {FieldValue} */
  value(field) {
    const edit = this.unsaved.field(field);
    return edit ? edit.after : this.stored(field);
  }

  /** @param {string} field @param {FieldValue} after */
  setField(field, after) {
    const before = this.unsaved.field(field)?.before ?? this.stored(field);
    const asBefore = after === before || (after === false && before === null);
    if (asBefore && before === this.stored(field)) this.unsaved.delete(`field:${field}`);
    else this.unsaved.set(`field:${field}`, { before, after });
    this.news.seen(field);
    this.#edited();
  }

  /** @param {string} key @param {CallEdit | CommentEdit | null} entry nothing drops it */
  keep(key, entry) {
    if (entry === null) this.unsaved.delete(key);
    else this.unsaved.set(key, entry);
    this.#edited();
  }

  /** Drops all that is not saved. */
  discard() {
    this.unsaved.clear();
    this.#edited();
  }

  /** Fields whose stored value is neither what the operator saw nor what they entered. @returns {string[]} */
  get conflicts() {
    return this.#editedFields().filter((field) => {
      const edit = this.unsaved.field(field);
      return edit && this.stored(field) !== edit.before && this.stored(field) !== edit.after;
    });
  }

  /** Comments and calls that somebody else edited since this operator began to. @returns {string[]} their keys */
  get contested() {
    return [...this.unsaved.keys('comment:'), ...this.unsaved.keys('call:')].filter((key) => {
      const item = this.item(key);
      const edit = /** @type {CommentEdit | CallEdit | undefined} */ (key.startsWith('comment:')
        ? this.unsaved.comment(key.slice('comment:'.length)) : this.unsaved.call(key.slice('call:'.length)));
      return item && edit && (edit.seen ?? null) !== item.edited_at;
    });
  }

  /** The stored comment or call of a key. @param {string} key */
  item(key) {
    const [kind, id] = [key.slice(0, key.indexOf(':')), key.slice(key.indexOf(':') + 1)];
    return kind === 'comment' ? this.project?.comments.find((one) => one.id === id) : this.project?.calls.find((one) => one.id === id);
  }

  /** Settles a conflict. @param {string} field @param {'mine' | 'theirs'} choice */
  choose(field, choice) {
    const edit = this.unsaved.field(field);
    if (choice === 'mine' && edit) this.unsaved.set(`field:${field}`, { ...edit, before: this.stored(field) });
    else this.unsaved.delete(`field:${field}`);
    this.failure = null;
    this.news.seen(field);
    this.#edited();
    if (this.#saveAfterChoice && this.conflicts.length === 0) void this.save();
  }

  /** Settles a conflict about a comment or a call. @param {string} key @param {'mine' | 'theirs'} choice */
  chooseItem(key, choice) {
    const item = this.item(key);
    const edit = key.startsWith('comment:') ? this.unsaved.comment(key.slice(8)) : this.unsaved.call(key.slice(5));
    if (choice === 'mine' && edit && item) this.unsaved.set(key, { ...edit, seen: item.edited_at });
    else this.unsaved.delete(key);
    this.failure = null;
    this.#edited();
    if (choice === 'mine') void this.save(key);
  }

  /**
   * Saves what is not saved: fields, comments, calls. A failure is kept, and shown until it is tried again.
   * @param {string} [only] key of the one entry to save
   * @returns {Promise<boolean>} whether it is saved now
   */
  async save(only = '') {
    if (this.#saving) return false;
    this.#saveAfterChoice = false;
    try {
      if (!only) await this.#saveFields();
      for (const key of this.unsaved.keys(only || 'comment:')) await this.#saveComment(key);
      for (const key of this.unsaved.keys(only || 'call:')) await this.#saveCall(key);
      return true;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      this.failure = error;
      this.#saveAfterChoice = error.messageId === 'incident.conflict';
      if (error.status === 409 || error.status === 404) await this.refresh();
      this.#changed();
      this.dispatchEvent(new Event('refused'));
      return false;
    }
  }

  /**
   * Does something that leaves nothing behind to be saved again; a failure is told.
   * @param {string} title of a failure that has no reason of its own
   * @param {string} method
   * @param {string} path below the project
   * @param {unknown} [body]
   * @returns {Promise<boolean>} whether it is done
   */
  async act(title, method, path, body) {
    try {
      await this.#change(title, method, path, body);
      return true;
    } catch (error) {
      report(this.bridge, error);
      await this.refresh();
      return false;
    }
  }

  /** Puts comments, calls or sequences back that were taken out. @param {string[]} ids */
  restore(ids) {
    return this.act(strings.incidents.failures.action, 'POST', '/restore', { ids });
  }

  /** Sets one field at once, and can take it back. @param {string} field @param {FieldValue} after */
  async setNow(field, after) {
    const before = this.stored(field);
    const title = strings.incidents.failures.save(fieldTitle(field, this.properties).toLowerCase());
    if (!await this.act(title, 'PATCH', '', { changes: [{ field, before, after }] })) return false;
    this.#remember([[field, { before, after }]]);
    return true;
  }

  async #saveFields() {
    const fields = this.#editedFields();
    if (fields.length === 0) return;
    const sent = fields.map((field) => /** @type {const} */ ([field, /** @type {import('./unsaved.js').FieldEdit} */ (this.unsaved.field(field))]));
    const what = fields.length === 1 ? fieldTitle(fields[0], this.properties).toLowerCase() : strings.incidents.failures.project;
    await this.#change(strings.incidents.failures.save(what), 'PATCH', '', {
      changes: sent.map(([field, edit]) => ({ field, ...edit })),
    }, () => {
      for (const [field, edit] of sent) this.#settle(field, edit.after);
    });
    this.#remember(sent.map(([field, edit]) => [field, { before: edit.before, after: this.stored(field) }]));
  }

  /** Saved fields can be set back to what they were. @param {[string, import('./unsaved.js').FieldEdit][]} edits */
  #remember(edits) {
    const changes = edits.filter(([, edit]) => edit.before !== edit.after)
      .map(([field, edit]) => ({ field, before: edit.after, after: edit.before }));
    if (changes.length === 0) return;
    const names = changes.map(({ field }) => fieldTitle(field, this.properties));
    const { undo, failures } = strings.incidents;
    this.undo.did(undo.fields(names), () => this.act(failures.undo, 'PATCH', '', { changes }));
  }

  /** After saving: what was typed meanwhile stays unsaved, against the value saved. @param {string} field @param {FieldValue} after */
  #settle(field, after) {
    const edit = this.unsaved.field(field);
    if (!edit || edit.after === after) this.unsaved.delete(`field:${field}`);
    else this.unsaved.set(`field:${field}`, { before: this.stored(field), after: edit.after });
  }

  /** @param {string} key */
  async #saveComment(key) {
    const id = key.replace('comment:', '');
    const edit = this.unsaved.comment(id);
    if (edit === undefined) return;
    if (!edit.text.trim()) return this.keep(key, null);
    const { failures } = strings.incidents;
    await this.#saveItem('comments', id, { text: edit.text }, edit, failures.save(failures.comment), () => {
      if (this.unsaved.comment(id)?.text === edit.text) this.unsaved.delete(key);
    });
  }

  /** @param {string} key */
  async #saveCall(key) {
    const id = key.replace('call:', '');
    const edit = this.unsaved.call(id);
    if (!edit) return;
    const { failures } = strings.incidents;
    await this.#saveItem('calls', id, callBody(edit), edit, failures.save(failures.call), () => {
      if (this.unsaved.call(id) === edit) this.unsaved.delete(key);
    });
  }

  /** @param {string} kind @param {string} id @param {object} body @param {{seen?: string | null}} edit @param {string} title @param {() => void} saved */
  #saveItem(kind, id, body, edit, title, saved) {
    if (id === 'new') return this.#change(title, 'MAKE', `/${kind}`, body, saved);
    return this.#change(title, 'PUT', `/${kind}/${encodeURIComponent(id)}`, { ...body, seen: edit.seen ?? null }, saved);
  }

  /**
   * Changes the project on the server and takes over the answer. Raises `Problem`.
   * @param {string} title of a failure that has no reason of its own
   * @param {string} method `MAKE` for a POST that must not make a thing twice
   * @param {string} path below the project
   * @param {unknown} [body]
   * @param {() => void} [saved] called when it is saved, before anybody looks
   */
  async #change(title, method, path, body, saved) {
    this.#saving += 1;
    this.#changed();
    try {
      const address = `${this.path}${path}?comments=${this.comments}`;
      const value = await titled(title, method === 'MAKE' ? made(this.bridge, address, body) : call(this.bridge, method, address, body));
      this.savedAt = new Date(this.clock.now);
      this.failure = null;
      this.#receive(value, saved);
    } finally {
      this.#saving -= 1;
      this.#changed();
      if (this.#stale && !this.#saving) void this.refresh();
    }
  }

  #editedFields() {
    return this.unsaved.keys('field:').map((key) => key.slice('field:'.length));
  }

  /** @param {Project} project @param {() => void} [saved] */
  #receive(project, saved) {
    const older = this.project;
    const news = !older || project.revision > older.revision || project.comments.length > older.comments.length
      || project.expires_at !== older.expires_at;
    if (news) this.project = project;
    saved?.();
    if (!news) return;
    if (older) this.news.hear(older, project);
    for (const field of this.#editedFields()) {
      if (this.unsaved.field(field)?.after === this.stored(field)) this.unsaved.delete(`field:${field}`);
    }
    this.#rescue(project);
  }

  /** Texts of comments and calls that others deleted meanwhile go on as new ones. @param {Project} project */
  #rescue(project) {
    const whole = project.comments.length === project.comment_count;
    for (const kind of /** @type {const} */ (['comment', 'call'])) {
      for (const key of this.unsaved.keys(`${kind}:`)) {
        const id = key.slice(`${kind}:`.length);
        // Of older comments that are not read nobody can tell.
        if (id === 'new' || this.item(key) || (kind === 'comment' && !whole)) continue;
        const entry = kind === 'comment' ? this.unsaved.comment(id) : this.unsaved.call(id);
        if (this.unsaved.keys(`${kind}:new`).length || entry === undefined) continue;
        this.unsaved.set(`${kind}:new`, { ...entry, seen: null });
        this.unsaved.delete(key);
      }
    }
  }

  #edited() {
    if (!this.unsaved.size) this.failure = null;
    this.#changed();
  }

  #changed() {
    this.dispatchEvent(new Event('change'));
  }
}
