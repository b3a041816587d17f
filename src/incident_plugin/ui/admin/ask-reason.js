// Asking for a reason before something that stands in logs and certificates.

import { showDialog } from '../common/dialog.js';
import { h } from '../common/dom.js';
import { strings } from '../locales/en.js';

/**
 * @param {{title: string, text: string, label: string, action: string, reason?: string, needed?: string, danger?: boolean}} asked
 *   `needed` says what to do when the reason is empty; without it a reason may be left out
 * @returns {Promise<string | undefined>} nothing when it was left
 */
export async function askReason({ title, text, label, action, reason = '', needed = '', danger = false }) {
  return showDialog(title, (/** @type {(reason: string) => void} */ done) => {
    const input = h('textarea', { value: reason, rows: 3, maxLength: 1000, autofocus: true });
    const missing = h('p', { class: 'error', role: 'alert', hidden: true }, needed);
    const form = h('form', { class: 'stack', onsubmit: (/** @type {Event} */ event) => {
      event.preventDefault();
      const said = input.value.trim();
      missing.hidden = !needed || said !== '';
      if (missing.hidden) done(said);
      else input.focus();
    }, onkeydown: (/** @type {KeyboardEvent} */ event) => {
      if (event.key === 'Enter' && event.ctrlKey) form.requestSubmit();
    } },
    h('p', {}, text), h('label', { class: 'field' }, label, input), missing,
    h('footer', {}, h('button', { type: 'button', onclick: (/** @type {Event} */ event) => {
      /** @type {HTMLElement} */ (event.target).closest('dialog')?.close();
    } }, strings.common.cancel), h('button', { type: 'submit', class: danger ? 'danger' : 'primary' }, action)));
    return [form];
  });
}
