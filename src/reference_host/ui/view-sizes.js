// How many view items the view has: one, four, nine or sixteen.

import { el } from './dom.js';
import { SIZES } from './layout.js';

/** @import { Shell } from './shell.js' */

/** Groups of radio buttons in one document need names of their own. */
let made = 0;

export class ViewSizes extends HTMLElement {
  /** @param {Shell} shell */
  constructor(shell) {
    super();
    made += 1;
    const name = `view-size-${made}`;
    const choices = SIZES.map((size) => {
      const words = size === 1 ? 'The selected view item alone' : `${size} view items`;
      const input = el('input', { type: 'radio', name, value: size, 'aria-label': words, onchange: () => shell.layout.resize(size) });
      return { size, input, label: el('label', { title: words }, input, el('span', { 'aria-hidden': 'true' }, String(size))) };
    });
    this.append(el('div', { role: 'radiogroup', 'aria-label': 'Number of view items', class: 'segments' }, ...choices.map(({ label }) => label)));
    const draw = () => {
      for (const { size, input } of choices) input.checked = size === shell.layout.size;
    };
    shell.layout.addEventListener('change', draw);
    draw();
  }
}

customElements.define('host-view-sizes', ViewSizes);
