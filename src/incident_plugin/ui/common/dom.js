// Building pages without markup strings: every text becomes a text node, so nothing a person wrote can become markup.

/** @typedef {Node | string | number | null | undefined | false} Child */

/**
 * Makes an element. Properties that begin with `on` are listeners, `class` sets the class, others that the
 * element knows as properties are set as such, the rest as attributes; `null`, `undefined` and `false` leave one out.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, unknown>} [properties]
 * @param {...(Child | Child[])} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith('on') && typeof value === 'function') {
      element.addEventListener(name.slice(2), /** @type {EventListener} */ (value));
    } else if (name === 'class') {
      element.className = String(value);
    } else if (name in element && !name.startsWith('aria') && name !== 'list' && name !== 'form') {
      Reflect.set(element, name, value);
    } else {
      element.setAttribute(name, value === true ? '' : String(value));
    }
  }
  element.append(...nodes(children));
  return element;
}

/**
 * @param {(Child | Child[])[]} children
 * @returns {(Node | string)[]}
 */
export function nodes(children) {
  return children
    .flat()
    .filter((child) => child !== null && child !== undefined && child !== false)
    .map((child) => (child instanceof Node ? child : String(child)));
}

/**
 * Gives the keyboard to what cannot have it otherwise, for as long as it stays there: what had it is gone.
 * @param {HTMLElement} element
 */
export function hold(element) {
  element.tabIndex = -1;
  element.focus({ preventScroll: true });
  element.addEventListener('blur', () => element.removeAttribute('tabindex'), { once: true });
}

/** What has the keyboard, in whichever shadow tree. */
export function focused() {
  let found = document.activeElement;
  while (found?.shadowRoot?.activeElement) found = found.shadowRoot.activeElement;
  return found;
}

const SVG = 'http://www.w3.org/2000/svg';

/** Outlines on a grid of 16 by 16, drawn with the colour of the text. */
const ICONS = {
  add: 'M8 3v10M3 8h10',
  close: 'M4 4l8 8M12 4l-8 8',
  trash: 'M3 4h10M6 4V2.5h4V4M4.5 4l.6 9h5.8l.6-9M7 6.5v4M9 6.5v4',
  play: 'M5 3l8 5-8 5z',
  pause: 'M5 3v10M11 3v10',
  record: 'M8 4a4 4 0 1 0 0 8a4 4 0 1 0 0-8z',
  check: 'M3 8.5l3.5 3.5L13 4.5',
  warning: 'M8 2l6.5 11.5h-13zM8 6.5v3.5M8 11.8v.4',
  info: 'M8 2a6 6 0 1 0 0 12a6 6 0 1 0 0-12zM8 7v4M8 4.8v.4',
  film: 'M2.5 3h11v10h-11zM5.5 3v10M10.5 3v10M2.5 6.3h3M2.5 9.7h3M10.5 6.3h3M10.5 9.7h3',
  download: 'M8 2v8M4.5 7L8 10.5 11.5 7M3 13.5h10',
  report: 'M4 2h5.5L12 4.5V14H4zM6 7h4M6 9.5h4M6 12h2.5',
  chart: 'M2.5 2.5v11h11M5.5 11V8M8.5 11V4.5M11.5 11V6.5',
  export: 'M8 10V2M4.5 5.5L8 2l3.5 3.5M3 9v5h10V9',
  person: 'M8 3a2.5 2.5 0 1 0 0 5a2.5 2.5 0 1 0 0-5zM3 14c0-3 2.2-4.5 5-4.5s5 1.5 5 4.5',
  search: 'M7 2.5a4.5 4.5 0 1 0 0 9a4.5 4.5 0 1 0 0-9zM10.5 10.5L14 14',
  back: 'M10 3L5 8l5 5',
  up: 'M3 10.5l5-5 5 5',
  down: 'M3 5.5l5 5 5-5',
  forward: 'M6 3l5 5-5 5',
  sound: 'M2.5 6.5h2L8 3.5v9L4.5 9.5h-2zM10.5 6a3 3 0 0 1 0 4M12 4a6 6 0 0 1 0 8',
  muted: 'M2.5 6.5h2L8 3.5v9L4.5 9.5h-2zM10.5 6.5l3 3M13.5 6.5l-3 3',
  stepBack: 'M11 3L6 8l5 5M4 3v10',
  stepForward: 'M5 3l5 5-5 5M12 3v10',
  edit: 'M3 13l.7-3L11 2.7l2.3 2.3L6 12.3z',
  print: 'M4.5 6V2.5h7V6M4.5 11.5h-2V6h11v5.5h-2M4.5 9.5h7v4h-7z',
  calendar: 'M2.5 4h11v9.5h-11zM2.5 7h11M5.5 2v3M10.5 2v3',
  ring: 'M8 3a5 5 0 1 0 0 10a5 5 0 1 0 0-10z',
  clock: 'M8 2a6 6 0 1 0 0 12a6 6 0 1 0 0-12zM8 4.5V8l2.5 1.5',
  cancelled: 'M8 2a6 6 0 1 0 0 12a6 6 0 1 0 0-12zM4 12l8-8',
  addToProject: 'M9 3.5H2.5v9h11V9M5.5 3.5v9M2.5 6.5h3M2.5 9.5h3M12 1.5v5M9.5 4h5',
  list: 'M5.5 4h8M5.5 8h8M5.5 12h8M2.5 4h.2M2.5 8h.2M2.5 12h.2',
  folder: 'M2 3.5h4.5l1.5 2h6v7.5H2z',
  next: 'M3.5 3l6.5 5-6.5 5zM12.5 3v10',
  retry: 'M13 8a5 5 0 1 1-1.5-3.5M13 2.5v3h-3',
  lock: 'M4 7h8v6.5H4zM5.5 7V5a2.5 2.5 0 0 1 5 0v2',
  camera: 'M2 5h8v6H2zM10 7.5l4-2v5l-4-2',
  snapshot: 'M2 5h3l1-1.5h4L11 5h3v8H2zM8 6.5a2.3 2.3 0 1 0 0 4.6a2.3 2.3 0 1 0 0-4.6z',
  move: 'M8 2v12M2 8h12M6 4l2-2 2 2M6 12l2 2 2-2M4 6L2 8l2 2M12 6l2 2-2 2',
  place: 'M8 14s4.5-4.3 4.5-7.5a4.5 4.5 0 0 0-9 0C3.5 9.7 8 14 8 14zM8 5v3M6.5 6.5h3',
  full: 'M2.5 6V2.5H6M10 2.5h3.5V6M13.5 10v3.5H10M6 13.5H2.5V10',
  part: 'M6 2.5V6H2.5M13.5 6H10V2.5M10 13.5V10h3.5M2.5 10H6v3.5',
  less: 'M3 8h10',
  phone: 'M4 2.5l2.5 0 1 3-1.5 1.5c.6 1.4 1.6 2.4 3 3l1.5-1.5 3 1v2.5c0 1-1 1.5-2 1.4C6.5 12.9 3 9 2.6 4.5 2.5 3.5 3 2.5 4 2.5z',
};

/** @typedef {keyof typeof ICONS} Icon */

/**
 * @param {Icon} name
 * @returns {SVGElement}
 */
export function icon(name) {
  const svg = document.createElementNS(SVG, 'svg');
  for (const [key, value] of Object.entries({
    viewBox: '0 0 16 16', width: '16', height: '16', fill: 'none', stroke: 'currentColor',
    'stroke-width': '1.5', 'stroke-linejoin': 'round', 'stroke-linecap': 'round', 'aria-hidden': 'true',
  })) svg.setAttribute(key, value);
  const path = document.createElementNS(SVG, 'path');
  path.setAttribute('d', ICONS[name]);
  svg.append(path);
  return svg;
}
