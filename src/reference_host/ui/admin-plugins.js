// Administration > Plug-ins: state, reason and remedy of every plug-in, its licence, and what can be done about it.

import { call, lineOf, root } from './api.js';
import { button, el, heads, icon, note } from './dom.js';
import { confirmed } from './form-dialog.js';
import { link } from './router.js';

/** @import { Shell } from './shell.js' */
/** @import { PluginReport } from './types.d.ts' */

const REFRESH = 5000;
/** What stands before the title of a section in words that send somebody there. */
const WAY = 'Administration > ';

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
          button('Judge the licence again', () => void this.#do('/api/licence/judge', 'POST')),
          el('a', { class: 'button', href: `${root}/api/diagnostics`, download: '' }, 'Diagnostics bundle')),
        this.#list),
      ...shell.contributions.trouble.map(({ plugin, reason }) => note(`${plugin}: ${reason}`)),
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
      this.#list.replaceChildren(note(lineOf(error)));
    }
  }

  /** @param {PluginReport} plugin */
  #card(plugin) {
    const working = plugin.state !== 'active' || plugin.healthy;
    /** @type {Look} */
    const [symbol, colour] = working ? (LOOKS[plugin.state] ?? ['error', 'bad']) : ['warning', 'warn'];
    const warned = plugin.parts.filter((part) => part.ok && part.warning).length;
    return el(
      'article', { class: 'card', 'data-plugin': plugin.id },
      el(
        'header', {}, el('h2', {}, plugin.name), el('span', { class: 'dim' }, plugin.version),
        el('span', { class: 'states' },
          warned > 0 && el('span', { class: 'state warn' }, icon('warning'), warned === 1 ? '1 warning' : `${warned} warnings`),
          el('span', { class: `state ${colour}` }, icon(symbol), working ? plugin.state : `${plugin.state}, with faults`)),
      ),
      plugin.reason && el('p', {}, plugin.reason),
      plugin.remedy && el('p', { class: 'dim' }, ...this.#leading(plugin.remedy)),
      plugin.licence && licence(plugin.licence),
      plugin.parts.length > 0 && el('ul', { class: 'parts' }, ...plugin.parts.map((part) => this.#part(part))),
      plugin.rooms.length > 0 && storage(plugin.rooms),
      folded(`Latest faults (${plugin.faults.length})`, plugin.faults),
      folded('Settings', Object.entries(plugin.settings).map(([name, value]) => `${name} = ${JSON.stringify(value)}`)),
      this.#buttons(plugin),
    );
  }

  /** @param {PluginReport['parts'][number]} part */
  #part({ name, ok, warning, detail, remedy }) {
    const [words, colour, symbol] = /** @type {[string, string, import('./dom.js').IconName]} */ (
      ok ? (warning ? ['warning', 'warn', 'warning'] : ['working', 'good', 'success']) : ['not working', 'bad', 'error']);
    return el('li', {}, el('span', { class: `state ${colour}` }, icon(symbol), words),
      el('span', {}, name), el('span', { class: 'dim' }, ...this.#leading([detail, remedy].filter(Boolean).join(' '))));
  }

  /** Words in which each "Administration > title of a section" leads there. @param {string} words */
  #leading(words) {
    const [first, ...rest] = words.split(WAY);
    return [first, ...rest.flatMap((text) => {
      const [section] = this.#shell.contributions.admin_sections.filter(({ title }) => text.startsWith(title))
        .sort((one, other) => other.title.length - one.title.length);
      if (!section) return [WAY + text];
      const target = { tab: 'administration', path: section.id };
      return [link(target, WAY + section.title, () => this.#shell.navigate(target)), text.slice(section.title.length)];
    })];
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
      enabled && state !== 'active' && button('Try again', () => void again()),
      enabled ? button('Disable', () => void disable()) : button('Enable', () => void enable(true)));
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
    return [...this.#list.querySelectorAll('.card > header .state:last-child')].map((state) => state.textContent).join();
  }
}

/** @param {import('./types.d.ts').StorageRoom[]} rooms */
function storage(rooms) {
  return el('table', { class: 'rooms' }, el('caption', {}, 'Storage'),
    heads(['Kept', 'Used', 'Quota', '']),
    el('tbody', {}, ...rooms.map(({ title, used, quota }) => el('tr', {},
      el('th', { scope: 'row' }, title), el('td', {}, size(used)), el('td', {}, quota === null ? 'none' : size(quota)),
      el('td', {}, quota !== null && el('meter', {
        min: 0, max: quota, high: quota * 0.9, optimum: 0, value: Math.min(used, quota),
        'aria-label': `${title}: ${Math.round((100 * used) / quota)} % of the quota`,
      })),
    ))));
}

/** Decimal units, as disks are sold. @param {number} bytes */
function size(bytes) {
  if (bytes < 1000) return `${bytes} B`;
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'];
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(bytes, 1)) / 3)));
  return new Intl.NumberFormat('en', { style: 'unit', unit: units[power], maximumSignificantDigits: 3 }).format(bytes / 1000 ** power);
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

customElements.define('host-plugins-page', PluginsPage);
