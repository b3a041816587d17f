// One line of the list.

import { h, icon } from '../common/dom.js';
import { date, dateTime, time, utcTitle } from '../common/time.js';
import { strings } from '../locales/en.js';
import { shownValue } from './field-names.js';

/** @typedef {import('../common/shapes.d.ts').ProjectSummary} ProjectSummary */
/** @typedef {import('../common/shapes.d.ts').IncidentProperties} IncidentProperties */

/** Columns with their titles. */
export function listHead() {
  const texts = strings.incidents.list;
  const titles = {
    id: texts.id, status: texts.status, type: texts.type, start: strings.common.start, end: strings.common.end,
    description: strings.common.description, owner: texts.owner, sequences: icon('film'), created: texts.created,
  };
  return h('thead', {}, h('tr', {}, ...Object.entries(titles).map(([name, title]) => h('th', { scope: 'col', class: name,
    ...(name === 'sequences' && { title: texts.sequences, 'aria-label': texts.sequences }) }, title))));
}

/**
 * @param {HTMLElement} row
 * @param {{project: ProjectSummary, properties: IncidentProperties, zone: string}} item
 */
export function fillRow(row, { project, properties, zone }) {
  const [line] = project.description.split('\n');
  row.replaceChildren(
    h('td', {}, String(project.id)),
    h('td', {}, statusLabel(project.status, properties)),
    h('td', {}, shownValue('type', project.type, properties)),
    h('td', {}, minute(project.start, zone)),
    h('td', {}, minute(project.end, zone, project.start)),
    h('td', { title: line.slice(0, 300) }, line),
    h('td', {}, project.owner),
    h('td', { class: 'sequences' }, project.sequences || ''),
    h('td', {}, minute(project.created_at, zone)));
}

/**
 * A status: shape, word and colour.
 * @param {string | null} status
 * @param {IncidentProperties} properties
 */
export function statusLabel(status, properties) {
  const closes = properties.statuses.some(({ id, closes: does }) => id === status && does);
  return h('span', { class: closes ? 'state closes' : 'state' }, icon(closes ? 'check' : 'ring'),
    h('span', {}, shownValue('status', status, properties)));
}

/**
 * Without the day or year that stands beside it already.
 * @param {string | null} at
 * @param {string} zone
 * @param {string | null} [after]
 */
function minute(at, zone, after = null) {
  if (at === null) return null;
  const day = date(at, zone);
  const before = after === null ? '' : date(after, zone);
  const needed = day === before ? '' : day.slice(0, 4) === before.slice(0, 4) ? day.slice(5) : day;
  return h('time', { title: `${dateTime(at, zone)} (${utcTitle(at)})` }, `${needed} ${time(at, zone).slice(0, 5)}`.trim());
}
