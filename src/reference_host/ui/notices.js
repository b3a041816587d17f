// Short messages at the lower left edge, read out by screen readers.

import { button, el, icon, iconButton } from './dom.js';

/** @typedef {import('../../../hooks/src/vms_hooks/page.d.ts').VmsNotice} VmsNotice */

/** How long a notice stays, milliseconds; warnings and errors stay until they are closed. */
const STAYS = 8_000;
const STAYS_WITH_ACTION = 15_000;
const MOST = 4;

export class Notices extends HTMLElement {
  #rise = () => this.#aboveFullScreen();

  connectedCallback() {
    this.setAttribute('role', 'region');
    this.setAttribute('aria-label', 'Notices');
    this.setAttribute('aria-live', 'polite');
    document.addEventListener('fullscreenchange', this.#rise);
  }

  disconnectedCallback() {
    document.removeEventListener('fullscreenchange', this.#rise);
  }

  /** What fills the screen covers everything but popovers that came after it; those are seen, and no targets. */
  #aboveFullScreen() {
    this.popover = document.fullscreenElement ? 'manual' : null;
    if (this.popover) this.showPopover();
  }

  /** @param {VmsNotice} notice */
  show({ kind, title, detail, action }) {
    const close = () => box.remove();
    const earlier = kind === 'warning' ? this.#alike(title, action?.label ?? '') : undefined;
    const details = new Set([...earlier?.querySelectorAll('.words span') ?? []].map((line) => line.textContent ?? ''));
    if (detail) details.add(detail);
    earlier?.remove();
    const words = el('div', { class: 'words' }, el('strong', {}, title), ...[...details].slice(-MOST).map((line) => el('span', {}, line)));
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

  /** Warnings stay: those that differ in their details alone share a box. @param {string} title @param {string} label */
  #alike(title, label) {
    return [...this.querySelectorAll('.notice.warning')].find((other) => other.querySelector('strong')?.textContent === title
      && (other.querySelector('.action')?.textContent ?? '') === label);
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
