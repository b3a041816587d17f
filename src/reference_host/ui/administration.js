// The administration tab: one page for each kind of thing, and the sections that plug-ins contribute.

import { AccountsPage } from './admin-accounts.js';
import { LogPage } from './admin-log.js';
import { PluginsPage } from './admin-plugins.js';
import { RolesPage } from './admin-roles.js';
import { el } from './dom.js';
import { writeAddress } from './router.js';

/** @typedef {import('./shell.js').Shell} Shell */

/** @type {{path: string, title: string, make: (shell: Shell) => HTMLElement}[]} */
const PAGES = [
  { path: '', title: 'Plug-ins', make: (shell) => new PluginsPage(shell) },
  { path: 'accounts', title: 'Accounts', make: (shell) => new AccountsPage(shell) },
  { path: 'roles', title: 'Roles', make: (shell) => new RolesPage(shell) },
  { path: 'security-log', title: 'Security log', make: (shell) => new LogPage(shell) },
];

export class Administration extends HTMLElement {
  #shell;
  #nav = el('nav', { 'aria-label': 'Administration' });
  #place = el('div', { class: 'admin-page' });
  /** @type {Map<string, HTMLElement>} */
  #made = new Map();

  /** @param {Shell} shell */
  constructor(shell) {
    super();
    this.#shell = shell;
    this.append(this.#nav, this.#place);
  }

  /** Shows the page of an address. @param {string} path */
  arrive(path) {
    const page = PAGES.find((each) => each.path === path) ?? PAGES[0];
    this.#nav.replaceChildren(...PAGES.map((each) => this.#link(each, each === page)));
    const node = this.#made.get(page.path) ?? page.make(this.#shell);
    this.#made.set(page.path, node);
    if (node.parentNode !== this.#place) this.#place.replaceChildren(node);
  }

  /** @param {{path: string, title: string}} page @param {boolean} current */
  #link({ path, title }, current) {
    const go = (/** @type {MouseEvent} */ event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
      event.preventDefault();
      this.#shell.navigate({ tab: 'administration', path });
      // The links were drawn anew: the keyboard stays where it was.
      /** @type {HTMLElement | null} */ (this.#nav.querySelector('[aria-current]'))?.focus();
    };
    return el('a', { href: writeAddress({ tab: 'administration', path }), 'aria-current': current ? 'page' : false, onclick: go }, title);
  }
}

customElements.define('host-administration', Administration);
