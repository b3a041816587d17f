// The page that makes the first administrator of a site, with the token that the host showed when it started.

import { ProblemError, call, root } from './api.js';

const form = /** @type {HTMLFormElement} */ (document.getElementById('set-up'));
const submit = /** @type {HTMLButtonElement} */ (document.getElementById('submit'));
const refusal = /** @type {HTMLElement} */ (document.getElementById('refusal'));

/** @param {string} id */
function entered(id) {
  return /** @type {HTMLInputElement} */ (document.getElementById(id)).value;
}

/** @param {unknown} error */
function refuse(error) {
  const [strong, span] = refusal.children;
  [strong.textContent, span.textContent] = error instanceof ProblemError ? [error.title, error.detail] : ['This did not work.', String(error)];
  refusal.hidden = false;
}

async function setUp() {
  refusal.hidden = true;
  submit.disabled = true;
  try {
    const body = { token: entered('token'), account: entered('account').trim(), name: entered('name').trim(), password: entered('password') };
    await call('/api/set-up', { method: 'POST', body, stay: true });
    location.replace(`${root}/administration`);
  } catch (error) {
    refuse(error);
  } finally {
    submit.disabled = false;
  }
}

form.addEventListener('submit', (event) => {
  event.preventDefault();
  void setUp();
});

const { site } = await call('/api/session');
document.title = `Set up · ${site.name}`;
/** @type {HTMLElement} */ (document.getElementById('site')).textContent = site.name;
