// Calls: whom one called and who called, and the form for one more.

import { confirmed } from '../common/dialog.js';
import { h, icon } from '../common/dom.js';
import { keyed, refill, whenChanged } from '../common/keyed.js';
import { may } from '../common/permissions.js';
import { dateTime } from '../common/time.js';
import { strings } from '../locales/en.js';
import { callForm, editOf, newCall, shownDuration } from './call-form.js';
import { contested } from './contested.js';
import { moment, newsMark } from './said.js';

/** @typedef {import('./project-model.js').ProjectModel} ProjectModel */
/** @typedef {import('../common/shapes.d.ts').Call} Call */

/** @param {ProjectModel} model */
export function callsTab(model) {
  const texts = strings.incidents.calls;
  const editable = may(model.bridge, 'projects.calls.manage');
  const list = h('div', { class: 'comments', role: 'list' });
  const empty = h('p', { class: 'empty' }, texts.empty);
  const add = h('button', { type: 'button', onclick: () => {
    blank = true;
    update();
    form.querySelector('select')?.focus();
  } }, icon('phone'), texts.add);
  const form = h('div', {});
  let open = false;
  /** The form of a new call is open and nothing was entered into it: there is nothing to save. */
  let blank = false;
  let written = false;

  function update() {
    const calls = model.project?.calls ?? [];
    const entered = model.unsaved.call('new') !== undefined;
    // Saved or given up: the next one begins with the button again.
    if (written && !entered) blank = false;
    written = entered;
    const adding = blank || entered;
    empty.hidden = calls.length > 0 || adding;
    add.hidden = adding || !editable;
    add.disabled = model.gone;
    const contestedOnes = new Set(model.contested);
    keyed(list, calls.map((call) => ({
      call, edit: model.unsaved.call(call.id) !== undefined, gone: model.gone, news: model.news.of(`call:${call.id}`), conflict: contestedOnes.has(`call:${call.id}`),
    })), ({ call }) => call.id, () => h('article', { role: 'listitem', class: 'comment' }),
    whenChanged((element, { call, edit, conflict }) => refill(element, [
      ...(conflict ? [choosing(model, call)] : edit ? [editing(model, call.id)] : reading(model, call, editable && !model.gone))])));
    if (open === adding) return;
    open = adding;
    const left = !adding && form.matches(':focus-within');
    form.replaceChildren(...(adding ? [editing(model, 'new', () => {
      blank = false;
    })] : []));
    if (left) add.focus();
  }

  return { element: h('div', { class: 'reading' }, list, empty, add, form), update };
}

/** @param {ProjectModel} model @param {string} id @param {import('./unsaved.js').CallEdit} edit @param {Element | null} holder */
function openForm(model, id, edit, holder) {
  model.keep(`call:${id}`, edit);
  /** @type {HTMLElement | null | undefined} */ (holder?.querySelector('select'))?.focus();
}

/** @param {ProjectModel} model @param {Call} call */
function choosing(model, call) {
  const mine = model.unsaved.call(call.id) ?? newCall();
  /** @param {import('./unsaved.js').CallEdit} edit */
  const said = (edit) => [edit.direction === 'made' ? strings.incidents.calls.made : strings.incidents.calls.received,
    dateTime(edit.at, model.bridge.timeZone), edit.person, edit.number, edit.duration, edit.outcome, edit.note].filter(Boolean).join('\n');
  return contested(model, `call:${call.id}`, said(editOf(call)), said(mine));
}

/** @param {ProjectModel} model @param {string} id @param {() => void} [left] called when it is given up */
function editing(model, id, left) {
  const key = `call:${id}`;
  const first = model.unsaved.call(id) ?? newCall();
  return callForm(first, model.bridge.timeZone, (edit) => model.keep(key, edit), () => {
    if (model.unsaved.call(id) === undefined) model.keep(key, first);
    void model.save(key);
  }, (save) => [
    h('button', { type: 'button', class: 'primary', title: strings.incidents.calls.saveHint, onclick: save }, strings.common.save),
    h('button', { type: 'button', onclick: () => {
      left?.();
      model.keep(key, null);
    } }, strings.common.cancel),
  ]);
}

/** @param {ProjectModel} model @param {Call} call @param {boolean} editable */
function reading(model, call, editable) {
  const texts = strings.incidents.calls;
  const facts = [call.person, call.number].filter(Boolean).join(', ');
  return [
    h('header', {},
      icon('phone'), h('b', {}, call.direction === 'made' ? texts.made : texts.received),
      h('span', { class: 'ellipsis' }, facts),
      moment(call.at, model.bridge.timeZone, 'dim'),
      h('span', { class: 'dim' }, shownDuration(call)),
      newsMark(model.news.of(`call:${call.id}`), model.bridge.timeZone),
      h('span', { class: 'grow' }),
      h('span', { class: 'dim small' }, `${texts.loggedBy} ${call.author.name}`),
      editable && h('button', { type: 'button', class: 'quiet', title: texts.edit, 'aria-label': texts.edit,
        onclick: (/** @type {Event} */ event) => openForm(model, call.id, editOf(call),
          /** @type {HTMLElement} */ (event.currentTarget).closest('article')) }, icon('edit')),
      editable && h('button', { type: 'button', class: 'quiet', title: texts.delete, 'aria-label': texts.delete,
        onclick: () => remove(model, call) }, icon('trash'))),
    call.outcome ? h('p', { class: 'written', dir: 'auto' }, call.outcome) : null,
    call.note ? h('p', { class: 'written dim', dir: 'auto' }, call.note) : null,
  ].filter((node) => node !== null);
}

/** @param {ProjectModel} model @param {Call} call */
async function remove(model, call) {
  const { calls: texts, failures, undo } = strings.incidents;
  const text = texts.deleteText(call.person || call.number, dateTime(call.at, model.bridge.timeZone));
  if (!await confirmed(texts.deleteTitle, text, texts.delete)) return;
  if (await model.act(failures.save(failures.call), 'DELETE', `/calls/${encodeURIComponent(call.id)}`)) {
    model.undo.did(undo.call, () => model.restore([call.id]));
  }
}
