// Short messages at the lower left edge, read out by screen readers.

import { button, el, icon, iconButton } from './dom.js';

/** @typedef {import('../../../hooks/src/vms_hooks/page.d.ts').VmsNotice} VmsNotice */

/** How long a notice stays, milliseconds; warnings and errors stay until they are closed. */
const STAYS = 8_000;
const STAYS_WITH_ACTION = 15_000;
const MOST = 4;

export class Notices extends HTMLElement {
  connectedCallback() {
    this.setAttribute('role', 'region');
    this.setAttribute('aria-label', 'Notices');
    this.setAttribute('aria-live', 'polite');
  }

  /** @param {VmsNotice} notice */
  show({ kind, title, detail, action }) {
    const close = () => box.remove();
    const words = el('div', { class: 'words' }, el('strong', {}, title), detail ? el('span', {}, detail) : null);
    const box = el(
      'div', { class: `notice ${kind}`, role: kind === 'error' ? 'alert' : false },
      icon(kind),
      words,
      action ? button(action.label, () => { close(); action.run(); }, { class: 'action' }) : null,
      iconButton('close', 'Close this notice', close, { class: 'quiet close' }),
    );
    // The same once more takes the place of the first.
    if (!action) [...this.children].find((other) => other.querySelector('.words')?.textContent === words.textContent)?.remove();
    this.append(box);
    while (this.children.length > MOST) this.firstElementChild?.remove();
    if (kind === 'info' || kind === 'success') this.#goesAfter(box, action ? STAYS_WITH_ACTION : STAYS);
  }

  /** Nothing goes while somebody points at it or stands in it. @param {HTMLElement} box @param {number} time */
  #goesAfter(box, time) {
    setTimeout(() => {
      if (box.matches(':hover, :focus-within')) this.#goesAfter(box, time);
      else box.remove();
    }, time);
  }
}

customElements.define('host-notices', Notices);
