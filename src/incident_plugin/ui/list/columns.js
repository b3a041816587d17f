// The columns of the list: what they are called, and what stands in them.

import { h, icon } from '../common/dom.js';
import { may } from '../common/permissions.js';
import { WARNED_DAYS, clockTime, date, dateTime, daysUntil, utcTitle } from '../common/time.js';
import { valueLabel } from '../common/value-label.js';
import { choices, shownValue } from '../incidents/field-names.js';
import { strings } from '../locales/en.js';

/** @typedef {import('../common/api.js').Bridge} Bridge */
/** @typedef {import('../common/shapes.d.ts').ProjectSummary} ProjectSummary */
/** @typedef {import('../common/shapes.d.ts').IncidentProperties} IncidentProperties */
/** @typedef {{key: string, title: string, sort?: string, cell: (project: ProjectSummary, properties: IncidentProperties, zone: string) => Node | string | null}} Column */

export const DELIVERED = ['id', 'status', 'type', 'start', 'end', 'description', 'owner', 'priority', 'sequences', 'expires'];

/** Those that the principal may read. @param {Bridge} bridge @param {IncidentProperties} properties @returns {Column[]} */
export function columns(bridge, properties) {
  const { titles } = strings.list;
  /** @type {(key: 'status' | 'type' | 'priority') => Column} */
  const chosen = (key) => ({ key, title: titles[key], sort: key, cell: (project) => ofChoice(key, project[key], properties) });
  /** @type {[string, Column[]][]} */
  const groups = [
    ['projects.view', [{ key: 'id', title: titles.id, sort: 'id', cell: ({ id }) => String(id) }]],
    ['projects.details.view', [chosen('status'), chosen('type')]],
    ['projects.sequences.view', [
      { key: 'start', title: titles.start, sort: 'start', cell: ({ start }, _, zone) => minute(start, zone) },
      { key: 'end', title: titles.end, sort: 'end', cell: ({ start, end }, _, zone) => minute(end, zone, start) },
    ]],
    ['projects.details.view', [
      { key: 'description', title: titles.description, sort: 'description', cell: ({ description }) => line(description) },
      { key: 'owner', title: titles.owner, sort: 'owner', cell: ({ owner }) => owner },
      chosen('priority'),
    ]],
    ['projects.sequences.view', [{ key: 'sequences', title: titles.sequences, sort: 'sequences', cell: ({ sequences }) => (sequences ? String(sequences) : null) }]],
    ['projects.view', [
      { key: 'created', title: titles.created, sort: 'created', cell: ({ created_at }, _, zone) => minute(created_at, zone) },
      { key: 'created_by', title: titles.created_by, sort: 'created_by', cell: ({ created_by }) => created_by },
      { key: 'expires', title: titles.expires, sort: 'expires', cell: (project, _, zone) => expires(project, zone) },
    ]],
    ['projects.categories.view', [
      ...properties.categories.map(({ id, name }) => ({ key: `category:${id}`, title: name })),
      ...properties.data.map(({ id, name }) => ({ key: `data:${id}`, title: name })),
    ].map(({ key, title }) => ({ key, title, sort: key, cell: (/** @type {ProjectSummary} */ { values }, /** @type {IncidentProperties} */ now, /** @type {string} */ zone) => ofValue(key, values[key] ?? null, now, zone) }))],
  ];
  return groups.flatMap(([right, found]) => (may(bridge, right) ? found : []));
}

/** @param {string} field @param {string | null} value @param {IncidentProperties} properties */
function ofChoice(field, value, properties) {
  if (value === null) return null;
  const found = choices(field, properties).find(({ id }) => id === value);
  return valueLabel(found ?? { name: String(shownValue(field, value, properties)) });
}

/** @param {string} field @param {import('../common/shapes.d.ts').FieldValue} value @param {IncidentProperties} properties @param {string} zone */
function ofValue(field, value, properties, zone) {
  if (field.startsWith('category:')) return ofChoice(field, value === null ? null : String(value), properties);
  if (value === true) return h('span', { role: 'img', 'aria-label': strings.list.yes }, icon('check'));
  const instant = properties.data.some(({ id, kind }) => field === `data:${id}` && kind === 'date-time');
  return instant && value ? minute(String(value), zone) : shownValue(field, value, properties);
}

/** The first line that says something. @param {string} text */
function line(text) {
  const [first] = text.trimStart().split('\n');
  return h('span', { class: 'line', title: text.slice(0, 300), dir: 'auto' }, first);
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
  const [clock, named] = clockTime(at, zone).split(' ');
  return h('time', { class: named ? 'named' : '', title: `${dateTime(at, zone)} (${utcTitle(at)})` }, [needed, clock.slice(0, 5), named].filter(Boolean).join(' '));
}

/** @param {ProjectSummary} project @param {string} zone */
function expires({ expires_at, held }, zone) {
  if (held) return h('span', { class: 'row tight' }, icon('folder'), strings.list.held);
  if (!expires_at) return null;
  const days = daysUntil(expires_at);
  const soon = days <= WARNED_DAYS;
  return h('span', { class: soon ? 'amber' : '', title: dateTime(expires_at, zone) }, soon ? icon('clock') : null, strings.list.daysLeft(days));
}
