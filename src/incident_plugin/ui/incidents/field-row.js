// A field with its label, the mark that it is not saved, and the choice when somebody else saved another value.

import { h, icon } from '../common/dom.js';
import { dateTime as shownTime } from '../common/time.js';
import { may } from '../common/permissions.js';
import { isInstant } from '../common/zoned.js';
import { strings } from '../locales/en.js';
import { fieldTitle, shownValue } from './field-names.js';
import { showHistory } from './history.js';
import { newsMark } from './said.js';

/** @typedef {import('./project-model.js').ProjectModel} ProjectModel */
/** @typedef {import('./controls.js').Control} Control */

/**
 * @param {ProjectModel} model
 * @param {string} field
 * @param {(entered: (value: import('../common/shapes.d.ts').FieldValue) => void) => Control} make
 * @param {{title?: string, hint?: string, editable: boolean}} options
 * @returns {{element: HTMLElement, update: () => void}}
 */
export function fieldRow(model, field, make, { title, hint, editable }) {
  const control = make((value) => model.setField(field, value));
  const mark = h('span', { class: 'mark', hidden: true }, strings.incidents.fields.unsavedMark);
  const news = h('span', { class: 'news-place' });
  const name = title ?? fieldTitle(field, model.properties);
  const id = `field-${field}`;
  const history = strings.incidents.history.open;
  const past = may(model.bridge, 'projects.activity.view') && h('button', { type: 'button', class: 'quiet past', title: history, 'aria-label': history,
    'aria-describedby': `name-${id}`,
    onclick: () => showHistory(model.bridge, model.id, field, name) }, icon('clock'));
  if (control.input) control.input.id = id;
  control.input?.setAttribute('aria-describedby', `hint-${id} wrong-${id}`);
  const conflict = h('div', { class: 'conflict', role: 'alert', hidden: true });
  const wrong = h('p', { class: 'error small', role: 'alert', id: `wrong-${id}` });
  let asked = '';
  control.disable(!editable);
  return {
    element: h('div', { class: 'field-row', 'data-field': field },
      h('div', { class: 'label' }, control.input ? h('label', { htmlFor: id, id: `name-${id}` }, name) : h('span', { id: `name-${id}` }, name), mark, news),
      h('div', { class: 'control', role: control.input ? null : 'group', 'aria-label': control.input ? null : name }, control.element),
      past,
      wrong,
      hint ? h('p', { class: 'dim small', id: `hint-${id}` }, hint) : null,
      conflict),
    update() {
      control.show(model.value(field));
      mark.hidden = !model.unsaved.field(field);
      if (past) past.hidden = !model.project?.stamps[field];
      const told = JSON.stringify(model.news.of(field)) ?? '';
      if (news.dataset.told !== told) news.replaceChildren(...[newsMark(model.news.of(field), model.bridge.timeZone)].filter((node) => node !== null));
      news.dataset.told = told;
      control.disable(!editable || model.gone);
      wrong.textContent = control.problem?.() ?? '';
      wrong.hidden = !wrong.textContent;
      const open = model.conflicts.includes(field);
      const question = open ? JSON.stringify([model.stored(field), model.value(field), model.project?.stamps[field]]) : '';
      conflict.hidden = !open;
      if (question === asked) return;
      asked = question;
      conflict.replaceChildren(...(open ? conflictChoice(model, field, () => control.input?.focus()) : []));
    },
  };
}

/** @param {ProjectModel} model @param {string} field @param {() => void} chosen */
function conflictChoice(model, field, chosen) {
  const texts = strings.incidents.conflict;
  const stamp = model.project?.stamps[field];
  const by = stamp ? texts.by(stamp.by.name, shownTime(stamp.at, model.bridge.timeZone)) : '';
  /** @param {string} label @param {import('../common/shapes.d.ts').FieldValue} value @param {string} note @param {'mine' | 'theirs'} choice @param {string} button */
  const side = (label, value, note, choice, button) => h('div', { class: 'side' },
    h('div', { class: 'dim small' }, label, note ? `, ${note}` : ''),
    h('div', { class: 'value' }, shown(model, field, value) || texts.empty),
    h('button', { type: 'button', 'data-choice': choice, onclick: () => {
      model.choose(field, choice);
      chosen();
    } }, button));
  return [
    h('p', { class: 'amber row' }, icon('warning'), texts.title),
    h('div', { class: 'sides' },
      side(texts.theirs, model.stored(field), by, 'theirs', texts.keepTheirs),
      side(texts.mine, model.value(field), '', 'mine', texts.keepMine)),
  ];
}

/** @param {ProjectModel} model @param {string} field @param {import('../common/shapes.d.ts').FieldValue} value */
function shown(model, field, value) {
  const isTime = model.properties.data.some((data) => `data:${data.id}` === field && data.kind === 'date-time');
  if (!isTime || value === null) return shownValue(field, value, model.properties);
  return isInstant(value) ? shownTime(String(value), model.bridge.timeZone) : String(value);
}
