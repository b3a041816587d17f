// One item of the export list: its start and end, trimmed by typing or by buttons, and a comment for its readers.

import { showDialog } from '../common/dialog.js';
import { h } from '../common/dom.js';
import { duration, utcTitle } from '../common/time.js';
import { instantsOf, localText, typedTime, zoneName } from '../common/zoned.js';
import { strings } from '../locales/en.js';
import { field } from './settings.js';
import { itemSheet } from './style.js';

/** @typedef {import('../common/shapes.d.ts').ExportItem} ExportItem */
/** @typedef {{start?: string, end?: string, whole?: boolean, comment: string}} ItemChange */

const STEPS = [-10, -1, 1, 10];

/**
 * @param {ExportItem} item
 * @param {string} timeZone
 * @returns {Promise<ItemChange | undefined>} nothing when it was dismissed
 */
export function changeItem(item, timeZone) {
  const texts = strings.exports.item;
  const own = item.footage.interval;
  const ends = {
    start: bound('start', texts.start, (item.trimmed ?? own).start, timeZone, () => draw()),
    end: bound('end', texts.end, (item.trimmed ?? own).end, timeZone, () => draw()),
  };
  const comment = h('textarea', { maxLength: 20_000, dir: 'auto' });
  comment.value = item.comment;
  const told = h('p', { role: 'status' });
  const save = h('button', { type: 'submit', class: 'primary' }, texts.save);
  const draw = () => {
    const { start, end } = { start: ends.start.at(), end: ends.end.at() };
    const wrong = start === null || end === null ? texts.noTime : end <= start ? texts.reversed : '';
    told.className = wrong ? 'error' : 'dim';
    told.textContent = wrong || texts.length(duration(Number(end) - Number(start)), duration(Date.parse(own.end) - Date.parse(own.start)));
    save.disabled = Boolean(wrong);
  };
  draw();
  return showDialog(texts.title(item.footage.camera_name), (/** @type {(change: ItemChange) => void} */ done) => [
    h('form', { method: 'dialog', class: 'stack', onsubmit: (/** @type {Event} */ event) => {
      event.preventDefault();
      const [start, end] = [Number(ends.start.at()), Number(ends.end.at())];
      const whole = start === Date.parse(own.start) && end === Date.parse(own.end);
      done(whole ? { whole, comment: comment.value }
        : { start: new Date(start).toISOString(), end: new Date(end).toISOString(), comment: comment.value });
    } },
    ends.start.element, ends.end.element,
    h('div', { class: 'row' }, told, h('span', { class: 'grow' }), h('button', { type: 'button', onclick: () => {
      ends.start.show(Date.parse(own.start));
      ends.end.show(Date.parse(own.end));
      draw();
    } }, texts.whole)),
    field('comment', texts.comment, comment),
    h('footer', {}, save)),
  ], { sheets: [itemSheet] });
}

/**
 * One end: a field to type into, and buttons that move it.
 * @param {string} id
 * @param {string} title
 * @param {string} first
 * @param {string} timeZone
 * @param {() => void} changed
 */
function bound(id, title, first, timeZone, changed) {
  /** @type {number | null} */
  let at = Date.parse(first);
  const input = h('input', { type: 'text', autocomplete: 'off', autofocus: id === 'start', oninput: () => {
    const typed = typedTime(input.value, Date.now(), timeZone);
    const found = typed ? instantsOf(typed, timeZone) : [];
    // Of the two hours of the night when clocks go back the one is meant that is nearer to what was there.
    at = found.length ? found.reduce((a, b) => (Math.abs(b - Date.parse(first)) < Math.abs(a - Date.parse(first)) ? b : a)) : null;
    zone.textContent = at === null ? '' : zoneName(at, timeZone);
    input.setAttribute('aria-invalid', String(at === null));
    changed();
  } });
  const zone = h('span', { class: 'dim' });
  const show = (/** @type {number} */ moment) => {
    at = moment;
    input.value = localText(moment, timeZone).replace('T', ' ');
    input.title = utcTitle(moment);
    input.setAttribute('aria-invalid', 'false');
    zone.textContent = zoneName(moment, timeZone);
  };
  show(at);
  const element = h('div', { class: 'row bound' }, field(id, title, input), zone,
    ...STEPS.map((step) => h('button', { type: 'button', 'aria-label': strings.exports.item.move(title, step), title: strings.exports.item.move(title, step),
      onclick: () => {
        show((at ?? Date.parse(first)) + step * 1000);
        changed();
      } }, `${step > 0 ? '+' : '−'}${Math.abs(step)} s`)));
  return { element, at: () => at, show };
}
