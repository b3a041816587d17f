// The values of one list as rows to edit: order, symbol, colour, name, default, use.

import { h, icon } from '../common/dom.js';
import { SYMBOLS, valueLabel } from '../common/value-label.js';
import { strings } from '../locales/en.js';

/** @typedef {import('../common/shapes.d.ts').PropertyValue} PropertyValue */

/**
 * @typedef {object} List
 * @property {string} title what the values are of
 * @property {() => PropertyValue[]} get
 * @property {(values: PropertyValue[]) => void} set
 * @property {(id: string) => number} used how many projects have a value
 * @property {{get: () => string | null, set: (id: string | null) => void, needed?: boolean}} [default] `needed`: there is always one
 * @property {boolean} [closes] whether values can close a project
 * @property {boolean} [plain] names only
 * @property {boolean} editable
 * @property {() => void} edited called after every change
 */

/** @type {PropertyValue['colour'][]} */
const COLOURS = ['none', 'grey', 'blue', 'teal', 'green', 'amber', 'red', 'violet'];
let groups = 0;
let news = 0;

/** An id that is replaced by one made of the name before it is saved. */
export const newId = () => `new-value-${(news += 1)}`;

/** @param {string} id */
export const isNew = (id) => id.startsWith('new-value-');

/** @param {List} list */
export function valueTable(list) {
  const group = `default-${(groups += 1)}`;
  const body = h('tbody', {});
  const texts = strings.admin.properties;
  const none = list.default && !list.default.needed
    ? h('input', { type: 'radio', name: group, disabled: !list.editable, onchange: () => { list.default?.set(null); list.edited(); } }) : null;
  const head = h('thead', {}, h('tr', {}, ...columns(list).map(([name, title]) => h('th', { scope: 'col', class: name }, title))));
  const add = h('button', { type: 'button', hidden: !list.editable, onclick: () => {
    const id = newId();
    list.set([...list.get(), { id, name: '', closes: false, colour: 'none', symbol: 'none', retired: false }]);
    changed(id);
  } }, icon('add'), texts.add);
  const table = h('table', { class: 'values', 'aria-label': list.title }, head, body);

  /** Draws the rows anew; the keyboard stays with the value. @param {string} id @param {string} [part] what gets the keyboard */
  function changed(id, part = 'input[type=text]') {
    draw();
    /** @type {HTMLElement | null} */ (body.querySelector(`[data-id="${id}"] ${part}`))?.focus();
    list.edited();
  }

  /** @param {PropertyValue} value @param {number} by @param {string} [part] */
  function move(value, by, part) {
    const values = [...list.get()];
    const from = values.indexOf(value);
    const to = from + by;
    if (to < 0 || to >= values.length) return;
    values.splice(to, 0, ...values.splice(from, 1));
    list.set(values);
    changed(value.id, part);
  }

  function draw() {
    const values = list.get();
    body.replaceChildren(...values.map((value, place) => row(list, group, value, {
      first: place === 0, last: place === values.length - 1, move, changed,
    })));
    if (none) none.checked = list.default?.get() === null;
  }
  draw();
  return h('div', { class: 'section' }, table, h('div', { class: 'inline' }, add,
    none && h('label', { class: 'check' }, none, texts.noDefault)));
}

/** @param {List} list @returns {[string, string][]} */
function columns(list) {
  const texts = strings.admin.properties.columns;
  return [
    ['order', texts.order], ...(list.plain ? [] : /** @type {[string, string][]} */ ([['look', texts.look]])), ['name', texts.name],
    ...(list.default ? /** @type {[string, string][]} */ ([['default', texts.default]]) : []),
    ...(list.closes ? /** @type {[string, string][]} */ ([['closes', texts.closes]]) : []),
    ...(list.plain ? [] : /** @type {[string, string][]} */ ([['used', texts.used]])), ['actions', texts.actions],
  ];
}

/**
 * @param {List} list
 * @param {string} group
 * @param {PropertyValue} value
 * @param {{first: boolean, last: boolean, move: (value: PropertyValue, by: number, part?: string) => void, changed: (id: string, part?: string) => void}} at
 */
function row(list, group, value, at) {
  const texts = strings.admin.properties;
  const disabled = !list.editable;
  const called = value.name || texts.newValue;
  const name = h('input', { type: 'text', value: value.name, maxLength: 200, disabled, 'aria-label': texts.nameOf(called), title: texts.orderHint,
    oninput: () => { value.name = name.value; list.edited(); },
    onkeydown: (/** @type {KeyboardEvent} */ event) => {
      const by = event.altKey ? { ArrowUp: -1, ArrowDown: 1 }[event.key] : undefined;
      if (by === undefined) return;
      event.preventDefault();
      at.move(value, by);
    } });
  const cells = [
    h('td', { class: 'order' }, h('div', {},
      h('button', { type: 'button', class: 'quiet up', disabled: disabled || at.first, title: texts.up(called), 'aria-label': texts.up(called), onclick: () => at.move(value, -1, '.up') }, icon('up')),
      h('button', { type: 'button', class: 'quiet down', disabled: disabled || at.last, title: texts.down(called), 'aria-label': texts.down(called), onclick: () => at.move(value, 1, '.down') }, icon('down')))),
    list.plain ? null : look(list, value, called),
    h('td', { class: 'name' }, name),
    list.default ? h('td', { class: 'default' }, h('input', { type: 'radio', name: group, checked: list.default.get() === value.id,
      disabled: disabled || value.retired, 'aria-label': texts.defaultOf(called), onchange: () => { list.default?.set(value.id); list.edited(); } })) : null,
    list.closes ? h('td', { class: 'closes' }, h('input', { type: 'checkbox', checked: value.closes, disabled, 'aria-label': texts.closesOf(called),
      onchange: (/** @type {Event} */ event) => { value.closes = /** @type {HTMLInputElement} */ (event.target).checked; list.edited(); } })) : null,
    list.plain ? null : h('td', { class: 'used', title: texts.usedTitle(list.used(value.id)) }, texts.used(list.used(value.id))),
    h('td', { class: 'actions' }, h('div', { class: 'row' }, ...actions(list, value, called, at.changed))),
  ];
  return h('tr', { 'data-id': value.id, class: value.retired ? 'retired' : '' }, ...cells.filter((cell) => cell !== null));
}

/** @param {List} list @param {PropertyValue} value @param {string} called */
function look(list, value, called) {
  const texts = strings.admin.properties;
  const shown = h('span', {});
  const draw = () => shown.replaceChildren(valueLabel({ ...value, name: '' }));
  const option = (/** @type {string} */ one, /** @type {boolean} */ selected) => h('option', { value: one, selected }, one);
  /**
   * The other choices come with the keyboard or the pointer: for hundreds of values they would be most of the page.
   * @param {string[]} names @param {'symbol' | 'colour'} part @param {string} label
   */
  const choice = (names, part, label) => {
    const fill = () => { if (select.options.length < names.length) select.replaceChildren(...names.map((one) => option(one, one === value[part]))); };
    const select = h('select', { disabled: !list.editable, 'aria-label': label, onfocus: fill, onpointerdown: fill, onchange: (/** @type {Event} */ event) => {
      Object.assign(value, { [part]: /** @type {HTMLSelectElement} */ (event.target).value });
      draw();
      list.edited();
    } }, option(value[part], true));
    return select;
  };
  draw();
  return h('td', { class: 'look' }, h('div', {}, shown, choice(SYMBOLS, 'symbol', texts.symbolOf(called)), choice(COLOURS, 'colour', texts.colourOf(called))));
}

/** @param {List} list @param {PropertyValue} value @param {string} called @param {(id: string, part?: string) => void} changed */
function actions(list, value, called, changed) {
  const texts = strings.admin.properties;
  if (!list.editable) return value.retired ? [texts.retired] : [];
  /** @param {string} verb @param {() => void} run @param {string} [title] */
  const button = (verb, run, title) => h('button', { type: 'button', 'aria-label': texts.ofValue(verb, called), title, onclick: run }, verb);
  const gone = () => {
    const values = list.get();
    const neighbour = values[values.indexOf(value) + 1] ?? values[values.indexOf(value) - 1];
    if (list.default?.get() === value.id) list.default.set(null);
    list.set(values.filter((one) => one !== value));
    changed(neighbour?.id ?? '');
  };
  const retire = (/** @type {boolean} */ retired) => {
    value.retired = retired;
    if (retired && list.default?.get() === value.id) list.default.set(null);
    changed(value.id, '.actions button');
  };
  const removable = list.plain || isNew(value.id) || list.used(value.id) === 0;
  return [
    list.plain || isNew(value.id) ? null
      : value.retired ? button(texts.takeBack, () => retire(false)) : button(texts.retire, () => retire(true), texts.retireHint),
    removable ? button(texts.remove, gone) : null,
  ];
}
