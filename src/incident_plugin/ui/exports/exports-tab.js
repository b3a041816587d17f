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
import { changeItem } from './item-dialog.js';
import { askHandover, askPassword } from './receipts.js';
import { SettingsForm } from './settings.js';
import { exportsSheet } from './style.js';

/** @typedef {import('../common/contributed.js').Context} Context */
/** @typedef {import('../common/shapes.d.ts').ExportItem} ExportItem */
/** @typedef {import('../common/shapes.d.ts').Export} Export */
/** @typedef {import('../common/shapes.d.ts').EarlierExport} EarlierExport */

const WHILE_RUNNING = 1_000;
const OTHERWISE = 5_000;

class ExportsTab extends Contributed {
  /** @type {ExportItem[]} */
  #items = [];
  /** @type {Export[]} */
  #exports = [];
  #known = false;
  /** @type {EarlierExport[]} */
  #earlier = [];
  #asked = '';
  /** The export that was just started: it gets the focus as soon as it is shown. */
  #started = '';
  /** Nothing was drawn since somebody came here. */
  #arrived = false;
  /** @type {SettingsForm | null} */
  #settings = null;
  #settingsPlace = h('div', { hidden: true });
  /** What was asked for last: an answer to an earlier question comes too late. */
  #estimating = 0;
  #notes = h('div', {});
  #body = h('tbody', {});
  #table = h('table', { hidden: true }, h('thead', {}, h('tr', {},
    ...[strings.exports.project, strings.common.camera, strings.common.start, strings.common.end, strings.common.length, strings.exports.comment, '']
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
        h('div', { class: 'list', tabIndex: 0, role: 'group', 'aria-label': texts.list }, this.#table), this.#listState), this.#settingsPlace,
      h('section', { 'aria-label': texts.jobs }, h('div', { class: 'head' }, h('h2', {}, texts.jobs)), this.#jobs, this.#jobsState)));
  }

  /** @override */
  attached() {
    this.#arrived = true;
    if (!this.#settings) {
      this.#settings = new SettingsForm(this.#bridge, () => this.#estimate(), () => this.#start.click());
      this.#settingsPlace.replaceChildren(this.#settings.element);
    }
    void this.#settings.load();
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
      await this.#askEarlier();
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
    this.#start.disabled = items.length === 0 || Boolean(this.#settings?.problem);
    this.#settingsPlace.hidden = items.length === 0;
    this.#listState.replaceChildren(...(items.length ? []
      : [h('div', { class: 'empty' }, h('p', {}, h('b', {}, texts.empty)), h('p', {}, texts.emptyHint))]));
    keyed(this.#body, items.map((item) => ({ item, earlier: this.#earlier.filter(({ sequence }) => sequence === item.sequence) })), ({ item }) => `${item.project} ${item.sequence}`, () => h('tr', {}),
      whenChanged((row, { item, earlier }) => this.#fillItem(row, item, earlier)));
    keyed(this.#jobs, this.#exports, ({ id }) => id, () => h('article', { class: 'job', role: 'listitem', tabIndex: -1 }),
      whenChanged((element, job) => fillJob(element, job, bridge, {
        cancel: () => this.#cancel(job),
        list: () => this.#do(call(bridge, 'POST', 'export-list', { projects: [...new Set(job.items.map(({ project }) => project))] })),
        again: () => this.#again(job),
        handOver: () => this.#handOver(job),
        removeFiles: () => this.#removeFiles(job),
      })));
    this.#jobsState.replaceChildren(...(this.#exports.length ? [] : [h('p', { class: 'empty' }, texts.noJobs)]));
    // Who was sent here by “Send for export” left the button that had the keyboard.
    if (this.#arrived && document.activeElement === document.body) this.#start.focus({ preventScroll: true });
    this.#arrived = false;
    if (!this.#started) return;
    /** @type {HTMLElement | null} */ (this.#jobs.querySelector(`[data-key="${CSS.escape(this.#started)}"]`))?.focus();
    this.#started = '';
  }

  /** @param {HTMLElement} row @param {ExportItem} item @param {EarlierExport[]} earlier newest first */
  #fillItem(row, item, earlier) {
    const { project, sequence, footage, trimmed, comment } = item;
    const texts = strings.exports;
    const zone = this.#bridge.timeZone;
    const { start, end } = trimmed ?? footage.interval;
    /** @param {string} at */
    const instant = (at) => h('td', {}, h('time', { title: utcTitle(at) }, dateTime(at, zone)));
    const named = `${footage.camera_name}, ${dateTime(start, zone)}`;
    const before = earlier[0]?.finished_at ? h('div', { class: 'small dim', title: earlier
      .map((one) => texts.alreadyTitle(dateTime(one.finished_at, zone), one.name, one.available)).join('\n') }, texts.already(dateTime(earlier[0].finished_at, zone))) : null;
    row.replaceChildren(h('td', {}, String(project)), h('td', {}, footage.camera_name, before), instant(start), instant(end),
      h('td', {}, duration(Date.parse(end) - Date.parse(start)), trimmed ? h('div', { class: 'small dim' }, texts.trimmed) : null),
      h('td', { class: 'fill', title: comment, dir: 'auto' }, comment),
      h('td', {},
        h('button', { type: 'button', class: 'quiet', title: texts.edit, 'aria-label': `${texts.edit}: ${named}`, onclick: () => this.#edit(item) }, icon('edit')),
        h('button', { type: 'button', class: 'quiet', title: texts.remove, 'aria-label': `${texts.remove}: ${named}`,
          onclick: () => this.#do(this.#remove([sequence])) }, icon('trash'))));
  }

  /** @param {ExportItem} item */
  async #edit(item) {
    const change = await changeItem(item, this.#bridge.timeZone);
    if (change) await this.#do(call(this.#bridge, 'PUT', `export-list/items/${encodeURIComponent(item.sequence)}`, change));
  }

  /** Which items were exported before: asked when the list has others than before. */
  async #askEarlier() {
    const sequences = this.#items.map(({ sequence }) => sequence);
    const asked = `${sequences.join(' ')} ${this.#exports.map(({ id, state }) => id + state).join(' ')} ${JSON.stringify(this.#items.map(({ trimmed }) => trimmed))}`;
    if (asked === this.#asked) return;
    this.#asked = asked;
    this.#earlier = sequences.length ? (await call(this.#bridge, 'POST', 'sequences/exported', { sequences })).earlier : [];
    void this.#estimate();
  }

  async #estimate() {
    const form = this.#settings;
    if (!form || this.#items.length === 0) return;
    const problem = form.problem;
    this.#start.disabled = Boolean(problem);
    const question = ++this.#estimating;
    try {
      const estimate = await call(this.#bridge, 'POST', 'export-list/estimate', form.settings);
      if (question === this.#estimating) form.tell(estimate, problem);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      form.tell(null, problem);
    }
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
    const { settings, password } = /** @type {SettingsForm} */ (this.#settings);
    const made = await this.#do(call(this.#bridge, 'POST', 'exports', { settings, password }));
    if (!made) {
      this.#start.focus();
      return;
    }
    this.#started = made.id;
    this.#settings?.forgetPassword();
  }

  /** @param {Export} job */
  async #cancel(job) {
    const texts = strings.exports;
    const text = texts.cancelText(dateTime(job.created_at, this.#bridge.timeZone));
    if (await confirmed(texts.cancelTitle, text, texts.cancelTitle, { otherwise: texts.keepGoing })) {
      await this.#do(call(this.#bridge, 'POST', `exports/${encodeURIComponent(job.id)}/cancel`));
    }
  }

  /** @param {Export} job */
  async #again(job) {
    const password = job.settings.encrypted ? await askPassword() : '';
    if (password === undefined) return;
    await this.#do(call(this.#bridge, 'POST', `exports/${encodeURIComponent(job.id)}/again`, { password }));
  }

  /** @param {Export} job */
  async #handOver(job) {
    const handover = await askHandover();
    if (handover) await this.#do(call(this.#bridge, 'POST', `exports/${encodeURIComponent(job.id)}/receipts`, handover));
  }

  /** @param {Export} job */
  async #removeFiles(job) {
    const texts = strings.exports;
    if (await confirmed(texts.removeFilesTitle, texts.removeFilesText, texts.removeFiles)) {
      await this.#do(call(this.#bridge, 'POST', `exports/${encodeURIComponent(job.id)}/remove-files`));
    }
  }

  /** Waits for a change, tells of its failure, and shows what is so now. @param {Promise<any>} change */
  async #do(change) {
    try {
      return await change;
    } catch (error) {
      report(this.#bridge, error);
      this.#draw();
      return null;
    } finally {
      this.#reader?.again();
    }
  }
}

customElements.define('exports-tab', ExportsTab);
