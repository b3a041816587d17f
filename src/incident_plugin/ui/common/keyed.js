// Lists that change in place: an item that stays keeps its element, and with it focus and scroll position.

import { hold } from './dom.js';

/**
 * Makes the children of `parent` follow `items`, in order.
 * @template T
 * @template {HTMLElement} E
 * @param {Element} parent holds nothing but what this function puts there
 * @param {readonly T[]} items
 * @param {(item: T) => string | number} key
 * @param {(item: T) => E} create
 * @param {(element: E, item: T) => void} update called for every item, new ones included
 */
export function keyed(parent, items, key, create, update) {
  const keys = new Set(items.map((item) => String(key(item))));
  const held = focusIn(parent);
  /** @type {Map<string | null, Element>} */
  const old = new Map();
  for (const child of [...parent.children]) {
    const id = child.getAttribute('data-key');
    if (id !== null && keys.has(id)) old.set(id, child);
    else child.remove();
  }
  let next = parent.firstElementChild;
  for (const item of items) {
    const element = /** @type {E} */ (old.get(String(key(item))) ?? create(item));
    element.setAttribute('data-key', String(key(item)));
    update(element, item);
    if (element === next) next = next.nextElementSibling;
    else parent.insertBefore(element, next);
  }
  if (held && !parent.matches(':focus-within')) focusNear(parent, held);
}

const CONTROLS = 'a[href], button:enabled, input:enabled, select:enabled, textarea:enabled, [tabindex="0"]';

/** @param {Element} within @returns {HTMLElement[]} */
const controlsOf = (within) => [...within.querySelectorAll(CONTROLS)].map((one) => /** @type {HTMLElement} */ (one)).filter((one) => one.checkVisibility());

/** Which item of a list has the focus, and which of its controls. @param {Element} parent */
function focusIn(parent) {
  const place = [...parent.children].findIndex((child) => child.matches(':focus-within'));
  const child = parent.children[place];
  return child ? { child, place, control: controlsOf(child).findIndex((one) => one.matches(':focus')) } : null;
}

/**
 * What had the focus is gone, or lost it when its item was moved: the focus goes to the same control of its item, else
 * of the item that follows, to what follows the list when it was the last one, or to the part of the page that the
 * list is in; never to the page's beginning.
 * @param {Element} parent
 * @param {{child: Element, place: number, control: number}} held
 */
function focusNear(parent, { child, place, control }) {
  const stays = child.parentElement === parent;
  const item = stays ? child : parent.children[Math.min(place, parent.children.length - 1)];
  const region = /** @type {HTMLElement} */ (parent.closest('section, dialog, [role="tabpanel"]') ?? parent);
  const controls = item ? controlsOf(item) : controlsOf(region)
    .filter((one) => parent.compareDocumentPosition(one) & Node.DOCUMENT_POSITION_FOLLOWING);
  const itself = stays && control < 0 ? /** @type {HTMLElement} */ (child) : undefined;
  const target = itself ?? controls[item ? control : 0] ?? controls.at(-1) ?? region;
  if (target === region && !region.hasAttribute('tabindex')) region.tabIndex = -1;
  target.focus();
}

/** @type {WeakMap<Element, string>} */
const states = new WeakMap();

/**
 * For `update`: leaves an element alone whose item says the same as before, so that text selected in it, a menu or an
 * entry that is open in it stay while the list is read again.
 * @template T
 * @template {HTMLElement} E
 * @param {(element: E, item: T) => void} update depends on the item alone
 * @returns {(element: E, item: T) => void}
 */
export function whenChanged(update) {
  return (element, item) => {
    const state = JSON.stringify(item);
    if (states.get(element) === state) return;
    update(element, item);
    states.set(element, state);
  };
}

/**
 * Puts other content into an element. What had the focus in there may be gone: the focus goes to the control that stands
 * in its place, to the first one where there are others, or to the element, and not to the beginning of the page.
 * @param {HTMLElement} element
 * @param {Node[]} children
 */
export function refill(element, children) {
  const held = element.matches(':focus-within');
  const before = controlsOf(element);
  const place = before.findIndex((one) => one.matches(':focus'));
  element.replaceChildren(...children);
  if (!held || element.matches(':focus-within')) return;
  const after = controlsOf(element);
  const there = after[after.length === before.length ? Math.max(0, place) : 0];
  if (there) there.focus();
  else hold(element);
}
