// Entering a call: its parts as text, and the call that they mean.

import { Problem } from '../common/api.js';
import { h } from '../common/dom.js';
import { duration } from '../common/time.js';
import { isInstant, secondsOf } from '../common/zoned.js';
import { strings } from '../locales/en.js';
import { dateTime } from './controls.js';

/** @typedef {import('../common/shapes.d.ts').Call} Call */
/** @typedef {import('./unsaved.js').CallEdit} CallEdit */

/** Forms made so far: each has names of its own for its labels. */
let forms = 0;

/**
 * A new call, made now.
 * @returns {CallEdit}
 */
export function newCall() {
  const at = new Date();
  at.setMilliseconds(0);
  return { direction: 'made', at: at.toISOString(), number: '', person: '', duration: '', outcome: '', note: '' };
}

/**
 * @param {Call} call
 * @returns {CallEdit}
 */
export function editOf(call) {
  return {
    direction: call.direction, at: call.at, number: call.number, person: call.person,
    duration: shownDuration(call), outcome: call.outcome, note: call.note, seen: call.edited_at,
  };
}

/** @param {Call} call */
export function shownDuration(call) {
  return call.duration === null ? '' : duration(secondsOf(call.duration) * 1000);
}

/**
 * What the server takes. Raises `Problem` for a time or duration that means nothing.
 * @param {CallEdit} edit
 */
export function callBody(edit) {
  const { calls, failures } = strings.incidents;
  const seconds = durationSeconds(edit.duration);
  if (!isInstant(edit.at) || seconds === undefined) {
    const detail = !isInstant(edit.at) ? calls.badTime : calls.badDuration;
    throw new Problem({ title: failures.save(failures.call), detail, status: 422 });
  }
  const { duration: _, seen: __, ...rest } = edit;
  return { ...rest, duration_seconds: seconds };
}

/**
 * @param {string} text `2:30`, `1:02:30`, or nothing
 * @returns {number | null | undefined} nothing for nothing, undefined for what is no duration
 */
function durationSeconds(text) {
  if (text.trim() === '') return null;
  const found = /^(?:(\d+):)?(\d+):([0-5]\d)$/.exec(text.trim());
  return found ? (Number(found[1] ?? 0) * 60 + Number(found[2])) * 60 + Number(found[3]) : undefined;
}

/**
 * @param {CallEdit} edit
 * @param {string} timeZone
 * @param {(edit: CallEdit) => void} changed called with every change
 * @param {() => void} save called when what was entered can be saved
 * @param {(save: () => void) => HTMLElement[]} buttons given what saves the call, if it can be saved
 */
export function callForm(edit, timeZone, changed, save, buttons) {
  const texts = strings.incidents.calls;
  const current = { ...edit };
  /** @param {Exclude<keyof CallEdit, 'seen'>} part */
  const entered = (part) => (/** @type {Event} */ event) => {
    const input = /** @type {HTMLInputElement} */ (event.target);
    if (part === 'duration' && durationSeconds(input.value) !== undefined) told('');
    current[part] = input.value;
    changed({ ...current });
  };
  const at = dateTime(timeZone, (value) => {
    current.at = String(value ?? '');
    at.show(value);
    changed({ ...current });
  });
  const id = `call-time-${++forms}`;
  if (at.input) at.input.id = id;
  at.show(current.at || null);
  /** @param {Exclude<keyof CallEdit, 'seen'>} part @param {string} label @param {Record<string, unknown>} [more] */
  const line = (part, label, more = {}) => h('label', { class: 'field' }, label,
    h('input', { value: current[part], oninput: entered(part), maxLength: 200, ...more }));
  const long = h('input', { value: current.duration, oninput: entered('duration'), maxLength: 9, placeholder: '0:00' });
  const fault = h('span', { class: 'error small', role: 'alert' });
  /** @param {string} wrong */
  const told = (wrong) => {
    fault.textContent = wrong;
    long.setAttribute('aria-invalid', String(wrong !== ''));
  };
  /** What is no duration is said beside the field, and not saved. */
  const checked = () => {
    if (durationSeconds(long.value) !== undefined) return save();
    told(texts.badDuration);
    long.focus();
  };
  return h('fieldset', { class: 'call-form', 'aria-label': texts.form, onkeydown: (/** @type {KeyboardEvent} */ event) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) checked();
  } },
    h('label', { class: 'field' }, texts.direction, h('select', { onchange: entered('direction') },
      ...(['made', 'received']).map((way) => h('option', { value: way, selected: way === current.direction },
        way === 'made' ? texts.made : texts.received)))),
    line('number', texts.number, { inputMode: 'tel' }),
    line('person', texts.person),
    h('div', { class: 'field-row' }, h('label', { class: 'label', htmlFor: id }, texts.time), at.element),
    h('div', { class: 'field-row' }, h('label', { class: 'field' }, texts.duration, long), fault),
    line('outcome', texts.outcome),
    h('label', { class: 'field note' }, texts.note, h('textarea', { value: current.note, oninput: entered('note'), maxLength: 100_000, dir: 'auto' })),
    h('div', { class: 'row' }, ...buttons(checked)));
}
