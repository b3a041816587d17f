// What the list shows, as its address has it and as the server is asked: names, each with one or several values.

/** @typedef {import('../common/shapes.d.ts').IncidentProperties} IncidentProperties */

/** In the order in which they were chosen. @typedef {Map<string, string[]>} Query */

/** Between name and values in one part of the address: browsers leave it as it is. */
const SEPARATOR = '~';

/**
 * @param {string} path `status~new~closed/camera~dock`
 * @returns {Query}
 */
export function readPath(path) {
  /** @type {Query} */
  const query = new Map();
  for (const part of path.split('/').filter(Boolean)) {
    const [name, ...values] = part.split(SEPARATOR).map(decoded);
    query.set(name, [...new Set([...(query.get(name) ?? []), ...(values.length ? values : [''])])]);
  }
  return query;
}

/** @param {Query} query */
export function writePath(query) {
  return [...query].map(([name, values]) => [name, ...values].map(encoded).join(SEPARATOR)).join('/');
}

/**
 * As the server is asked, and as a filter is saved.
 * @param {Query} query
 * @param {Record<string, string | number>} [more]
 */
export function parameters(query, more = {}) {
  const found = new URLSearchParams();
  for (const [name, values] of query) for (const value of values) found.append(name, value);
  for (const [name, value] of Object.entries(more)) found.set(name, String(value));
  return found;
}

/** @param {string} text a saved filter @returns {Query} */
export function readParameters(text) {
  /** @type {Query} */
  const query = new Map();
  for (const [name, value] of new URLSearchParams(text)) query.set(name, [...(query.get(name) ?? []), value]);
  return query;
}

/** Without order: what is the same filter is the same text. @param {Query} query */
export function sameAs(query) {
  return JSON.stringify([...query].filter(([name]) => name !== 'sort').map(([name, values]) => [name, [...values].sort()]).sort());
}

/**
 * A changed copy; no values remove the name.
 * @param {Query} query
 * @param {Record<string, string[] | string | null>} changes
 * @returns {Query}
 */
export function changed(query, changes) {
  const next = new Map(query);
  for (const [name, value] of Object.entries(changes)) {
    const values = value === null ? [] : Array.isArray(value) ? value : [value];
    if (values.length) next.set(name, values);
    else next.delete(name);
  }
  return next;
}

/** @param {string} text */
function encoded(text) {
  return encodeURIComponent(text).replaceAll('~', '%7E');
}

/** An address that somebody cut short is no reason to show nothing. @param {string} text */
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
