// Administration > Plug-ins: state, reason and remedy of every plug-in, its licence, and what can be done about it.

import { ProblemError, call, root } from './api.js';
import { Contributed } from './contributed.js';
import { el, icon } from './dom.js';
import { confirmed } from './form-dialog.js';

/** @typedef {import('./shell.js').Shell} Shell */
/** @typedef {import('./types.d.ts').PluginReport} PluginReport */

const REFRESH = 5000;

/** @typedef {[import('./dom.js').IconName, string]} Look */

/** How each state looks: symbol and colour; the word is the state itself. @type {Record<string, Look>} */
const LOOKS = { active: ['success', 'good'], disabled: ['info', ''], stopped: ['info', ''] };

export class PluginsPage extends HTMLElement {
  #shell;
  #list = el('div', { class: 'plugins' }, el('div', { class: 'skeleton' }));
  #timer = 0;
  #drawn = '';

  /** @param {Shell} shell */
  constructor(shell) {
    super();
    this.#shell = shell;
    this.append(
      el('section', { 'aria-label': 'Plug-ins' },
        el('header', {}, el('h1', {}, 'Plug-ins'),
          el('button', { type: 'button', onclick: () => void this.#do('/api/licence/judge', 'POST') }, 'Judge the licence again'),
          el('a', { class: 'button', href: `${root}/api/diagnostics`, download: '' }, 'Diagnostics bundle')),
        this.#list),
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
      const { plugins, trouble } = await call('/api/plugins');
      const drawn = JSON.stringify([plugins, trouble]);
      if (drawn === this.#drawn) return;
      this.#drawn = drawn;
      this.#list.replaceChildren(...(trouble ? [note(trouble)] : []), ...plugins.map((/** @type {PluginReport} */ plugin) => this.#card(plugin)));
      if (plugins.length === 0) this.#list.append(el('p', { class: 'empty' }, 'No plug-in is installed on this server.'));
    } catch (error) {
      this.#drawn = '';
      this.#list.replaceChildren(note(error instanceof ProblemError ? `${error.title} ${error.detail}` : String(error)));
    }
  }

  /** @param {PluginReport} plugin */
  #card(plugin) {
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
      plugin.licence && licence(plugin.licence),
      plugin.parts.length > 0 && el('ul', { class: 'parts' }, ...plugin.parts.map((part) => el(
        'li', {}, el('span', { class: `state ${part.ok ? 'good' : 'bad'}` }, icon(part.ok ? 'success' : 'error'), part.ok ? 'working' : 'not working'),
        el('span', {}, part.name), el('span', { class: 'dim' }, [part.detail, part.remedy].filter(Boolean).join(' ')),
      ))),
      folded(`Latest faults (${plugin.faults.length})`, plugin.faults),
      folded('Settings', Object.entries(plugin.settings).map(([name, value]) => `${name} = ${JSON.stringify(value)}`)),
      this.#buttons(plugin),
    );
  }

  /** @param {PluginReport} plugin */
  #buttons({ id, name, state, enabled }) {
    const again = () => this.#do(`/api/plugins/${id}/try-again`, 'POST');
    const enable = (/** @type {boolean} */ wanted) => this.#do(`/api/plugins/${id}`, 'PUT', { enabled: wanted });
    const disable = async () => {
      const words = `Its tabs and buttons go, running collections stand still, and what is stored is kept: “${name}”.`;
      if (await confirmed('Disable plug-in', words, 'Disable')) await enable(false);
    };
    return el('footer', {},
      enabled && state !== 'active' && el('button', { type: 'button', onclick: () => void again() }, 'Try again'),
      enabled ? el('button', { type: 'button', onclick: () => void disable() }, 'Disable')
        : el('button', { type: 'button', onclick: () => void enable(true) }, 'Enable'));
  }

  /** @param {string} path @param {string} method @param {unknown} [body] */
  async #do(path, method, body) {
    const before = this.#states;
    try {
      await call(path, { method, body });
    } catch (error) {
      this.#shell.complain(error);
    }
    await this.#load();
    if (before === this.#states) return;
    this.#shell.notices.show({
      kind: 'info', title: 'What plug-ins show has changed.', detail: 'Pages show it when they are loaded again.',
      action: { label: 'Load again', run: () => location.reload() },
    });
  }

  get #states() {
    return [...this.#list.querySelectorAll('.card > header .state')].map((state) => state.textContent).join();
  }
}

/** @param {import('./types.d.ts').Judgement} judged */
function licence({ verdict, reason, remedy, terms }) {
  const valid = verdict === 'valid';
  const granted = terms && `${terms.licensee}, ${terms.first_day} to ${terms.last_day}; file good until ${terms.file_last_day}`;
  return el('div', { class: 'licence' },
    el('span', { class: `state ${valid ? 'good' : 'warn'}` }, icon(valid ? 'success' : 'warning'), `licence ${verdict}`),
    el('span', { class: 'dim' }, [granted, reason, remedy].filter(Boolean).join(' · ')));
}

/** @param {string} title @param {string[]} lines */
function folded(title, lines) {
  return lines.length > 0 && el(
    'details', {}, el('summary', {}, icon('chevron'), title), el('ol', {}, ...lines.map((line) => el('li', {}, line))),
  );
}

/** @param {string} words */
function note(words) {
  return el('p', { class: 'note' }, icon('warning'), el('span', {}, words));
}

customElements.define('host-plugins-page', PluginsPage);
