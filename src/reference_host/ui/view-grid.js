// The view: a square of view items, selected by click and keyboard.

import { ViewItem } from './view-item.js';

/** @import { Shell } from './shell.js' */

/** Columns and rows to go. @type {Record<string, [number, number]>} */
const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export class ViewGrid extends HTMLElement {
  /** @param {Shell} shell @param {'live' | 'playback'} mode */
  constructor(shell, mode) {
    super();
    this.shell = shell;
    this.mode = mode;
    this.items = shell.layout.slots.map((_, slot) => new ViewItem(shell, mode, slot));
    this.setAttribute('role', 'group');
    this.setAttribute('aria-label', mode === 'live' ? 'Live view' : 'Playback view');
    this.addEventListener('keydown', (event) => this.#moved(event));
    this.addEventListener('dblclick', (event) => this.#alone(event));
    shell.layout.addEventListener('change', () => this.#draw());
    shell.addEventListener('cameras', () => this.#draw());
    this.#draw();
  }

  connectedCallback() {
    this.#draw();
  }

  /** The view items that are shown. */
  get shown() {
    return this.shell.layout.shown.map((slot) => this.items[slot]);
  }

  /** Brings the view up to date. A view item that stays is not touched: its picture goes on. */
  #draw() {
    if (!this.isConnected) return;
    const { shown } = this;
    this.dataset.size = String(shown.length);
    for (const item of this.items) if (item.isConnected && !shown.includes(item)) item.remove();
    shown.forEach((item, place) => {
      if (this.children[place] !== item) this.insertBefore(item, this.children[place] ?? null);
      item.draw();
    });
  }

  /** Selects a view item and gives it the keyboard. @param {number} slot */
  select(slot) {
    this.shell.layout.select(slot);
    if (this.shell.layout.selected === slot) this.items[slot].focus();
  }

  /** Shows a view item alone, and all of them again. @param {MouseEvent} event */
  #alone(event) {
    const target = event.target instanceof Element ? event.target : null;
    if (!target?.closest('host-view-item') || target.closest('button, .toolbar')) return;
    this.shell.layout.toggleAlone();
    this.items[this.shell.layout.selected].focus();
  }

  /** Arrow keys move within the view when a view item itself has the keyboard; in playback left and right seek. @param {KeyboardEvent} event */
  #moved(event) {
    if (this.mode === 'playback' && ['ArrowLeft', 'ArrowRight'].includes(event.key)) return;
    const step = STEPS[event.key];
    const { selected } = this.shell.layout;
    if (!(event.target instanceof ViewItem) || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === 'Delete') this.shell.layout.assign(selected, null);
    else if (step === undefined) return;
    else this.#step(selected, step);
    event.preventDefault();
  }

  /** @param {number} from @param {[number, number]} step */
  #step(from, [right, down]) {
    const columns = Math.sqrt(this.shell.layout.size);
    const column = (from % columns) + right;
    const row = Math.floor(from / columns) + down;
    if (columns > 1 && Math.min(column, row) >= 0 && Math.max(column, row) < columns) this.select(row * columns + column);
  }
}

customElements.define('host-view-grid', ViewGrid);
