// Administration > Collecting sequences: pre-roll and merge time.

import { Problem, call } from '../common/api.js';
import { h } from '../common/dom.js';
import { may } from '../common/permissions.js';
import { strings } from '../locales/en.js';
import { AdminSection, banner, conflictNote, refusal, saveBar } from './section.js';

/** @typedef {{pre_roll_seconds: number, merge_within_seconds: number, revision: number}} Rules */

/** The fields, with the longest time that each takes, seconds. */
const FIELDS = /** @type {const} */ ([
  { name: 'pre_roll_seconds', most: 300, text: 'preRoll', hint: 'preRollHint', range: 'preRollRange' },
  { name: 'merge_within_seconds', most: 3_600, text: 'merge', hint: 'mergeHint', range: 'mergeRange' },
]);

class IncidentCollectingSection extends AdminSection {
  /** @type {Rules} */
  #stored = { pre_roll_seconds: 30, merge_within_seconds: 5, revision: 0 };
  /** What is in the fields, as text. @type {Record<string, string>} */
  #entered = {};
  #notes = h('div', { class: 'notes' });
  #bar = saveBar(() => void this.#save(), () => this.#discard());

  /** @override */
  async read() {
    this.#stored = await call(/** @type {import('./section.js').Bridge} */ (this.bridge), 'GET', 'collecting');
    this.#discard();
  }

  #discard() {
    this.#entered = Object.fromEntries(FIELDS.map(({ name }) => [name, String(this.#stored[name])]));
    this.#notes.replaceChildren();
    this.#draw();
  }

  #draw() {
    const texts = strings.admin.collecting;
    const disabled = !may(/** @type {import('./section.js').Bridge} */ (this.bridge), 'properties.manage');
    this.place.replaceChildren(
      h('p', { class: 'dim' }, texts.what), ...FIELDS.map((field) => this.#field(field, disabled)), this.#notes, this.#bar.element);
    this.#bar.element.hidden = disabled;
    this.#state();
  }

  /** @param {typeof FIELDS[number]} field @param {boolean} disabled */
  #field({ name, most, text, hint, range }, disabled) {
    const texts = strings.admin.collecting;
    const input = h('input', { type: 'text', inputMode: 'numeric', class: 'days', value: this.#entered[name] ?? '', disabled, maxLength: 5,
      'aria-label': texts[text], title: texts[range], oninput: () => {
        this.#entered[name] = input.value;
        input.setCustomValidity(within(input.value, most) ? '' : texts[range]);
        this.#state();
      } });
    return h('fieldset', {}, h('legend', {}, texts[text]), h('div', { class: 'inline' }, input, texts.seconds), h('p', { class: 'dim' }, texts[hint]));
  }

  #state() {
    const changed = FIELDS.some(({ name }) => this.#entered[name]?.trim() !== String(this.#stored[name]));
    this.#bar.show(changed ? 'unsaved' : 'saved');
  }

  async #save() {
    const { bridge } = this;
    const wrong = FIELDS.find(({ name, most }) => !within(this.#entered[name] ?? '', most));
    if (!bridge) return;
    if (wrong) {
      const texts = strings.admin.collecting;
      this.#notes.replaceChildren(banner('error', h('b', {}, texts[wrong.text]), ': ', texts[wrong.range]));
      return;
    }
    this.#bar.show('saving');
    try {
      const chosen = Object.fromEntries(FIELDS.map(({ name }) => [name, Number(this.#entered[name])]));
      await call(bridge, 'PUT', 'collecting', { ...chosen, revision: this.#stored.revision });
      bridge.notify({ kind: 'success', title: strings.admin.collecting.savedNotice });
      await this.load();
    } catch (error) {
      this.#state();
      const stale = error instanceof Problem && error.status === 409;
      this.#notes.replaceChildren(stale ? conflictNote(() => void this.load()) : refusal(error));
    }
  }
}

/** @param {string} text @param {number} most */
function within(text, most) {
  return /^\d+$/.test(text.trim()) && Number(text) <= most;
}

customElements.define('incident-collecting', IncidentCollectingSection);
