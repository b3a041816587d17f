// A project's status as people see it.

import { valueLabel } from '../common/value-label.js';
import { choices, shownValue } from './field-names.js';

/**
 * Shape, word and colour.
 * @param {string | null} status
 * @param {import('../common/shapes.d.ts').IncidentProperties} properties
 */
export function statusLabel(status, properties) {
  return valueLabel(choices('status', properties).find(({ id }) => id === status) ?? { name: String(shownValue('status', status, properties)) });
}
