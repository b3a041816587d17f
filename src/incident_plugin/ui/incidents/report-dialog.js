// Create report: preview, user names or not, print, save.

import { Problem, call, reached, report, request, titled } from '../common/api.js';
import { showDialog } from '../common/dialog.js';
import { h, icon } from '../common/dom.js';
import { may } from '../common/permissions.js';
import { strings } from '../locales/en.js';
import { problemNote, skeleton } from './states.js';
import { reportSheet } from './video-style.js';

/** @typedef {import('../../../../hooks/src/vms_hooks/page.d.ts').VmsBridge} Bridge */

/**
 * @param {Bridge} bridge
 * @param {number} project
 */
export async function createReport(bridge, project) {
  const preview = new ReportPreview(bridge, project);
  await showDialog(strings.incidents.report.title(project), () => [preview.element], { wide: true, sheets: [reportSheet] });
  preview.close();
}

class ReportPreview {
  #bridge;
  #project;
  #url = '';
  #name = '';
  #run = 0;
  #stage = h('div', { class: 'paper' });
  #note = h('div', { role: 'status' });
  #names = h('input', { type: 'checkbox', onchange: () => this.#generate() });
  #print = h('button', { type: 'button', onclick: () => this.#printed() }, icon('print'), strings.incidents.report.print);
  #save = h('button', { type: 'button', class: 'primary', onclick: () => this.#saved() }, icon('download'), strings.incidents.report.save);
  #refused = (/** @type {SecurityPolicyViolationEvent} */ event) => {
    if (event.effectiveDirective === 'frame-src') this.#stage.replaceChildren(h('p', { class: 'empty' }, strings.incidents.report.noPreview));
  };

  /** @param {Bridge} bridge @param {number} project */
  constructor(bridge, project) {
    this.#bridge = bridge;
    this.#project = project;
    document.addEventListener('securitypolicyviolation', this.#refused);
    this.element = h('div', { class: 'stack' }, this.#note, this.#stage,
      h('div', { class: 'row' },
        h('label', { class: 'row', hidden: !may(bridge, 'projects.user-names.view') }, this.#names, strings.incidents.report.showUserNames),
        h('span', { class: 'grow' }), this.#print, this.#save));
    void this.#generate();
  }

  close() {
    document.removeEventListener('securitypolicyviolation', this.#refused);
    this.#run += 1;
    URL.revokeObjectURL(this.#url);
  }

  async #generate() {
    const texts = strings.incidents.report;
    const run = this.#run += 1;
    this.#ready(false);
    this.#note.replaceChildren();
    this.#stage.replaceChildren(skeleton(texts.generating, 10));
    try {
      const response = await titled(strings.incidents.failures.report,
        request(this.#bridge, 'POST', `projects/${this.#project}/report`, { show_user_names: this.#names.checked }));
      const pdf = await titled(strings.incidents.failures.report, reached(response.blob()));
      if (run !== this.#run) return;
      this.#show(pdf, response.headers);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (run === this.#run) this.#stage.replaceChildren(problemNote(error, () => void this.#generate()));
    }
  }

  /** @param {Blob} pdf @param {Headers} headers */
  #show(pdf, headers) {
    const texts = strings.incidents.report;
    URL.revokeObjectURL(this.#url);
    this.#url = URL.createObjectURL(new Blob([pdf], { type: 'application/pdf' }));
    this.#name = fileName(headers.get('Content-Disposition')) ?? `incident-project-${this.#project}.pdf`;
    if (headers.get('Report-Complete') === 'false') {
      this.#note.replaceChildren(h('p', { class: 'banner amber' }, icon('warning'),
        h('span', {}, h('b', {}, texts.incomplete), ' ', texts.incompleteHint)));
    }
    // The viewer's own buttons are off: printing and saving there would not be in the activity log.
    this.#stage.replaceChildren(h('iframe', { title: texts.preview, src: `${this.#url}#toolbar=0&navpanes=0&view=FitH` }));
    this.#ready(true);
  }

  /** @param {boolean} ready */
  #ready(ready) {
    this.#print.disabled = !ready;
    this.#save.disabled = !ready;
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

  /** @param {'printed' | 'saved'} what */
  async #log(what) {
    try {
      await call(this.#bridge, 'POST', `projects/${this.#project}/report/${what}`);
    } catch (error) {
      report(this.#bridge, error);
    }
  }
}

/** @param {string | null} disposition RFC 6266 */
function fileName(disposition) {
  return /filename="?([^";]+)"?/.exec(disposition ?? '')?.[1];
}
