// Sequence list: which video belongs to the project, and whether it is still there.

import { confirmed, showDialog } from '../common/dialog.js';
import { h, icon } from '../common/dom.js';
import { keyed, whenChanged } from '../common/keyed.js';
import { may } from '../common/permissions.js';
import { dateTime, duration } from '../common/time.js';
import { strings } from '../locales/en.js';
import { preserveRow } from './preserve.js';
import { moment, newsMark } from './said.js';
import { SequenceStates, stateLabel } from './sequence-states.js';
import { viewVideo } from './view-video.js';

/** @typedef {import('./project-model.js').ProjectModel} ProjectModel */
/** @typedef {import('../common/shapes.d.ts').Sequence} Sequence */
/** @typedef {import('./sequence-states.js').SequenceState} SequenceState */

const COLUMNS = 9;

/** @param {ProjectModel} model */
export function sequencesTab(model) {
  const texts = strings.incidents.sequences;
  const editable = may(model.bridge, 'projects.sequences.manage');
  /** @type {Set<string>} */
  const selected = new Set();
  const states = new SequenceStates(model.bridge, model.id, () => update());
  const preserve = preserveRow(model.bridge, model.id, () => void states.read());
  const body = h('tbody', { onfocusin: () => { at = place(); }, onkeydown: (/** @type {KeyboardEvent} */ event) => onRow(event) });
  const total = h('span', { class: 'dim' });
  const away = h('p', { class: 'banner amber', role: 'status', hidden: true });
  const empty = h('p', { class: 'empty' }, texts.empty);
  const all = h('input', { type: 'checkbox', 'aria-label': texts.selectAll, onchange: () => select(all.checked ? sequences().map((s) => s.id) : []) });
  const view = h('button', { type: 'button', class: 'primary', hidden: !may(model.bridge, 'projects.video.view'),
    onclick: () => viewVideo(model.bridge, model.id, sequences(), [...selected][0]) }, icon('play'), texts.view);
  const remove = h('button', { type: 'button', hidden: !editable, title: texts.removeHint, onclick: () => removeSelected(model, chosen()) }, texts.remove);
  const removeAll = h('button', { type: 'button', hidden: !editable, onclick: () => removeEvery(model, sequences()) }, texts.removeAll);
  const table = h('table', { class: 'sequences' },
    h('thead', {}, h('tr', {}, h('th', { class: 'check' }, all),
      ...Object.entries({ camera: strings.common.camera, start: strings.common.start, end: strings.common.end, length: strings.common.length,
        video: texts.video, added: texts.added, recorder: texts.recorder, note: texts.note }).map(([name, title]) => h('th', { scope: 'col', class: name }, title)))),
    body);

  const sequences = () => model.project?.sequences ?? [];
  const chosen = () => sequences().filter(({ id }) => selected.has(id));
  /** The row that has the keyboard, or had it last. */
  let at = 0;
  const place = () => [...body.rows].findIndex((one) => one.matches(':focus-within'));
  /** @param {number} index */
  const boxOf = (index) => body.rows[Math.max(0, Math.min(index, body.rows.length - 1))]?.querySelector('input') ?? undefined;

  /** @param {KeyboardEvent} event */
  function onRow(event) {
    /** @type {Record<string, () => void>} */
    const keys = {
      ArrowDown: () => boxOf(at + 1)?.focus(),
      ArrowUp: () => boxOf(at - 1)?.focus(),
      Home: () => boxOf(0)?.focus(),
      End: () => boxOf(body.rows.length - 1)?.focus(),
      Delete: () => {
        if (!editable) return;
        if (selected.size === 0) select([sequences()[at].id]);
        remove.click();
      },
    };
    const act = keys[event.key];
    if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    act();
  }
  /** @param {string[]} ids */
  function select(ids) {
    selected.clear();
    ids.forEach((id) => selected.add(id));
    update();
  }
  /** @param {string} id */
  function toggle(id) {
    if (!selected.delete(id)) selected.add(id);
    update();
  }

  function update() {
    const shown = sequences();
    const present = new Set(shown.map((one) => one.id));
    for (const id of selected) if (!present.has(id)) selected.delete(id);
    keyed(body, shown.map((sequence) => ({ sequence, selected: selected.has(sequence.id), state: states.of(sequence.id),
      news: model.news.of(`sequence:${sequence.id}`) })), ({ sequence }) => sequence.id,
    (item) => row(item.sequence.id, toggle, select), whenChanged((element, item) => fill(element, item, model, editable)));
    const length = shown.reduce((sum, { footage: { interval } }) => sum + Date.parse(interval.end) - Date.parse(interval.start), 0);
    total.textContent = shown.length ? texts.total(shown.length, duration(length)) : '';
    away.hidden = !states.problem;
    away.replaceChildren(icon('warning'), h('span', {}, texts.recorderAway, ' ', states.problem));
    table.hidden = shown.length === 0;
    empty.hidden = shown.length > 0;
    view.disabled = shown.length === 0;
    remove.disabled = selected.size === 0 || model.gone;
    removeAll.disabled = shown.length === 0 || model.gone;
    all.checked = shown.length > 0 && selected.size === shown.length;
    all.indeterminate = selected.size > 0 && selected.size < shown.length;
  }

  return {
    element: h('div', { class: 'stack part' }, h('div', { class: 'row' }, view, remove, removeAll, h('span', { class: 'grow' }), total), preserve.element, away, h('div', { class: 'scrolled' }, table), empty),
    update,
    /** The row that follows what was removed. */
    get refuge() {
      return boxOf(at) ?? view;
    },
    /** Recorders are asked when somebody looks. */
    seen: () => states.read(),
    stop: () => {
      preserve.stop();
      states.stop();
    },
  };
}

/** @param {string} id @param {(id: string) => void} toggle @param {(ids: string[]) => void} select */
function row(id, toggle, select) {
  const box = h('input', { type: 'checkbox', onchange: () => toggle(id) });
  return h('tr', { onclick: (/** @type {Event} */ event) => {
    if (event.target !== box && !(/** @type {Element} */ (event.target)).closest('button')) select([id]);
  } }, h('td', { class: 'check' }, box), ...Array.from({ length: COLUMNS - 1 }, () => h('td', {})));
}

/**
 * @param {HTMLElement} element
 * @param {{sequence: Sequence, selected: boolean, state: SequenceState | undefined}} item
 * @param {ProjectModel} model
 * @param {boolean} editable
 */
function fill(element, { sequence, selected, state }, model, editable) {
  const texts = strings.incidents.sequences;
  const timeZone = model.bridge.timeZone;
  const { camera_name: camera, recorder, interval: { start, end } } = sequence.footage;
  const box = element.querySelector('input');
  if (box) {
    box.checked = selected;
    box.setAttribute('aria-label', `${texts.select} ${camera}, ${dateTime(start, timeZone)}`);
  }
  element.setAttribute('aria-selected', String(selected));
  const unconfirmed = h('span', { class: 'amber mark', title: texts.unconfirmedHint }, icon('warning'), texts.unconfirmed);
  const note = sequence.note || texts.addNote;
  const cells = [
    [camera], [moment(start, timeZone)], [moment(end, timeZone), sequence.end_unconfirmed && unconfirmed],
    [duration(Date.parse(end) - Date.parse(start))],
    [stateLabel(state, timeZone)],
    [h('div', { class: 'two' }, h('span', {}, sequence.added_by.name), moment(sequence.added_at, timeZone, 'dim small'),
      newsMark(model.news.of(`sequence:${sequence.id}`), timeZone))],
    [recorder],
    [editable ? h('button', { type: 'button', class: sequence.note ? 'quiet sequence-note' : 'quiet sequence-note dim', title: sequence.note || texts.addNote,
      'aria-label': `${texts.note}: ${note}`, onclick: () => editNote(model, sequence) }, icon('edit'), h('span', { class: 'ellipsis', dir: 'auto' }, note))
      : h('span', { title: sequence.note, dir: 'auto' }, sequence.note)],
  ];
  [...element.children].slice(1).forEach((cell, index) => cell.replaceChildren(
    .../** @type {(Node | string)[]} */ (cells[index].filter((part) => part !== false && part !== null))));
}

/** @param {ProjectModel} model @param {Sequence} sequence */
async function editNote(model, sequence) {
  const { sequences: texts, failures, undo } = strings.incidents;
  const note = await showDialog(texts.noteTitle(sequence.footage.camera_name), (/** @type {(note: string) => void} */ done) => {
    const input = h('textarea', { value: sequence.note, maxLength: 2_000, dir: 'auto', autofocus: true, 'aria-label': texts.note });
    return [h('form', { class: 'stack', onsubmit: (/** @type {Event} */ event) => {
      event.preventDefault();
      done(input.value.trim());
    } }, input, h('footer', {}, h('button', { type: 'submit', class: 'primary' }, strings.common.save)))];
  });
  if (note === undefined || note === sequence.note) return;
  const path = `/sequences/${encodeURIComponent(sequence.id)}`;
  if (await model.act(failures.save(failures.note), 'PUT', path, { before: sequence.note, note })) {
    model.undo.did(undo.note, () => model.act(failures.undo, 'PUT', path, { before: note, note: sequence.note }));
  }
}

/** @param {ProjectModel} model @param {Sequence[]} chosen */
async function removeSelected(model, chosen) {
  const { sequences: texts, failures, undo } = strings.incidents;
  const names = chosen.map(({ footage }) => `${footage.camera_name}, ${dateTime(footage.interval.start, model.bridge.timeZone)}`);
  if (!await confirmed(texts.removeTitle, texts.removeText(model.id, names), texts.remove)) return;
  const ids = chosen.map(({ id }) => id);
  if (await model.act(failures.action, 'POST', '/sequences/remove', { ids })) model.undo.did(undo.sequences(ids.length), () => model.restore(ids));
}

/** @param {ProjectModel} model @param {Sequence[]} every */
async function removeEvery(model, every) {
  const { sequences: texts, failures, undo } = strings.incidents;
  if (!await confirmed(texts.removeAllTitle, texts.removeAllText(model.id, every.length), texts.removeAll)) return;
  const ids = every.map(({ id }) => id);
  if (await model.act(failures.removeAll, 'POST', '/sequences/remove', { ids })) model.undo.did(undo.sequences(ids.length), () => model.restore(ids));
}
