// Administration > Security log: the newest entries.

import { call } from './api.js';
import { button, el, heads } from './dom.js';
import { clockTime, day, utcText } from './time.js';

/** @typedef {{number: number, at: string, kind: string, account: string, name: string, address: string, detail: string}} LogEntry */

export class LogPage extends HTMLElement {
  #shell;
  #rows = el('tbody', {});

  /** @param {import('./shell.js').Shell} shell */
  constructor(shell) {
    super();
    this.#shell = shell;
    this.append(el('section', { 'aria-label': 'Security log' },
      el('header', {}, el('h1', {}, 'Security log'), button('Refresh', () => void this.#load())),
      el('table', {}, heads(['No.', 'Time', 'What', 'Who', 'From', 'Details']), this.#rows)));
  }

  connectedCallback() {
    void this.#load();
  }

  async #load() {
    try {
      const { entries } = await call('/api/security-log');
      this.#rows.replaceChildren(...entries.map((/** @type {LogEntry} */ entry) => this.#row(entry)));
    } catch (error) {
      this.#shell.complain(error);
    }
  }

  /** @param {LogEntry} entry */
  #row({ number, at, kind, account, name, address, detail }) {
    const instant = Date.parse(at);
    const zone = this.#shell.timeZone;
    return el('tr', {}, el('td', {}, String(number)), el('td', { title: utcText(instant) }, `${day(instant, zone)} ${clockTime(instant, zone)}`),
      el('td', {}, kind.replaceAll('-', ' ')), el('td', { title: name }, account), el('td', {}, address), el('td', {}, detail));
  }
}

customElements.define('host-log-page', LogPage);
