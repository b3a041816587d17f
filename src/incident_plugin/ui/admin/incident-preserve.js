// Administration > Preserved video: types whose projects have their video copied into the vault.

import { call } from '../common/api.js';
import { h, icon } from '../common/dom.js';
import { may } from '../common/permissions.js';
import { dateTime } from '../common/time.js';
import { fileSize } from '../exports/figures.js';
import { evidenceSheet } from '../exports/style.js';
import { strings } from '../locales/en.js';
import { AdminSection, banner, refusal, saveBar } from './section.js';

/** @typedef {import('../common/shapes.d.ts').PropertyValue} PropertyValue */

/**
 * @typedef {object} VaultCount
 * @property {number} projects
 * @property {number} on_hold
 * @property {Record<'waiting' | 'kept' | 'failed' | 'damaged', number>} copies
 * @property {number} files
 * @property {number} size
 * @property {string | null} checked_since
 * @property {number[]} troubled
 */

/** Incident projects that are named; the others are counted. */
const MOST_NAMED = 20;

class IncidentPreserveSection extends AdminSection {
  constructor() {
    super();
    this.root.adoptedStyleSheets.push(evidenceSheet);
  }

  /** @type {string[]} */
  #stored = [];
  /** @type {Set<string>} */
  #chosen = new Set();
  /** @type {PropertyValue[]} */
  #types = [];
  /** @type {VaultCount | null} */
  #vault = null;
  #notes = h('div', { class: 'notes' });
  #bar = saveBar(() => void this.#save(), () => this.#discard());

  /** @override */
  async read() {
    const bridge = /** @type {import('./section.js').Bridge} */ (this.bridge);
    const [rules, definition] = await Promise.all([call(bridge, 'GET', 'preserve-rules'), call(bridge, 'GET', 'properties/definition')]);
    this.#stored = rules.types;
    this.#types = definition.properties.types;
    this.#vault = rules.vault;
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
    const boxes = this.#types.filter(({ id, retired }) => !retired || this.#chosen.has(id)).map(({ id, name }) => h('label', { class: 'check' },
      h('input', { type: 'checkbox', checked: this.#chosen.has(id), disabled: !editable, onchange: (/** @type {Event} */ event) => {
        if (/** @type {HTMLInputElement} */ (event.target).checked) this.#chosen.add(id);
        else this.#chosen.delete(id);
        this.#show();
      } }), name));
    this.place.replaceChildren(h('p', {}, texts.about), h('fieldset', {}, h('legend', {}, texts.types), h('div', { class: 'by-type' }, ...boxes)), this.#notes, this.#bar.element,
      ...(this.#vault ? this.#counted(this.#vault) : []));
    this.#show();
  }

  /** What the vault holds. @param {VaultCount} vault */
  #counted({ projects, on_hold: held, copies, files, size, checked_since: since, troubled }) {
    const texts = strings.admin.preserve;
    const bridge = /** @type {import('./section.js').Bridge} */ (this.bridge);
    /** @type {[string, (Node | string)[]][]} */
    const facts = [
      [texts.projects, [texts.ofWhichHeld(projects, held)]],
      [texts.kept, [texts.inFiles(copies.kept, files, fileSize(size))]],
      ...(copies.waiting ? [/** @type {[string, string[]]} */ ([texts.waiting, [String(copies.waiting)]])] : []),
      ...(troubled.length ? [/** @type {[string, (Node | string)[]]} */ ([texts.wrong, [h('span', { class: 'amber' }, icon('warning'), ' ',
        texts.wrongOnes(copies.failed, copies.damaged, troubled.slice(0, MOST_NAMED).join(', '), troubled.length - MOST_NAMED))]])] : []),
      [texts.checked, [since ? texts.checkedSince(dateTime(since, bridge.timeZone)) : texts.checkedNever]],
    ];
    return [h('section', { 'aria-label': texts.vault }, h('h3', {}, texts.vault),
      h('dl', { class: 'facts' }, ...facts.flatMap(([title, told]) => [h('dt', {}, title), h('dd', {}, ...told)])),
      h('p', { class: 'dim' }, texts.leaves))];
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
