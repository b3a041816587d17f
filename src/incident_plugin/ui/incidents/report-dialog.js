// Create report: preview, title, language, user names or not, print, save. Long ones show how far they are.

import { Problem, call, reached, report, request, titled } from '../common/api.js';
import { showDialog } from '../common/dialog.js';
import { h, icon } from '../common/dom.js';
import { may } from '../common/permissions.js';
import { strings } from '../locales/en.js';
import { problemNote, skeleton } from './states.js';
import { reportSheet } from './video-style.js';

/** @typedef {import('../../../../hooks/src/vms_hooks/page.d.ts').VmsBridge} Bridge */
/** @typedef {{id: string, state: 'running' | 'done' | 'failed' | 'cancelled', progress: number, missing: string[], file_name: string}} Job */
/** @typedef {{titles: string[], languages: {tag: string, name: string}[]}} Design */

/**
 * @param {Bridge} bridge
 * @param {number} project
 */
export async function createReport(bridge, project) {
  await previewReport(bridge, strings.incidents.report.title(project), `projects/${project}/reports`, {});
}

/**
 * A report over the list as it is filtered.
 * @param {Bridge} bridge
 * @param {string} query what follows the list's address
 */
export async function createPeriodReport(bridge, query) {
  await previewReport(bridge, strings.incidents.report.periodTitle, 'reports', { query }, true);
}

/**
 * Shows a report while it is made and when it is.
 * @param {Bridge} bridge
 * @param {string} title of the window
 * @param {string} path where reports of this kind are begun
 * @param {object} what the report is of, besides how it is to be
 * @param {boolean} [table] whether there is a table of it for spreadsheets too
 */
export async function previewReport(bridge, title, path, what, table = false) {
  const preview = new ReportPreview(bridge, path, what, table);
  await showDialog(title, () => [preview.element], { wide: true, sheets: [reportSheet] });
  preview.close();
}

class ReportPreview {
  #bridge;
  #path;
  #what;
  #url = '';
  #name = '';
  #run = 0;
  /** What is being made, or was made last. @type {Job | null} */
  #job = null;
  #stage = h('div', { class: 'paper' });
  #note = h('div', { role: 'status' });
  #again = () => void this.#generate();
  /** Has the keyboard first: the way through the preview is long, where it is a reader with controls of its own. */
  #names = h('input', { type: 'checkbox', autofocus: true, onchange: this.#again });
  #title = h('select', { onchange: this.#again });
  #language = h('select', { onchange: this.#again });
  #titleRow = h('label', { class: 'row', hidden: true }, strings.incidents.report.heading, this.#title);
  #languageRow = h('label', { class: 'row', hidden: true }, strings.incidents.report.language, this.#language);
  #print = h('button', { type: 'button', onclick: () => this.#printed() }, icon('print'), strings.incidents.report.print);
  #save = h('button', { type: 'button', class: 'primary', onclick: () => this.#saved() }, icon('download'), strings.incidents.report.save);
  #refused = (/** @type {SecurityPolicyViolationEvent} */ event) => {
    if (event.effectiveDirective !== 'frame-src') return;
    this.#stage.replaceChildren(h('p', { class: 'empty' }, strings.incidents.report.noPreview));
    this.#print.disabled = false;
  };
  /** A frame has the focus without a style of its own for it: the page only sees that its window lost it. */
  #framed = () => setTimeout(() => {
    const root = /** @type {ShadowRoot | Document} */ (this.#stage.getRootNode());
    this.#stage.classList.toggle('focused', root.activeElement instanceof HTMLIFrameElement);
  });

  /** @param {Bridge} bridge @param {string} path @param {object} what @param {boolean} table */
  constructor(bridge, path, what, table) {
    this.#bridge = bridge;
    this.#path = path;
    this.#what = what;
    document.addEventListener('securitypolicyviolation', this.#refused);
    for (const kind of ['focus', 'blur']) window.addEventListener(kind, this.#framed);
    this.element = h('div', { class: 'stack' }, this.#note, this.#stage,
      h('div', { class: 'row wrap' },
        h('label', { class: 'row', hidden: !may(bridge, 'projects.user-names.view') }, this.#names, strings.incidents.report.showUserNames),
        this.#titleRow, this.#languageRow, h('span', { class: 'grow' }),
        ...(table ? [h('button', { type: 'button', onclick: () => void this.#table() }, icon('download'), strings.incidents.report.saveTable)] : []),
        this.#print, this.#save));
    void this.#begin();
  }

  close() {
    document.removeEventListener('securitypolicyviolation', this.#refused);
    for (const kind of ['focus', 'blur']) window.removeEventListener(kind, this.#framed);
    this.#run += 1;
    void this.#cancel();
    URL.revokeObjectURL(this.#url);
  }

  async #begin() {
    this.#withhold();
    this.#stage.replaceChildren(skeleton(strings.incidents.report.generating, 10));
    try {
      this.#offer(await call(this.#bridge, 'GET', 'report-design'));
    } catch (error) {
      // Without a choice there is still a report.
      if (!(error instanceof Problem)) throw error;
    }
    await this.#generate();
  }

  /** @param {Design} design */
  #offer({ titles, languages }) {
    const own = this.#bridge.locale.split('-')[0].toLowerCase();
    this.#title.replaceChildren(...titles.map((title) => h('option', { value: title }, title)));
    this.#language.replaceChildren(...languages.map(({ tag, name }) => h('option', { value: tag, selected: tag === own }, name)));
    this.#titleRow.hidden = titles.length < 2;
    this.#languageRow.hidden = languages.length < 2;
  }

  async #generate() {
    const texts = strings.incidents.report;
    const run = this.#run += 1;
    this.#withhold();
    this.#note.replaceChildren();
    this.#stage.replaceChildren(skeleton(texts.generating, 10));
    try {
      await this.#cancel();
      if (run !== this.#run) return;
      const wish = { show_user_names: this.#names.checked, title: this.#title.value, language: this.#language.value || this.#bridge.locale };
      await this.#follow(run, await this.#asked('POST', this.#path, { ...this.#what, ...wish }));
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (run === this.#run) this.#stage.replaceChildren(problemNote(error, this.#again));
    }
  }

  /** Waits until the report is there; the server answers when it is, or after a while. @param {number} run @param {Job} job */
  async #follow(run, job) {
    while (job.state === 'running') {
      this.#job = job;
      // Somebody chose otherwise, or left, while this one was begun.
      if (run !== this.#run) return void this.#cancel();
      this.#progress(job);
      job = await this.#asked('GET', `reports/${job.id}`);
    }
    this.#job = job;
    if (run !== this.#run) return;
    if (job.state === 'cancelled') this.#stopped();
    else this.#show(job, await titled(strings.incidents.failures.report, this.#file(job)));
  }

  /** @param {Job} job */
  async #file(job) {
    return reached((await request(this.#bridge, 'GET', `reports/${job.id}/file`)).blob());
  }

  /** @param {string} method @param {string} path @param {object} [body] @returns {Promise<Job>} */
  #asked(method, path, body) {
    return titled(strings.incidents.failures.report, call(this.#bridge, method, path, body));
  }

  /** @param {Job} job */
  #progress({ progress }) {
    const texts = strings.incidents.report;
    const bar = this.#stage.querySelector('progress');
    if (bar) {
      bar.value = progress;
      bar.nextElementSibling?.replaceChildren(texts.percent(progress));
      return;
    }
    this.#stage.replaceChildren(h('div', { class: 'making' },
      h('p', {}, texts.generating), h('progress', { value: progress, 'aria-label': texts.generating }), h('span', {}, texts.percent(progress)),
      h('button', { type: 'button', onclick: () => void this.#cancel() }, strings.common.cancel)));
  }

  #stopped() {
    const texts = strings.incidents.report;
    this.#stage.replaceChildren(h('div', { class: 'empty' }, h('p', {}, texts.cancelled),
      h('button', { type: 'button', onclick: this.#again }, texts.again)));
  }

  async #cancel() {
    const job = this.#job;
    if (job?.state !== 'running') return;
    this.#job = null;
    try {
      await call(this.#bridge, 'POST', `reports/${job.id}/cancel`);
    } catch (error) {
      // It ends by itself, and is not asked for any more.
      if (!(error instanceof Problem)) throw error;
    }
  }

  /** @param {Job} job @param {Blob} pdf */
  #show(job, pdf) {
    const texts = strings.incidents.report;
    URL.revokeObjectURL(this.#url);
    this.#url = URL.createObjectURL(new Blob([pdf], { type: 'application/pdf' }));
    this.#name = job.file_name;
    if (job.missing.length > 0) {
      this.#note.replaceChildren(h('div', { class: 'banner amber' }, icon('warning'),
        h('details', {}, h('summary', {}, h('b', {}, texts.incomplete), ' ', texts.incompleteHint),
          h('ul', {}, ...job.missing.map((one) => h('li', {}, one))))));
    }
    // The viewer's own buttons are off: printing and saving there would not be in the activity log.
    this.#save.disabled = false;
    // Before it is loaded, an empty page would be printed.
    const onload = () => { this.#print.disabled = false; };
    this.#stage.replaceChildren(
      h('iframe', { title: texts.preview, src: `${this.#url}#toolbar=0&navpanes=0&view=FitH`, onload }));
  }

  /** Nothing can be printed or saved until there is a report again. */
  #withhold() {
    this.#print.disabled = true;
    this.#save.disabled = true;
  }

  #printed() {
    const frame = this.#stage.querySelector('iframe');
    if (frame?.contentWindow) frame.contentWindow.print();
    else window.open(this.#url, '_blank');
    void this.#log('printed');
  }

  #saved() {
    h('a', { href: this.#url, download: this.#name }).click();
    void this.#log('saved');
  }

  /** The same list for spreadsheets. */
  async #table() {
    try {
      const wish = { show_user_names: this.#names.checked, language: this.#language.value || this.#bridge.locale };
      let job = await this.#asked('POST', this.#path, { ...this.#what, ...wish, format: 'csv' });
      while (job.state === 'running') job = await this.#asked('GET', `reports/${job.id}`);
      const url = URL.createObjectURL(await this.#file(job));
      h('a', { href: url, download: job.file_name }).click();
      // The browser has begun to read it by then.
      setTimeout(() => URL.revokeObjectURL(url), 60_000);
      await call(this.#bridge, 'POST', `reports/${job.id}/used/saved`);
    } catch (error) {
      report(this.#bridge, error);
    }
  }

  /** @param {'printed' | 'saved'} what */
  async #log(what) {
    if (!this.#job) return;
    try {
      await call(this.#bridge, 'POST', `reports/${this.#job.id}/used/${what}`);
    } catch (error) {
      report(this.#bridge, error);
    }
  }
}
