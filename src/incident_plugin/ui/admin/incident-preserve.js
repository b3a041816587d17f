// Administration > Preserved video: types whose projects have their video copied into the vault.

import { call } from '../common/api.js';
import { h } from '../common/dom.js';
import { may } from '../common/permissions.js';
import { strings } from '../locales/en.js';
import { AdminSection, banner, refusal, saveBar } from './section.js';

/** @typedef {import('../common/shapes.d.ts').PropertyValue} PropertyValue */

class IncidentPreserveSection extends AdminSection {
  /** @type {string[]} */
  #stored = [];
  /** @type {Set<string>} */
  #chosen = new Set();
  /** @type {PropertyValue[]} */
  #types = [];
  #notes = h('div', {});
  #bar = saveBar(() => void this.#save(), () => this.#discard());

  /** @override */
  async read() {
    const bridge = /** @type {import('./section.js').Bridge} */ (this.bridge);
    const [rules, definition] = await Promise.all([call(bridge, 'GET', 'preserve-rules'), call(bridge, 'GET', 'properties/definition')]);
    this.#stored = rules.types;
    this.#types = definition.properties.types;
    this.#discard();
  }

  #discard() {
    this.#chosen = new Set(this.#stored);
    this.#notes.replaceChildren();
    this.#draw();
  }

  #draw() {
    const texts = strings.admin.preserve;
    const editable = this.bridge !== null && may(this.bridge, 'properties.manage');
    const boxes = this.#types.filter(({ id, retired }) => !retired || this.#chosen.has(id)).map(({ id, name }) => h('label', { class: 'row' },
      h('input', { type: 'checkbox', checked: this.#chosen.has(id), disabled: !editable, onchange: (/** @type {Event} */ event) => {
        if (/** @type {HTMLInputElement} */ (event.target).checked) this.#chosen.add(id);
        else this.#chosen.delete(id);
        this.#show();
      } }), name));
    this.place.replaceChildren(h('p', {}, texts.about), h('fieldset', {}, h('legend', {}, texts.types), ...boxes), this.#notes, this.#bar.element);
    this.#show();
  }

  #show() {
    const changed = this.#chosen.size !== this.#stored.length || this.#stored.some((id) => !this.#chosen.has(id));
    this.#bar.show(changed ? 'unsaved' : 'saved');
  }

  async #save() {
    this.#bar.show('saving');
    const bridge = /** @type {import('./section.js').Bridge} */ (this.bridge);
    try {
      this.#stored = (await call(bridge, 'PUT', 'preserve-rules', { types: [...this.#chosen] })).types;
      this.#discard();
      this.#notes.replaceChildren(banner('green', strings.admin.preserve.saved));
    } catch (error) {
      this.#notes.replaceChildren(refusal(error));
      this.#show();
    }
  }
}

customElements.define('incident-preserve', IncidentPreserveSection);
