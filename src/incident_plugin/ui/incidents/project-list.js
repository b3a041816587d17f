// The list of incident projects: filter, a page of a hundred, selection, preview.

import { Problem, call } from '../common/api.js';
import { h, icon } from '../common/dom.js';
import { keyed, whenChanged } from '../common/keyed.js';
import { whileVisible } from '../common/visible.js';
import { strings } from '../locales/en.js';
import { fillRow, listHead } from './list-row.js';
import { Preview } from './preview.js';
import { problemNote, skeleton, staleNote } from './states.js';

/** @typedef {import('../../../../hooks/src/vms_hooks/page.d.ts').VmsBridge} Bridge */
/** @typedef {import('../common/shapes.d.ts').ProjectPage} Page */
/** @typedef {import('../common/shapes.d.ts').ProjectSummary} ProjectSummary */
/** @typedef {import('../common/shapes.d.ts').IncidentProperties} IncidentProperties */

const PAGE = 100;
const READ_AGAIN = 5_000;
const AFTER_TYPING = 200;

export class ProjectList {
  #bridge;
  #storageKey;
  #filter = { id: '', text: '' };
  /** The id that each page but the first lies below. @type {number[]} */
  #before = [];
  /** @type {Page | null} */
  #page = null;
  /** @type {IncidentProperties | null} */
  #properties = null;
  /** @type {number | null} */
  #selected = null;
  #question = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #typing;
  #id;
  #text;
  #clear;
  #count = h('span', { class: 'dim', role: 'status' });
  #notes = h('div', {});
  #body = h('tbody', { onkeydown: (/** @type {KeyboardEvent} */ event) => this.#keys(event) });
  #table = h('table', { role: 'grid', 'aria-label': strings.incidents.list.title, hidden: true }, listHead(), this.#body);
  #state = h('div', {});
  #newer = h('button', { type: 'button', onclick: () => this.#turn(-1) }, icon('back'), strings.incidents.list.newer);
  #older = h('button', { type: 'button', onclick: () => this.#turn(1) }, strings.incidents.list.older, icon('forward'));
  #pageNumber = h('span', { class: 'dim' });
  #pager = h('div', { class: 'pager', hidden: true }, this.#newer, this.#pageNumber, this.#older);
  #scroll = h('div', { class: 'rows' }, this.#notes, this.#table, this.#state, this.#pager);
  #preview;
  #reader;

  /** @param {Bridge} bridge */
  constructor(bridge) {
    const texts = strings.incidents.list;
    this.#bridge = bridge;
    this.#storageKey = `incident.list.${bridge.principal.id}`;
    this.#restore();
    const typed = () => this.#typed();
    this.#id = h('input', { class: 'id', type: 'search', inputMode: 'numeric', placeholder: texts.id, 'aria-label': texts.id, value: this.#filter.id, oninput: typed });
    this.#text = h('input', { class: 'text', type: 'search', placeholder: texts.filterText, 'aria-label': texts.filterText, value: this.#filter.text, oninput: typed });
    this.#clear = h('button', { type: 'button', onclick: () => this.#clearFilter() }, texts.clearFilter);
    this.#preview = new Preview(bridge, (id) => this.#open(id), () => this.#reader.again());
    this.element = h('div', { class: 'list' },
      h('div', { class: 'bar', role: 'search', 'aria-label': texts.filter }, icon('search'), this.#id, this.#text, this.#clear,
        h('span', { class: 'grow' }), this.#count),
      this.#scroll, this.#preview.element);
    this.#clear.hidden = !this.#filter.id && !this.#filter.text;
    this.#state.append(skeleton(texts.loading, 12));
    this.#reader = whileVisible(this.#scroll, () => READ_AGAIN, () => this.#read());
  }

  /** Takes the keyboard when nothing else has it, as after a change of tab. */
  takeFocus() {
    if (document.activeElement === document.body) this.focus();
  }

  /** Puts the keyboard where it was left. */
  focus() {
    const row = [...this.#body.children].find((element) => /** @type {HTMLElement} */ (element).tabIndex === 0);
    /** @type {HTMLElement | undefined} */ (row)?.focus({ preventScroll: true });
  }

  stop() {
    clearTimeout(this.#typing);
    this.#reader.stop();
  }

  async #read() {
    const question = this.#question;
    const parameters = new URLSearchParams({ limit: String(PAGE), ...this.#asked() });
    try {
      const [page, properties] = await Promise.all([
        call(this.#bridge, 'GET', `projects?${parameters}`), call(this.#bridge, 'GET', 'properties'),
      ]);
      if (question !== this.#question) return;
      this.#properties = properties;
      this.#show(page);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      this.#failed(error);
    }
  }

  /** @returns {Record<string, string>} */
  #asked() {
    const { id, text } = this.#filter;
    const before = this.#before[this.#before.length - 1];
    return { ...(id && { id }), ...(text && { text }), ...(before !== undefined && { before: String(before) }) };
  }

  /** @param {Page} page */
  #show(page) {
    const texts = strings.incidents.list;
    this.#notes.replaceChildren();
    this.#keepSelection(page.projects);
    const first = this.#page === null;
    this.#page = page;
    this.#count.textContent = texts.count(page.total, page.capped);
    this.#state.replaceChildren(...(page.projects.length ? [] : [this.#emptyNote()]));
    this.#table.hidden = page.projects.length === 0;
    this.#pager.hidden = this.#before.length === 0 && page.projects.length < PAGE;
    this.#newer.disabled = this.#before.length === 0;
    this.#older.disabled = page.projects.length < PAGE;
    this.#pageNumber.textContent = texts.page(this.#before.length + 1);
    this.#draw();
    if (first) this.takeFocus();
  }

  #draw() {
    const projects = this.#page?.projects ?? [];
    const properties = this.#properties;
    if (!properties) return;
    const reachable = this.#selected ?? projects[0]?.id;
    keyed(this.#body, projects.map((project) => ({ project, properties, zone: this.#bridge.timeZone })), ({ project }) => project.id,
      ({ project: { id } }) => h('tr', { onclick: () => this.#select(id), ondblclick: () => this.#open(id) }), whenChanged(fillRow));
    for (const row of this.#body.children) {
      const id = Number(/** @type {HTMLElement} */ (row).dataset.key);
      row.setAttribute('aria-selected', String(id === this.#selected));
      /** @type {HTMLElement} */ (row).tabIndex = id === reachable ? 0 : -1;
    }
    this.#preview.show(projects.find((project) => project.id === this.#selected) ?? null, properties);
  }

  /** When the selected project is no longer there, the one that took its place is selected. @param {ProjectSummary[]} next */
  #keepSelection(next) {
    if (this.#selected === null || next.some(({ id }) => id === this.#selected)) return;
    const place = this.#page?.projects.findIndex(({ id }) => id === this.#selected) ?? -1;
    this.#selected = place < 0 ? null : next[Math.min(place, next.length - 1)]?.id ?? null;
  }

  #emptyNote() {
    const texts = strings.incidents.list;
    return this.#filter.id || this.#filter.text
      ? h('div', { class: 'empty' }, h('p', {}, texts.noMatch), h('button', { type: 'button', onclick: () => this.#clearFilter() }, texts.clearFilter))
      : h('div', { class: 'empty' }, h('p', {}, h('b', {}, texts.empty)), h('p', {}, texts.emptyHint));
  }

  /** @param {Problem} problem */
  #failed(problem) {
    if (this.#page && problem.status !== 403) {
      this.#notes.replaceChildren(staleNote(strings.incidents.list.stale, problem));
      return;
    }
    this.#page = null;
    this.#selected = null;
    this.#table.hidden = true;
    this.#pager.hidden = true;
    this.#count.textContent = '';
    this.#draw();
    this.#state.replaceChildren(problemNote(problem, () => this.#reader.again()));
  }

  /** @param {number} id */
  #select(id) {
    this.#selected = id;
    this.#remember();
    this.#draw();
  }

  /** @param {number} id */
  #open(id) {
    this.#select(id);
    this.#bridge.navigate({ tab: 'incidents', path: String(id) });
  }

  /** @param {KeyboardEvent} event */
  #keys(event) {
    const projects = this.#page?.projects ?? [];
    const place = projects.findIndex(({ id }) => id === Number(/** @type {HTMLElement} */ (event.target).dataset.key));
    if (place < 0 || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === 'Enter') {
      this.#open(projects[place].id);
    } else {
      const last = projects.length - 1;
      const target = { ArrowDown: place + 1, ArrowUp: place - 1, Home: 0, End: last, PageDown: place + 15, PageUp: place - 15 }[event.key];
      if (target === undefined) return;
      this.#select(projects[Math.max(0, Math.min(last, target))].id);
      this.focus();
      this.#body.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' });
    }
    event.preventDefault();
    event.stopPropagation();
  }

  /** @param {1 | -1} by */
  #turn(by) {
    const projects = this.#page?.projects ?? [];
    if (by > 0) this.#before.push(projects[projects.length - 1].id);
    else this.#before.pop();
    this.#ask();
  }

  #typed() {
    this.#id.value = this.#id.value.replace(/\D/g, '').slice(0, 15);
    clearTimeout(this.#typing);
    this.#typing = setTimeout(() => {
      this.#filter = { id: this.#id.value, text: this.#text.value.trim() };
      this.#clear.hidden = !this.#filter.id && !this.#filter.text;
      this.#before = [];
      this.#remember();
      this.#ask();
    }, AFTER_TYPING);
  }

  #clearFilter() {
    this.#id.value = '';
    this.#text.value = '';
    this.#typed();
    this.#text.focus();
  }

  /** Another question: answers to the earlier one do not count any more. */
  #ask() {
    this.#question += 1;
    this.#selected = null;
    this.#scroll.scrollTop = 0;
    this.#reader.again();
  }

  #remember() {
    sessionStorage.setItem(this.#storageKey, JSON.stringify({ filter: this.#filter, selected: this.#selected }));
  }

  #restore() {
    const kept = JSON.parse(sessionStorage.getItem(this.#storageKey) ?? 'null');
    if (!kept) return;
    this.#filter = kept.filter;
    this.#selected = kept.selected;
  }
}
