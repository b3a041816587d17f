// The incident properties, asked for once and again whenever somebody looks at them.

import { call } from './api.js';

/** @typedef {import('./shapes.d.ts').IncidentProperties} IncidentProperties */

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
 * The name that people read for a value.
 * @param {{id: string, name: string}[]} values
 * @param {string | null} id
 */
export function nameOf(values, id) {
  return values.find((value) => value.id === id)?.name ?? id ?? '';
}
