// Making things exactly once: a request whose answer was lost is sent again under the key that it had.

import { Problem, reached, request } from './api.js';

/** @typedef {import('./api.js').Bridge} Bridge */

const KEPT = 'incident.making';
/** Requests whose answer is not known, by a hash of what they ask for. More are never waited for. */
const MOST = 40;

/**
 * Makes something by POST. When the answer is lost, the same request sent again, also after a reload of the page,
 * makes it no second time. Raises `Problem`.
 * @param {Bridge} bridge
 * @param {string} path
 * @param {unknown} body
 * @returns {Promise<any>} what was answered
 */
export async function made(bridge, path, body) {
  const wanted = hash(`${bridge.principal.id} ${path.split('?')[0]} ${JSON.stringify(body)}`);
  const keys = read();
  const key = keys[wanted] ?? newKey();
  write({ ...keys, [wanted]: key });
  try {
    const response = await request(bridge, 'POST', path, body, { headers: { 'Idempotency-Key': key } });
    const value = await reached(response.json());
    forget(wanted);
    return value;
  } catch (error) {
    // A refusal is an answer: nothing was made.
    if (error instanceof Problem && error.status >= 400 && error.status < 500) forget(wanted);
    throw error;
  }
}

/** 128 random bits; pages served without TLS have no `crypto.randomUUID`. */
function newKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Two multiplicative hashes of 32 bits: enough to tell a page's own requests apart. @param {string} text */
function hash(text) {
  let [a, b] = [0xdeadbeef, 0x41c6ce57];
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    a = Math.imul(a ^ code, 0x9e3779b1);
    b = Math.imul(b ^ code, 0x5f356495);
  }
  return `${(a >>> 0).toString(16)}-${(b >>> 0).toString(16)}-${text.length}`;
}

/** @param {string} wanted */
function forget(wanted) {
  const { [wanted]: _, ...left } = read();
  write(left);
}

/** @returns {Record<string, string>} */
function read() {
  try {
    return JSON.parse(localStorage.getItem(KEPT) ?? '{}');
  } catch {
    return {};
  }
}

/** @param {Record<string, string>} keys */
function write(keys) {
  try {
    localStorage.setItem(KEPT, JSON.stringify(Object.fromEntries(Object.entries(keys).slice(-MOST))));
  } catch {
    // The browser's storage is full or forbidden: keys are new for each try, and a lost answer may make a second one.
  }
}
