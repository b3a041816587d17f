// A value of an incident property as people see it: shape, word and colour, so that no colour stands alone.

import { h } from './dom.js';

/** @typedef {import('./shapes.d.ts').PropertyValue} PropertyValue */

const SVG = 'http://www.w3.org/2000/svg';

/** Shapes on a grid of 12 by 12: outlines, and whether they are filled. @type {Record<PropertyValue['symbol'], [string, boolean]>} */
const SHAPES = {
  none: ['', false],
  ring: ['M6 1.5a4.5 4.5 0 1 0 0 9a4.5 4.5 0 1 0 0-9z', false],
  dot: ['M6 1.5a4.5 4.5 0 1 0 0 9a4.5 4.5 0 1 0 0-9z', true],
  half: ['M6 1.5a4.5 4.5 0 1 0 0 9a4.5 4.5 0 1 0 0-9z', false],
  pause: ['M2.5 1.5h2.5v9h-2.5zM7 1.5h2.5v9h-2.5z', true],
  check: ['M1.5 6.5l3 3l6-7', false],
  cross: ['M2 2l8 8M10 2l-8 8', false],
  square: ['M2 2h8v8h-8z', true],
  triangle: ['M6 1.5l5 9h-10z', true],
  diamond: ['M6 1l5 5l-5 5l-5-5z', true],
  star: ['M6 .8l1.6 3.5l3.8.4l-2.8 2.6l.8 3.8l-3.4-1.9l-3.4 1.9l.8-3.8l-2.8-2.6l3.8-.4z', true],
  flag: ['M2.5 11.5v-10.5l7.5 3l-7.5 3', true],
  bolt: ['M7 .8l-4.5 6h3l-.8 4.4l4.8-6.2h-3z', true],
};

export const SYMBOLS = /** @type {PropertyValue['symbol'][]} */ (Object.keys(SHAPES));

/** For the style sheets of those who show values. */
export const valueStyle = `
.value { display: inline-flex; gap: 6px; align-items: center; max-width: 100%; vertical-align: middle; }
.value > span { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.value > svg { flex: none; color: var(--value, var(--dim)); }
.value.retired > span { color: var(--dim); }
.c-grey { --value: var(--vms-value-grey, #9aa4ae); } .c-blue { --value: var(--vms-value-blue, #5aa2ff); }
.c-teal { --value: var(--vms-value-teal, #35c3bd); } .c-green { --value: var(--vms-value-green, #57c785); }
.c-amber { --value: var(--vms-value-amber, #f0b13c); } .c-red { --value: var(--vms-value-red, #ff6b60); }
.c-violet { --value: var(--vms-value-violet, #b58cff); }
`;

/**
 * @param {PropertyValue['symbol']} name
 * @returns {SVGElement | null}
 */
export function symbol(name) {
  const [outline, filled] = SHAPES[name] ?? SHAPES.ring;
  if (!outline) return null;
  const svg = document.createElementNS(SVG, 'svg');
  for (const [key, value] of Object.entries({ viewBox: '0 0 12 12', width: '12', height: '12', 'aria-hidden': 'true' })) svg.setAttribute(key, value);
  svg.append(path(outline, filled ? 'currentColor' : 'none'));
  if (name === 'half') svg.append(path('M6 1.5a4.5 4.5 0 0 0 0 9z', 'currentColor'));
  return svg;
}

/**
 * @param {Pick<PropertyValue, 'name'> & Partial<PropertyValue>} value
 * @param {string} [note] stands behind the name, as “retired”
 */
export function valueLabel({ name, symbol: shape = 'none', colour = 'none', retired = false }, note = '') {
  return h('span', { class: `value c-${colour}${retired ? ' retired' : ''}` }, symbol(shape), h('span', {}, note ? `${name} (${note})` : name));
}

/** @param {string} outline @param {string} fill */
function path(outline, fill) {
  const drawn = document.createElementNS(SVG, 'path');
  for (const [key, value] of Object.entries({ d: outline, fill, stroke: 'currentColor', 'stroke-width': '1.5',
    'stroke-linejoin': 'round', 'stroke-linecap': 'round' })) drawn.setAttribute(key, value);
  return drawn;
}
