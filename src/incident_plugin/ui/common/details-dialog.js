// Asking for the incident type and a description: the end of every way to an incident project.

import { Problem, report } from './api.js';
import { showDialog } from './dialog.js';
import { h } from './dom.js';
import { once } from './once.js';
import { offered, withProperties } from './properties.js';
import { strings } from '../locales/en.js';

/** @typedef {import('./api.js').Bridge} Bridge */
/** @typedef {import('./shapes.d.ts').Details} Details */

const MAXIMUM_TEXT = 100_000;
const NEAR = 90_000;

/**
 * What was typed and not saved, by what it was for: a dialog closed by mistake loses nothing.
 * @type {Map<string, Details>}
 */
const unsaved = new Map();

/**
 * Asks until `submit` succeeds or the operator leaves; a refusal is shown in place.
 * @template R
 * @param {Bridge} bridge
 * @param {{title: string, note?: string, remember: string, submit: (details: Details) => Promise<R>}} task
 *   `remember` names what the details are for
 * @returns {Promise<R | undefined>} nothing when it was left
 */
export async function askDetails(bridge, { title, note = '', remember, submit }) {
  /** @type {Promise<R> | undefined} */
  let pending;
  // Function keys work in dialogs too: while one asks, another would stand over it.
  const result = await once('details', () => showDialog(title, (/** @type {(result: R) => void} */ done) => {
    const form = new DetailsForm(bridge, unsaved.get(remember), (details) => unsaved.set(remember, details));
    form.element.addEventListener('submit', async (event) => {
      event.preventDefault();
      if (form.busy || !form.check()) return;
      form.begin();
      try {
        pending = submit(form.details);
        done(await pending);
      } catch (error) {
        pending = undefined;
        form.refused(error);
      }
    });
    return [note && h('p', { class: 'dim' }, note), form.element].filter((node) => node !== '');
  }));
  if (result !== undefined || !pending) {
    if (result !== undefined) unsaved.delete(remember);
    return result;
  }
  // Closed while the server was at it: what it answers counts.
  try {
    const late = await pending;
    unsaved.delete(remember);
    return late;
  } catch (error) {
    report(bridge, error);
    return undefined;
  }
}

class DetailsForm {
  busy = false;

  /**
   * @param {Bridge} bridge
   * @param {Details | undefined} earlier
   * @param {(details: Details) => void} keep
   */
  constructor(bridge, earlier, keep) {
    this.type = h('select', { autofocus: true }, h('option', { value: '' }, strings.projects.noType));
    this.description = h('textarea', { value: earlier?.description ?? '', rows: 4, spellcheck: true });
    this.counter = h('span', { class: 'small dim', hidden: true });
    this.problem = h('p', { class: 'error', role: 'alert', hidden: true });
    this.saveButton = h('button', { type: 'submit', class: 'primary' }, strings.common.save);
    this.typesMissing = h('p', { class: 'row small', hidden: true }, strings.projects.typesMissing,
      h('button', { type: 'button', onclick: () => void this.loadTypes(bridge, this.type.value) }, strings.projects.retry));
    this.element = h('form', { class: 'stack', onkeydown: (/** @type {KeyboardEvent} */ event) => {
      if (event.key === 'Enter' && event.ctrlKey) this.element.requestSubmit();
    } },
    h('label', { class: 'field' }, strings.common.type, this.type),
    this.typesMissing,
    h('label', { class: 'field' },
      h('span', { class: 'dim' }, `${strings.common.description} (${strings.common.optional})`), this.description),
    this.counter, this.problem,
    h('footer', {},
      h('button', { type: 'button', onclick: (/** @type {Event} */ event) => {
        /** @type {HTMLElement} */ (event.target).closest('dialog')?.close();
      } }, strings.common.cancel),
      this.saveButton));
    this.element.addEventListener('input', () => {
      keep(this.details);
      this.count();
    });
    this.count();
    void this.loadTypes(bridge, earlier?.type ?? '');
  }

  /** @returns {Details} */
  get details() {
    return { type: this.type.value || null, description: this.description.value };
  }

  // No `maxLength` on the field: it would cut off a pasted text without a word.
  count() {
    const { length } = [...this.description.value];
    this.counter.hidden = length < NEAR;
    this.counter.className = length > MAXIMUM_TEXT ? 'small error' : 'small dim';
    this.counter.textContent = length > MAXIMUM_TEXT
      ? strings.projects.tooLong(length - MAXIMUM_TEXT) : strings.projects.counter(length, MAXIMUM_TEXT);
    return length <= MAXIMUM_TEXT;
  }

  check() {
    const fits = this.count();
    if (!fits) this.description.focus();
    return fits;
  }

  begin() {
    this.busy = true;
    this.saveButton.disabled = true;
    this.saveButton.textContent = strings.projects.saving;
    this.problem.hidden = true;
  }

  /** @param {unknown} error */
  refused(error) {
    this.busy = false;
    this.saveButton.disabled = false;
    this.saveButton.textContent = strings.common.save;
    if (!(error instanceof Problem)) throw error;
    this.problem.replaceChildren(h('strong', {}, error.title), ' ', error.detail);
    this.problem.hidden = false;
    this.saveButton.focus();
  }

  /**
   * @param {Bridge} bridge
   * @param {string} chosen
   */
  async loadTypes(bridge, chosen) {
    this.typesMissing.hidden = true;
    try {
      await withProperties(bridge, ({ types, default_type: initial }) => {
        const value = this.type.value || chosen || (initial ?? '');
        this.type.replaceChildren(h('option', { value: '' }, strings.projects.noType),
          ...offered(types, value).map((type) => h('option', { value: type.id }, type.name)));
        this.type.value = value;
        if (this.type.selectedIndex < 0) this.type.value = '';
      });
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      this.typesMissing.hidden = false;
    }
  }
}
