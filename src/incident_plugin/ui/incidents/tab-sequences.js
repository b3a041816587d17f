// Sequence list: which video belongs to the project.

import { confirmed } from '../common/dialog.js';
import { h, icon } from '../common/dom.js';
import { keyed, whenChanged } from '../common/keyed.js';
import { may } from '../common/permissions.js';
import { dateTime, duration, utcTitle } from '../common/time.js';
import { strings } from '../locales/en.js';
import { viewVideo } from './view-video.js';

/** @typedef {import('./project-model.js').ProjectModel} ProjectModel */
/** @typedef {import('../common/shapes.d.ts').Sequence} Sequence */

/** @param {ProjectModel} model */
export function sequencesTab(model) {
  const texts = strings.incidents.sequences;
  const editable = may(model.bridge, 'projects.sequences.manage');
  /** @type {Set<string>} */
  const selected = new Set();
  const body = h('tbody', {});
  const total = h('span', { class: 'dim' });
  const empty = h('p', { class: 'empty' }, texts.empty);
  const all = h('input', { type: 'checkbox', 'aria-label': texts.selectAll, onchange: () => select(all.checked ? sequences().map((s) => s.id) : []) });
  const view = h('button', { type: 'button', class: 'primary', hidden: !may(model.bridge, 'projects.video.view'),
    onclick: () => viewVideo(model.bridge, model.id, sequences(), [...selected][0]) }, icon('play'), texts.view);
  const remove = h('button', { type: 'button', hidden: !editable, onclick: () => removeSelected(model, sequences().filter((s) => selected.has(s.id))) }, texts.remove);
  const removeAll = h('button', { type: 'button', hidden: !editable, onclick: () => removeEvery(model, sequences()) }, texts.removeAll);
  const table = h('table', { class: 'sequences' },
    h('thead', {}, h('tr', {}, h('th', { class: 'check' }, all),
      ...[strings.common.camera, strings.common.start, strings.common.end, strings.common.length, texts.addedBy, texts.added, '']
        .map((title) => h('th', { scope: 'col' }, title)))),
    body);

  const sequences = () => model.project?.sequences ?? [];
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
    for (const id of selected) if (!shown.some((sequence) => sequence.id === id)) selected.delete(id);
    keyed(body, shown.map((sequence) => ({ sequence, selected: selected.has(sequence.id) })), ({ sequence }) => sequence.id,
      (item) => row(item.sequence.id, toggle, select), whenChanged((element, item) => fill(element, item, model.bridge.timeZone)));
    const length = shown.reduce((sum, { footage: { interval } }) => sum + Date.parse(interval.end) - Date.parse(interval.start), 0);
    total.textContent = shown.length ? texts.total(shown.length, duration(length)) : '';
    table.hidden = shown.length === 0;
    empty.hidden = shown.length > 0;
    view.disabled = shown.length === 0;
    remove.disabled = selected.size === 0 || model.gone;
    removeAll.disabled = shown.length === 0 || model.gone;
    all.checked = shown.length > 0 && selected.size === shown.length;
    all.indeterminate = selected.size > 0 && selected.size < shown.length;
  }

  return {
    element: h('div', { class: 'stack' }, h('div', { class: 'row' }, view, remove, removeAll, h('span', { class: 'grow' }), total), table, empty),
    update,
  };
}

/** @param {string} id @param {(id: string) => void} toggle @param {(ids: string[]) => void} select */
function row(id, toggle, select) {
  const box = h('input', { type: 'checkbox', onchange: () => toggle(id) });
  return h('tr', { onclick: (/** @type {Event} */ event) => { if (event.target !== box) select([id]); } },
    h('td', { class: 'check' }, box), ...Array.from({ length: 7 }, () => h('td', {})));
}

/** @param {HTMLElement} element @param {{sequence: Sequence, selected: boolean}} item @param {string} timeZone */
function fill(element, { sequence, selected }, timeZone) {
  const texts = strings.incidents.sequences;
  const { camera_name: camera, recorder, interval: { start, end } } = sequence.footage;
  const box = element.querySelector('input');
  if (box) {
    box.checked = selected;
    box.setAttribute('aria-label', `${texts.select} ${camera}, ${dateTime(start, timeZone)}`);
  }
  element.setAttribute('aria-selected', String(selected));
  /** @param {string} at */
  const instant = (at) => h('time', { title: utcTitle(at) }, dateTime(at, timeZone));
  const unconfirmed = h('span', { class: 'amber mark', title: texts.unconfirmedHint }, icon('warning'), texts.unconfirmed);
  const cells = [h('span', { title: `${texts.recorder}: ${recorder}` }, camera), instant(start), instant(end),
    duration(Date.parse(end) - Date.parse(start)), sequence.added_by.name, instant(sequence.added_at),
    sequence.end_unconfirmed ? unconfirmed : ''];
  [...element.children].slice(1).forEach((cell, index) => cell.replaceChildren(cells[index]));
}

/** @param {ProjectModel} model @param {Sequence[]} chosen */
async function removeSelected(model, chosen) {
  const { sequences: texts, failures } = strings.incidents;
  const names = chosen.map(({ footage }) => `${footage.camera_name}, ${dateTime(footage.interval.start, model.bridge.timeZone)}`);
  if (await confirmed(texts.removeTitle, texts.removeText(model.id, names), texts.remove)) {
    await model.act(failures.action, 'POST', '/sequences/remove', { ids: chosen.map(({ id }) => id) });
  }
}

/** @param {ProjectModel} model @param {Sequence[]} every */
async function removeEvery(model, every) {
  const { sequences: texts, failures } = strings.incidents;
  if (await confirmed(texts.removeAllTitle, texts.removeAllText(model.id, every.length), texts.removeAll)) {
    await model.act(failures.removeAll, 'POST', '/sequences/remove', { ids: every.map(({ id }) => id) });
  }
}
