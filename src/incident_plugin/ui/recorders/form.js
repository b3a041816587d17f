// The dialog in which a recorder is added or changed, with its test.

import { Problem, call } from '../common/api.js';
import { showDialog } from '../common/dialog.js';
import { h, icon } from '../common/dom.js';
import { strings } from '../locales/en.js';
import { recordersSheet } from './style.js';
import { Walk } from './walk.js';

/** @typedef {import('../common/api.js').Bridge} Bridge */
/** @typedef {import('../common/shapes.d.ts').ShownRecorder} ShownRecorder */

/**
 * Lets an administrator enter, test and save a recorder.
 * @param {Bridge} bridge
 * @param {{recorder?: ShownRecorder, address?: string, name?: string, keepsPasswords: boolean, test?: boolean}} given
 * @returns {Promise<ShownRecorder | undefined>} what was saved
 */
export function recorderForm(bridge, given) {
  const known = given.recorder?.fixed ? strings.recorders.testOf : strings.recorders.editTitle;
  const title = given.recorder ? known : strings.recorders.addTitle;
  /** @type {Form | undefined} */
  let form;
  const shown = showDialog(title, (/** @type {(saved: ShownRecorder) => void} */ done) => {
    form = new Form(bridge, given, done);
    return [form.element];
  }, { wide: true, sheets: [recordersSheet] });
  return shown.finally(() => form?.walk.stop());
}

class Form {
  #texts = strings.recorders;
  #bridge;
  #given;
  #done;
  #name;
  #address;
  #username;
  #password;
  #fingerprint;
  #tls = h('fieldset', {});
  #pinned;
  #problem = h('p', { class: 'error', role: 'alert', hidden: true });
  #save;
  #test;

  /**
   * @param {Bridge} bridge
   * @param {Parameters<typeof recorderForm>[1]} given
   * @param {(saved: ShownRecorder) => void} done
   */
  constructor(bridge, given, done) {
    this.#bridge = bridge;
    this.#given = given;
    this.#done = done;
    const texts = this.#texts;
    const recorder = given.recorder;
    const fixed = Boolean(recorder?.fixed);
    this.#name = h('input', { value: recorder?.name ?? given.name ?? '', required: true, maxLength: 100, disabled: fixed, autofocus: !given.test });
    this.#address = h('input', { value: recorder?.address ?? given.address ?? '', required: true, maxLength: 500, disabled: fixed, spellcheck: false, oninput: () => this.#arrange() });
    this.#username = h('input', { value: recorder?.username ?? '', autocomplete: 'off', disabled: fixed, spellcheck: false });
    this.#password = h('input', { type: 'password', autocomplete: 'new-password', disabled: fixed || !given.keepsPasswords,
      placeholder: recorder ? (recorder.has_password ? texts.passwordKept : texts.noPassword) : '' });
    this.#fingerprint = h('input', { value: recorder?.fingerprint ?? '', spellcheck: false, disabled: fixed });
    this.#pinned = h('label', { class: 'field' }, texts.fingerprint, this.#fingerprint);
    const choice = (/** @type {'verify' | 'pinned' | 'accept'} */ value) => h('label', {},
      h('input', { type: 'radio', name: 'tls', value, checked: (recorder?.tls ?? 'verify') === value, disabled: fixed, onchange: () => this.#arrange() }),
      texts.tlsChoices[value]);
    this.#tls.append(h('legend', {}, texts.tls), choice('verify'), choice('pinned'), choice('accept'), this.#pinned,
      h('p', { class: 'hint amber', 'data-for': 'accept' }, texts.tlsWarning));
    this.walk = new Walk(bridge, (fingerprint) => this.#confirm(fingerprint));
    this.#test = h('button', { type: 'button', onclick: () => void this.#run() }, icon('retry'), texts.test);
    this.#save = h('button', { type: 'submit', class: 'primary', hidden: fixed }, recorder ? strings.common.save : texts.addAction);
    this.element = h('form', { onsubmit: (/** @type {Event} */ event) => { event.preventDefault(); void this.#saved(); } },
      h('div', { class: 'fields' },
        field(texts.name, this.#name, texts.nameHint),
        field(texts.address, this.#address, texts.addressHint),
        field(texts.username, this.#username),
        field(texts.password, this.#password, this.#elsewhere()),
        h('div', { class: 'whole' }, this.#tls),
        fixed ? h('p', { class: 'hint whole' }, texts.fixed) : null),
      this.#problem,
      h('footer', {}, this.#test, this.#save),
      this.walk.element);
    this.#arrange();
    if (given.test) void this.#run();
  }

  #elsewhere() {
    if (this.#given.keepsPasswords) return '';
    const recorder = this.#given.recorder;
    return recorder ? this.#texts.passwordElsewhere(recorder.password_secret) : this.#texts.passwordElsewhereNew;
  }

  get #policy() {
    return /** @type {HTMLInputElement | null} */ (this.#tls.querySelector('input:checked'))?.value ?? 'verify';
  }

  #arrange() {
    this.#tls.hidden = !this.#address.value.trim().toLowerCase().startsWith('https:');
    this.#pinned.hidden = this.#policy !== 'pinned';
    for (const hint of this.#tls.querySelectorAll('[data-for]')) /** @type {HTMLElement} */ (hint).hidden = this.#policy !== 'accept';
  }

  /** @param {string} fingerprint */
  #confirm(fingerprint) {
    this.#fingerprint.value = fingerprint;
    /** @type {HTMLInputElement} */ (this.#tls.querySelector('[value=pinned]')).checked = true;
    this.#arrange();
    if (!this.#fingerprint.disabled) void this.#run();
  }

  get #entered() {
    return {
      name: this.#name.value || this.#address.value,
      address: this.#address.value,
      username: this.#username.value,
      ...(this.#password.value || !this.#given.recorder ? { password: this.#password.value } : {}),
      tls: this.#policy,
      fingerprint: this.#policy === 'pinned' ? this.#fingerprint.value : '',
    };
  }

  async #run() {
    this.#problem.hidden = true;
    const recorder = this.#given.recorder;
    try {
      await this.walk.run({ ...this.#entered, ...(recorder ? { recorder: recorder.id } : {}) });
    } catch (error) {
      this.#complain(error);
    }
  }

  async #saved() {
    this.#problem.hidden = true;
    this.#save.disabled = true;
    const label = this.#save.textContent;
    this.#save.textContent = this.#texts.saving;
    const recorder = this.#given.recorder;
    const entered = { ...this.#entered, name: this.#name.value };
    try {
      const saved = recorder
        ? await call(this.#bridge, 'PUT', `recorders/${encodeURIComponent(recorder.id)}`, { ...entered, revision: recorder.revision })
        : await call(this.#bridge, 'POST', 'recorders', entered);
      this.#done(saved);
    } catch (error) {
      this.#complain(error);
    } finally {
      this.#save.disabled = false;
      this.#save.textContent = label;
    }
  }

  /** @param {unknown} error */
  #complain(error) {
    if (!(error instanceof Problem)) throw error;
    this.#problem.textContent = `${error.title} ${error.detail}`;
    this.#problem.hidden = false;
  }
}

let hints = 0;

/** A labelled input with a hint that describes it. @param {string} label @param {HTMLInputElement} input @param {string} [hint] */
function field(label, input, hint = '') {
  const id = `hint-${(hints += 1)}`;
  if (hint) input.setAttribute('aria-describedby', id);
  return h('div', {}, h('label', { class: 'field' }, label, input), hint ? h('span', { class: 'hint', id }, hint) : null);
}
