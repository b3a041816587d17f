// What a field was before: who set it, when, from what to what.

import { Problem, call } from '../common/api.js';
import { showDialog } from '../common/dialog.js';
import { h } from '../common/dom.js';
import { strings } from '../locales/en.js';
import { moment } from './said.js';
import { problemNote, skeleton } from './states.js';
import { incidentsSheet } from './style.js';

/** @typedef {import('../../../../hooks/src/vms_hooks/page.d.ts').VmsBridge} Bridge */
/** @typedef {import('../common/shapes.d.ts').ActivityLog} ActivityLog */

/** Entries that are shown; the activity log has all. */
const SHOWN = 200;

/**
 * @param {Bridge} bridge
 * @param {number} project
 * @param {string} target name of the field, or id of a comment, call or sequence
 * @param {string} title
 */
export function showHistory(bridge, project, target, title) {
  const texts = strings.incidents.history;
  return showDialog(texts.title(title), () => {
    const place = h('div', { class: 'scroll' }, skeleton(texts.loading, 3));
    void fill(bridge, project, target, place);
    return [place];
  }, { wide: true, sheets: [incidentsSheet] });
}

/** @param {Bridge} bridge @param {number} project @param {string} target @param {HTMLElement} place */
async function fill(bridge, project, target, place) {
  const texts = strings.incidents.history;
  try {
    const query = new URLSearchParams({ target, limit: String(SHOWN) });
    const log = /** @type {ActivityLog} */ (await call(bridge, 'GET', `projects/${project}/activity?${query}`));
    if (log.entries.length === 0) {
      place.replaceChildren(h('p', { class: 'empty' }, texts.none));
      return;
    }
    place.tabIndex = 0;
    place.replaceChildren(h('table', { class: 'history' },
      h('thead', {}, h('tr', {}, ...[texts.when, texts.who, texts.before, texts.after].map((name) => h('th', { scope: 'col' }, name)))),
      h('tbody', {}, ...log.entries.map((entry) => h('tr', {},
        h('td', {}, moment(entry.at, bridge.timeZone)), h('td', {}, entry.actor.name),
        h('td', { class: 'wrap' }, value(entry.before, bridge.timeZone)), h('td', { class: 'wrap' }, value(entry.after, bridge.timeZone)))))));
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    place.replaceChildren(problemNote(error, () => void fill(bridge, project, target, place)));
  }
}

/** @param {string} text @param {string} timeZone */
function value(text, timeZone) {
  if (text === '') return h('span', { class: 'dim' }, strings.incidents.conflict.empty);
  return /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(text) ? moment(text, timeZone) : h('span', { class: 'written', dir: 'auto' }, text);
}
