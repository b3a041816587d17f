// One control for each kind of value: it shows a value, and tells when the operator enters another.

import { h, icon } from '../common/dom.js';
import { instantsOf, isInstant, localText, typedTime, zoneName } from '../common/zoned.js';
import { strings } from '../locales/en.js';

/** @typedef {import('../common/shapes.d.ts').FieldValue} FieldValue */

/**
 * `element` holds the `input` that the label names; buttons have none.
 * `problem` says what is wrong with an entry. `show` leaves an input alone that already means the value, so that typing is not disturbed.
 * @typedef {{element: HTMLElement, show: (value: FieldValue) => void, disable: (disabled: boolean) => void, input?: HTMLElement, problem?: () => string}} Control
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
    input: select,
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
  const maximum = { maxLength: 100_000, dir: 'auto' };
  const input = long ? h('textarea', { ...maximum, rows: 5 }) : h('input', { ...maximum, type: 'text' });
  input.addEventListener('input', () => entered(input.value === '' ? null : input.value));
  return typed(input);
}

/**
 * @param {'whole-number' | 'decimal'} kind
 * @param {Entered} entered
 * @returns {Control}
 */
export function number(kind, entered) {
  const { notWhole, notDecimal } = strings.incidents.fields;
  const whole = kind === 'whole-number';
  const pattern = whole ? /^[+-]?\d{1,15}$/ : /^[+-]?\d{1,15}(\.\d{1,15})?$/;
  const input = h('input', { type: 'text', inputMode: whole ? 'numeric' : 'decimal', maxLength: 33 });
  const control = typed(input);
  /** @param {string} entry */
  function judged(entry) {
    const fine = entry === '' || pattern.test(entry);
    input.setCustomValidity(fine ? '' : whole ? notWhole : notDecimal);
    return fine;
  }
  input.addEventListener('input', () => {
    const entry = input.value.trim();
    entered(judged(entry) && whole && entry ? Number(entry) : entry || null);
  });
  return {
    ...control,
    show(value) {
      control.show(value);
      judged(input.value.trim());
    },
    problem: () => input.validationMessage,
  };
}

/** @param {HTMLInputElement | HTMLTextAreaElement} input @returns {Control} */
function typed(input) {
  return {
    element: input,
    input,
    show(value) {
      const entry = String(value ?? '');
      if (input.value.trim() !== entry.trim()) input.value = entry;
    },
    // Still read to its end, and copied.
    disable: (disabled) => { input.readOnly = disabled; },
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
    input,
    show: (value) => { input.checked = value === true; },
    disable: (disabled) => { input.disabled = disabled; },
  };
}

/**
 * Date and time in the site's zone, typed or picked; when the clock goes back it asks which of the two hours is meant.
 * @param {string} timeZone
 * @param {Entered} entered given an instant in ISO 8601, UTC
 * @returns {Control}
 */
export function dateTime(timeZone, entered) {
  const texts = strings.incidents.fields;
  const input = h('input', { type: 'text', maxLength: 40, placeholder: texts.timeFormat, onchange: () => read(input.value) });
  const which = h('select', { hidden: true, 'aria-label': texts.which, title: texts.which, onchange: () => entered(which.value) });
  const zone = h('span', { class: 'dim small' });
  const picker = h('input', { class: 'date', type: 'datetime-local', step: '1', tabIndex: -1, 'aria-hidden': 'true', onchange: () => read(picker.value) });
  const pick = h('button', { type: 'button', class: 'quiet', title: texts.pick, 'aria-label': texts.pick, onclick: () => picker.showPicker() }, icon('calendar'));
  /** What is shown. @type {FieldValue | undefined} */
  let shown;

  /** What was typed as it is sent: an instant, or, when it means none, as it is. @param {string} typed */
  function meaning(typed) {
    const local = typedTime(typed, Date.now(), timeZone);
    const found = local ? instantsOf(local, timeZone) : [];
    input.setCustomValidity(typed.trim() === '' || found.length ? '' : local ? texts.skipped : texts.badTime);
    return found.length ? iso(found[0]) : typed.trim() || null;
  }

  /** @param {string} typed */
  function read(typed) {
    shown = undefined;
    entered(meaning(typed));
  }

  return {
    element: h('div', { class: 'row tight' }, input, h('span', { class: 'picker' }, pick, picker), which, zone),
    input,
    problem: () => input.validationMessage,
    show(value) {
      if (value === shown) return;
      shown = value;
      const at = isInstant(value) ? Date.parse(String(value)) : NaN;
      const local = Number.isNaN(at) ? '' : localText(at, timeZone);
      input.value = local ? local.replace('T', ' ') : String(value ?? '');
      meaning(input.value);
      picker.value = local;
      const both = local ? instantsOf(local, timeZone) : [];
      which.hidden = both.length < 2;
      which.replaceChildren(...both.map((instant) => h('option', { value: iso(instant), selected: instant === at }, zoneName(instant, timeZone))));
      zone.textContent = both.length < 2 ? zoneName(Number.isNaN(at) ? Date.now() : at, timeZone) : '';
    },
    disable(disabled) {
      for (const part of [input, pick, which]) part.disabled = disabled;
    },
  };
}

/** The form in which the server stores instants. @param {number} at */
const iso = (at) => new Date(at).toISOString().replace('.000Z', 'Z');
