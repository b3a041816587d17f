// The administration tab: a page for each kind of thing of the host, and for each section that a plug-in contributes.

import { AccountsPage } from './admin-accounts.js';
import { LogPage } from './admin-log.js';
import { PluginsPage } from './admin-plugins.js';
import { RolesPage } from './admin-roles.js';
import { Contributed } from './contributed.js';
import { el } from './dom.js';
import { link, showLinks } from './router.js';

/** @import { Shell } from './shell.js' */

/** @typedef {{path: string, title: string, make: (shell: Shell) => HTMLElement}} AdminPage */

/** @type {AdminPage[]} */
const PAGES = [
  { path: '', title: 'Plug-ins', make: (shell) => new PluginsPage(shell) },
  { path: 'accounts', title: 'Accounts', make: (shell) => new AccountsPage(shell) },
  { path: 'roles', title: 'Roles', make: (shell) => new RolesPage(shell) },
  { path: 'security-log', title: 'Security log', make: (shell) => new LogPage(shell) },
];

/** A contributed section's address is its id, which has a dot: no page of the host is called so. @param {Shell} shell @returns {AdminPage[]} */
function contributed(shell) {
  return shell.contributions.admin_sections.map((section) => ({
    path: section.id,
    title: section.title,
    make: () => el('div', {}, el('section', { 'aria-label': section.title }, el('h1', {}, section.title),
      new Contributed(section, shell.context(section.plugin, 'admin', { clock: shell.live })).place)),
  }));
}

export class Administration extends HTMLElement {
  #shell;
  #pages;
  #nav = el('nav', { 'aria-label': 'Administration' });
  #place = el('div', { class: 'admin-page' });
  /** @type {Map<string, HTMLElement>} */
  #made = new Map();

  /** @param {Shell} shell */
  constructor(shell) {
    super();
    this.#shell = shell;
    this.#pages = [...PAGES, ...contributed(shell)];
    this.append(this.#nav, this.#place);
  }

  /** Shows the page of an address. @param {string} path */
  arrive(path) {
    const page = this.#pages.find((each) => each.path === path) ?? PAGES[0];
    showLinks(this.#nav, this.#pages.map((each) => this.#link(each, each === page)));
    const node = this.#made.get(page.path) ?? page.make(this.#shell);
    this.#made.set(page.path, node);
    if (node.parentNode !== this.#place) this.#place.replaceChildren(node);
  }

  /** @param {{path: string, title: string}} page @param {boolean} current */
  #link({ path, title }, current) {
    const target = { tab: 'administration', path };
    return link(target, title, () => this.#shell.navigate(target), current);
  }
}

customElements.define('host-administration', Administration);
