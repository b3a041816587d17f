// The sign-in page. It knows the host's API only, so that it works whatever the plug-ins do.

import { root } from './api.js';

const form = /** @type {HTMLFormElement} */ (document.getElementById('sign-in'));
const account = /** @type {HTMLInputElement} */ (document.getElementById('account'));
const password = /** @type {HTMLInputElement} */ (document.getElementById('password'));
const submit = /** @type {HTMLButtonElement} */ (document.getElementById('submit'));
const refusal = /** @type {HTMLElement} */ (document.getElementById('refusal'));
const ended = /** @type {HTMLElement} */ (document.getElementById('ended'));

/** Where the visitor wanted to go; only an address of this host is followed. */
function wanted() {
  const next = new URL(new URLSearchParams(location.search).get('next') ?? `${root}/live`, location.origin);
  return next.origin === location.origin ? next.pathname + next.search + next.hash : `${root}/live`;
}

/** @param {string} title @param {string} detail */
function refuse(title, detail) {
  const [strong, span] = refusal.children;
  strong.textContent = title;
  span.textContent = detail;
  refusal.hidden = false;
}

async function signIn() {
  refusal.hidden = true;
  ended.hidden = true;
  submit.disabled = true;
  try {
    const response = await fetch(`${root}/api/session`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ account: account.value.trim(), password: password.value }),
    });
    if (response.ok) {
      location.replace(wanted());
      return;
    }
    const problem = await response.json();
    refuse(problem.title, problem.detail);
    password.select();
    password.focus();
  } catch {
    refuse('The server cannot be reached.', 'What you entered is still here. Check the network, then sign in.');
  } finally {
    submit.disabled = false;
  }
}

form.addEventListener('submit', (event) => {
  event.preventDefault();
  void signIn();
});

// Somebody was at work when the session ended, be it by a pause or by a new start of the server.
ended.hidden = !new URLSearchParams(location.search).has('ended');

// A link from elsewhere arrives without the strict cookie: whoever is signed in goes straight on.
const { principal, site } = await (await fetch(`${root}/api/session`)).json();
if (principal) location.replace(wanted());
document.title = `Sign in · ${site.name}`;
/** @type {HTMLElement} */ (document.getElementById('site')).textContent = site.name;
