// Choosing an existing incident project to add sequences to.

import { Problem, call } from './api.js';
import { showDialog } from './dialog.js';
import { h } from './dom.js';
import { FilterBar } from '../list/filter-bar.js';
import { parameters } from '../list/query.js';
import { filterSheet } from '../list/style.js';
import { NO_PROPERTIES, nameOf, withProperties } from './properties.js';
import { dateTime, utcTitle } from './time.js';
import { strings } from '../locales/en.js';

/** @typedef {import('./api.js').Bridge} Bridge */
/** @typedef {import('./shapes.d.ts').ProjectSummary} ProjectSummary */
/** @typedef {import('./shapes.d.ts').ProjectPage} Page */
/** @typedef {import('./shapes.d.ts').IncidentProperties} IncidentProperties */

/**
 * Lets the operator choose, until `submit` succeeds or they leave; a refusal is shown in place.
 * @template R
 * @param {Bridge} bridge
 * @param {(project: number) => Promise<R>} submit
 * @param {string} [verb] what the button says
 * @returns {Promise<R | undefined>} nothing when it was left
 */
export function chooseProject(bridge, submit, verb = strings.projects.chooseButton) {
  return showDialog(strings.projects.choose, (/** @type {(result: R) => void} */ done) => {
    const chooser = new Chooser(bridge, async (id) => done(await submit(id)), verb);
    return chooser.parts;
  }, { wide: true, sheets: [filterSheet] });
}

class Chooser {
  /** @type {ProjectSummary[]} */
  #projects = [];
  /** @type {number | undefined} */
  #chosen;
  /** @type {IncidentProperties} */
  #properties = NO_PROPERTIES;
  /** Counts questions, so that a late answer does not replace a newer one. */
  #question = 0;
  #busy = false;
  /** @type {import('../list/query.js').Query} */
  #query = new Map();

  /**
   * @param {Bridge} bridge
   * @param {(project: number) => Promise<void>} submit
   * @param {string} verb
   */
  constructor(bridge, submit, verb) {
    this.bridge = bridge;
    this.submit = submit;
    this.bar = new FilterBar(bridge, (query) => {
      this.#query = query;
      void this.load();
    });
    this.bar.autofocus();
    this.bar.toFound = () => this.#focus(0);
    this.body = h('tbody', { onkeydown: (/** @type {KeyboardEvent} */ event) => this.#key(event) });
    this.table = h('table', { hidden: true, role: 'grid', 'aria-label': strings.projects.choose },
      h('thead', {}, h('tr', {}, [strings.projects.id, strings.common.type, strings.projects.status,
        strings.common.start, strings.common.description].map((title) => h('th', { scope: 'col' }, title)))),
      this.body);
    this.message = h('p', { class: 'empty', role: 'status' }, strings.projects.loading);
    this.problem = h('p', { class: 'error', role: 'alert', hidden: true });
    this.count = h('span', { class: 'dim small' });
    this.older = h('button', { type: 'button', hidden: true, onclick: () => void this.load({ older: true }) }, strings.projects.older);
    this.choose = h('button', { type: 'button', class: 'primary', disabled: true, onclick: () => void this.#submit() }, verb);
    void this.load();
    void this.#names();
    void this.#saved();
  }

  get parts() {
    return [
      h('div', { class: 'filters' }, this.bar.element),
      h('div', { class: 'scroll' }, this.table, this.message),
      h('div', { class: 'row' }, this.count, this.older),
      this.problem,
      h('footer', {},
        h('button', { type: 'button', onclick: (/** @type {Event} */ event) => {
          /** @type {HTMLElement} */ (event.target).closest('dialog')?.close();
        } }, strings.common.cancel),
        this.choose),
    ];
  }

  /** @param {{older?: boolean}} [which] */
  async load({ older = false } = {}) {
    const question = (this.#question += 1);
    const last = this.#projects.at(-1);
    const query = parameters(this.#query, { limit: 100, ...(older && last && { before: last.id }) });
    try {
      const page = /** @type {Page} */ (await call(this.bridge, 'GET', `projects?${query}`));
      if (question !== this.#question) return;
      this.#projects = older ? [...this.#projects, ...page.projects] : page.projects;
      this.problem.hidden = true;
      this.older.hidden = page.projects.length < 100;
      this.count.textContent = strings.projects.count(this.#projects.length, page.total, page.capped);
      this.#draw();
    } catch (error) {
      this.#refused(error);
    }
  }

  #draw() {
    if (!this.#projects.some((project) => project.id === this.#chosen)) this.#select(undefined);
    this.table.hidden = this.#projects.length === 0;
    this.message.hidden = this.#projects.length > 0;
    this.message.textContent = this.#query.size ? strings.projects.noneFound : strings.projects.none;
    this.body.replaceChildren(...this.#projects.map((project, index) => this.#row(project, index)));
  }

  /**
   * @param {ProjectSummary} project
   * @param {number} index
   */
  #row(project, index) {
    const chosen = project.id === this.#chosen;
    return h('tr', {
      tabIndex: chosen || (this.#chosen === undefined && index === 0) ? 0 : -1,
      'aria-selected': chosen ? 'true' : 'false', 'data-id': project.id,
      onclick: () => this.#select(project.id),
      onfocus: () => this.#select(project.id),
      ondblclick: () => void this.#submit(),
    },
    h('td', {}, project.id),
    h('td', {}, nameOf(this.#properties.types, project.type)),
    h('td', {}, nameOf(this.#properties.statuses, project.status)),
    h('td', { title: project.start ? utcTitle(project.start) : null }, dateTime(project.start, this.bridge.timeZone)),
    h('td', { class: 'fill', title: project.description }, project.description));
  }

  /** @param {number | undefined} id */
  #select(id) {
    this.#chosen = id;
    this.choose.disabled = id === undefined || this.#busy;
    for (const row of this.body.rows) {
      const chosen = row.dataset.id === String(id);
      row.setAttribute('aria-selected', String(chosen));
      if (id !== undefined) row.tabIndex = chosen ? 0 : -1;
    }
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const at = this.#projects.findIndex((project) => project.id === this.#chosen);
    /** @type {Record<string, () => void>} */
    const keys = {
      ArrowDown: () => this.#focus(at + 1),
      ArrowUp: () => (at <= 0 ? this.bar.focus() : this.#focus(at - 1)),
      Home: () => this.#focus(0),
      End: () => this.#focus(this.#projects.length - 1),
      Enter: () => void this.#submit(),
    };
    const act = keys[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  }

  /** @param {number} index */
  #focus(index) {
    this.body.rows[Math.min(index, this.body.rows.length - 1)]?.focus();
  }

  async #submit() {
    if (this.#chosen === undefined || this.#busy) return;
    this.#busy = true;
    this.choose.disabled = true;
    this.problem.hidden = true;
    try {
      await this.submit(this.#chosen);
    } catch (error) {
      this.#refused(error);
    } finally {
      this.#busy = false;
      this.choose.disabled = this.#chosen === undefined;
    }
  }

  async #names() {
    try {
      await withProperties(this.bridge, (properties) => {
        this.#properties = properties;
        this.bar.properties = properties;
        if (this.#projects.length) this.#draw();
      });
    } catch (error) {
      // Without the names the ids are shown, which are made of them.
      if (!(error instanceof Problem)) throw error;
    }
  }

  async #saved() {
    try {
      await this.bar.saved.load();
    } catch (error) {
      // Every filter can be chosen anew.
      if (!(error instanceof Problem)) throw error;
    }
  }

  /** @param {unknown} error */
  #refused(error) {
    if (!(error instanceof Problem)) throw error;
    if (this.#projects.length === 0) this.message.hidden = true;
    this.problem.replaceChildren(h('strong', {}, error.title), ' ', error.detail);
    this.problem.hidden = false;
  }
}
