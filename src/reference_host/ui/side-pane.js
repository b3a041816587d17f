// The pane beside the view: one foldable section per contributed panel.

import { Contributed } from './contributed.js';
import { el, icon, iconButton } from './dom.js';
import { edge } from './edge.js';

/** @import { Shell } from './shell.js' */

const OPEN = 'vms.pane.open';

export class SidePane extends HTMLElement {
  #body;
  #rail;

  /** @param {Shell} shell @param {'live' | 'playback'} mode */
  constructor(shell, mode) {
    super();
    const panels = mode === 'live' ? shell.contributions.live_panels : shell.contributions.playback_panels;
    const clock = mode === 'live' ? shell.live : shell.playback;
    this.#rail = el(
      'button', { type: 'button', class: 'rail quiet', 'aria-expanded': 'false', onclick: () => this.#open(true) },
      icon('pane'), el('span', {}, 'Show pane'),
    );
    this.#body = el(
      'aside', { class: 'pane', 'aria-label': 'Plug-ins' },
      el('header', {}, el('h2', {}, 'Plug-ins'), iconButton('pane', 'Hide pane', () => this.#open(false), { 'aria-expanded': 'true' })),
      ...panels.map((panel) => el(
        'details', { open: true, class: 'section' },
        el('summary', {}, icon('chevron'), el('h3', {}, panel.title)),
        new Contributed(panel, shell.context(panel.plugin, 'panel', { clock })).place,
      )),
      panels.length === 0 && el('p', { class: 'empty' }, 'No plug-in shows anything here.'),
    );
    this.append(edge(this.#body, 'pane', -1, 'Width of the pane'), this.#body, this.#rail);
  }

  connectedCallback() {
    this.#draw(localStorage.getItem(OPEN) !== 'no' && matchMedia('(min-width: 900px)').matches);
  }

  /** @param {boolean} open */
  #open(open) {
    localStorage.setItem(OPEN, open ? 'yes' : 'no');
    this.#draw(open);
    (open ? this.#body.querySelector('button') : this.#rail)?.focus();
  }

  /** @param {boolean} open */
  #draw(open) {
    this.#body.hidden = !open;
    this.#rail.hidden = open;
  }
}

customElements.define('host-side-pane', SidePane);
