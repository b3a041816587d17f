// Administration > Recycle bin: deleted incident projects, and certificates of those that are gone for good.

import { call, report, request } from '../common/api.js';
import { followChanges } from '../common/changes.js';
import { h, icon } from '../common/dom.js';
import { refill } from '../common/keyed.js';
import { may } from '../common/permissions.js';
import { dateTime, utcTitle } from '../common/time.js';
import { changeHold } from '../incidents/hold-dialog.js';
import { strings } from '../locales/en.js';
import { askReason } from './ask-reason.js';
import { AdminSection, download } from './section.js';

/**
 * @typedef {object} Binned
 * @property {number} id
 * @property {string} description
 * @property {string} deleted_at
 * @property {string} deleted_by
 * @property {string} reason
 * @property {string} purge_at
 * @property {boolean} held
 * @property {number} comments
 * @property {number} calls
 * @property {number} sequences
 */
/** @typedef {{id: string, at: string, text: string}} Certificate */

const SHOWN = 50;

class IncidentBinSection extends AdminSection {
  /** What is shown: the same is not drawn again, so that a button stays the one that is being pressed. */
  #shown = '';

  /** @override @param {import('../common/contributed.js').Context} context */
  attached({ bridge }) {
    const again = () => { if (this.place.firstChild) void this.load(); };
    this.until(followChanges(bridge, { project: again, missed: again }));
  }

  /** @override */
  async read() {
    const texts = strings.admin.bin;
    const bridge = /** @type {import('./section.js').Bridge} */ (this.bridge);
    /** @type {{projects: Binned[]}} */
    const { projects } = await call(bridge, 'GET', 'bin');
    /** @type {Certificate[] | null} */
    const certificates = may(bridge, 'projects.purge.manage') ? (await call(bridge, 'GET', 'certificates')).certificates : null;
    const shown = JSON.stringify([projects, certificates]);
    if (shown === this.#shown && this.place.querySelector('.binned, .empty')) return;
    this.#shown = shown;
    refill(this.place, [h('p', { class: 'dim' }, texts.hint),
      projects.length ? this.#table(projects) : h('p', { class: 'empty' }, texts.empty), ...(certificates ? [this.#certificates(certificates)] : [])]);
  }

  /** @param {Binned[]} projects */
  #table(projects) {
    const texts = strings.admin.bin;
    return h('table', { class: 'binned' }, h('thead', {}, h('tr', {}, ...Object.entries(texts.columns).map(([name, title]) => h('th', { scope: 'col', class: name }, title)))),
      h('tbody', {}, ...projects.map((project) => this.#row(project))));
  }

  /** @param {Binned} project */
  #row(project) {
    const texts = strings.admin.bin;
    const bridge = /** @type {import('./section.js').Bridge} */ (this.bridge);
    const { timeZone } = bridge;
    /** @param {string} at */
    const instant = (at) => h('time', { title: utcTitle(at) }, dateTime(at, timeZone));
    /** @param {string} verb @param {() => Promise<void>} run @param {string} [kind] */
    const button = (verb, run, kind = '') => h('button', { type: 'button', class: kind, 'aria-label': texts.of(verb, project.id), onclick: async () => {
      try {
        await run();
      } catch (error) {
        report(bridge, error);
      }
      await this.load();
    } }, verb);
    return h('tr', {},
      h('td', {}, String(project.id)), h('td', { class: 'wrap' }, project.description.split('\n')[0].slice(0, 200)),
      h('td', { class: 'wrap' }, instant(project.deleted_at), h('br'), h('span', { class: 'dim' }, project.deleted_by)),
      h('td', { class: 'wrap' }, project.reason),
      h('td', { class: 'wrap' }, project.held ? h('span', { class: 'inline amber' }, icon('warning'), texts.held) : instant(project.purge_at)),
      h('td', { class: 'actions' }, h('div', { class: 'row' },
        button(texts.restore, () => this.#restore(project)),
        may(bridge, 'projects.legal-hold.manage') ? button(project.held ? strings.admin.hold.lift : strings.admin.hold.set, () => changeHold(bridge, project.id, project.held)) : '',
        may(bridge, 'projects.purge.manage') && !project.held ? button(texts.purge, () => this.#purge(project), 'danger') : '')));
  }

  /** @param {Binned} project */
  async #restore({ id }) {
    const bridge = /** @type {import('./section.js').Bridge} */ (this.bridge);
    await call(bridge, 'POST', `bin/${id}/restore`);
    bridge.notify({ kind: 'success', title: strings.admin.bin.restored(id),
      action: { label: strings.projects.open, run: () => bridge.navigate({ tab: 'incidents', path: String(id) }) } });
  }

  /** @param {Binned} project */
  async #purge({ id, reason, comments, calls, sequences }) {
    const texts = strings.admin.bin;
    const bridge = /** @type {import('./section.js').Bridge} */ (this.bridge);
    const said = await askReason({ title: texts.purgeTitle(id), text: texts.purgeText(comments, calls, sequences), label: texts.reason, reason, action: texts.purge, danger: true });
    if (said === undefined) return;
    await call(bridge, 'POST', `bin/${id}/purge`, { reason: said });
    bridge.notify({ kind: 'success', title: texts.purged(id), detail: texts.purgedDetail });
  }

  /** @param {Certificate[]} certificates */
  #certificates(certificates) {
    const texts = strings.admin.bin;
    const bridge = /** @type {import('./section.js').Bridge} */ (this.bridge);
    const rows = certificates.slice(0, SHOWN).map(({ id, at, text }) => {
      const said = JSON.parse(text);
      const why = texts.reasons[/** @type {keyof typeof texts.reasons} */ (said.reason)] ?? said.reason;
      return h('tr', {}, h('td', {}, id), h('td', {}, h('time', { title: utcTitle(at) }, dateTime(at, bridge.timeZone))), h('td', {}, said.deleted_by),
        h('td', { class: 'wrap' }, said.remark ? `${why}: ${said.remark}` : why),
        h('td', { class: 'actions' }, h('button', { type: 'button', 'aria-label': texts.certificate(id), onclick: async () => {
          try {
            await download(await request(bridge, 'GET', `certificates/${id}/file`), `deletion-certificate-${id}.zip`);
          } catch (error) {
            report(bridge, error);
          }
        } }, icon('download'), texts.download)));
    });
    return h('section', { class: 'section', 'aria-label': texts.certificates }, h('h3', {}, texts.certificates),
      rows.length ? h('table', {}, h('thead', {}, h('tr', {}, ...Object.entries(texts.certificateColumns).map(([name, title]) => h('th', { scope: 'col', class: name }, title)))), h('tbody', {}, ...rows))
        : h('p', { class: 'dim' }, texts.noCertificates),
      certificates.length > SHOWN ? h('p', { class: 'dim' }, texts.more(certificates.length)) : '');
  }
}

customElements.define('incident-bin', IncidentBinSection);
