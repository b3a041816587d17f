// What people read for a project's fields and their values.

import { strings } from '../locales/en.js';

/** @typedef {import('../common/shapes.d.ts').IncidentProperties} IncidentProperties */
/** @typedef {import('../common/shapes.d.ts').FieldValue} FieldValue */
/** @typedef {import('../common/shapes.d.ts').PropertyValue} PropertyValue */

/**
 * The same titles as in the activity log.
 * @param {string} field
 * @param {IncidentProperties} properties
 */
export function fieldTitle(field, properties) {
  const [kind, id] = split(field);
  if (kind === 'category') return properties.categories.find((c) => c.id === id)?.name ?? id;
  if (kind === 'data') return properties.data.find((d) => d.id === id)?.name ?? id;
  return kind.charAt(0).toUpperCase() + kind.slice(1);
}

/**
 * @param {string} field
 * @param {FieldValue} value
 * @param {IncidentProperties} properties
 */
export function shownValue(field, value, properties) {
  if (value === null) return '';
  if (typeof value === 'boolean') return value ? strings.incidents.fields.yes : strings.incidents.fields.no;
  return choices(field, properties).find((choice) => choice.id === value)?.name ?? String(value);
}

/**
 * The values a field can take, none for fields that are entered freely.
 * @param {string} field
 * @param {IncidentProperties} properties
 * @returns {{id: string, name: string, closes?: boolean}[]}
 */
export function choices(field, properties) {
  const [kind, id] = split(field);
  if (kind === 'category') return properties.categories.find((c) => c.id === id)?.values ?? [];
  if (kind === 'type') return properties.types;
  if (kind === 'status') return properties.statuses;
  if (kind === 'priority') return Object.entries(strings.incidents.fields.priorities).map(([value, name]) => ({ id: value, name }));
  return [];
}

/** @param {string} field @returns {[string, string]} */
function split(field) {
  const at = field.indexOf(':');
  return at < 0 ? [field, ''] : [field.slice(0, at), field.slice(at + 1)];
}
