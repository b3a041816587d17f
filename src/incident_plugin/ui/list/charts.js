// Bars, columns and a heat map as our own small drawings. Each mark is a link; each drawing can be read as a table.

import { h } from '../common/dom.js';
import { strings } from '../locales/en.js';

const SVG = 'http://www.w3.org/2000/svg';

/** One mark: what it is called, how many, and what a click leads to. @typedef {{name: string, count: number, href: string, go: () => void, colour?: string, label?: Node | string}} Mark */

/** @param {string} tag @param {Record<string, string | number>} attributes @param {...(Node | string)} children */
function s(tag, attributes, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  element.append(...children);
  return element;
}

/** @param {Mark} mark @param {...Node} children */
function link({ name, count, href, go }, ...children) {
  const label = strings.dashboard.mark(name, count);
  const element = s('a', { href, 'aria-label': label }, s('title', {}, label), ...children);
  element.addEventListener('click', (event) => {
    const { ctrlKey, metaKey, shiftKey, button } = /** @type {MouseEvent} */ (event);
    if (ctrlKey || metaKey || shiftKey || button) return;
    event.preventDefault();
    go();
  });
  return element;
}

/** Lying bars with their names and numbers. @param {Mark[]} marks */
export function bars(marks) {
  const most = Math.max(1, ...marks.map(({ count }) => count));
  const all = marks.reduce((sum, { count }) => sum + count, 0);
  return h('ul', { class: 'chart-bars' }, marks.map((mark) => {
    const anchor = h('a', { href: mark.href, title: strings.dashboard.mark(mark.name, mark.count), onclick: (/** @type {MouseEvent} */ event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
      event.preventDefault();
      mark.go();
    } }, h('span', { class: 'name' }, mark.label ?? mark.name), drawnBar(mark.count / most, mark.colour), h('span', { class: 'number' }, strings.dashboard.share(mark.count, all)));
    return h('li', {}, anchor);
  }));
}

/** @param {number} part @param {string} [colour] */
function drawnBar(part, colour) {
  const bar = s('rect', { x: 0, y: 0, width: Math.max(part * 100, part > 0 ? 0.5 : 0), height: 10, rx: 0, class: colour ? `fill c-${colour}` : 'fill' });
  return s('svg', { viewBox: '0 0 100 10', preserveAspectRatio: 'none', class: 'bar-line', 'aria-hidden': 'true' }, bar);
}

/** Standing columns over time. @param {Mark[]} marks @param {string} label */
export function trend(marks, label) {
  const most = Math.max(1, ...marks.map(({ count }) => count));
  const [width, height, left, bottom] = [1000, 180, 36, 20];
  const step = (width - left) / Math.max(1, marks.length);
  const top = niceTop(most);
  const y = (/** @type {number} */ count) => height - bottom - (count / top) * (height - bottom - 8);
  const lines = [0, top / 2, top].filter(Number.isInteger).map((count) => s('g', { class: 'axis' },
    s('line', { x1: left, x2: width, y1: y(count), y2: y(count) }), s('text', { x: left - 6, y: y(count) + 4, 'text-anchor': 'end' }, String(count))));
  const every = Math.ceil(marks.length / 12);
  return s('svg', { viewBox: `0 0 ${width} ${height}`, class: 'trend', role: 'group', 'aria-label': label }, ...lines, ...marks.map((mark, place) => {
    const x = left + place * step;
    const hit = s('rect', { x, y: 0, width: step, height: height - bottom, class: 'hit' });
    const column = s('rect', { x: x + step * 0.12, y: y(mark.count), width: Math.max(step * 0.76, 0.5), height: height - bottom - y(mark.count), class: 'fill' });
    return mark.count ? link(mark, hit, column) : s('g', {}, s('title', {}, `${mark.name}: 0`), hit);
  }), ...marks.filter((_, place) => place % every === 0).map((mark, place) => s('text', { class: 'axis-text', x: left + place * every * step + 2, y: height - 5 }, mark.name)));
}

/** @param {number} most */
function niceTop(most) {
  const power = 10 ** Math.floor(Math.log10(most));
  return [1, 2, 4, 5, 10].map((factor) => factor * power).find((value) => value >= most) ?? most;
}

/** Weekday by hour: darker means more, and the number says it. @param {Mark[][]} rows @param {string} label */
export function heatMap(rows, label) {
  const most = Math.max(1, ...rows.flat().map(({ count }) => count));
  const [cell, left, top] = [38, 44, 18];
  const hours = Array.from({ length: 24 }, (_, hour) => s('text', { class: 'axis-text', x: left + hour * cell + cell / 2, y: 12, 'text-anchor': 'middle' }, String(hour).padStart(2, '0')));
  return s('svg', { viewBox: `0 0 ${left + 24 * cell} ${top + 7 * 26}`, class: 'heat', role: 'group', 'aria-label': label }, ...hours, ...rows.flatMap((marks, day) => [
    s('text', { class: 'axis-text', x: left - 8, y: top + day * 26 + 17, 'text-anchor': 'end' }, strings.dashboard.days[day]),
    ...marks.map((mark, hour) => {
      const [x, y] = [left + hour * cell, top + day * 26];
      const square = s('rect', { x: x + 1, y: y + 1, width: cell - 2, height: 24, class: mark.count ? 'fill' : 'hollow', 'fill-opacity': mark.count ? (0.18 + 0.82 * (mark.count / most)).toFixed(2) : 0 });
      if (!mark.count) return s('g', {}, s('title', {}, `${mark.name}: 0`), square);
      const strong = mark.count / most > 0.5;
      return link(mark, square, s('text', { class: strong ? 'in strong' : 'in', x: x + cell / 2, y: y + 17, 'text-anchor': 'middle' }, String(mark.count)));
    }),
  ]));
}

/** The same as rows. @param {string} title @param {string} first @param {Mark[]} marks */
export function table(title, first, marks) {
  return h('table', { 'aria-label': title }, h('thead', {}, h('tr', {}, h('th', { scope: 'col' }, first), h('th', { scope: 'col', class: 'number' }, strings.dashboard.number))),
    h('tbody', {}, marks.map((mark) => h('tr', {}, h('th', { scope: 'row' }, h('a', { href: mark.href, onclick: (/** @type {MouseEvent} */ event) => {
      event.preventDefault();
      mark.go();
    } }, mark.name)), h('td', { class: 'number' }, String(mark.count))))));
}
