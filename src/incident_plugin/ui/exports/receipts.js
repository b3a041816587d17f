// Who received an export: noting it.

import { showDialog } from '../common/dialog.js';
import { h } from '../common/dom.js';
import { strings } from '../locales/en.js';
import { field } from './settings.js';

/** @typedef {{recipient: string, organisation: string, reference: string, means: string, note: string}} Handover */

/** @returns {Promise<Handover | undefined>} nothing when it was dismissed */
export function askHandover() {
  const texts = strings.exports.receipt;
  const inputs = {
    recipient: h('input', { maxLength: 200, required: true, autofocus: true }),
    organisation: h('input', { maxLength: 200 }),
    reference: h('input', { maxLength: 200 }),
    means: h('input', { maxLength: 200, placeholder: texts.meansExample }),
    note: h('textarea', { maxLength: 20_000 }),
  };
  return showDialog(texts.title, (/** @type {(handover: Handover) => void} */ done) => [
    h('form', { method: 'dialog', class: 'stack', onsubmit: (/** @type {Event} */ event) => {
      event.preventDefault();
      done(/** @type {Handover} */ (Object.fromEntries(Object.entries(inputs).map(([name, input]) => [name, input.value.trim()]))));
    } },
    ...Object.entries(inputs).map(([name, input]) => field(name, texts[/** @type {'recipient'} */ (name)], input)),
    h('footer', {}, h('button', { type: 'submit', class: 'primary' }, texts.save))),
  ]);
}

/** Asks for the password of an export once more. @returns {Promise<string | undefined>} */
export function askPassword() {
  const texts = strings.exports;
  const password = h('input', { type: 'password', required: true, autofocus: true, autocomplete: 'off' });
  return showDialog(texts.passwordTitle, (/** @type {(password: string) => void} */ done) => [
    h('form', { method: 'dialog', class: 'stack', onsubmit: (/** @type {Event} */ event) => {
      event.preventDefault();
      done(password.value);
    } }, h('p', {}, texts.passwordText), field('password', texts.settings.password, password),
    h('footer', {}, h('button', { type: 'submit', class: 'primary' }, texts.goOn))),
  ]);
}
