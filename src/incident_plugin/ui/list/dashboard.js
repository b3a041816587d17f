// The dashboard: how many projects of each kind, and when they came about. Each mark leads to its filtered list.

import { Problem, call } from '../common/api.js';
import { followChanges } from '../common/changes.js';
import { h, icon } from '../common/dom.js';
import { NO_PROPERTIES } from '../common/properties.js';
import { date, time } from '../common/time.js';
import { valueLabel } from '../common/value-label.js';
import { whileVisible } from '../common/visible.js';
import { zoneTitle } from '../common/zoned.js';
import { choices, fieldTitle, shownValue } from '../incidents/field-names.js';
import { problemNote, skeleton, staleNote } from '../incidents/states.js';
import { strings } from '../locales/en.js';
import { bars, heatMap, table, trend } from './charts.js';
import { FilterBar } from './filter-bar.js';
import { changed, parameters, readPath, writePath } from './query.js';

/** @typedef {import('../../../../hooks/src/vms_hooks/page.d.ts').VmsBridge} Bridge */
/** @typedef {import('../common/shapes.d.ts').FieldValue} FieldValue */
/** @typedef {import('./query.js').Query} Query */
/** @typedef {import('./charts.js').Mark} Mark */
/** @typedef {{value: FieldValue, count: number}} Count */
/** @typedef {{total: number, partly: boolean, fields: Record<string, Count[]>, cameras: Count[] | null, hours: number[][], unit: 'day' | 'week' | 'month', trend: {start: string, end: string, count: number}[], made_at: string}} Overview */

const READ_AGAIN = 60_000;
const AFTER_CHANGE = 3_000;
const DEFAULT_PERIOD = '-30d';
/** Bars of one kind that are drawn; the rest is in the table. */
const DRAWN = 12;

export class Dashboard {
  #bridge;
  /** @type {Query} */
  #query = new Map();
  /** @type {Overview | null} */
  #overview = null;
  #properties = NO_PROPERTIES;
  /** Nobody chose the period: it is the dashboard's own, and the list does not take it over. */
  #ownPeriod = false;
  #asTables = false;
  #question = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #bar;
  #leave;
  #period;
  #count = h('span', { class: 'count', role: 'status' });
  #notes = h('div', {});
  #content = h('div', { class: 'cards' });
  #reader;
  #unfollow;

  /** @param {Bridge} bridge @param {string} path */
  constructor(bridge, path) {
    const texts = strings.dashboard;
    this.#bridge = bridge;
    this.#leave = h('button', { type: 'button', onclick: () => this.#back() }, icon('back'), texts.back);
    this.#period = h('select', { 'aria-label': texts.period, onchange: () => this.#choosePeriod(this.#period.value) },
      Object.entries(texts.periods).map(([value, name]) => h('option', { value }, name)));
    const button = (/** @type {Parameters<typeof icon>[0]} */ image, /** @type {string} */ label, /** @type {() => void} */ act) =>
      h('button', { type: 'button', title: label, 'aria-label': label, onclick: act }, icon(image));
    this.#bar = new FilterBar(bridge, (query) => this.#go(query), this.#count,
      button('list', texts.asTable, () => this.#switch()), button('download', texts.csv, () => this.#save()), button('print', texts.print, () => globalThis.print()));
    this.element = h('div', { class: 'dashboard' },
      h('div', { class: 'bar' },
        h('div', { class: 'row' }, this.#leave,
          h('h2', {}, texts.title), this.#period, h('span', { class: 'dim small' }, texts.byCreation(zoneTitle(bridge.timeZone)))),
        this.#bar.element),
      h('div', { class: 'board' }, this.#notes, this.#content));
    this.#content.append(skeleton(texts.loading, 8));
    this.show(path);
    this.#reader = whileVisible(this.element, () => READ_AGAIN, () => this.#read());
    const later = () => {
      this.#timer ??= setTimeout(() => {
        this.#timer = undefined;
        this.#reader.again();
      }, AFTER_CHANGE);
    };
    this.#unfollow = followChanges(bridge, { project: later, properties: later, missed: later });
  }

  /** @param {string} path */
  show(path) {
    const query = readPath(path);
    this.#ownPeriod = !query.has('created-from') && !query.has('created-to');
    if (this.#ownPeriod) query.set('created-from', [DEFAULT_PERIOD]);
    const same = writePath(query) === writePath(this.#query);
    this.#query = query;
    const [from] = query.get('created-from') ?? [];
    const period = query.has('created-to') ? 'own' : from === '1970-01-01' ? 'all' : from in strings.dashboard.periods ? from : 'own';
    this.#period.value = period;
    /** @type {HTMLOptionElement} */ (this.#period.querySelector('[value=own]')).hidden = period !== 'own';
    // The period has a control of its own.
    this.#bar.show(period === 'own' ? query : changed(query, { 'created-from': null }));
    if (!same && this.#reader) {
      this.#question += 1;
      this.#reader.again();
    }
  }

  /** Takes the keyboard where letters are no choices. */
  focus() {
    this.#leave.focus();
  }

  stop() {
    clearTimeout(this.#timer);
    this.#unfollow();
    this.#reader.stop();
  }

  /** @param {string} value */
  #choosePeriod(value) {
    this.#navigate('dashboard', changed(this.#query, { 'created-from': value === 'all' ? '1970-01-01' : value, 'created-to': null }));
  }

  /** @param {Query} query from the bar, which does not show the period */
  #go(query) {
    const from = this.#ownPeriod || query.has('created-from') || query.has('created-to') ? null : this.#query.get('created-from') ?? null;
    this.#navigate('dashboard', from && !this.#query.has('created-to') ? changed(query, { 'created-from': from }) : query);
  }

  #back() {
    this.#toList(this.#ownPeriod ? changed(this.#query, { 'created-from': null }) : this.#query);
  }

  /** @param {Query} query */
  #toList(query) {
    const everything = query.get('created-from')?.[0] === '1970-01-01' && !query.has('created-to');
    this.#navigate('list', everything ? changed(query, { 'created-from': null }) : query);
  }

  /** @param {'list' | 'dashboard'} place @param {Query} query */
  #navigate(place, query) {
    this.#bridge.navigate({ tab: 'incidents', path: address(place, query) });
  }

  async #read() {
    const question = this.#question;
    const asked = changed(this.#query, { sort: null });
    try {
      const [overview, properties] = await Promise.all([
        call(this.#bridge, 'GET', `list/overview?${parameters(asked)}`), call(this.#bridge, 'GET', 'properties'),
      ]);
      if (question !== this.#question) return;
      this.#overview = overview;
      this.#properties = properties;
      this.#bar.properties = properties;
      this.#notes.replaceChildren();
      this.#draw();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (question === this.#question) this.#failed(error);
    }
  }

  /** @param {Problem} problem */
  #failed(problem) {
    if (this.#overview && problem.status !== 403 && problem.status !== 422) {
      this.#notes.replaceChildren(staleNote(strings.incidents.list.stale, problem));
      return;
    }
    this.#overview = null;
    this.#count.textContent = '';
    this.#content.replaceChildren(problemNote(problem, () => this.#reader.again()));
  }

  #switch() {
    this.#asTables = !this.#asTables;
    this.#draw();
  }

  #draw() {
    const texts = strings.dashboard;
    const overview = this.#overview;
    if (!overview) return;
    this.#count.textContent = texts.count(overview.total, overview.partly);
    this.#count.title = texts.madeAt(time(overview.made_at, this.#bridge.timeZone));
    if (overview.total === 0) {
      this.#content.replaceChildren(h('div', { class: 'empty' }, h('p', {}, h('b', {}, texts.empty)), h('p', {}, texts.hint)));
      return;
    }
    const held = this.#content.contains(/** @type {ShadowRoot} */ (this.#content.getRootNode()).activeElement);
    if (held) return;
    this.#content.replaceChildren(...this.#groups(overview).map(({ title, first, marks, draw, wide }) => h('section', { class: wide ? 'card wide' : 'card' },
      h('h3', {}, title), this.#asTables ? table(title, first, marks.filter(({ count }) => count > 0)) : draw())));
  }

  /** @param {Overview} overview @returns {{title: string, first: string, marks: Mark[], draw: () => Node, wide: boolean}[]} */
  #groups(overview) {
    const texts = strings.dashboard;
    const zone = this.#bridge.timeZone;
    const days = overview.trend.map(({ start, end, count }) => this.#mark(date(start, zone).slice(overview.unit === 'month' ? 0 : 5), count,
      { 'created-from': iso(start), 'created-to': iso(end) }));
    const hours = overview.hours.map((row, day) => row.map((count, hour) => this.#mark(`${texts.days[day]} ${String(hour).padStart(2, '0')}:00`, count, { hour: `${day}-${hour}` })));
    const order = ['status', 'type', 'priority', ...this.#properties.categories.map(({ id }) => `category:${id}`), 'owner', ...this.#properties.data.map(({ id }) => `data:${id}`)];
    const fields = order.flatMap((field) => (overview.fields[field] ? [/** @type {const} */ ([field, overview.fields[field]])] : [])).map(([field, counts]) => ({ title: fieldTitle(field, this.#properties), marks: counts.map((count) => this.#ofField(field, count)) }));
    const cameras = overview.cameras?.length ? [{ title: texts.cameras, marks: overview.cameras.map(({ value, count }) => this.#mark(this.#cameraName(String(value)), count, { camera: String(value) })) }] : [];
    return [
      { title: texts.trend[overview.unit], first: texts.period, marks: days, draw: () => trend(days, texts.trend[overview.unit]), wide: true },
      ...[...fields, ...cameras].filter(({ marks }) => marks.length).map(({ title, marks }) => ({ title, first: texts.value, marks, wide: false, draw: () => h('div', {}, bars(marks.slice(0, DRAWN)),
        marks.length > DRAWN ? h('button', { type: 'button', class: 'quiet', onclick: () => this.#switch() }, texts.more(marks.length - DRAWN)) : '') })),
      { title: texts.hours, first: texts.hours, marks: hours.flat(), draw: () => heatMap(hours, texts.hours), wide: true },
    ];
  }

  /** @param {string} field @param {Count} count @returns {Mark} */
  #ofField(field, { value, count }) {
    const found = choices(field, this.#properties).find(({ id }) => id === value);
    const name = value === null ? strings.dashboard.noValue : String(shownValue(field, value, this.#properties));
    const asked = value === null ? '' : typeof value === 'boolean' ? (value ? 'yes' : 'no') : String(value);
    const mark = this.#mark(name, count, { [field]: [asked] });
    const { colour } = /** @type {{colour?: string}} */ (found ?? {});
    return { ...mark, ...(found && { label: valueLabel(found) }), ...(colour && colour !== 'none' && { colour }) };
  }

  /** @param {string} name @param {number} count @param {Record<string, string | string[]>} narrowed @returns {Mark} */
  #mark(name, count, narrowed) {
    const query = changed(this.#query, narrowed);
    const path = address('list', query);
    return { name, count, href: here(path), go: () => this.#toList(query) };
  }

  /** @param {string} id */
  #cameraName(id) {
    return this.#bridge.cameras().find((camera) => camera.id === id)?.name ?? id;
  }

  #save() {
    const lines = this.#overview ? this.#groups(this.#overview).flatMap(({ title, marks }) => marks.map(({ name, count }) => [title, name, String(count)])) : [];
    const text = [[strings.dashboard.title, strings.dashboard.value, strings.dashboard.number], ...lines].map((cells) => cells.map(cell).join(',')).join('\r\n');
    const url = URL.createObjectURL(new Blob([`\ufeff${text}\r\n`], { type: 'text/csv' }));
    h('a', { href: url, download: 'incident-dashboard.csv' }).click();
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
  }
}

/** @param {string} place @param {Query} query */
const address = (place, query) => [place, writePath(query)].filter(Boolean).join('/');

/** Where the list with this path is, as far as the address of this page tells. @param {string} path */
function here(path) {
  const [, root] = /^(.*\/incidents)(?:\/|$)/.exec(location.pathname) ?? [];
  return root === undefined ? '#' : `${root}/${path.split('/').map(encodeURIComponent).join('/')}`;
}

/** @param {string} text */
const iso = (text) => new Date(text).toISOString().replace('.000Z', 'Z');

/** No spreadsheet takes it for a formula. @param {string} text */
function cell(text) {
  const safe = /^\s*[=+@\t\r\n＝＋＠－-]/.test(text) && !/^-?\d+(\.\d+)?$/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
