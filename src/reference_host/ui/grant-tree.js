// The tree of permissions as check boxes. A heading is checked when everything below it is.

import { el, icon } from './dom.js';
import { box } from './form-dialog.js';

/** @import { PermissionNode } from './types.d.ts' */

const EVERYTHING = '*';

export class GrantTree {
  #everything;
  #below;
  /** Boxes of the rights themselves, by id. @type {Map<string, HTMLInputElement>} */
  #rights = new Map();
  /** Headings, deepest first, each with the rights below it. @type {{input: HTMLInputElement, below: string[]}[]} */
  #headings = [];
  /** Grants that no box stands for, such as those of a plug-in that is not active: they are kept. @type {string[]} */
  #others;

  /** @param {PermissionNode[]} tree @param {string[]} grants @param {boolean} disabled */
  constructor(tree, grants, disabled) {
    this.#everything = box('Everything, also of plug-ins that come later', { checked: grants.includes(EVERYTHING), disabled });
    this.#below = el('ul', { class: 'grants' }, ...tree.map((node) => this.#node(node, grants, disabled)));
    this.#others = grants.filter((grant) => grant !== EVERYTHING && !this.#stands(grant));
    const others = this.#others.length > 0 && el('p', { class: 'dim' }, `Also granted, and kept: ${this.#others.join(', ')}`);
    this.node = el('div', { onchange: () => this.#draw() }, this.#everything.row, this.#below, others);
    this.#draw();
  }

  get grants() {
    if (this.#everything.input.checked) return [EVERYTHING];
    return [...[...this.#rights].filter(([, input]) => input.checked).map(([id]) => id), ...this.#others];
  }

  /** Whether boxes stand for a grant: for one right, or for all rights below a star. @param {string} grant */
  #stands(grant) {
    return [...this.#rights.keys()].some((id) => covers(grant, id));
  }

  /** @param {PermissionNode} node @param {string[]} grants @param {boolean} disabled @returns {HTMLElement} */
  #node({ id, title, children }, grants, disabled) {
    if (children.length === 0) {
      const { input, row } = box(title, { checked: grants.some((grant) => covers(grant, id)), disabled, 'data-permission': id });
      this.#rights.set(id, input);
      return el('li', {}, row);
    }
    const before = this.#rights.size;
    const inner = el('ul', {}, ...children.map((child) => this.#node(child, grants, disabled)));
    const below = [...this.#rights.keys()].slice(before);
    const { input, row } = box(title, { disabled, 'data-permission': id });
    input.addEventListener('change', () => {
      for (const right of below) /** @type {HTMLInputElement} */ (this.#rights.get(right)).checked = input.checked;
    });
    this.#headings.push({ input, below });
    const list = el('details', { open: true }, el('summary', { 'aria-label': `Below ${title}` }, icon('chevron')), inner);
    return el('li', { class: 'heading' }, row, list);
  }

  #draw() {
    this.#below.hidden = this.#everything.input.checked;
    for (const { input, below } of this.#headings) {
      const checked = below.filter((right) => this.#rights.get(right)?.checked).length;
      input.checked = checked === below.length;
      input.indeterminate = checked > 0 && checked < below.length;
    }
  }
}

/** Whether a grant includes a permission: the same rule as the server's. @param {string} grant @param {string} permission */
function covers(grant, permission) {
  return grant === EVERYTHING || grant === permission || (grant.endsWith('.*') && permission.startsWith(grant.slice(0, -1)));
}
