// What the pages before a session share: one form that is sent, why it was refused, and the name of the site.

import { ProblemError, call, wordsOf } from './api.js';
import './theme.js';

const KEPT = 'What you entered is still here. Check the network, then try again.';

/** @param {string} id */
const element = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

/** @param {string} id */
export const input = (id) => /** @type {HTMLInputElement} */ (element(id));

/** Sends the form of the page; what was entered stays until it has worked. @param {() => Promise<void>} send */
export function whenSent(send) {
  const [form] = document.forms;
  const refusal = element('refusal');
  /** @type {Promise<void> | null} */
  let sending = null;
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    refusal.hidden = true;
    try {
      await (sending ??= send());
    } catch (error) {
      const [title, detail] = wordsOf(error);
      const [strong, span] = refusal.children;
      strong.textContent = title;
      span.textContent = error instanceof ProblemError && error.status === 0 ? KEPT : detail;
      refusal.hidden = false;
    } finally {
      sending = null;
    }
  });
}

/** Names the site, and gives whoever is signed in. @param {string} title */
export async function nameSite(title) {
  const { principal, site } = await call('/api/session');
  document.title = `${title} · ${site.name}`;
  element('site').textContent = site.name;
  return principal;
}
