// Administration > Accounts: who may sign in, with which roles.

import { call } from './api.js';
import { button, el, heads, icon } from './dom.js';
import { box, confirmed, field, openForm, passwordField } from './form-dialog.js';

/** @import { Shell } from './shell.js' */
/** @import { Account, Role } from './types.d.ts' */

export class AccountsPage extends HTMLElement {
  #shell;
  #rows = el('tbody', {});
  /** @type {Role[]} */
  #roles = [];

  /** @param {Shell} shell */
  constructor(shell) {
    super();
    this.#shell = shell;
    this.append(el('section', { 'aria-label': 'Accounts' },
      el('header', {}, el('h1', {}, 'Accounts'), button('Create account', () => void this.#create(), { class: 'primary' })),
      el('table', {}, heads(['Account', 'Name', 'Roles', 'State', '']), this.#rows)));
  }

  connectedCallback() {
    void this.#load();
  }

  async #load() {
    try {
      const [{ accounts }, { roles }] = await Promise.all([call('/api/accounts'), call('/api/roles')]);
      this.#roles = roles;
      this.#rows.replaceChildren(...accounts.map((/** @type {Account} */ account) => this.#row(account)));
    } catch (error) {
      this.#shell.complain(error);
    }
  }

  /** @param {Account} account */
  #row(account) {
    const titles = account.roles.map((id) => this.#roles.find((role) => role.id === id)?.title ?? `${id} (removed)`);
    const fixed = account.origin === 'configuration';
    return el('tr', { 'data-account': account.id },
      el('th', { scope: 'row' }, account.id), el('td', {}, account.name), el('td', {}, titles.join(', ') || 'none'),
      el('td', {}, el('span', { class: `state ${account.disabled ? 'bad' : 'good'}` }, icon(account.disabled ? 'error' : 'success'), account.disabled ? 'disabled' : 'enabled')),
      el('td', { class: 'actions' }, ...(fixed ? [el('span', { class: 'dim' }, 'in the site configuration')] : this.#actions(account)),
        button('Sign out', () => void this.#signOut(account))));
  }

  /** @param {Account} account */
  #actions(account) {
    return [
      button('Edit', () => void this.#edit(account)),
      button('Reset password', () => void this.#reset(account)),
      button(account.disabled ? 'Enable' : 'Disable', () => void this.#send(pathOf(account), 'PATCH', { disabled: !account.disabled })),
    ];
  }

  async #create() {
    const account = field('Account', { autocapitalize: 'none', spellcheck: 'false', maxlength: 64 });
    const name = field('Name');
    const password = passwordField('First password, at least 12 characters');
    const roles = this.#chosen([]);
    await openForm({
      title: 'Create account', fields: [account.row, name.row, password.row, roles.row],
      save: () => call('/api/accounts', {
        method: 'POST',
        body: { account: account.input.value.trim(), name: name.input.value.trim(), password: password.input.value, roles: roles.value() },
      }),
    });
    await this.#load();
  }

  /** @param {Account} account */
  async #edit(account) {
    const name = field('Name', { value: account.name });
    const roles = this.#chosen(account.roles);
    await openForm({
      title: `Account ${account.id}`, fields: [name.row, roles.row],
      save: () => call(pathOf(account), { method: 'PATCH', body: { name: name.input.value.trim(), roles: roles.value() } }),
    });
    await this.#load();
  }

  /** @param {Account} account */
  async #reset(account) {
    const password = passwordField('New password, at least 12 characters');
    const saved = await openForm({
      title: `Reset password of ${account.id}`, fields: [password.row, el('p', { class: 'dim' }, 'All sessions of this account end.')],
      save: () => call(`${pathOf(account)}/password`, { method: 'PUT', body: { password: password.input.value } }),
    });
    if (saved) this.#shell.notices.show({ kind: 'success', title: `The password of ${account.id} is changed.` });
  }

  /** @param {Account} account */
  async #signOut(account) {
    if (!await confirmed('Sign out everywhere', `Every session of “${account.id}” ends. Running collections are kept.`, 'Sign out')) return;
    await this.#send(`${pathOf(account)}/sessions`, 'DELETE');
  }

  /** @param {string} path @param {string} method @param {unknown} [body] */
  async #send(path, method, body) {
    await call(path, { method, body }).catch((error) => this.#shell.complain(error));
    await this.#load();
  }

  /** Check boxes for roles. @param {string[]} held */
  #chosen(held) {
    const boxes = this.#roles.map(({ id, title }) => ({ id, ...box(title, { checked: held.includes(id) }) }));
    return {
      row: el('fieldset', {}, el('legend', {}, 'Roles'), ...boxes.map(({ row }) => row)),
      value: () => boxes.filter(({ input }) => input.checked).map(({ id }) => id),
    };
  }
}

/** @param {Account} account */
const pathOf = ({ id }) => `/api/accounts/${encodeURIComponent(id)}`;

customElements.define('host-accounts-page', AccountsPage);
