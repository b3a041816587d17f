// The Exports tab: what waits to be exported, and the exports themselves.

import { Problem, call, report } from '../common/api.js';
import { Contributed } from '../common/contributed.js';
import { confirmed } from '../common/dialog.js';
import { h, icon } from '../common/dom.js';
import { keyed, whenChanged } from '../common/keyed.js';
import { dateTime, duration, utcTitle } from '../common/time.js';
import { whileVisible } from '../common/visible.js';
import { problemNote, skeleton, staleNote } from '../incidents/states.js';
import { strings } from '../locales/en.js';
import { fillJob } from './export-job.js';
import { exportsSheet } from './style.js';

/** @typedef {import('../common/contributed.js').Context} Context */
/** @typedef {import('../common/shapes.d.ts').ExportItem} ExportItem */
/** @typedef {import('../common/shapes.d.ts').Export} Export */

const WHILE_RUNNING = 1_000;
const OTHERWISE = 5_000;

class ExportsTab extends Contributed {
  /** @type {ExportItem[]} */
  #items = [];
  /** @type {Export[]} */
  #exports = [];
  #known = false;
  #notes = h('div', {});
  #body = h('tbody', {});
  #table = h('table', { hidden: true }, h('thead', {}, h('tr', {},
    ...[strings.exports.project, strings.common.camera, strings.common.start, strings.common.end, strings.common.length, '']
      .map((title) => h('th', { scope: 'col' }, title)))), this.#body);
  #listState = h('div', {}, skeleton(strings.exports.loading, 3));
  #total = h('span', { class: 'dim' });
  #removeAll = h('button', { type: 'button', disabled: true, onclick: () => this.#askRemoveAll() }, strings.exports.removeAll);
  #start = h('button', { type: 'button', class: 'primary', disabled: true, onclick: () => this.#startExport() }, icon('export'), strings.exports.start);
  #jobs = h('div', { class: 'jobs', role: 'list' });
  #jobsState = h('div', {});
  /** @type {ReturnType<typeof whileVisible> | null} */
  #reader = null;

  constructor() {
    super();
    this.root.adoptedStyleSheets.push(exportsSheet);
    const texts = strings.exports;
    this.root.append(h('div', { class: 'page' }, this.#notes,
      h('section', { 'aria-label': texts.list },
        h('div', { class: 'head' }, h('h2', {}, texts.list), this.#total, h('span', { class: 'grow' }), this.#removeAll, this.#start),
        this.#table, this.#listState),
      h('section', { 'aria-label': texts.jobs }, h('div', { class: 'head' }, h('h2', {}, texts.jobs)), this.#jobs, this.#jobsState)));
  }

  /** @override */
  attached() {
    const busy = () => this.#exports.some(({ state }) => state === 'running' || state === 'queued');
    const reader = whileVisible(this, () => (busy() ? WHILE_RUNNING : OTHERWISE), () => this.#read());
    this.#reader = reader;
    this.until(() => reader.stop());
  }

  /** @override */
  changed() {
    this.#reader?.again();
  }

  get #bridge() {
    return /** @type {Context} */ (this.vms).bridge;
  }

  async #read() {
    const bridge = this.#bridge;
    try {
      const [list, jobs] = await Promise.all([call(bridge, 'GET', 'export-list'), call(bridge, 'GET', 'exports')]);
      this.#items = list.items;
      this.#exports = jobs.exports;
      this.#known = true;
      this.#notes.replaceChildren();
      this.#draw();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (this.#known && error.status !== 403) this.#notes.replaceChildren(staleNote(strings.exports.stale, error));
      else this.#listState.replaceChildren(problemNote(error, () => this.#reader?.again()));
    }
  }

  #draw() {
    const texts = strings.exports;
    const bridge = this.#bridge;
    const items = this.#items;
    const length = items.reduce((sum, { footage: { interval } }) => sum + Date.parse(interval.end) - Date.parse(interval.start), 0);
    this.#total.textContent = items.length ? texts.total(items.length, duration(length)) : '';
    this.#table.hidden = items.length === 0;
    this.#removeAll.disabled = items.length === 0;
    this.#start.disabled = items.length === 0;
    this.#listState.replaceChildren(...(items.length ? []
      : [h('div', { class: 'empty' }, h('p', {}, h('b', {}, texts.empty)), h('p', {}, texts.emptyHint))]));
    keyed(this.#body, items, ({ project, sequence }) => `${project} ${sequence}`, () => h('tr', {}),
      whenChanged((row, item) => this.#fillItem(row, item)));
    keyed(this.#jobs, this.#exports, ({ id }) => id, () => h('article', { class: 'job', role: 'listitem' }),
      whenChanged((element, job) => fillJob(element, job, bridge, {
        cancel: () => this.#cancel(job),
        again: () => this.#do(call(bridge, 'POST', 'export-list', { projects: [...new Set(job.items.map(({ project }) => project))] })),
      })));
    this.#jobsState.replaceChildren(...(this.#exports.length ? [] : [h('p', { class: 'empty' }, texts.noJobs)]));
  }

  /** @param {HTMLElement} row @param {ExportItem} item */
  #fillItem(row, { project, sequence, footage }) {
    const bridge = this.#bridge;
    const { start, end } = footage.interval;
    /** @param {string} at */
    const instant = (at) => h('td', {}, h('time', { title: utcTitle(at) }, dateTime(at, bridge.timeZone)));
    const label = `${strings.exports.remove}: ${footage.camera_name}, ${dateTime(start, bridge.timeZone)}`;
    row.replaceChildren(h('td', {}, String(project)), h('td', {}, footage.camera_name), instant(start), instant(end),
      h('td', {}, duration(Date.parse(end) - Date.parse(start))),
      h('td', {}, h('button', { type: 'button', class: 'quiet', title: strings.exports.remove, 'aria-label': label,
        onclick: () => this.#do(this.#remove([sequence])) }, icon('trash'))));
  }

  /** @param {string[]} sequences */
  #remove(sequences) {
    return call(this.#bridge, 'POST', 'export-list/remove', { sequences });
  }

  async #askRemoveAll() {
    const texts = strings.exports;
    const sequences = this.#items.map(({ sequence }) => sequence);
    if (await confirmed(texts.removeAllTitle, texts.removeAllText(sequences.length), texts.removeAll)) {
      await this.#do(this.#remove(sequences));
    }
  }

  async #startExport() {
    this.#start.disabled = true;
    await this.#do(call(this.#bridge, 'POST', 'exports', {}));
  }

  /** @param {Export} job */
  async #cancel(job) {
    const texts = strings.exports;
    const text = texts.cancelText(dateTime(job.created_at, this.#bridge.timeZone));
    if (await confirmed(texts.cancelTitle, text, texts.cancelTitle, { otherwise: texts.keepGoing })) {
      await this.#do(call(this.#bridge, 'POST', `exports/${encodeURIComponent(job.id)}/cancel`));
    }
  }

  /** Waits for a change, tells of its failure, and shows what is so now. @param {Promise<unknown>} change */
  async #do(change) {
    try {
      await change;
    } catch (error) {
      report(this.#bridge, error);
      this.#draw();
    }
    this.#reader?.again();
  }
}

customElements.define('exports-tab', ExportsTab);
