// Lists that change in place: an item that stays keeps its element, and with it focus and scroll position.

/**
 * Makes the children of `parent` follow `items`, in order.
 * @template T
 * @template {HTMLElement} E
 * @param {Element} parent holds nothing but what this function puts there
 * @param {T[]} items
 * @param {(item: T) => string} key
 * @param {(item: T) => E} create
 * @param {(element: E, item: T) => void} update called for every item, new ones included
 */
export function keyed(parent, items, key, create, update) {
  const keys = new Set(items.map(key));
  /** @type {Map<string | null, Element>} */
  const old = new Map();
  for (const child of [...parent.children]) {
    const id = child.getAttribute('data-key');
    if (id !== null && keys.has(id)) old.set(id, child);
    else child.remove();
  }
  let next = parent.firstElementChild;
  for (const item of items) {
    const element = /** @type {E} */ (old.get(key(item)) ?? create(item));
    element.setAttribute('data-key', key(item));
    update(element, item);
    if (element === next) next = next.nextElementSibling;
    else parent.insertBefore(element, next);
  }
}
