// Short messages at the lower left edge, read out by screen readers.

import { button, el, icon, iconButton } from './dom.js';

/** @import { VmsNotice } from 'vms-hooks/page' */

/** How long a notice stays, milliseconds; warnings and errors stay until they are closed. */
const STAYS = 8_000;
const STAYS_WITH_ACTION = 15_000;
const MOST = 4;

export class Notices extends HTMLElement {
  /** What had the keyboard before. @type {Element | null} */
  #from = null;

  connectedCallback() {
    this.setAttribute('role', 'region');
    this.setAttribute('aria-label', 'Notices');
    this.setAttribute('aria-live', 'polite');
    document.addEventListener('fullscreenchange', () => this.#aboveFullScreen());
  }

  /** What fills the screen covers all but popovers that came after it; those are seen, not clicked. */
  #aboveFullScreen() {
    this.popover = document.fullscreenElement ? 'manual' : null;
    if (this.popover) this.showPopover();
  }

  /** Gives the keyboard to the newest notice; after the last one, back. What fills the screen lets no key through. */
  async enter() {
    if (document.fullscreenElement) await document.exitFullscreen();
    let at = document.activeElement;
    while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
    if (at !== document.body && !this.contains(at)) this.#from = at;
    (this.lastElementChild?.querySelector('button') ?? /** @type {HTMLElement | null} */ (this.#from))?.focus();
  }

  /** @param {VmsNotice} notice */
  show({ kind, title, detail, action }) {
    const close = () => {
      const held = box.contains(document.activeElement);
      box.remove();
      if (held) void this.enter();
    };
    // Warnings stay: those that differ in their details alone share a box.
    const like = kind === 'warning' ? `${title} ${action?.label}` : '';
    const earlier = like ? [...this.querySelectorAll('.notice')].find((other) => other.getAttribute('data-like') === like) : null;
    const details = new Set([...earlier?.querySelectorAll('.words span') ?? []].map((line) => line.textContent));
    if (detail) details.add(detail);
    earlier?.remove();
    const words = el('div', { class: 'words' }, el('strong', {}, title), ...[...details].slice(-MOST).map((line) => el('span', {}, line)));
    const box = el(
      'div', { class: `notice ${kind}`, role: kind === 'error' ? 'alert' : false, 'data-like': like },
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
