// The panes in which the values of one filter are entered.

import { h } from '../common/dom.js';
import { timeEntry } from '../common/time-entry.js';
import { valueLabel } from '../common/value-label.js';
import { isInstant } from '../common/zoned.js';
import { strings } from '../locales/en.js';
import { between, ends } from './kinds.js';

/** @typedef {import('./kinds.js').Kind} Kind */
/** @typedef {import('./query.js').Query} Query */
/** @typedef {(changes: Record<string, string[] | string | null>) => void} Apply */

/**
 * @param {Kind} kind
 * @param {Query} query
 * @param {string} timeZone
 * @param {Apply} apply called with every choice; entries that are typed are applied by Enter or the button
 * @param {() => void} close
 * @returns {(Node | string)[]}
 */
export function editor(kind, query, timeZone, apply, close) {
  const values = kind.names.map((name) => query.get(name) ?? []);
  const heading = h('h3', {}, kind.title);
  switch (kind.editor) {
    case 'choice': return [heading, choice(kind, values[0], apply, false)];
    case 'one': return [heading, choice(kind, values[0], apply, true)];
    case 'range': return [heading, range(kind, values, timeZone, apply, close)];
    case 'period': return [heading, period(kind, values[0][0], timeZone, apply, close)];
    case 'whole':
    case 'decimal': return [heading, numbers(kind, values[0][0], apply, close)];
    case 'time': return [heading, times(kind, [strings.list.kinds.during], values, timeZone, apply, close)];
    default: return [heading, entry(kind, values[0][0] ?? '', apply, close)];
  }
}

/** @param {Kind} kind @param {string[]} chosen @param {Apply} apply @param {boolean} single */
function choice(kind, chosen, apply, single) {
  const boxes = (kind.offer?.(chosen) ?? []).map((value) => {
    const box = h('input', { type: single ? 'radio' : 'checkbox', name: kind.key, value: value.id, checked: chosen.includes(value.id) });
    return h('label', { class: 'option' }, box, valueLabel(value));
  });
  return h('div', { class: 'options', role: 'group', 'aria-label': kind.title, onchange(/** @type {Event} */ event) {
    const inputs = /** @type {HTMLInputElement[]} */ ([.../** @type {HTMLElement} */ (event.currentTarget).querySelectorAll('input')]);
    apply({ [kind.names[0]]: inputs.filter(({ checked }) => checked).map(({ value }) => value) });
  } }, boxes);
}

/** @param {Kind} kind @param {string} value @param {Apply} apply @param {() => void} close */
function entry(kind, value, apply, close) {
  const numeric = kind.editor === 'number';
  const { input, fault, read } = typed(kind.title, value, numeric ? /^\d{0,15}$/ : /^/, numeric ? 'numeric' : 'text');
  return form(() => {
    const text = read();
    if (text === undefined) return;
    apply({ [kind.names[0]]: text || null });
    close();
  }, input, fault, numeric ? '' : wholly(input));
}

/** Says that a text is compared as a whole: nothing found is not told apart otherwise. @param {HTMLElement} input */
function wholly(input) {
  const hint = h('p', { class: 'dim small', id: 'whole-text' }, strings.list.wholeText);
  input.setAttribute('aria-describedby', hint.id);
  return hint;
}

/** Two numbers that a value lies between. @param {Kind} kind @param {string} value @param {Apply} apply @param {() => void} close */
function numbers(kind, value, apply, close) {
  const pattern = kind.editor === 'whole' ? /^([+-]?\d{1,15})?$/ : /^([+-]?\d{1,15}(\.\d{1,15})?)?$/;
  const labels = [strings.list.least, strings.list.most];
  const entries = ends(value).map((end, place) => typed(`${kind.title}: ${labels[place]}`, end, pattern, kind.editor === 'whole' ? 'numeric' : 'decimal'));
  const order = h('p', { class: 'error small', role: 'alert', hidden: true }, strings.list.orderOfNumbers);
  return form(() => {
    const [least, most] = entries.map(({ read }) => read());
    if (least === undefined || most === undefined) return;
    order.hidden = !(least && most && Number(most) < Number(least));
    if (!order.hidden) return;
    apply({ [kind.names[0]]: between(least, most) });
    close();
  }, ...entries.map(({ input, fault }, place) => h('div', { class: 'field' }, h('span', { class: 'dim small' }, labels[place]), input, fault)), order);
}

/**
 * A text that is typed, and what is wrong with it.
 * @param {string} label
 * @param {string} value
 * @param {RegExp} pattern
 * @param {'numeric' | 'decimal' | 'text'} inputMode
 */
function typed(label, value, pattern, inputMode) {
  const { notWhole, notDecimal } = strings.incidents.fields;
  const input = h('input', { type: 'text', value, maxLength: 1_000, 'aria-label': label, inputMode });
  const fault = h('p', { class: 'error small', role: 'alert', hidden: true }, inputMode === 'decimal' ? notDecimal : notWhole);
  /** @returns {string | undefined} nothing for a wrong one */
  const read = () => {
    const text = input.value.trim();
    fault.hidden = pattern.test(text);
    input.setAttribute('aria-invalid', String(!fault.hidden));
    return fault.hidden ? text : undefined;
  };
  return { input, fault, read };
}

/** A time that a value lies in. @param {Kind} kind @param {string} value @param {string} timeZone @param {Apply} apply @param {() => void} close */
function period(kind, value, timeZone, apply, close) {
  const [from, to] = ends(value);
  const parted = { ...kind, names: ['from', 'to'] };
  return range(parted, [[from], [to]], timeZone, (changes) => apply({ [kind.key]: between(String(changes.from ?? ''), String(changes.to ?? '')) }), close);
}

/** @param {Kind} kind @param {string[][]} values @param {string} timeZone @param {Apply} apply @param {() => void} close */
function range(kind, values, timeZone, apply, close) {
  const [from, to] = kind.names;
  const quick = Object.entries(strings.list.quick).map(([key, name]) => h('button', { type: 'button', onclick() {
    apply({ [from]: key, [to]: key === 'yesterday' ? 'today' : null });
    close();
  } }, name));
  return h('div', { class: 'stack' }, h('div', { class: 'quick' }, quick), times(kind, [strings.list.from, strings.list.to], values, timeZone, apply, close));
}

/** @param {Kind} kind @param {string[]} labels @param {string[][]} values @param {string} timeZone @param {Apply} apply @param {() => void} close */
function times(kind, labels, values, timeZone, apply, close) {
  const entries = labels.map((label, place) => timeEntry(labels.length > 1 ? label : kind.title, values[place][0] ?? '', timeZone, { relative: true }));
  const order = h('p', { class: 'error small', role: 'alert', hidden: true }, strings.list.order);
  return form(() => {
    const moments = entries.map(({ read }) => read());
    if (moments.includes(undefined)) return;
    const [start, end] = moments.map((moment) => (moment && isInstant(moment) ? Date.parse(moment) : NaN));
    order.hidden = !(end <= start);
    if (!order.hidden) return;
    apply(Object.fromEntries(kind.names.map((name, place) => [name, moments[place] ?? null])));
    close();
  }, ...entries.map(({ element }) => element), order);
}

/** @param {() => void} submit @param {...(Node | string)} parts */
function form(submit, ...parts) {
  return h('form', { class: 'stack', onsubmit(/** @type {Event} */ event) {
    event.preventDefault();
    submit();
  } }, ...parts, h('div', { class: 'row end' }, h('button', { type: 'submit', class: 'primary' }, strings.list.apply)));
}
