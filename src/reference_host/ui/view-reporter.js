// Telling the server what the operator looks at: numbered, one at a time, repeated until acknowledged.

import { call, lineOf } from './api.js';

/** Milliseconds between signs of life, and the longest pause between two attempts. */
const SIGN_OF_LIFE = 10_000;
const LONGEST_PAUSE = 5_000;

/** @typedef {{mode: 'live' | 'playback' | 'other', cameras: string[]}} ReportedView */

/** Fires `change` when `trouble` changes. */
export class ViewReporter extends EventTarget {
  #key;
  /** @type {ReportedView | null} */
  #view = null;
  #number;
  #acknowledged = 0;
  #failures = 0;
  #sending = false;
  #timer = 0;

  /** Why the latest view is not acknowledged yet; empty when all is well. */
  trouble = '';

  /** @param {string} client */
  constructor(client) {
    super();
    this.client = client;
    this.#key = `vms.view-number.${client}`;
    this.#number = Number(sessionStorage.getItem(this.#key) ?? 0);
  }

  /** Reports a view at once; the same view again is not a change. @param {ReportedView} view */
  report(view) {
    if (this.#view && view.mode === this.#view.mode && view.cameras.join('\n') === this.#view.cameras.join('\n')) return;
    this.#view = view;
    this.#number += 1;
    sessionStorage.setItem(this.#key, String(this.#number));
    void this.#send();
  }

  /** Sends the newest view. One that was overtaken while another was on its way is not sent any more. */
  async #send() {
    if (this.#sending || !this.#view) return;
    this.#sending = true;
    clearTimeout(this.#timer);
    const number = this.#number;
    try {
      await call('/api/view', { method: 'POST', body: { client: this.client, number, ...this.#view } });
      this.#acknowledged = number;
      this.#failures = 0;
      this.#say('');
    } catch (error) {
      this.#failures += 1;
      this.#say(lineOf(error));
    }
    this.#sending = false;
    if (this.#failures === 0 && this.#acknowledged < this.#number) void this.#send();
    else this.#timer = setTimeout(() => this.#send(), this.#pause());
  }

  #pause() {
    return this.#failures === 0 ? SIGN_OF_LIFE : Math.min(250 * 2 ** this.#failures, LONGEST_PAUSE);
  }

  /** @param {string} trouble */
  #say(trouble) {
    if (trouble === this.trouble) return;
    this.trouble = trouble;
    this.dispatchEvent(new Event('change'));
  }
}

/** Gives the id of this browser tab: the same after a reload, another one in a copy of the tab. @param {string} principal */
export async function clientId(principal) {
  const key = `vms.client.${principal}`;
  const kept = sessionStorage.getItem(key);
  if (kept && (await claimed(kept))) return kept;
  const made = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  await claimed(made);
  sessionStorage.setItem(key, made);
  return made;
}

/**
 * Holds an id as long as the page lives. A page that is being reloaded lets go within moments, a copied tab does not.
 * @param {string} client
 */
function claimed(client) {
  // Locks need a secure context; without one a copied tab cannot be told apart.
  if (!navigator.locks) return Promise.resolve(true);
  return new Promise((settle) => {
    navigator.locks
      .request(`vms-client-${client}`, { signal: AbortSignal.timeout(500) }, () => {
        settle(true);
        return new Promise(() => {});
      })
      .catch(() => settle(false));
  });
}
