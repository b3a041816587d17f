// The sign-in page. It knows the host's API only, so that it works whatever the plug-ins do.

import { call, root } from './api.js';
import { input, nameSite, whenSent } from './entry-form.js';

const query = new URLSearchParams(location.search);
const [password, ended] = ['password', 'ended'].map(input);

/** Where the visitor wanted to go; only an address of this host is followed. */
function wanted() {
  const next = new URL(query.get('next') ?? `${root}/live`, location.origin);
  return next.origin === location.origin ? next.pathname + next.search + next.hash : `${root}/live`;
}

whenSent(async () => {
  ended.hidden = true;
  try {
    const body = { account: input('account').value.trim(), password: password.value };
    await call('/api/session', { method: 'POST', body, stay: true });
  } catch (error) {
    password.focus();
    password.select();
    throw error;
  }
  location.replace(wanted());
});

// Somebody was at work when the session ended, be it by a pause or by a new start of the server.
ended.hidden = !query.has('ended');

// A link from elsewhere arrives without the strict cookie: whoever is signed in goes straight on.
if (await nameSite('Sign in')) location.replace(wanted());
