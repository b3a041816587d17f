// Activity logs: who did what, when; read anew whenever it is looked at.

import { Problem, call } from '../common/api.js';
import { h, icon } from '../common/dom.js';
import { keyed, whenChanged } from '../common/keyed.js';
import { dateTime, utcTitle } from '../common/time.js';
import { strings } from '../locales/en.js';
import { problemNote, skeleton } from './states.js';

/** @typedef {import('./project-model.js').ProjectModel} ProjectModel */
/** @typedef {import('../common/shapes.d.ts').ActivityLog} ActivityLog */
/** @typedef {import('../common/shapes.d.ts').ActivityEntry} ActivityEntry */

/** Characters from which a text may not fit into the sentence that is shown. */
const LONG = 200;

/** @param {ProjectModel} model */
export function activityTab(model) {
  const texts = strings.incidents.activity;
  const body = h('tbody', {});
  const state = h('div', { class: 'activity-state' });
  const newestFirst = h('input', { type: 'checkbox', checked: true, onchange: () => show() });
  const table = h('table', { class: 'activity', hidden: true },
    h('thead', {}, h('tr', {}, ...[texts.number, texts.time, texts.who, texts.what].map((title) => h('th', { scope: 'col' }, title)))), body);
  /** @type {ActivityLog | null} */
  let log = null;
  let reading = false;

  function show() {
    if (!log) return;
    const direction = newestFirst.checked ? -1 : 1;
    const entries = [...log.entries].sort((a, b) => direction * (a.number - b.number));
    table.hidden = false;
    keyed(body, entries, (entry) => entry.number, () => h('tr', {}), whenChanged((element, entry) => fill(element, entry, model.bridge.timeZone)));
    state.replaceChildren(log.fault
      ? h('p', { class: 'banner error', role: 'alert' }, icon('warning'), h('span', {}, h('b', {}, texts.fault), ' ', log.fault))
      : h('p', { class: 'dim row' }, icon('check'), texts.whole(log.entries.length)));
  }

  async function read() {
    if (reading) return;
    reading = true;
    if (!log) state.replaceChildren(skeleton(texts.loading));
    try {
      log = await call(model.bridge, 'GET', `${model.path}/activity`);
      show();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      state.replaceChildren(problemNote(error, () => void read()));
    } finally {
      reading = false;
    }
  }

  return {
    element: h('div', { class: 'stack' },
      h('div', { class: 'row' }, state, h('span', { class: 'grow' }), h('label', { class: 'row' }, newestFirst, texts.newestFirst)), table),
    update() {},
    /** Every activity makes a new entry, so the log is read whenever the page is brought up to date. */
    seen: read,
  };
}

/** @param {HTMLElement} element @param {ActivityEntry} entry @param {string} timeZone */
function fill(element, entry, timeZone) {
  const texts = strings.incidents.activity;
  /** @param {string} name @param {string} value */
  const whole = (name, value) => (value.length > LONG
    ? h('details', {}, h('summary', { class: 'dim small' }, name), h('p', { class: 'written' }, value)) : null);
  element.replaceChildren(
    h('td', {}, String(entry.number)),
    h('td', {}, h('time', { title: utcTitle(entry.at) }, dateTime(entry.at, timeZone))),
    h('td', {}, entry.actor.name),
    h('td', { class: 'wrap' }, h('span', { class: 'clamp', title: entry.action }, entry.text),
      whole(texts.before, entry.before), whole(texts.after, entry.after)));
}
