// Administration > Incident retention: how long incident projects are kept, and what is about to go.

import { Problem, call } from '../common/api.js';
import { followChanges } from '../common/changes.js';
import { showDialog } from '../common/dialog.js';
import { h } from '../common/dom.js';
import { may } from '../common/permissions.js';
import { dateTime } from '../common/time.js';
import { strings } from '../locales/en.js';
import { AdminSection, banner, conflictNote, refusal, saveBar } from './section.js';

/** @typedef {{days: number | null, days_by_type: Record<string, number>, bin_days: number, revision: number}} Rules */
/** @typedef {{days: number, count: number, first: number[]}} Expiring */
/** @typedef {import('../common/shapes.d.ts').PropertyValue} PropertyValue */

const LONGEST = 365_000;
const LONGEST_BIN = 3_650;
const CAP = 1_000;

class IncidentRetentionSection extends AdminSection {
  /** @type {Rules} */
  #stored = { days: null, days_by_type: {}, bin_days: 30, revision: 0 };
  /** @type {PropertyValue[]} */
  #types = [];
  /** @type {Expiring[]} */
  #expiring = [];
  /** What is in the fields, as text. @type {{decided: boolean, days: string, types: Record<string, string>, bin: string}} */
  #entered = { decided: false, days: '', types: {}, bin: '30' };
  #notes = h('div', { class: 'notes' });
  #bar = saveBar(() => void this.#save(), () => this.#discard());
  #saving = false;

  /** @override @param {import('../common/contributed.js').Context} context */
  attached({ bridge }) {
    this.until(followChanges(bridge, { properties: () => void this.#others(), missed: () => void this.#others() }));
  }

  /** @override */
  async read() {
    const bridge = /** @type {import('./section.js').Bridge} */ (this.bridge);
    const [rules, definition] = await Promise.all([call(bridge, 'GET', 'retention'), call(bridge, 'GET', 'properties/definition')]);
    this.#expiring = may(bridge, 'projects.view') ? (await call(bridge, 'GET', 'retention/expiring')).expiring : [];
    this.#types = definition.properties.types;
    this.#stored = rules;
    this.#discard();
  }

  async #others() {
    if (this.#saving || !this.bridge || !this.place.firstChild) return;
    try {
      const rules = await call(this.bridge, 'GET', 'retention');
      if (!this.#changed) await this.load();
      else if (rules.revision !== this.#stored.revision) this.#notes.replaceChildren(conflictNote(() => void this.load()));
    } catch (error) {
      // Saving says what is wrong; until then nothing is lost.
      if (!(error instanceof Problem)) throw error;
    }
  }

  #discard() {
    const { days, days_by_type: types, bin_days: bin } = this.#stored;
    this.#entered = { decided: days !== null, days: days === null ? '' : String(days), bin: String(bin),
      types: Object.fromEntries(Object.entries(types).map(([type, value]) => [type, String(value)])) };
    this.#notes.replaceChildren();
    this.#draw();
  }

  /** @returns {Rules | null} nothing for entries that are no days */
  get #rules() {
    const { decided, days, types, bin } = this.#entered;
    const entries = Object.entries(types).filter(([, value]) => value.trim() !== '');
    if ((decided && !within(days, 1, LONGEST)) || !within(bin, 0, LONGEST_BIN) || entries.some(([, value]) => !within(value, 1, LONGEST))) return null;
    return { days: decided ? Number(days) : null, bin_days: Number(bin), revision: this.#stored.revision,
      days_by_type: Object.fromEntries(entries.map(([type, value]) => [type, Number(value)])) };
  }

  get #changed() {
    const { days, days_by_type: types, bin_days: bin } = this.#stored;
    const now = this.#rules;
    return now === null || JSON.stringify([now.days, now.bin_days, sorted(now.days_by_type)]) !== JSON.stringify([days, bin, sorted(types)]);
  }

  #state() {
    this.#bar.show(this.#saving ? 'saving' : this.#changed ? 'unsaved' : 'saved');
  }

  #draw() {
    const texts = strings.admin.retention;
    const bridge = /** @type {import('./section.js').Bridge} */ (this.bridge);
    const disabled = !may(bridge, 'properties.manage');
    const undecided = this.#stored.days === null && Object.keys(this.#stored.days_by_type).length === 0;
    this.place.replaceChildren(
      undecided ? banner('amber', texts.undecided) : '',
      h('p', { class: 'dim' }, texts.what), this.#site(disabled), this.#byType(disabled), this.#bin(disabled), this.#soon(),
      this.#notes, this.#bar.element);
    this.#bar.element.hidden = disabled;
    this.#state();
  }

  /** @param {boolean} disabled */
  #site(disabled) {
    const texts = strings.admin.retention;
    const entered = this.#entered;
    const days = this.#number(entered.days, texts.daysOfSite, 1, LONGEST, disabled || !entered.decided, (value) => { entered.days = value; });
    /** @param {boolean} decided @param {string} label */
    const choice = (decided, label) => h('label', { class: 'check' }, h('input', { type: 'radio', name: 'kept', disabled,
      checked: entered.decided === decided, onchange: () => {
        entered.decided = decided;
        days.disabled = !decided;
        if (decided) days.focus();
        this.#state();
      } }), label);
    return h('fieldset', {}, h('legend', {}, texts.site), h('div', { class: 'inline' }, choice(false, texts.keepAll)),
      h('div', { class: 'inline' }, choice(true, texts.keepFor), days, texts.days));
  }

  /** @param {boolean} disabled */
  #byType(disabled) {
    const texts = strings.admin.retention;
    const entered = this.#entered;
    return h('fieldset', {}, h('legend', {}, texts.byType), h('p', { class: 'dim' }, texts.byTypeHint),
      h('div', { class: 'by-type' }, ...this.#types.map((type) => h('label', { class: 'check' },
        this.#number(entered.types[type.id] ?? '', texts.daysOf(type.name), 1, LONGEST, disabled, (value) => { entered.types[type.id] = value; }),
        type.name))));
  }

  /** @param {boolean} disabled */
  #bin(disabled) {
    const texts = strings.admin.retention;
    return h('div', { class: 'inline' }, texts.bin,
      this.#number(this.#entered.bin, texts.binLabel, 0, LONGEST_BIN, disabled, (value) => { this.#entered.bin = value; }),
      texts.days, h('span', { class: 'dim' }, texts.binHint));
  }

  /** @param {string} value @param {string} label @param {number} least @param {number} most @param {boolean} disabled @param {(value: string) => void} entered */
  #number(value, label, least, most, disabled, entered) {
    const texts = strings.admin.retention;
    const input = h('input', { type: 'text', inputMode: 'numeric', class: 'days', value, disabled, maxLength: 7, 'aria-label': label,
      title: least === 0 ? texts.binRange : texts.range, oninput: () => {
        entered(input.value);
        const fine = (input.value.trim() === '' && least === 1) || within(input.value, least, most);
        input.setCustomValidity(fine ? '' : least === 0 ? texts.binRange : texts.range);
        this.#state();
      } });
    return input;
  }

  #soon() {
    const texts = strings.admin.retention;
    const bridge = /** @type {import('./section.js').Bridge} */ (this.bridge);
    if (this.#expiring.every((one) => one.count === 0)) return '';
    return h('section', { 'aria-label': texts.soon }, h('h3', {}, texts.soon), h('table', { class: 'narrow-table' }, h('tbody', {},
      ...this.#expiring.map((one) => h('tr', {}, h('th', { scope: 'row' }, texts.soonWithin(one.days)),
        h('td', {}, one.count > CAP ? texts.many : one.count || texts.none),
        h('td', {}, h('div', { class: 'links' }, ...one.first.slice(0, 8).map((id) => h('button', { type: 'button', 'aria-label': texts.project(id),
          onclick: () => bridge.navigate({ tab: 'incidents', path: String(id) }) }, String(id))))))))));
  }

  async #save() {
    const { bridge } = this;
    const rules = this.#rules;
    if (!bridge || this.#saving) return;
    if (!rules) {
      const wrong = /** @type {HTMLInputElement | null} */ (
        this.root.querySelector('input.days:invalid') ?? this.root.querySelector('input.days:enabled'));
      this.#notes.replaceChildren(banner('error', `${wrong?.getAttribute('aria-label')}: ${wrong?.title}`));
      wrong?.focus();
      return;
    }
    try {
      const forecast = await call(bridge, 'POST', 'retention/forecast', rules);
      if (!await agreed(forecast, bridge.timeZone)) return;
      this.#saving = true;
      this.#state();
      await call(bridge, 'PUT', 'retention', rules);
      bridge.notify({ kind: 'success', title: strings.admin.retention.savedNotice });
      this.#saving = false;
      await this.load();
    } catch (error) {
      this.#saving = false;
      this.#state();
      const stale = error instanceof Problem && error.status === 409;
      this.#notes.replaceChildren(stale ? conflictNote(() => void this.load()) : refusal(error));
    }
  }
}

/** @param {{at_once: number, not_before: string | null}} forecast @param {string} timeZone */
async function agreed({ at_once: over, not_before: first }, timeZone) {
  const texts = strings.admin.retention;
  const said = first === null ? [texts.confirmNothing]
    : [over ? texts.confirmSome(over) : texts.confirmNone, ...(over ? [texts.confirmWhen(dateTime(first, timeZone))] : [])];
  return Boolean(await showDialog(texts.confirmTitle, (/** @type {(yes: boolean) => void} */ done) => [
    ...said.map((line) => h('p', {}, line)),
    h('footer', {}, h('button', { type: 'button', autofocus: true, onclick: () => done(false) }, strings.common.cancel),
      h('button', { type: 'button', class: over ? 'danger' : 'primary', onclick: () => done(true) }, texts.confirm)),
  ]));
}

/** @param {string} text @param {number} least @param {number} most */
function within(text, least, most) {
  return /^\d+$/.test(text.trim()) && Number(text) >= least && Number(text) <= most;
}

/** @param {Record<string, number>} days */
function sorted(days) {
  return Object.entries(days).sort(([one], [other]) => (one < other ? -1 : 1));
}

customElements.define('incident-retention', IncidentRetentionSection);
