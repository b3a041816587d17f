// Administration > Roles: what their holders may do, as a tree of check boxes, and which cameras they may see.

import { call } from './api.js';
import { button, el, heads } from './dom.js';
import { box, confirmed, field, openForm } from './form-dialog.js';
import { GrantTree } from './grant-tree.js';

/** @import { Shell } from './shell.js' */
/** @import { Role } from './types.d.ts' */

/** @type {Role} */
const NEW = { id: '', title: '', permissions: [], cameras: ['*'], origin: 'administration' };

export class RolesPage extends HTMLElement {
  #shell;
  #rows = el('tbody', {});
  /** Of use once it is known what can be granted. */
  #create = button('Create role', () => void this.#edit(NEW), { class: 'primary', disabled: true });
  /** @type {import('./types.d.ts').Grantable} */
  #grantable = { roles: [], tree: [], cameras: [] };

  /** @param {Shell} shell */
  constructor(shell) {
    super();
    this.#shell = shell;
    this.append(el('section', { 'aria-label': 'Roles' },
      el('header', {}, el('h1', {}, 'Roles'), this.#create),
      el('table', {}, heads(['Role', 'Permissions', 'Cameras', 'Origin', '']), this.#rows)));
  }

  connectedCallback() {
    void this.#load();
  }

  async #load() {
    try {
      this.#grantable = await call('/api/roles');
      this.#create.disabled = false;
      this.#rows.replaceChildren(...this.#grantable.roles.map((role) => this.#row(role)));
    } catch (error) {
      this.#shell.complain(error);
    }
  }

  /** @param {Role} role */
  #row(role) {
    const own = role.origin === 'administration';
    const every = (/** @type {string[]} */ grants) => (grants.includes('*') ? 'all' : String(grants.length));
    return el('tr', { 'data-role': role.id },
      el('th', { scope: 'row' }, role.title), el('td', {}, every(role.permissions)), el('td', {}, every(role.cameras)), el('td', { class: 'dim' }, role.origin),
      el('td', { class: 'actions' },
        button(own ? 'Edit' : 'Show', () => void this.#edit(role)),
        own && button('Delete', () => void this.#delete(role))));
  }

  /** @param {Role} role */
  async #edit(role) {
    const own = role.origin === 'administration';
    const id = field('Id, in letters and digits', { maxlength: 64, pattern: '[A-Za-z0-9][A-Za-z0-9_.@\\-]*' });
    const title = field('Title', { value: role.title, disabled: !own });
    const tree = new GrantTree(this.#grantable.tree, role.permissions, !own);
    const cameras = this.#cameras(role, !own);
    await openForm({
      title: role.id ? `Role ${role.title}` : 'Create role', wide: true,
      fields: [role.id === '' && id.row, title.row, el('fieldset', {}, el('legend', {}, 'Permissions'), tree.node), cameras.row],
      save: own ? () => call(`/api/roles/${encodeURIComponent(role.id || id.input.value)}`, {
        method: 'PUT', body: { title: title.input.value.trim(), permissions: tree.grants, cameras: cameras.value() },
      }) : undefined,
    });
    await this.#load();
  }

  /** @param {Role} role @param {boolean} disabled */
  #cameras(role, disabled) {
    const all = box('All cameras, also those that come later', { checked: role.cameras.includes('*'), disabled });
    const known = this.#grantable.cameras.map(({ id, name }) => ({ id, ...box(name, { checked: role.cameras.includes(id), disabled }) }));
    const gone = role.cameras.filter((id) => id !== '*' && known.every((each) => each.id !== id));
    const one = el('div', { class: 'below' }, ...known.map(({ row }) => row),
      gone.length > 0 && el('p', { class: 'dim' }, `Not there now, and kept: ${gone.join(', ')}`));
    const draw = () => { one.hidden = all.input.checked; };
    all.input.addEventListener('change', draw);
    draw();
    return {
      row: el('fieldset', {}, el('legend', {}, 'Cameras'), all.row, one),
      value: () => (all.input.checked ? ['*'] : [...known.filter(({ input }) => input.checked).map(({ id }) => id), ...gone]),
    };
  }

  /** @param {Role} role */
  async #delete({ id, title }) {
    if (!await confirmed('Delete role', `Whoever has the role “${title}” loses it at once.`, 'Delete')) return;
    await call(`/api/roles/${encodeURIComponent(id)}`, { method: 'DELETE' }).catch((error) => this.#shell.complain(error));
    await this.#load();
  }
}

customElements.define('host-roles-page', RolesPage);
