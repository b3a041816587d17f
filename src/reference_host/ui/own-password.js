// Changing one's own password.

import { call } from './api.js';
import { el } from './dom.js';
import { openForm, passwordField } from './form-dialog.js';

/** @param {import('./shell.js').Shell} shell */
export async function changePassword(shell) {
  const present = passwordField('Present password', 'current-password');
  const password = passwordField('New password, at least 12 characters');
  const saved = await openForm({
    title: 'Change password',
    fields: [present.row, password.row, el('p', { class: 'dim' }, 'Your other sessions end.')],
    save: () => call('/api/password', { method: 'PUT', body: { present: present.input.value, password: password.input.value } }),
  });
  if (saved) shell.notices.show({ kind: 'success', title: 'Your password is changed.' });
}
