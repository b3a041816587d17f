// The list of incident projects: filters, a page of a hundred, selection, preview; changes of others as they happen.

import { Problem, call, report, titled } from '../common/api.js';
import { followChanges } from '../common/changes.js';
import { focused, h, icon } from '../common/dom.js';
import { may } from '../common/permissions.js';
import { NO_PROPERTIES } from '../common/properties.js';
import { whileVisible } from '../common/visible.js';
import { Preview } from '../incidents/preview.js';
import { createPeriodReport } from '../incidents/report-dialog.js';
import { problemNote, skeleton, staleNote } from '../incidents/states.js';
import { strings } from '../locales/en.js';
import { chooseColumns } from './column-dialog.js';
import { DELIVERED, columns } from './columns.js';
import { FilterBar } from './filter-bar.js';
import { parameters, readPath, writePath } from './query.js';
import { Table } from './table.js';

/** @typedef {import('../../../../hooks/src/vms_hooks/page.d.ts').VmsBridge} Bridge */
/** @typedef {import('../common/shapes.d.ts').ProjectPage} Page */
/** @typedef {import('../common/shapes.d.ts').ProjectSummary} ProjectSummary */
/** @typedef {import('./query.js').Query} Query */

const PAGE = 100;
/** How often the list is asked for while changes are heard of at once, and while they are not. */
const READ_AGAIN = 120_000;
const READ_OFTEN = 5_000;
/** Changes that come together are asked for together. */
const TOGETHER = 60;
const COUNT_AGAIN = 1_000;

/** The filters that this person had last in this window. @param {Bridge} bridge */
export const lastFilters = (bridge) => sessionStorage.getItem(filtersKey(bridge)) ?? '';

/** @param {Bridge} bridge */
const filtersKey = (bridge) => `incident.list.filters.${bridge.principal.id}`;

export class ProjectList {
  #bridge;
  #storageKey;
  /** @type {Query} */
  #query = new Map();
  /** Where each page but the first begins: the id that it lies below, or how many come before. @type {number[]} */
  #starts = [];
  /** @type {Page | null} */
  #page = null;
  #properties = NO_PROPERTIES;
  /** @type {string[]} */
  #columns = [];
  #question = 0;
  #live = false;
  /** Projects that changed and were not asked for yet, and whether they are gone. @type {Map<number, boolean>} */
  #changed = new Map();
  /** Those heard of since the list was last asked for: its answer may be older than they are. @type {Map<number, boolean>} */
  #sinceAsked = new Map();
  /** New ones that are announced and not shown. @type {Set<number>} */
  #newer = new Set();
  #moved = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #asking;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #counting;
  #count = h('span', { class: 'dim count', role: 'status' });
  #liveState = h('span', { class: 'amber small mark-line', role: 'status', hidden: true, title: strings.list.pollingTitle }, icon('clock'), strings.list.polling);
  #notes = h('div', {});
  #news = h('div', { class: 'announced', role: 'status' });
  #state = h('div', {});
  #back = h('button', { type: 'button', onclick: () => this.#turn(-1) }, icon('back'), strings.incidents.list.newer);
  #forward = h('button', { type: 'button', onclick: () => this.#turn(1) }, strings.incidents.list.older, icon('forward'));
  #pageNumber = h('span', { class: 'dim' });
  #pager = h('div', { class: 'pager', hidden: true }, this.#back, this.#pageNumber, this.#forward);
  #table;
  #scroll;
  #preview;
  #reader;
  #bar;
  #csv;
  #unfollow;

  /** @param {Bridge} bridge @param {string} path */
  constructor(bridge, path) {
    const texts = strings.list;
    this.#bridge = bridge;
    this.#storageKey = `incident.list.${bridge.principal.id}`;
    this.#table = new Table(bridge.timeZone, { select: (id) => this.#select(id), open: (id) => this.#open(id), sort: (by) => this.#sort(by) });
    this.#scroll = h('div', { class: 'rows' }, this.#notes, this.#news, this.#table.element, this.#state, this.#pager);
    this.#csv = h('a', { class: 'button', download: 'incident-projects.csv', title: texts.csv, 'aria-label': texts.csv }, icon('download'), 'CSV');
    this.#bar = new FilterBar(bridge, (query) => this.#go(query), this.#liveState, this.#count,
      h('button', { type: 'button', title: texts.columns, 'aria-label': texts.columns, onclick: () => void this.#chooseColumns() }, icon('list')),
      this.#csv,
      ...(may(bridge, 'projects.reports.view') ? [h('button', { type: 'button', title: strings.incidents.report.periodTitle,
        onclick: () => void createPeriodReport(bridge, parameters(this.#query).toString()) }, icon('report'), strings.incidents.report.period)] : []),
      h('button', { type: 'button', onclick: () => bridge.navigate({ tab: 'incidents', path: ['dashboard', writePath(this.#query)].filter(Boolean).join('/') }) }, icon('chart'), texts.dashboard));
    this.#bar.toFound = () => {
      this.focus();
      const row = /** @type {HTMLElement | null} */ (focused());
      row?.scrollIntoView({ block: 'nearest' });
      if (row?.dataset.key) this.#select(Number(row.dataset.key));
    };
    this.#preview = new Preview(bridge, (id) => this.#open(id), () => this.#gone());
    this.element = h('div', { class: 'list' }, h('div', { class: 'bar' }, this.#bar.element), this.#scroll, this.#preview.element);
    this.#state.append(skeleton(strings.incidents.list.loading, 12));
    this.#table.select(Number(sessionStorage.getItem(this.#storageKey)) || null);
    this.show(path);
    this.#reader = whileVisible(this.#scroll, () => (this.#live ? READ_AGAIN : READ_OFTEN), () => this.#read());
    this.#unfollow = followChanges(bridge, {
      project: ({ project, revision }) => this.#heard(project, revision),
      properties: () => this.#reader.again(),
      missed: () => this.#reader.again(),
      live: (live) => this.#liven(live),
    });
    void this.#settings();
  }

  /** Shows what the address asks for. @param {string} path */
  show(path) {
    const query = readPath(path);
    const same = writePath(query) === writePath(this.#query);
    this.#query = query;
    sessionStorage.setItem(filtersKey(this.#bridge), writePath(query));
    this.#bar.show(query);
    this.#csv.href = this.#bridge.url(`list/csv?${parameters(query)}`);
    if (!same && this.#reader) this.#ask();
  }

  get path() {
    return ['list', writePath(this.#query)].filter(Boolean).join('/');
  }

  /** Takes the keyboard when nothing else has it, as after a change of tab. */
  takeFocus() {
    if (document.activeElement === document.body) this.focus();
  }

  /** Puts the keyboard where it was left. */
  focus() {
    this.#table.focus();
  }

  /** @param {KeyboardEvent} event wherever in the tab */
  keyed(event) {
    if (event.key !== '/' || event.ctrlKey || event.altKey || event.metaKey || typing(event)) return;
    event.preventDefault();
    this.#bar.focus();
  }

  stop() {
    clearTimeout(this.#asking);
    clearTimeout(this.#counting);
    this.#unfollow();
    this.#reader.stop();
  }

  get #sorting() {
    return this.#query.get('sort')?.[0] ?? '-id';
  }

  get #newestFirst() {
    return this.#sorting === '-id' || this.#sorting === '-created';
  }

  // Asking

  /** @param {Query} query */
  #go(query) {
    const path = writePath(query);
    this.#bridge.navigate({ tab: 'incidents', path: path ? `list/${path}` : 'list' });
    // A host may give the new address at once, later, or not at all.
    if (writePath(this.#query) !== path) this.show(`${path}`);
  }

  /** Another question: answers to the earlier one do not count any more. */
  #ask() {
    this.#question += 1;
    this.#starts = [];
    this.#table.select(null);
    this.#scroll.scrollTop = 0;
    this.#reader.again();
  }

  /** @returns {Record<string, string | number>} */
  #place() {
    const start = this.#starts.at(-1);
    return { limit: PAGE, ...(start !== undefined && { [this.#newestFirst ? 'before' : 'skip']: start }) };
  }

  async #read() {
    const question = this.#question;
    this.#sinceAsked.clear();
    try {
      const [page, properties] = await Promise.all([
        call(this.#bridge, 'GET', `projects?${parameters(this.#query, this.#place())}`), call(this.#bridge, 'GET', 'properties'),
      ]);
      if (question !== this.#question) return;
      this.#properties = properties;
      this.#bar.properties = properties;
      this.#show(page);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (question === this.#question) this.#failed(error);
    }
  }

  async #settings() {
    try {
      this.#columns = await this.#bar.saved.load();
      this.#draw();
    } catch (error) {
      // The delivered columns do; saved filters are asked for again when the tab is opened anew.
      if (!(error instanceof Problem)) throw error;
    }
  }

  // Showing

  /** @param {Page} page */
  #show(page) {
    this.#notes.replaceChildren(...(page.partly_sorted ? [h('p', { class: 'banner amber', role: 'status' }, icon('info'), strings.list.partlySorted)] : []));
    const first = this.#page === null;
    this.#page = page;
    this.#newer.clear();
    this.#moved = false;
    this.#changed.clear();
    for (const [id, gone] of this.#sinceAsked) this.#askSoon(id, gone);
    this.#table.show(page.projects);
    this.#tell(page);
    this.#state.replaceChildren(...(page.projects.length ? [] : [this.#emptyNote()]));
    this.#pager.hidden = this.#starts.length === 0 && page.projects.length < PAGE;
    this.#back.disabled = this.#starts.length === 0;
    this.#forward.disabled = page.projects.length < PAGE;
    this.#pageNumber.textContent = strings.incidents.list.page(this.#starts.length + 1);
    this.#draw();
    if (first) this.takeFocus();
  }

  /** @param {Pick<Page, 'total' | 'capped'>} page */
  #tell({ total, capped }) {
    this.#count.textContent = strings.incidents.list.count(total, capped);
  }

  get #shownColumns() {
    const all = columns(this.#bridge, this.#properties);
    const keys = this.#columns.length ? this.#columns : DELIVERED;
    const shown = keys.flatMap((key) => all.filter((column) => column.key === key));
    return shown.length ? shown : all.slice(0, 1);
  }

  #draw() {
    if (!this.#page) return;
    this.#table.element.classList.toggle('delivered', this.#columns.length === 0);
    this.#table.draw(this.#shownColumns, this.#sorting, this.#properties);
    const selected = this.#table.projects.find(({ id }) => id === this.#table.selected) ?? null;
    this.#preview.show(selected && !this.#table.isDeleted(selected.id) ? selected : null, this.#properties);
    const news = [this.#newer.size ? strings.list.newer(this.#newer.size) : '', this.#moved ? strings.list.changed : ''].filter(Boolean).join('. ');
    if (news === this.#news.dataset.says) return;
    this.#news.dataset.says = news;
    this.#news.replaceChildren(...(news ? [h('button', { type: 'button', onclick: () => this.#showNews() }, icon('add'), news, h('b', {}, strings.list.show))] : []));
  }

  #showNews() {
    this.#starts = [];
    this.#scroll.scrollTop = 0;
    this.#reader.again();
  }

  #emptyNote() {
    const texts = strings.incidents.list;
    return [...this.#query.keys()].some((name) => name !== 'sort')
      ? h('div', { class: 'empty' }, h('p', {}, texts.noMatch), h('button', { type: 'button', onclick: () => this.#go(new Map()) }, texts.clearFilter))
      : h('div', { class: 'empty' }, h('p', {}, h('b', {}, texts.empty)), h('p', {}, texts.emptyHint));
  }

  /** @param {Problem} problem */
  #failed(problem) {
    if (this.#page && problem.status !== 403 && problem.status !== 422) {
      this.#notes.replaceChildren(staleNote(strings.incidents.list.stale, problem));
      return;
    }
    this.#table.show([]);
    this.#table.select(null);
    this.#draw();
    this.#page = null;
    this.#pager.hidden = true;
    this.#count.textContent = '';
    this.#notes.replaceChildren();
    this.#state.replaceChildren(problemNote(problem, () => this.#reader.again()));
  }

  // Changes of others

  /** @param {boolean} live */
  #liven(live) {
    this.#live = live;
    this.#liveState.hidden = live;
    if (!live) this.#reader?.again();
  }

  /** @param {number} id @param {number | null} revision */
  #heard(id, revision) {
    const shown = this.#table.projects.find((one) => one.id === id);
    this.#preview.heard(id);
    this.#sinceAsked.set(id, revision === null);
    if (!this.#page || (shown && shown.revision === revision)) return;
    this.#askSoon(id, revision === null);
  }

  /** @param {number} id @param {boolean} gone */
  #askSoon(id, gone) {
    this.#changed.set(id, gone);
    this.#asking ??= setTimeout(() => void this.#askForChanged(), TOGETHER);
    this.#counting ??= setTimeout(() => void this.#countAgain(), COUNT_AGAIN);
  }

  async #askForChanged() {
    const question = this.#question;
    const ids = [...this.#changed.keys()].slice(0, PAGE);
    const gone = new Map(this.#changed);
    for (const id of ids) this.#changed.delete(id);
    try {
      const { projects } = await call(this.#bridge, 'GET', `list/rows?${parameters(this.#query, { ids: ids.join() })}`);
      if (question === this.#question) this.#bring(ids, projects, (id) => gone.get(id) === true);
    } catch (error) {
      // The list says that it is not up to date when it cannot be read either.
      if (!(error instanceof Problem)) throw error;
      this.#reader.again();
    } finally {
      this.#asking = this.#changed.size ? setTimeout(() => void this.#askForChanged(), TOGETHER) : undefined;
    }
  }

  /** @param {number[]} ids that were asked for @param {ProjectSummary[]} found @param {(id: number) => boolean} deleted */
  #bring(ids, found, deleted) {
    const shown = new Set(this.#table.projects.map(({ id }) => id));
    const added = found.filter(({ id }) => !shown.has(id));
    for (const project of found) if (shown.has(project.id)) this.#table.update(project);
    for (const id of ids) {
      if (found.some((one) => one.id === id)) continue;
      this.#newer.delete(id);
      if (shown.has(id)) this.#table.mark(id, deleted(id) ? 'deleted' : 'left');
    }
    const newest = this.#table.projects[0]?.id ?? 0;
    const onTop = this.#newestFirst && this.#starts.length === 0;
    const above = onTop ? added.filter(({ id }) => id > newest) : [];
    const still = this.#newer.size === 0 && this.#scroll.scrollTop === 0 && !this.#table.busy;
    if (above.length && still) {
      this.#table.prepend(above.sort((a, b) => b.id - a.id));
      this.#state.replaceChildren();
    } else {
      for (const { id } of above) this.#newer.add(id);
    }
    // Elsewhere on the list: where they belong is known when it is read again.
    if (added.length > above.length || (!this.#newestFirst && found.some(({ id }) => shown.has(id)))) this.#moved = this.#moved || added.some(({ id }) => id < newest || !onTop);
    this.#draw();
  }

  async #countAgain() {
    const question = this.#question;
    try {
      const page = await call(this.#bridge, 'GET', `projects?${parameters(this.#query, { limit: 1 })}`);
      if (question === this.#question && this.#page) this.#tell(page);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
    } finally {
      this.#counting = undefined;
    }
  }

  /** The selected project was deleted here. */
  #gone() {
    this.#reader.again();
  }

  // Doing

  /** @param {number} id */
  #select(id) {
    this.#table.select(id);
    sessionStorage.setItem(this.#storageKey, String(id));
    this.#draw();
  }

  /** @param {number} id */
  #open(id) {
    this.#bar.settle();
    this.#select(id);
    this.#bridge.navigate({ tab: 'incidents', path: String(id) });
  }

  /** From largest to smallest and back; times and numbers begin with the largest. @param {string} by */
  #sort(by) {
    const begin = ['id', 'created', 'start', 'end', 'sequences'].includes(by) ? `-${by}` : by;
    const next = this.#sorting === begin ? (begin.startsWith('-') ? by : `-${by}`) : begin;
    const query = new Map(this.#query);
    if (next === '-id') query.delete('sort');
    else query.set('sort', [next]);
    this.#go(query);
  }

  /** @param {1 | -1} by */
  #turn(by) {
    const projects = this.#table.projects;
    if (by > 0) this.#starts.push(this.#newestFirst ? projects[projects.length - 1].id : (this.#starts.at(-1) ?? 0) + PAGE);
    else this.#starts.pop();
    this.#table.select(null);
    this.#scroll.scrollTop = 0;
    this.#question += 1;
    this.#reader.again();
  }

  async #chooseColumns() {
    const chosen = await chooseColumns(columns(this.#bridge, this.#properties), this.#shownColumns.map(({ key }) => key));
    if (!chosen) return;
    this.#columns = chosen;
    this.#draw();
    try {
      await titled(strings.list.failures.columns, call(this.#bridge, 'PUT', 'list/settings', { columns: chosen }));
    } catch (error) {
      report(this.#bridge, error);
    }
  }
}

/** Whether a key is part of a text. @param {KeyboardEvent} event */
function typing(event) {
  const [target] = event.composedPath();
  return target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}
