// One open incident project: what the server has, what is not saved yet, and whether the two disagree.

import { Problem, call, reached, report, request, titled } from '../common/api.js';
import { may } from '../common/permissions.js';
import { NO_PROPERTIES } from '../common/properties.js';
import { strings } from '../locales/en.js';
import { callBody } from './call-form.js';
import { fieldTitle } from './field-names.js';
import { Unsaved } from './unsaved.js';

/** @typedef {import('../../../../hooks/src/vms_hooks/page.d.ts').VmsBridge} Bridge */
/** @typedef {import('../common/shapes.d.ts').Project} Project */
/** @typedef {import('../common/shapes.d.ts').IncidentProperties} IncidentProperties */
/** @typedef {import('../common/shapes.d.ts').FieldValue} FieldValue */
/** @typedef {import('../common/shapes.d.ts').ActivityLog} ActivityLog */
/** @typedef {{name: string, at: string}} Author */
/** @typedef {'saved' | 'unsaved' | 'saving' | 'failed'} SaveState */

/** Fires `change` whenever anything of it changes. */
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
  /** Who saved the value that a field's unsaved one disagrees with. @type {Map<string, Author>} */
  authors = new Map();
  #saving = 0;
  #saveAfterChoice = false;

  /**
   * @param {Bridge} bridge
   * @param {number} id
   */
  constructor(bridge, id) {
    super();
    this.bridge = bridge;
    this.id = id;
    this.unsaved = new Unsaved(bridge.principal.id, id);
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
    if (this.#saving) return;
    try {
      const [project, properties] = await Promise.all([
        call(this.bridge, 'GET', this.path), call(this.bridge, 'GET', 'properties'),
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
    this.#edited();
  }

  /** @param {string} key @param {import('./unsaved.js').CallEdit | string | null} entry nothing drops it */
  keep(key, entry) {
    if (entry === null) this.unsaved.delete(key);
    else this.unsaved.set(key, entry);
    this.#edited();
  }

  /** Fields whose stored value is neither what the operator saw nor what they entered. @returns {string[]} */
  get conflicts() {
    return this.#editedFields().filter((field) => {
      const edit = this.unsaved.field(field);
      return edit && this.stored(field) !== edit.before && this.stored(field) !== edit.after;
    });
  }

  /** Settles a conflict. @param {string} field @param {'mine' | 'theirs'} choice */
  choose(field, choice) {
    const edit = this.unsaved.field(field);
    if (choice === 'mine' && edit) this.unsaved.set(`field:${field}`, { ...edit, before: this.stored(field) });
    else this.unsaved.delete(`field:${field}`);
    this.#edited();
    if (this.#saveAfterChoice && this.conflicts.length === 0) void this.save();
  }

  /**
   * Saves what is not saved: fields, comments, calls. A failure is kept, shown and told.
   * @param {string} [only] key of the one entry to save
   * @returns {Promise<boolean>} whether it is saved now
   */
  async save(only = '') {
    if (this.#saving) return false;
    this.failure = null;
    this.#saveAfterChoice = false;
    try {
      if (!only) await this.#saveFields();
      for (const key of this.unsaved.keys(only || 'comment:')) await this.#saveComment(key);
      for (const key of this.unsaved.keys(only || 'call:')) await this.#saveCall(key);
      return true;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      this.failure = error;
      this.#saveAfterChoice = error.status === 409;
      if (error.status !== 409) report(this.bridge, error);
      if (error.status === 409 || error.status === 404) await this.refresh();
      this.#changed();
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

  async #saveFields() {
    const fields = this.#editedFields();
    if (fields.length === 0) return;
    const sent = new Map(fields.map((field) => [field, this.unsaved.field(field)]));
    const what = fields.length === 1 ? fieldTitle(fields[0], this.properties).toLowerCase() : strings.incidents.failures.project;
    await this.#change(strings.incidents.failures.save(what), 'PATCH', '', {
      changes: [...sent].map(([field, edit]) => ({ field, ...edit })),
    }, () => {
      for (const [field, edit] of sent) this.#settle(field, edit?.after ?? null);
    });
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
    const text = this.unsaved.comment(id);
    if (text === undefined) return;
    if (!text.trim()) return this.keep(key, null);
    const { failures } = strings.incidents;
    await this.#saveItem('comments', id, { text }, failures.save(failures.comment), () => {
      if (this.unsaved.comment(id) === text) this.unsaved.delete(key);
    });
  }

  /** @param {string} key */
  async #saveCall(key) {
    const id = key.replace('call:', '');
    const edit = this.unsaved.call(id);
    if (!edit) return;
    const { failures } = strings.incidents;
    await this.#saveItem('calls', id, callBody(edit), failures.save(failures.call), () => {
      if (this.unsaved.call(id) === edit) this.unsaved.delete(key);
    });
  }

  /** @param {string} kind @param {string} id @param {unknown} body @param {string} title @param {() => void} saved */
  #saveItem(kind, id, body, title, saved) {
    if (id === 'new') return this.#change(title, 'POST', `/${kind}`, body, saved);
    const items = /** @type {{id: string, edited_at: string | null}[]} */ (kind === 'comments' ? this.project?.comments : this.project?.calls);
    const seen = items.find((item) => item.id === id)?.edited_at ?? null;
    return this.#change(title, 'PUT', `/${kind}/${encodeURIComponent(id)}`, { .../** @type {object} */ (body), seen }, saved);
  }

  /**
   * Changes the project on the server and takes over the answer. Raises `Problem`.
   * @param {string} title of a failure that has no reason of its own
   * @param {string} method
   * @param {string} path below the project
   * @param {unknown} [body]
   * @param {() => void} [saved] called when it is saved, before anybody looks
   */
  async #change(title, method, path, body, saved) {
    this.#saving += 1;
    this.#changed();
    try {
      const response = await titled(title, request(this.bridge, method, this.path + path, body));
      const project = await titled(title, reached(response.json()));
      const date = response.headers.get('Date');
      this.savedAt = date ? new Date(date) : new Date();
      this.failure = null;
      this.#receive(project, saved);
    } finally {
      this.#saving -= 1;
      this.#changed();
    }
  }

  #editedFields() {
    return this.unsaved.keys('field:').map((key) => key.slice('field:'.length));
  }

  /** @param {Project} project @param {() => void} [saved] */
  #receive(project, saved) {
    const news = !this.project || project.revision > this.project.revision;
    if (news) this.project = project;
    saved?.();
    if (!news) return;
    for (const field of this.#editedFields()) {
      if (this.unsaved.field(field)?.after === this.stored(field)) this.unsaved.delete(`field:${field}`);
    }
    this.#rescue();
    if (this.conflicts.length) void this.#findAuthors();
  }

  /** Texts of comments and calls that others deleted meanwhile go on as new ones. */
  #rescue() {
    for (const [kind, items] of [['comment', this.project?.comments], ['call', this.project?.calls]]) {
      for (const key of this.unsaved.keys(`${kind}:`)) {
        const id = key.slice(`${kind}:`.length);
        if (id === 'new' || /** @type {{id: string}[]} */ (items).some((item) => item.id === id)) continue;
        const entry = kind === 'comment' ? this.unsaved.comment(id) : this.unsaved.call(id);
        if (this.unsaved.keys(`${kind}:new`).length || entry === undefined) continue;
        this.unsaved.set(`${kind}:new`, entry);
        this.unsaved.delete(key);
      }
    }
  }

  async #findAuthors() {
    this.authors.clear();
    if (!may(this.bridge, 'projects.activity.view')) return;
    try {
      const log = /** @type {ActivityLog} */ (await call(this.bridge, 'GET', `${this.path}/activity`));
      for (const field of this.conflicts) {
        const title = fieldTitle(field, this.properties);
        const entry = log.entries.filter((e) => e.action.startsWith('field.') && e.subject === title)
          .sort((a, b) => b.number - a.number)[0];
        if (entry) this.authors.set(field, { name: entry.actor.name, at: entry.at });
      }
      this.#changed();
    } catch (error) {
      // Who it was is a help, not a need: both values are shown anyway.
      if (!(error instanceof Problem)) throw error;
    }
  }

  #edited() {
    this.failure = null;
    this.#changed();
  }

  #changed() {
    this.dispatchEvent(new Event('change'));
  }
}
