// The host's own API, wherever the host is mounted.

/** Path below which the host is found: behind a proxy or within another application; empty at the root. */
export const root = new URL('..', import.meta.url).pathname.replace(/\/$/, '');

/** A refusal as RFC 9457 has it; status 0 means that the server was not reached. */
export class ProblemError extends Error {
  /** @param {number} status @param {string} title @param {string} detail */
  constructor(status, title, detail) {
    super(title);
    this.status = status;
    this.title = title;
    this.detail = detail;
  }
}

/** Fired at the window when the session has ended and the page stays for what is being written. */
export const SESSION_ENDED = 'host-session-ended';

/** Leads to the sign-in page and back here afterwards; what is being written is not taken away. @returns {Promise<never>} a refusal where the page stays */
export function signInAgain() {
  if (writing()) {
    window.dispatchEvent(new Event(SESSION_ENDED));
    return Promise.reject(new ProblemError(401, 'Your session has ended.',
      'What you entered is still here. Sign in again in another window of this browser, then do it here once more.'));
  }
  location.assign(`${root}/sign-in?ended&next=${encodeURIComponent(location.pathname + location.search)}`);
  return new Promise(() => {});
}

/** Whether somebody is in a dialog or a text, or a page would ask before it is closed, as for changes that are not saved. */
function writing() {
  let at = document.activeElement;
  while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
  return at?.closest('dialog, textarea, input:not([type=checkbox], [type=radio], [type=range], [type=search])')
    || !window.dispatchEvent(new Event('beforeunload', { cancelable: true }));
}

/**
 * Calls an operation; raises `ProblemError`. Whoever has no session any more is led to the sign-in page.
 * @param {string} path
 * @param {{method?: string, body?: unknown, stay?: boolean}} [options] `stay`: this page is a way to a session itself
 * @returns {Promise<any>} the JSON of the answer, nothing for an empty one
 */
export async function call(path, { method = 'GET', body, stay = false } = {}) {
  let response;
  try {
    response = await fetch(root + path, {
      method,
      ...(body === undefined ? {} : { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }),
    });
  } catch {
    throw new ProblemError(0, 'The server cannot be reached.', 'This page tries again by itself.');
  }
  if (response.ok) return response.status === 204 ? undefined : response.json();
  if (response.status === 401 && !stay) return signInAgain();
  throw await problemOf(response);
}

/** @param {Response} response */
async function problemOf(response) {
  try {
    const { title, detail } = await response.json();
    return new ProblemError(response.status, title, detail);
  } catch {
    return new ProblemError(response.status, 'The server could not answer.', `It said ${response.status}.`);
  }
}

/** What went wrong, as a title and what to do. @param {unknown} error @returns {[string, string]} */
export function wordsOf(error) {
  return error instanceof ProblemError ? [error.title, error.detail] : ['This did not work.', String(error)];
}

/** The same in one line. @param {unknown} error */
export const lineOf = (error) => wordsOf(error).join(' ');
