// A small pane at a button: in the top layer, closed by Escape, by a click elsewhere, and when it is done. Tab stays
// within: what lies below cannot be seen.

import { h } from '../common/dom.js';

/**
 * @param {HTMLElement} anchor in the same shadow tree
 * @param {string} title
 * @param {(close: () => void) => (Node | string)[]} build
 * @param {() => void} [closed]
 * @param {HTMLElement} [back] gets the keyboard back; the anchor, where none is named
 */
export function popover(anchor, title, build, closed = () => {}, back = anchor) {
  const pane = h('div', { class: 'popover', popover: 'auto', role: 'dialog', 'aria-label': title });
  let open = true;
  // Who clicked elsewhere means to be there: only the keyboard that was in the pane goes back.
  let within = false;
  const close = () => {
    if (open) pane.hidePopover();
    done();
  };
  const done = () => {
    if (!open) return;
    open = false;
    pane.remove();
    if (within) back.focus();
    closed();
  };
  pane.append(...build(close));
  pane.addEventListener('keydown', (event) => keepWithin(pane, event));
  pane.addEventListener('beforetoggle', () => { within = pane.contains(/** @type {ShadowRoot} */ (anchor.getRootNode()).activeElement); });
  pane.addEventListener('toggle', (event) => {
    if (/** @type {ToggleEvent} */ (event).newState === 'closed') done();
  });
  (anchor.closest('.filter-bar') ?? anchor.parentElement)?.append(pane);
  pane.showPopover();
  place(pane, anchor);
  const first = /** @type {HTMLElement | null} */ (pane.querySelector('[autofocus], input:checked, input, button, select'));
  first?.focus();
  return close;
}

/** Below the anchor, or above it where there is more room; what does not fit is scrolled. @param {HTMLElement} pane @param {HTMLElement} anchor */
function place(pane, anchor) {
  const at = anchor.getBoundingClientRect();
  const size = pane.getBoundingClientRect();
  const [under, over] = [innerHeight - at.bottom - 12, at.top - 12];
  const below = size.height <= under || under >= over;
  pane.style.maxHeight = `${below ? under : over}px`;
  pane.style.left = `${Math.max(8, Math.min(at.left, innerWidth - size.width - 8))}px`;
  pane.style.top = `${below ? at.bottom + 4 : Math.max(8, at.top - 4 - size.height)}px`;
}

/** From the last control to the first, and back; radio buttons of one name are one stop. @param {HTMLElement} pane @param {KeyboardEvent} event */
function keepWithin(pane, event) {
  if (event.key !== 'Tab') return;
  const at = /** @type {HTMLInputElement} */ (event.target);
  const stops = /** @type {HTMLInputElement[]} */ ([...pane.querySelectorAll('input, select, button')])
    .filter((one) => one.tabIndex >= 0 && !one.disabled && one.checkVisibility());
  const [first, last] = event.shiftKey ? [stops.at(-1), stops[0]] : [stops[0], stops.at(-1)];
  if (at !== last && !(at.type === 'radio' && at.name === last?.name)) return;
  event.preventDefault();
  first?.focus();
}

/** Arrow keys go through the buttons of a menu, letters to the next that begins with one. @param {KeyboardEvent} event */
export function menuKeys(event) {
  const buttons = /** @type {HTMLElement[]} */ ([.../** @type {HTMLElement} */ (event.currentTarget).querySelectorAll('button')]);
  const at = buttons.indexOf(/** @type {HTMLElement} */ (event.target));
  const letter = event.key.length === 1 && event.key !== ' ' && !event.ctrlKey && !event.altKey && !event.metaKey;
  const next = letter ? beginning(buttons, event.key, at) : { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: buttons.length - 1 }[event.key];
  if (next === undefined) return;
  event.preventDefault();
  event.stopPropagation();
  buttons[(next + buttons.length) % buttons.length]?.focus();
}

/** The place of the next button whose words begin with a letter, round the end; where there is none, the same place. @param {HTMLElement[]} buttons @param {string} letter @param {number} at */
function beginning(buttons, letter, at) {
  const round = [...buttons.keys()].map((step) => (at + 1 + step) % buttons.length);
  return round.find((place) => buttons[place].textContent.trim().toLowerCase().startsWith(letter.toLowerCase())) ?? at;
}
