// The camera tree: search, groups, and three ways of showing a camera: click or Enter, double click, drag.

import { el, icon, note } from './dom.js';
import { SavedViews } from './saved-views.js';

/** @import { Shell } from './shell.js' */
/** @import { VmsCamera } from 'vms-hooks/page' */

export const CAMERA_DRAG = 'application/x-vms-camera';

export class CameraTree extends HTMLElement {
  /** @type {Shell} */
  shell;
  #search = el('input', {
    type: 'search', placeholder: 'Search cameras', 'aria-label': 'Search cameras', oninput: () => this.#draw(),
    onkeydown: (/** @type {KeyboardEvent} */ event) => this.#searched(event),
  });
  #tree = el('div', { role: 'tree', 'aria-label': 'Cameras', class: 'tree' });
  /** @type {Set<string>} */
  #closed = new Set();

  /** @param {Shell} shell */
  constructor(shell) {
    super();
    this.shell = shell;
    this.#tree.addEventListener('keydown', (event) => this.#moved(event));
    this.append(el('div', { class: 'search' }, this.#search), this.#tree, new SavedViews(shell));
    shell.layout.addEventListener('change', () => this.#draw());
    shell.addEventListener('cameras', () => this.#draw());
    this.#draw();
  }

  /** Takes the keyboard: a name can be typed, or gone to with the arrow keys. */
  enter() {
    this.#search.focus();
    this.#search.select();
  }

  /** Down goes into the list, Enter shows the first camera that was found. @param {KeyboardEvent} event */
  #searched(event) {
    const wanted = { ArrowDown: '[tabindex="0"]', Enter: '.camera' }[event.key];
    const node = wanted && this.#tree.querySelector(wanted);
    if (!(node instanceof HTMLElement)) return;
    event.preventDefault();
    node.focus();
    if (event.key === 'Enter') node.click();
  }

  #draw() {
    const focused = document.activeElement instanceof HTMLElement ? document.activeElement.dataset.node : undefined;
    const wanted = this.#search.value.trim().toLocaleLowerCase();
    const found = this.shell.cameras.filter((camera) => camera.name.toLocaleLowerCase().includes(wanted));
    const groups = [...new Set(found.map((camera) => camera.group))];
    this.#tree.replaceChildren(
      ...groups.map((group) => this.#group(group, found.filter((camera) => camera.group === group), wanted !== '')),
      ...this.#remarks(found.length, wanted),
    );
    const nodes = this.#nodes;
    const current = nodes.find((node) => node.dataset.node === focused) ?? nodes[0];
    if (current) current.tabIndex = 0;
    if (focused !== undefined) current?.focus();
  }

  /** @param {string} name @param {VmsCamera[]} cameras @param {boolean} searching */
  #group(name, cameras, searching) {
    const open = searching || !this.#closed.has(name);
    const title = name || this.shell.session.site.name;
    const heading = el(
      'div', {
        role: 'treeitem', class: 'group', tabindex: -1, 'aria-expanded': String(open), 'aria-level': 1,
        'data-node': `group:${name}`, onclick: () => this.#toggle(name),
      }, icon('chevron'), el('span', { class: 'name' }, title),
    );
    return el('div', { role: 'none' }, heading, ...(open ? cameras.map((camera) => this.#camera(camera)) : []));
  }

  /** @param {VmsCamera} camera */
  #camera(camera) {
    const { layout } = this.shell;
    const slots = layout.shown.filter((slot) => layout.slots[slot] === camera.id).map((slot) => slot + 1);
    const item = el(
      'div', {
        role: 'treeitem', class: 'camera', tabindex: -1, draggable: 'true', 'aria-level': 2,
        'data-node': camera.id, 'data-camera': camera.id, title: `Show ${camera.name} in the selected view item`,
        onclick: () => this.#show(camera), ondragstart: (/** @type {DragEvent} */ event) => drag(event, camera),
      },
      icon('camera'), el('span', { class: 'name' }, camera.name),
      slots.length > 0 ? el('span', { class: 'slots small', 'aria-label': `in view item ${slots.join(', ')}` }, slots.join(' ')) : null,
    );
    return item;
  }

  /** @param {number} found @param {string} wanted */
  #remarks(found, wanted) {
    const remarks = this.shell.camerasIncomplete.map((reason) => note(reason));
    if (found > 0 || (remarks[0] && !wanted)) return remarks;
    const words = wanted
      ? `No camera is called “${this.#search.value.trim()}”.`
      : 'No camera that you may see is there. Administrators see which are away, and give roles theirs.';
    return [el('p', { class: 'empty' }, words), ...remarks];
  }

  /** @param {VmsCamera} camera */
  #show(camera) {
    this.shell.layout.assign(this.shell.layout.selected, camera.id);
  }

  /** @param {string} group */
  #toggle(group) {
    if (!this.#closed.delete(group)) this.#closed.add(group);
    this.#draw();
  }

  /** @returns {HTMLElement[]} */
  get #nodes() {
    return [...this.#tree.querySelectorAll('[role=treeitem]')].filter((node) => node instanceof HTMLElement);
  }

  /** @param {KeyboardEvent} event */
  #moved(event) {
    const nodes = this.#nodes;
    const at = nodes.findIndex((node) => node === document.activeElement);
    if (at < 0) return;
    const node = nodes[at];
    const expanded = node.getAttribute('aria-expanded');
    /** @type {Record<string, () => void>} */
    const moves = {
      ArrowDown: () => nodes[at + 1]?.focus(),
      ArrowUp: () => nodes[at - 1]?.focus(),
      Home: () => nodes[0].focus(),
      End: () => nodes[nodes.length - 1].focus(),
      ArrowRight: () => (expanded === 'false' ? node.click() : nodes[at + 1]?.focus()),
      ArrowLeft: () => (expanded === 'true' ? node.click() : nodes.slice(0, at).findLast((each) => each.ariaExpanded)?.focus()),
      Enter: () => node.click(),
      ' ': () => node.click(),
    };
    const move = moves[event.key];
    if (!move || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    move();
    const focused = document.activeElement;
    for (const each of this.#nodes) each.tabIndex = each === focused ? 0 : -1;
  }
}

/** @param {DragEvent} event @param {VmsCamera} camera */
function drag(event, camera) {
  event.dataTransfer?.setData(CAMERA_DRAG, camera.id);
  if (event.dataTransfer) event.dataTransfer.effectAllowed = 'copy';
}

customElements.define('host-camera-tree', CameraTree);
