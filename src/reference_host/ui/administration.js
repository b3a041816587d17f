// The administration tab: a page for each kind of thing of the host, and for each section that a plug-in contributes.
// Only administrators come here: the script of each page is loaded when it is first shown.

import { Contributed } from './contributed.js';
import { button, el, note } from './dom.js';
import { link, showLinks } from './router.js';

/** @import { Shell } from './shell.js' */

/** @typedef {{path: string, title: string, make: (shell: Shell) => Promise<HTMLElement>}} AdminPage */

/** @type {AdminPage[]} */
const PAGES = [
  { path: '', title: 'Plug-ins', make: async (shell) => new (await import('./admin-plugins.js')).PluginsPage(shell) },
  { path: 'accounts', title: 'Accounts', make: async (shell) => new (await import('./admin-accounts.js')).AccountsPage(shell) },
  { path: 'roles', title: 'Roles', make: async (shell) => new (await import('./admin-roles.js')).RolesPage(shell) },
  { path: 'security-log', title: 'Security log', make: async (shell) => new (await import('./admin-log.js')).LogPage(shell) },
];

/** A contributed section's address is its id, which has a dot: no page of the host is called so. @param {Shell} shell @returns {AdminPage[]} */
function contributed(shell) {
  return shell.contributions.admin_sections.map((section) => ({
    path: section.id,
    title: section.title,
    make: async () => el('div', {}, el('section', { 'aria-label': section.title }, el('h1', {}, section.title),
      new Contributed(section, shell.context(section.plugin, 'admin', { clock: shell.live })).place)),
  }));
}

export class Administration extends HTMLElement {
  #shell;
  #pages;
  #nav = el('nav', { 'aria-label': 'Administration' });
  #place = el('div', { class: 'admin-page', tabindex: -1 });
  /** What each page became, or becomes. @type {Map<AdminPage, Promise<HTMLElement>>} */
  #made = new Map();
  /** @type {AdminPage} */
  #current = PAGES[0];

  /** @param {Shell} shell */
  constructor(shell) {
    super();
    this.#shell = shell;
    this.#pages = [...PAGES, ...contributed(shell)];
    this.append(this.#nav, this.#place);
  }

  /** Shows the page of an address. @param {string} path */
  arrive(path) {
    this.#current = this.#pages.find((each) => each.path === path) ?? PAGES[0];
    showLinks(this.#nav, this.#pages.map((each) => this.#link(each, each === this.#current)));
    void this.#show(this.#current);
  }

  /** Shows a page as soon as it is there, unless another one was chosen meanwhile. @param {AdminPage} page */
  async #show(page) {
    const making = this.#made.get(page) ?? page.make(this.#shell);
    if (!this.#made.has(page)) this.#place.replaceChildren(el('div', { class: 'skeleton' }));
    this.#made.set(page, making);
    const node = await making.catch((error) => this.#failed(page, error));
    if (page === this.#current && node.parentNode !== this.#place) this.#place.replaceChildren(node);
  }

  /** What stands in the place of a page whose script did not come. @param {AdminPage} page @param {unknown} error */
  #failed(page, error) {
    console.warn(`the page ${page.title} cannot be shown:`, error);
    this.#made.delete(page);
    const words = `The page "${page.title}" cannot be shown: its script could not be loaded from the server. Nothing was changed; `
      + 'the other pages work. If it stays so when tried again, load the whole page again in the browser.';
    return el('section', { 'aria-label': page.title, role: 'alert' },
      el('h1', {}, page.title), note(words), button('Try again', () => void this.#again(page)));
  }

  /** The keyboard stays with what was pressed, or goes to the page's link when that has gone. @param {AdminPage} page */
  async #again(page) {
    await this.#show(page);
    /** @type {HTMLElement | null} */ (this.#place.querySelector('[role=alert] > button') ?? this.#nav.querySelector('[aria-current]'))?.focus();
  }

  /** @param {{path: string, title: string}} page @param {boolean} current */
  #link({ path, title }, current) {
    const target = { tab: 'administration', path };
    return link(target, title, () => this.#shell.navigate(target), current);
  }
}

customElements.define('host-administration', Administration);
