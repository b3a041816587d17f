// The page that makes the first administrator of a site, with the token that the host showed when it started.

import { call, root } from './api.js';
import { input, nameSite, whenSent } from './entry-form.js';

whenSent(async () => {
  const [token, account, name] = ['token', 'account', 'name'].map((id) => input(id).value.trim());
  const body = { token, account, name, password: input('password').value };
  await call('/api/set-up', { method: 'POST', body, stay: true });
  location.replace(`${root}/administration`);
});

await nameSite('Set up');
