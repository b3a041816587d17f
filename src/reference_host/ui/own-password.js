// Changing one's own password.

import { call } from './api.js';
import { el } from './dom.js';
import { field, openForm } from './form-dialog.js';

/** @param {import('./shell.js').Shell} shell */
export async function changePassword(shell) {
  const present = field('Present password', { type: 'password', autocomplete: 'current-password', maxlength: 1000 });
  const password = field('New password, at least 12 characters', { type: 'password', autocomplete: 'new-password', maxlength: 1000 });
  const saved = await openForm({
    title: 'Change password',
    fields: [present.row, password.row, el('p', { class: 'dim' }, 'Your other sessions end.')],
    save: () => call('/api/password', { method: 'PUT', body: { present: present.input.value, password: password.input.value } }),
  });
  if (saved) shell.notices.show({ kind: 'success', title: 'Your password is changed.' });
}
