// Building the page from nodes; text is always text.

/** @typedef {string | boolean | number | null | undefined | ((event: any) => void)} Property */

/**
 * Makes an element. Functions become listeners (`onclick`), `true` an empty attribute, `false` and nothing none.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, Property>} [properties]
 * @param {...(Node | string | null | undefined | false)} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function el(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (typeof value === 'function') element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, '');
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, String(value));
  }
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

const SVG = 'http://www.w3.org/2000/svg';

/** One stroke width, one grid of 24. */
const SHAPES = {
  camera: 'M3 8a2 2 0 0 1 2-2h9a2 2 0 0 1 2 2v8a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2zM16 11l5-3v8l-5-3',
  chevron: 'M9 6l6 6-6 6',
  close: 'M6 6l12 12M18 6L6 18',
  pane: 'M4 5h16v14H4zM15 5v14',
  tree: 'M4 5h16v14H4zM9 5v14',
  play: 'M7 5l12 7-12 7z',
  pause: 'M8 5v14M16 5v14',
  plus: 'M12 5v14M5 12h14',
  minus: 'M5 12h14',
  pencil: 'M4 20l1-4L16 5l3 3L8 19zM14 7l3 3',
  back: 'M12 6l-6 6 6 6M19 6l-6 6 6 6',
  forward: 'M12 6l6 6-6 6M5 6l6 6-6 6',
  warning: 'M12 4l9 16H3zM12 10v4M12 17v.5',
  error: 'M8 3h8l5 5v8l-5 5H8l-5-5V8zM12 8v5M12 16v.5',
  info: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 11v5M12 8v.5',
  success: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM8 12l3 3 5-6',
  person: 'M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM4 20c1-4 4-5 8-5s7 1 8 5',
  calendar: 'M4 6h16v14H4zM4 10h16M8 3v5M16 3v5',
  earlier: 'M4 5v14M20 6l-8 6 8 6z',
  later: 'M20 5v14M4 6l8 6-8 6z',
  list: 'M9 6h11M9 12h11M9 18h11M4 6h.5M4 12h.5M4 18h.5',
  rows: 'M4 9h16v6H4zM4 5h16M4 19h16',
  markStart: 'M14 5H9v14h5',
  markEnd: 'M10 5h5v14h-5',
};

/** @typedef {keyof typeof SHAPES} IconName */

/**
 * Draws an icon in the colour of its text; the words stand beside it or in the control's label.
 * @param {IconName} name
 */
export function icon(name) {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('class', 'icon');
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS(SVG, 'path');
  for (const [attribute, value] of Object.entries({
    d: SHAPES[name], fill: 'none', stroke: 'currentColor', 'stroke-width': '1.75',
    'stroke-linecap': 'round', 'stroke-linejoin': 'round',
  })) path.setAttribute(attribute, value);
  svg.append(path);
  return svg;
}

/** A button that says what it does. @param {string} words @param {(event: Event) => void} run @param {Record<string, Property>} [properties] */
export const button = (words, run, properties = {}) => el('button', { type: 'button', onclick: run, ...properties }, words);

/** Words that somebody should heed. @param {string} words @param {'p' | 'li'} [tag] */
export const note = (words, tag = 'p') => el(tag, { class: 'note' }, icon('warning'), el('span', {}, words));

/** The heads of a table's columns. @param {string[]} titles */
export const heads = (titles) => el('thead', {}, el('tr', {}, ...titles.map((title) => el('th', { scope: 'col' }, title))));

/**
 * A small button that shows only an icon; the label is its name and its tooltip.
 * @param {IconName} shape
 * @param {string} label
 * @param {() => void} run
 * @param {Record<string, Property>} [properties]
 */
export function iconButton(shape, label, run, properties = {}) {
  return el(
    'button', { type: 'button', class: 'quiet', 'aria-label': label, title: label, onclick: run, ...properties }, icon(shape),
  );
}
