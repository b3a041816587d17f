// Administration > Audit log: what administrators did, what was denied, and what the host reports.

import { call, report, request } from '../common/api.js';
import { h, icon } from '../common/dom.js';
import { timeEntry } from '../common/time-entry.js';
import { dateTime, utcTitle } from '../common/time.js';
import { strings } from '../locales/en.js';
import { sentence } from '../incidents/said.js';
import { AdminSection, banner, download, refusal } from './section.js';

/** @typedef {{number: number, at: string, actor: {id: string, name: string}, text: string, said: import('../common/shapes.d.ts').ActivityEntry['said']}} AuditEntry */

const PAUSE = 250;
const ENDS = { csv: 'csv', jsonl: 'jsonl', syslog: 'log' };

class IncidentAuditSection extends AdminSection {
  #filters = { kind: '', person: '', text: '', since: '', until: '' };
  /** @type {AuditEntry[]} */
  #entries = [];
  #rows = h('tbody', {});
  #told = h('div', { class: 'section' });
  #total = h('span', { class: 'dim', role: 'status' });
  #more = h('button', { type: 'button', hidden: true, onclick: () => void this.#ask(this.#entries[this.#entries.length - 1]?.number) }, strings.admin.audit.more);
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #typing;

  /** @override */
  async read() {
    await this.#ask();
    const texts = strings.admin.audit;
    this.place.replaceChildren(this.#form(), this.#buttons(), this.#told,
      h('table', { class: 'log' }, h('thead', {}, h('tr', {}, ...Object.entries(texts.columns).map(([name, title]) => h('th', { scope: 'col', class: name }, title)))), this.#rows),
      h('div', { class: 'inline' }, this.#more, this.#total));
  }

  get #query() {
    return new URLSearchParams(Object.entries(this.#filters).filter(([, value]) => value !== '')).toString();
  }

  /** @param {number} [before] */
  async #ask(before) {
    const bridge = /** @type {import('./section.js').Bridge} */ (this.bridge);
    const page = await call(bridge, 'GET', `audit?${this.#query}${before ? `&before=${before}` : ''}`);
    this.#entries = before ? [...this.#entries, ...page.entries] : page.entries;
    const texts = strings.admin.audit;
    this.#total.textContent = texts.total(page.total);
    this.#more.hidden = this.#entries.length >= page.total;
    this.#rows.replaceChildren(...this.#entries.map((entry) => h('tr', {},
      h('td', {}, String(entry.number)), h('td', { class: 'at' }, h('time', { title: utcTitle(entry.at) }, dateTime(entry.at, bridge.timeZone))),
      h('td', {}, entry.actor.name || texts.service), h('td', {}, ...sentence(entry.said, bridge.timeZone)))));
    if (this.#entries.length === 0) this.#rows.append(h('tr', {}, h('td', { class: 'empty', colSpan: 4 }, texts.empty)));
  }

  /** Asks again once the typing pauses. */
  #narrow() {
    clearTimeout(this.#typing);
    this.#typing = setTimeout(async () => {
      try {
        await this.#ask();
        this.#told.replaceChildren();
      } catch (error) {
        this.#told.replaceChildren(refusal(error));
      }
    }, PAUSE);
  }

  #form() {
    const texts = strings.admin.audit;
    const { timeZone } = /** @type {import('./section.js').Bridge} */ (this.bridge);
    /** @param {'person' | 'text'} name @param {string} label */
    const field = (name, label) => {
      const input = h('input', { type: 'text', value: this.#filters[name], maxLength: 200, oninput: () => { this.#filters[name] = input.value; this.#narrow(); } });
      return h('label', { class: 'field' }, label, input);
    };
    /** @param {'since' | 'until'} name @param {string} label */
    const time = (name, label) => {
      const entry = timeEntry(label, this.#filters[name], timeZone, { entered: () => {
        const at = entry.read();
        // What is being typed means nothing yet: what is shown stays.
        if (at === undefined) return;
        this.#filters[name] = at ?? '';
        this.#narrow();
      } });
      return entry.element;
    };
    const kind = h('select', { onchange: () => { this.#filters.kind = kind.value; this.#narrow(); } },
      ...Object.entries(texts.kinds).map(([value, title]) => h('option', { value, selected: value === this.#filters.kind }, title)));
    return h('form', { class: 'filters', role: 'search', onsubmit: (/** @type {Event} */ event) => event.preventDefault() },
      h('label', { class: 'field' }, texts.kind, kind), field('person', texts.person), field('text', texts.text),
      time('since', texts.since), time('until', texts.until));
  }

  #buttons() {
    const texts = strings.admin.audit;
    const bridge = /** @type {import('./section.js').Bridge} */ (this.bridge);
    return h('div', { class: 'inline' }, h('button', { type: 'button', onclick: () => void this.#verify() }, icon('check'), texts.verify),
      ...Object.entries(texts.forms).map(([form, title]) => h('button', { type: 'button', onclick: async () => {
        try {
          await download(await request(bridge, 'POST', `audit/file?form=${form}&${this.#query}`), `audit-log.${ENDS[/** @type {keyof typeof ENDS} */ (form)]}`);
          await this.#ask();
        } catch (error) {
          report(bridge, error);
        }
      } }, icon('download'), `${texts.exportAs} ${title}`)));
  }

  async #verify() {
    const texts = strings.admin.audit;
    try {
      const { entries, head, fault } = await call(/** @type {any} */ (this.bridge), 'GET', 'audit/verification');
      this.#told.replaceChildren(fault ? banner('error', h('b', {}, texts.broken), ' ', fault)
        : banner('green', texts.verified(entries), ' ', h('span', { class: 'dim' }, `${texts.head} `, h('code', {}, head))));
    } catch (error) {
      this.#told.replaceChildren(refusal(error));
    }
  }
}

customElements.define('incident-audit', IncidentAuditSection);
