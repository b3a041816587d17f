// The incident properties, asked for once and again whenever somebody looks at them.

import { call } from './api.js';

/** @typedef {import('./shapes.d.ts').IncidentProperties} IncidentProperties */

/** What is shown before the properties are known. @type {IncidentProperties} */
export const NO_PROPERTIES = {
  types: [], statuses: [], categories: [], data: [], default_type: null, default_status: null, required_to_close: [],
  report_titles: [], revision: 0,
};

/** @type {IncidentProperties | undefined} */
let known;

/**
 * Gives the properties to `show`: at once those known from before, then those of the server.
 * @param {import('./api.js').Bridge} bridge
 * @param {(properties: IncidentProperties) => void} show
 */
export async function withProperties(bridge, show) {
  if (known) show(known);
  known = /** @type {IncidentProperties} */ (await call(bridge, 'GET', 'properties'));
  show(known);
}

/**
 * The values that can be chosen now: those that are not retired, and the present one whatever it is.
 * @template {{id: string, retired?: boolean}} V
 * @param {V[]} values
 * @param {unknown} present
 */
export function offered(values, present) {
  return values.filter((value) => !value.retired || value.id === present);
}

/**
 * The name that people read for a value.
 * @param {{id: string, name: string}[]} values
 * @param {string | null} id
 */
export function nameOf(values, id) {
  return values.find((value) => value.id === id)?.name ?? id ?? '';
}
