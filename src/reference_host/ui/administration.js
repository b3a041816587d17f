// The administration tab: the state of every plug-in, and the sections that plug-ins contribute.

import { ProblemError, call } from './api.js';
import { Contributed } from './contributed.js';
import { el, icon } from './dom.js';

/** @typedef {import('./shell.js').Shell} Shell */
/** @typedef {import('./types.d.ts').PluginReport} PluginReport */

const REFRESH = 5000;

/** @typedef {[import('./dom.js').IconName, string]} Look */

/** How each state looks: symbol and colour; the word is the state itself. @type {Record<string, Look>} */
const LOOKS = { active: ['success', 'good'], disabled: ['info', ''], stopped: ['info', ''] };

export class Administration extends HTMLElement {
  #list = el('div', { class: 'plugins' }, el('div', { class: 'skeleton' }));
  #timer = 0;
  #drawn = '';

  /** @param {Shell} shell */
  constructor(shell) {
    super();
    this.append(
      el('section', { 'aria-label': 'Plug-ins' }, el('h1', {}, 'Plug-ins'), this.#list),
      ...shell.contributions.trouble.map(({ plugin, reason }) => el('p', { class: 'note' }, icon('warning'), el('span', {}, `${plugin}: ${reason}`))),
      ...shell.contributions.admin_sections.map((section) => el(
        'section', { 'aria-label': section.title }, el('h1', {}, section.title),
        new Contributed(section, shell.context(section.plugin, 'admin', { clock: shell.live })).place,
      )),
    );
  }

  connectedCallback() {
    void this.#load();
    this.#timer = setInterval(() => this.#load(), REFRESH);
  }

  disconnectedCallback() {
    clearInterval(this.#timer);
  }

  async #load() {
    try {
      const { plugins } = await call('/api/plugins');
      const drawn = JSON.stringify(plugins);
      if (drawn === this.#drawn) return;
      this.#drawn = drawn;
      this.#list.replaceChildren(...plugins.map(card));
      if (plugins.length === 0) this.#list.append(el('p', { class: 'empty' }, 'No plug-in is installed on this server.'));
    } catch (error) {
      this.#drawn = '';
      const words = error instanceof ProblemError ? `${error.title} ${error.detail}` : String(error);
      this.#list.replaceChildren(el('p', { class: 'note' }, icon('warning'), el('span', {}, words)));
    }
  }
}

/** @param {PluginReport} plugin */
function card(plugin) {
  const working = plugin.state !== 'active' || plugin.healthy;
  /** @type {Look} */
  const [symbol, colour] = working ? (LOOKS[plugin.state] ?? ['error', 'bad']) : ['warning', 'warn'];
  return el(
    'article', { class: 'card', 'data-plugin': plugin.id },
    el(
      'header', {}, el('h2', {}, plugin.name), el('span', { class: 'dim' }, plugin.version),
      el('span', { class: `state ${colour}` }, icon(symbol), working ? plugin.state : `${plugin.state}, with faults`),
    ),
    plugin.reason && el('p', {}, plugin.reason),
    plugin.remedy && el('p', { class: 'dim' }, plugin.remedy),
    plugin.parts.length > 0 && el('ul', { class: 'parts' }, ...plugin.parts.map((part) => el(
      'li', {}, el('span', { class: `state ${part.ok ? 'good' : 'bad'}` }, icon(part.ok ? 'success' : 'error'), part.ok ? 'working' : 'not working'),
      el('span', {}, part.name), el('span', { class: 'dim' }, [part.detail, part.remedy].filter(Boolean).join(' ')),
    ))),
    plugin.faults.length > 0 && el(
      'details', {}, el('summary', {}, icon('chevron'), `Latest faults (${plugin.faults.length})`),
      el('ol', {}, ...plugin.faults.map((fault) => el('li', {}, fault))),
    ),
  );
}

customElements.define('host-administration', Administration);
