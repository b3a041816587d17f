// The view: two by two view items, selected by click and keyboard.

import { ViewItem } from './view-item.js';

/** @typedef {import('./shell.js').Shell} Shell */

const COLUMNS = 2;
/** @type {Record<string, number>} */
const STEPS = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -COLUMNS, ArrowDown: COLUMNS };

export class ViewGrid extends HTMLElement {
  /** @param {Shell} shell @param {'live' | 'playback'} mode */
  constructor(shell, mode) {
    super();
    this.shell = shell;
    this.mode = mode;
    this.items = shell.layout.slots.map((_, slot) => new ViewItem(shell, mode, slot));
    this.setAttribute('role', 'group');
    this.setAttribute('aria-label', mode === 'live' ? 'Live view' : 'Playback view');
    this.append(...this.items);
    this.addEventListener('keydown', (event) => this.#moved(event));
    shell.layout.addEventListener('change', () => this.#draw());
    shell.addEventListener('cameras', () => this.#draw());
    this.#draw();
  }

  connectedCallback() {
    for (const item of this.items) item.draw();
  }

  #draw() {
    if (this.isConnected) for (const item of this.items) item.draw();
  }

  /** Selects a view item and gives it the keyboard. @param {number} slot */
  select(slot) {
    this.shell.layout.select(slot);
    this.items[slot].focus();
  }

  /**
   * Arrow keys move within the view when a view item itself has the keyboard; in playback left and right seek.
   * @param {KeyboardEvent} event
   */
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

  /** @param {number} from @param {number} step */
  #step(from, step) {
    const to = from + step;
    const sameRow = Math.floor(to / COLUMNS) === Math.floor(from / COLUMNS);
    if (to >= 0 && to < this.items.length && (Math.abs(step) > 1 || sameRow)) this.select(to);
  }
}

customElements.define('host-view-grid', ViewGrid);
