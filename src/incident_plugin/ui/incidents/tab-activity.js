// Activity logs: who did what, when; read anew whenever something happens while somebody looks.

import { Problem, call, report, request } from '../common/api.js';
import { h, icon } from '../common/dom.js';
import { keyed, whenChanged } from '../common/keyed.js';
import { strings } from '../locales/en.js';
import { moment, sentence } from './said.js';
import { problemNote, skeleton } from './states.js';

/** @typedef {import('./project-model.js').ProjectModel} ProjectModel */
/** @typedef {import('../common/shapes.d.ts').ActivityLog} ActivityLog */
/** @typedef {import('../common/shapes.d.ts').ActivityEntry} ActivityEntry */

/** Characters from which a text may not fit into the sentence that is shown. */
const LONG = 200;
/** Entries that are read at first, and with each press of More. */
const PAGE = 200;

/** @param {ProjectModel} model */
export function activityTab(model) {
  const texts = strings.incidents.activity;
  const body = h('tbody', {});
  const state = h('div', { class: 'activity-state' });
  const kind = h('select', { 'aria-label': texts.kind, onchange: () => narrow() },
    ...Object.entries(texts.kinds).map(([value, name]) => h('option', { value }, name)));
  const person = h('select', { 'aria-label': texts.who, onchange: () => narrow() }, h('option', { value: '' }, texts.everybody));
  const save = h('button', { type: 'button', title: texts.machineHint, onclick: () => download(model) }, icon('download'), texts.machine);
  const more = h('button', { type: 'button', hidden: true, onclick: () => {
    limit += PAGE;
    void read();
  } }, texts.more(PAGE));
  const table = h('table', { class: 'activity', hidden: true },
    h('thead', {}, h('tr', {}, ...[texts.number, texts.time, texts.who, texts.what].map((title) => h('th', { scope: 'col' }, title)))), body);
  const empty = h('p', { class: 'empty', hidden: true }, texts.noMatch);
  let limit = PAGE;
  let reading = false;
  let again = false;
  let people = '';

  function narrow() {
    limit = PAGE;
    void read();
  }

  /** @param {ActivityLog} log */
  function show(log) {
    table.hidden = log.entries.length === 0;
    empty.hidden = log.entries.length > 0;
    more.hidden = log.entries.length >= log.found;
    keyed(body, log.entries, (entry) => entry.number, () => h('tr', {}), whenChanged((element, entry) => fill(element, entry, model.bridge.timeZone)));
    state.replaceChildren(log.fault
      ? h('p', { class: 'banner error', role: 'alert' }, icon('warning'), h('span', {}, h('b', {}, texts.fault), ' ', log.fault))
      : h('p', { class: 'dim row' }, icon('check'), texts.whole(log.total), log.found < log.total ? ` ${texts.shown(log.found)}` : ''));
    if (people === JSON.stringify(log.people)) return;
    people = JSON.stringify(log.people);
    const chosen = person.value;
    person.replaceChildren(h('option', { value: '' }, texts.everybody), ...log.people.map(({ id, name }) => h('option', { value: id }, name)));
    person.value = chosen;
  }

  async function read() {
    again = true;
    if (reading) return;
    reading = true;
    if (table.hidden && empty.hidden) state.replaceChildren(skeleton(texts.loading));
    try {
      while (again) {
        again = false;
        const query = new URLSearchParams({ limit: String(limit), kind: kind.value, person: person.value });
        show(await call(model.bridge, 'GET', `${model.path}/activity?${query}`));
      }
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      state.replaceChildren(problemNote(error, () => void read()));
    } finally {
      reading = false;
    }
  }

  return {
    element: h('div', { class: 'stack' },
      h('div', { class: 'row' }, h('label', { class: 'filter' }, texts.kind, kind), h('label', { class: 'filter' }, texts.who, person),
        h('span', { class: 'grow' }), state, save),
      table, empty, h('div', { class: 'row center' }, more)),
    update() {},
    /** Every activity makes a new entry, so the log is read whenever the project is told to have changed. */
    seen: read,
  };
}

/** @param {HTMLElement} element @param {ActivityEntry} entry @param {string} timeZone */
function fill(element, entry, timeZone) {
  const texts = strings.incidents.activity;
  /** @param {string} name @param {string} value */
  const whole = (name, value) => (value.length > LONG
    ? h('details', {}, h('summary', { class: 'dim small' }, name), h('p', { class: 'written', dir: 'auto' }, value)) : null);
  element.replaceChildren(
    h('td', {}, String(entry.number)),
    h('td', {}, moment(entry.at, timeZone)),
    h('td', { title: entry.actor.id }, entry.actor.name),
    h('td', { class: 'wrap' }, h('span', { class: 'clamp', title: entry.action }, ...sentence(entry.said, timeZone)),
      whole(texts.before, entry.before), whole(texts.after, entry.after)));
}

/** Saves the whole log as JSON Lines, with its hashes. @param {ProjectModel} model */
async function download(model) {
  try {
    const response = await request(model.bridge, 'GET', `${model.path}/activity/lines`);
    const url = URL.createObjectURL(await response.blob());
    h('a', { href: url, download: `incident-project-${model.id}-activity.jsonl` }).click();
    setTimeout(() => URL.revokeObjectURL(url), 60_000);
  } catch (error) {
    report(model.bridge, error);
  }
}
