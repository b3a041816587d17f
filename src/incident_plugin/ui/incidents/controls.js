// One control for each kind of value: it shows a value, and tells when the operator enters another.

import { h } from '../common/dom.js';
import { instantsOf, localText, zoneName } from '../common/zoned.js';
import { strings } from '../locales/en.js';

/** @typedef {import('../common/shapes.d.ts').FieldValue} FieldValue */

/**
 * `element` holds the input, or is a `group` of buttons that no label may press; `show` leaves an input alone that already means the value, so that typing is not disturbed.
 * @typedef {{element: HTMLElement, show: (value: FieldValue) => void, disable: (disabled: boolean) => void, group?: boolean}} Control
 */

/** @typedef {(value: FieldValue) => void} Entered */

/**
 * @param {(value: FieldValue) => {id: string, name: string}[]} choices asked for with the value to show
 * @param {boolean} required whether there is no empty choice
 * @param {Entered} entered
 * @returns {Control}
 */
export function choice(choices, required, entered) {
  const texts = strings.incidents.fields;
  const select = h('select', { onchange: () => entered(select.value || null) });
  let offered = '';
  return {
    element: select,
    show(value) {
      const options = choices(value).map(({ id, name }) => ({ id, name }));
      if (!required || value === null) options.unshift({ id: '', name: texts.none });
      if (value !== null && !options.some((option) => option.id === value)) {
        options.push({ id: String(value), name: `${value} (${texts.noLongerOffered})` });
      }
      if (offered !== JSON.stringify(options)) {
        offered = JSON.stringify(options);
        select.replaceChildren(...options.map((option) => h('option', { value: option.id }, option.name)));
      }
      select.value = value === null ? '' : String(value);
    },
    disable: (disabled) => { select.disabled = disabled; },
  };
}

/**
 * @param {boolean} long
 * @param {Entered} entered
 * @returns {Control}
 */
export function text(long, entered) {
  const maximum = { maxLength: 20_000 };
  const input = long ? h('textarea', { ...maximum, rows: 5 }) : h('input', { ...maximum, type: 'text' });
  input.addEventListener('input', () => entered(input.value === '' ? null : input.value));
  return typed(input, (value) => String(value ?? ''));
}

/**
 * @param {'whole-number' | 'decimal'} kind
 * @param {Entered} entered
 * @returns {Control}
 */
export function number(kind, entered) {
  const whole = kind === 'whole-number';
  const pattern = whole ? /^[+-]?\d{1,15}$/ : /^[+-]?\d{1,15}(\.\d{1,15})?$/;
  const input = h('input', { type: 'text', inputMode: whole ? 'numeric' : 'decimal', maxLength: 33 });
  input.addEventListener('input', () => {
    const entry = input.value.trim();
    const { notWhole, notDecimal } = strings.incidents.fields;
    input.setCustomValidity(entry === '' || pattern.test(entry) ? '' : whole ? notWhole : notDecimal);
    if (entry === '') entered(null);
    else entered(whole && pattern.test(entry) ? Number(entry) : entry);
  });
  return typed(input, (value) => String(value ?? ''));
}

/** @param {HTMLInputElement | HTMLTextAreaElement} input @param {(value: FieldValue) => string} format @returns {Control} */
function typed(input, format) {
  return {
    element: input,
    show(value) {
      if (input.value.trim() !== format(value).trim()) input.value = format(value);
    },
    disable: (disabled) => { input.disabled = disabled; },
  };
}

/**
 * @param {Entered} entered
 * @returns {Control}
 */
export function checkBox(entered) {
  const input = h('input', { type: 'checkbox', onchange: () => entered(input.checked) });
  return {
    element: input,
    show: (value) => { input.checked = value === true; },
    disable: (disabled) => { input.disabled = disabled; },
  };
}

/**
 * Date and time in the site's zone; when the clock goes back it asks which of the two hours is meant.
 * @param {string} timeZone
 * @param {Entered} entered given an instant in ISO 8601, UTC
 * @returns {Control}
 */
export function dateTime(timeZone, entered) {
  const texts = strings.incidents.fields;
  const input = h('input', { type: 'datetime-local', step: '1', oninput: () => read(0) });
  const which = h('select', { hidden: true, 'aria-label': texts.which, title: texts.which, onchange: () => entered(which.value) });
  const zone = h('span', { class: 'dim small' });

  /** @param {number} index of the instant, where the clock shows this time twice */
  function read(index) {
    const found = instantsOf(input.value, timeZone);
    input.setCustomValidity(input.value && found.length === 0 ? texts.skipped : '');
    if (!input.reportValidity() || input.validity.badInput) return;
    entered(found.length ? iso(found[index]) : null);
  }

  return {
    element: h('div', { class: 'row tight' }, input, which, zone),
    show(value) {
      const at = value === null ? NaN : Date.parse(String(value));
      const local = Number.isNaN(at) ? '' : localText(at, timeZone);
      const shown = instantsOf(input.value, timeZone);
      if (!input.validity.badInput && !(Number.isNaN(at) ? input.value === '' : shown.includes(at))) input.value = local;
      const both = local ? instantsOf(local, timeZone) : [];
      which.hidden = both.length < 2;
      which.replaceChildren(...both.map((instant) => h('option', { value: iso(instant), selected: instant === at }, zoneName(instant, timeZone))));
      zone.textContent = both.length < 2 ? zoneName(Number.isNaN(at) ? Date.now() : at, timeZone) : '';
    },
    disable(disabled) {
      input.disabled = disabled;
      which.disabled = disabled;
    },
  };
}

/** The form in which the server stores instants. @param {number} at */
const iso = (at) => new Date(at).toISOString().replace('.000Z', 'Z');
