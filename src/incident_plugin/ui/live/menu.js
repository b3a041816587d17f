// A short list of things to do, at a button: in the top layer, closed by Escape and by a click elsewhere.

import { h } from '../common/dom.js';
import { strings } from '../locales/en.js';

/** @typedef {{text: string, run: () => void}} Choice */

/**
 * @param {HTMLElement} anchor gets the keyboard back
 * @param {string} title
 * @param {Promise<Choice[]>} choices
 * @param {string} [none] what is said when there are none
 */
export function menu(anchor, title, choices, none = '') {
  const pane = h('div', { class: 'menu', popover: 'auto', role: 'menu', 'aria-label': title }, h('p', { class: 'dim' }, strings.live.asking));
  pane.addEventListener('keydown', (event) => along(pane, event));
  pane.addEventListener('toggle', (event) => {
    if (/** @type {ToggleEvent} */ (event).newState === 'open') return;
    const within = pane.contains(/** @type {ShadowRoot} */ (anchor.getRootNode()).activeElement);
    pane.remove();
    if (within) anchor.focus();
  });
  anchor.after(pane);
  pane.showPopover();
  place(pane, anchor);
  void choices.then((all) => {
    pane.replaceChildren(...(all.length ? all.map(({ text, run }) => h('button', {
      type: 'button', role: 'menuitem', tabIndex: -1,
      onclick: () => {
        pane.hidePopover();
        anchor.focus();
        run();
      },
    }, text)) : [h('p', { class: 'dim' }, none)]));
    place(pane, anchor);
    pane.querySelector('button')?.focus();
  });
}

/** @param {HTMLElement} pane @param {KeyboardEvent} event */
function along(pane, event) {
  const items = [...pane.querySelectorAll('button')];
  const at = items.findIndex((one) => one === event.target);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
  if (to === undefined || items.length === 0) return;
  event.preventDefault();
  event.stopPropagation();
  items[(to + items.length) % items.length]?.focus();
}

/** Above the anchor, or below it, and never outside of the window. @param {HTMLElement} pane @param {HTMLElement} anchor */
function place(pane, anchor) {
  const at = anchor.getBoundingClientRect();
  const size = pane.getBoundingClientRect();
  const above = at.top - 4 - size.height;
  pane.style.left = `${Math.max(8, Math.min(at.left, innerWidth - size.width - 8))}px`;
  pane.style.top = `${above >= 8 ? above : at.bottom + 4}px`;
}
