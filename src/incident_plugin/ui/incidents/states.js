// What a view shows while it has nothing to show, or something went wrong.

import { h, icon } from '../common/dom.js';
import { strings } from '../locales/en.js';

/** @typedef {import('../common/api.js').Problem} Problem */

/** Grey lines where rows will be. @param {string} label @param {number} [rows] */
export function skeleton(label, rows = 6) {
  return h('div', { class: 'skeleton', role: 'status', 'aria-label': label }, ...Array.from({ length: rows }, () => h('div', {})));
}

/**
 * A refusal in the place of what was asked for. A missing permission is no alarm and cannot be tried again.
 * @param {Problem} problem
 * @param {() => void} [retry]
 */
export function problemNote(problem, retry) {
  const forbidden = problem.status === 403;
  return h('div', { class: 'empty', role: forbidden ? 'status' : 'alert' },
    h('p', { class: forbidden ? 'row center' : 'row center error' }, icon(forbidden ? 'info' : 'warning'), h('b', {}, problem.title)),
    h('p', {}, problem.detail),
    retry && !forbidden ? h('button', { type: 'button', onclick: retry }, strings.incidents.list.retry) : null,
    problem.messageId ? h('p', { class: 'small' }, problem.messageId) : null);
}

/** Above what is shown, when it could not be brought up to date. @param {string} text @param {Problem} problem */
export function staleNote(text, problem) {
  return h('p', { class: 'banner amber', role: 'status' }, icon('warning'), h('span', {}, text, ' ', problem.detail || problem.title));
}
