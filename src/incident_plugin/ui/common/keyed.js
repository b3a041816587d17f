// Lists that change while somebody works in them.

/** @type {WeakMap<Element, string>} */
const shown = new WeakMap();

/**
 * Makes the children of `parent` those of `items`. The element of a key stays the same element, and is touched only
 * when its item changed: focus, selected text and the place one scrolled to survive.
 * @template T
 * @template {HTMLElement} E
 * @param {Element} parent with no other children than those made here
 * @param {readonly T[]} items
 * @param {(item: T) => string | number} key
 * @param {(item: T) => E} make
 * @param {(element: E, item: T) => void} update also called for a new element
 */
export function keyed(parent, items, key, make, update) {
  const present = new Map([...parent.children].map((child) => [/** @type {E} */ (child).dataset.key, /** @type {E} */ (child)]));
  const names = items.map((item) => String(key(item)));
  const wanted = new Set(names);
  for (const [name, element] of present) if (!wanted.has(name ?? '')) element.remove();
  /** @type {Element | null} */
  let next = parent.firstElementChild;
  items.forEach((item, index) => {
    const element = present.get(names[index]) ?? make(item);
    element.dataset.key = names[index];
    const state = JSON.stringify(item);
    if (shown.get(element) !== state) {
      update(element, item);
      shown.set(element, state);
    }
    if (element === next) next = next.nextElementSibling;
    else parent.insertBefore(element, next);
  });
}
