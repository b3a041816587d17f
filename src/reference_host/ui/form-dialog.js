// A dialog with a form: it stays open until what was entered is saved, and says why when it is not.

import { ProblemError, lineOf, root } from './api.js';
import { button, el } from './dom.js';

/**
 * @param {{title: string, fields: (Node | null | false)[], save?: () => Promise<void>, label?: string, wide?: boolean}} options
 *   without `save` there is only a button to close
 * @returns {Promise<boolean>} whether it was saved
 */
export function openForm({ title, fields, save, label = 'Save', wide = false }) {
  const refusal = el('p', { class: 'refusal', role: 'alert', hidden: true });
  /** @type {Promise<void> | null | undefined} */
  let saving;
  let saved = false;
  const dialog = el(
    'dialog', { class: wide ? 'form wide' : 'form', 'aria-label': title },
    el('form', { method: 'dialog', onsubmit: (/** @type {SubmitEvent} */ event) => { event.preventDefault(); void attempt(); } },
      el('h2', {}, title), el('div', { class: 'fields' }, ...fields), refusal,
      el('footer', {}, button(save ? 'Cancel' : 'Close', () => dialog.close()), save && el('button', { class: 'primary' }, label))),
  );

  async function attempt() {
    refusal.hidden = true;
    try {
      await (saving ??= save?.());
      saved = true;
      dialog.close();
    } catch (error) {
      refusal.replaceChildren(lineOf(error));
      if (error instanceof ProblemError && error.status === 401) refusal.append(' ', el('a', { href: `${root}/sign-in`, target: '_blank' }, 'Sign in'));
      refusal.hidden = false;
    } finally {
      saving = null;
    }
  }

  return new Promise((settle) => {
    dialog.addEventListener('close', () => { dialog.remove(); settle(saved); });
    document.body.append(dialog);
    dialog.showModal();
  });
}

/**
 * A labelled input.
 * @param {string} label
 * @param {Record<string, import('./dom.js').Property>} [properties]
 */
export function field(label, properties = {}) {
  const input = el('input', { required: true, maxlength: 200, autocomplete: 'off', ...properties });
  return { input, row: el('label', {}, el('span', {}, label), input) };
}

/** @param {string} label @param {'new-password' | 'current-password'} [autocomplete] */
export const passwordField = (label, autocomplete = 'new-password') => field(label, { type: 'password', autocomplete, maxlength: 1000 });

/**
 * A labelled check box.
 * @param {string} label
 * @param {Record<string, import('./dom.js').Property>} [properties]
 */
export function box(label, properties = {}) {
  const input = el('input', { type: 'checkbox', ...properties });
  return { input, row: el('label', { class: 'box' }, input, el('span', {}, label)) };
}

/** Asks before something that cannot be undone. @param {string} title @param {string} words @param {string} label */
export function confirmed(title, words, label) {
  return openForm({ title, fields: [el('p', {}, words)], save: async () => {}, label });
}
