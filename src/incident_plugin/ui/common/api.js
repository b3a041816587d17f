// Speaking to the plug-in's own HTTP interface, always through the host's bridge.

/** @typedef {import('../../../../hooks/src/vms_hooks/page.d.ts').VmsBridge} Bridge */

/** A refusal: what happened, what was kept, what to do (RFC 9457). */
export class Problem extends Error {
  /**
   * @param {{title: string, detail?: string, status: number, message_id?: string, [extra: string]: unknown}} document
   */
  constructor(document) {
    super(document.title);
    this.title = document.title;
    this.detail = document.detail ?? '';
    this.status = document.status;
    this.messageId = document.message_id ?? '';
    this.document = document;
  }
}

const LOST = 'The server cannot be reached.';
const KEPT = `${LOST} What you entered is still here.`;
const UNSURE = `${LOST} Whether this was still done shows as soon as it answers again.`;

/**
 * Calls an operation and gives the response; raises `Problem` for every refusal, the loss of the connection included.
 * @param {Bridge} bridge
 * @param {string} method
 * @param {string} path below the plug-in's mount, parts already encoded
 * @param {unknown} [body] sent as JSON
 * @param {RequestInit} [init]
 * @returns {Promise<Response>}
 */
export async function request(bridge, method, path, body, init = {}) {
  const headers = { ...(body === undefined ? {} : { 'Content-Type': 'application/json' }), ...init.headers };
  const response = await reached(bridge.fetch(path, {
    method, ...(body === undefined ? {} : { body: JSON.stringify(body) }), ...init, headers,
  }), lost(method, body));
  if (response.ok) return response;
  throw new Problem(await problemOf(response));
}

/**
 * Says what a lost connection means for what was asked.
 * @param {string} method
 * @param {unknown} body
 */
function lost(method, body) {
  if (method === 'GET') return LOST;
  return body === undefined ? UNSURE : KEPT;
}

/**
 * Waits for an answer, or for the rest of one; when the connection is lost meanwhile, raises the `Problem` that says so.
 * @template T
 * @param {Promise<T>} answer
 * @param {string} [detail]
 * @returns {Promise<T>}
 */
export async function reached(answer, detail = KEPT) {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new Problem({
      title: 'Cannot perform this action. Try again later.',
      detail,
      status: 0,
      message_id: 'incident.unreachable',
    });
  }
}

/**
 * The same, giving the JSON of the answer, or nothing for an empty one.
 * @param {Bridge} bridge
 * @param {string} method
 * @param {string} path
 * @param {unknown} [body]
 * @returns {Promise<any>}
 */
export async function call(bridge, method, path, body) {
  const response = await request(bridge, method, path, body);
  return response.status === 204 ? undefined : reached(response.json());
}

/**
 * Gives a failure of the connection or of the server the title that operators know for what they were doing.
 * A refusal with a reason of its own keeps its own title.
 * @template T
 * @param {string} title
 * @param {Promise<T>} doing
 * @returns {Promise<T>}
 */
export async function titled(title, doing) {
  try {
    return await doing;
  } catch (error) {
    if (!(error instanceof Problem) || (error.status > 0 && error.status < 500)) throw error;
    throw new Problem({ ...error.document, title, status: error.status });
  }
}

/** @param {Response} response */
async function problemOf(response) {
  const fallback = {
    title: 'Cannot perform this action. Try again later.',
    detail: `The server answered ${response.status}.`,
    status: response.status,
  };
  try {
    return { ...fallback, ...(await response.json()) };
  } catch {
    return fallback;
  }
}

/**
 * Tells the operator of a refusal.
 * @param {Bridge} bridge
 * @param {unknown} error
 */
export function report(bridge, error) {
  if (!(error instanceof Problem)) throw error;
  bridge.notify({ kind: 'error', title: error.title, detail: error.detail });
}
