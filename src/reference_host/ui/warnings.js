// What operators rely on and what is missing: a camera that is not recorded, a recorder that does not answer.

import { call } from './api.js';
import { el, icon, iconButton } from './dom.js';

/** @typedef {{plugin: string, id: string, detail: string, remedy: string, broken: boolean, camera: string}} Warned */

/** Milliseconds between two questions. */
const REFRESH = 10_000;
/** So many lines are shown; the others are one click away. */
const SHOWN = 2;

export class Warnings extends HTMLElement {
  #timer = 0;
  #drawn = '';
  /** What somebody has hidden; anything new is shown again. @type {Set<string>} */
  #hidden = new Set();

  connectedCallback() {
    this.setAttribute('role', 'region');
    this.setAttribute('aria-label', 'Warnings');
    this.setAttribute('aria-live', 'polite');
    this.hidden = true;
    void this.load();
    this.#timer = setInterval(() => this.load(), REFRESH);
  }

  disconnectedCallback() {
    clearInterval(this.#timer);
  }

  async load() {
    /** @type {{warnings: Warned[]}} */
    // What fails here is shown by the report of the view, and asked again.
    const { warnings } = await call('/api/warnings').catch(() => ({ warnings: null }));
    if (warnings) this.#draw(warnings);
  }

  /** @param {Warned[]} warnings */
  #draw(warnings) {
    const now = new Set(warnings.map(({ id }) => id));
    this.#hidden = new Set([...this.#hidden].filter((id) => now.has(id)));
    const shown = warnings.filter(({ id }) => !this.#hidden.has(id));
    const drawn = JSON.stringify(shown);
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    this.hidden = shown.length === 0;
    const [first, rest] = [shown.slice(0, SHOWN), shown.slice(SHOWN)];
    const hide = () => {
      for (const { id } of shown) this.#hidden.add(id);
      this.#draw(warnings);
      document.querySelector('main')?.focus();
    };
    this.replaceChildren(
      el('div', { class: 'lines' }, ...first.map(line), rest.length > 0 && el(
        'details', {}, el('summary', {}, icon('chevron'), `${rest.length} more`), ...rest.map(line),
      )),
      iconButton('close', 'Hide these warnings until there are others', hide),
    );
  }
}

/** @param {Warned} warned */
function line({ detail, remedy, broken }) {
  return el('p', {}, icon(broken ? 'error' : 'warning'), el('span', {}, detail, remedy && el('span', { class: 'dim' }, ` ${remedy}`)));
}

customElements.define('host-warnings', Warnings);
