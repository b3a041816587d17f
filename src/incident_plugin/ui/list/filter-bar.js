// The filter bar: text, what is built in, chips for everything else, and filters that were saved by name.

import { Problem, call } from '../common/api.js';
import { h, icon } from '../common/dom.js';
import { keyed } from '../common/keyed.js';
import { may } from '../common/permissions.js';
import { NO_PROPERTIES } from '../common/properties.js';
import { strings } from '../locales/en.js';
import { editor } from './editors.js';
import { chipText, hourText, kinds, otherTitle } from './kinds.js';
import { menuKeys, popover } from './popover.js';
import { changed, sameAs } from './query.js';
import { SavedFilters } from './saved-filters.js';

/** @typedef {import('../common/api.js').Bridge} Bridge */
/** @typedef {import('./kinds.js').Kind} Kind */
/** @typedef {import('./query.js').Query} Query */

const AFTER_TYPING = 250;
/** Shown otherwise than as chips. */
const NO_CHIPS = new Set(['text', 'in', 'mine', 'sort']);

export class FilterBar {
  #bridge;
  #asked;
  /** @type {Query} */
  #query = new Map();
  #properties = NO_PROPERTIES;
  /** @type {import('./kinds.js').People} */
  #people = { owners: [], creators: [] };
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #typing;
  /** Gives the keyboard to what was found. */
  toFound = () => {};
  #text;
  #where;
  #chips = h('div', { class: 'chips' });
  #toggles;
  #clear = h('button', { type: 'button', class: 'quiet', onclick: () => this.#clearAll() }, strings.list.clear);
  #add = h('button', { type: 'button', class: 'add', 'aria-haspopup': 'menu', onclick: () => void this.#menu() }, icon('add'), strings.list.add);

  /**
   * @param {Bridge} bridge
   * @param {(query: Query) => void} asked called when the operator wants to see something else
   * @param {...(Node | string)} more at the right end
   */
  constructor(bridge, asked, ...more) {
    const texts = strings.list;
    this.#bridge = bridge;
    this.#asked = asked;
    this.#text = h('input', { class: 'text', type: 'search', placeholder: texts.text, 'aria-label': texts.text, maxLength: 1_000, autocomplete: 'off',
      oninput: () => this.#typed(), onkeydown: (/** @type {KeyboardEvent} */ event) => this.#left(event) });
    const parts = Object.entries(texts.parts).filter(([part]) => may(bridge, `projects.${part}.view`));
    this.#where = h('select', { 'aria-label': texts.textIn, title: texts.textIn, hidden: parts.length < 2, onchange: () => this.#asksForText() },
      h('option', { value: '' }, texts.everywhere), parts.map(([part, name]) => h('option', { value: part }, name)));
    this.#toggles = may(bridge, 'projects.details.view') ? [
      toggle(texts.mine, 'mine', () => this.#is('mine', 'yes'), () => this.#flip('mine', 'yes')),
      toggle(texts.unowned, 'unowned', () => this.#is('owner', ''), () => this.#flip('owner', '')),
      toggle(texts.open, 'open', () => this.#is('open', 'yes'), () => this.#flip('open', 'yes')),
    ] : [];
    this.saved = new SavedFilters(bridge, () => this.#query, (query) => this.#ask(query));
    this.element = h('div', { class: 'filter-bar', role: 'search', 'aria-label': texts.bar },
      h('div', { class: 'line' }, icon('search'), this.#text, this.#where, this.#toggles.map(({ button }) => button), this.#add,
        this.saved.button, this.#clear, h('div', { class: 'more' }, ...more)),
      this.#chips);
    this.show(this.#query);
  }

  /** @param {import('../common/shapes.d.ts').IncidentProperties} properties */
  set properties(properties) {
    this.#properties = properties;
    this.#draw();
  }

  /** Shows what is asked for; a text that is being typed is left alone. @param {Query} query */
  show(query) {
    this.#query = query;
    const text = query.get('text')?.[0] ?? '';
    if (this.#text.value.trim() !== text && !this.#typing) this.#text.value = text;
    this.#where.value = query.get('in')?.length === 1 ? query.get('in')?.[0] ?? '' : '';
    this.#draw();
  }

  /** Lets a dialog begin with the keyboard in the text. */
  autofocus() {
    this.#text.autofocus = true;
  }

  focus() {
    this.#text.focus();
    this.#text.select();
  }

  /** Arrow down leads from the text to what was found. @param {KeyboardEvent} event */
  #left(event) {
    if (event.key !== 'ArrowDown') return;
    event.preventDefault();
    this.toFound();
  }

  #draw() {
    const around = this.#around();
    const all = kinds(around);
    const chips = all.filter((kind) => kind.names.some((name) => this.#query.has(name)) && !this.#toggled(kind));
    const others = [...this.#query.keys()].filter((name) => !NO_CHIPS.has(name) && !all.some((kind) => kind.names.includes(name)))
      .map((name) => /** @type {Kind} */ ({ key: name, title: otherTitle(name, this.#properties), names: [name], editor: 'text' }));
    keyed(this.#chips, [...chips, ...others], ({ key }) => key, () => h('span', { class: 'chip', role: 'group' }), (chip, kind) => {
      const own = chips.includes(kind);
      const says = own ? chipText(kind, this.#query, around) : (this.#query.get(kind.key) ?? []).map((v) => (kind.key === 'hour' ? hourText(v) : v)).join(', ');
      const state = `${kind.title} ${says}`;
      if (chip.dataset.says === state) return;
      chip.dataset.says = state;
      const label = [h('span', { class: 'dim' }, kind.title), ' ', h('b', {}, says.length > 60 ? `${says.slice(0, 60)}…` : says)];
      chip.replaceChildren(
        own ? h('button', { type: 'button', class: 'says', 'aria-label': strings.list.change(state), onclick: () => void this.#edit(kind, chip) }, ...label)
          : h('span', { class: 'says' }, ...label),
        h('button', { type: 'button', class: 'quiet', title: strings.list.remove(kind.title), 'aria-label': strings.list.remove(kind.title),
          onclick: () => this.#remove(kind) }, icon('close')));
    });
    for (const { button, pressed } of this.#toggles) button.setAttribute('aria-pressed', String(pressed()));
    this.#clear.hidden = [...this.#query.keys()].every((name) => name === 'sort');
    this.saved.draw();
  }

  #around() {
    return { bridge: this.#bridge, properties: this.#properties, people: this.#people };
  }

  /** Whether a pressed button says it already. @param {Kind} kind */
  #toggled(kind) {
    return (kind.key === 'owner' && this.#is('owner', '')) || (kind.key === 'open' && this.#is('open', 'yes'));
  }

  /** @param {string} name @param {string} value */
  #is(name, value) {
    const values = this.#query.get(name);
    return values?.length === 1 && values[0] === value;
  }

  /** @param {string} name @param {string} value */
  #flip(name, value) {
    this.#change({ [name]: this.#is(name, value) ? null : [value] });
  }

  /** @param {Kind} kind */
  #remove(kind) {
    this.#change(Object.fromEntries(kind.names.map((name) => [name, null])));
    this.#add.focus();
  }

  #clearAll() {
    this.#ask(new Map());
    this.#add.focus();
  }

  async #menu() {
    const texts = strings.list;
    const free = kinds(this.#around()).filter((kind) => !kind.names.some((name) => this.#query.has(name)));
    /** @type {Kind | undefined} */
    let chosen;
    popover(this.#add, texts.addTitle, (close) => [h('div', { class: 'menu', role: 'menu', 'aria-label': texts.addTitle, onkeydown: menuKeys },
      free.map((kind) => h('button', { type: 'button', role: 'menuitem', onclick: () => {
        chosen = kind;
        close();
      } }, kind.title)))], () => {
      if (chosen) void this.#edit(chosen, this.#add);
    });
  }

  /** @param {Kind} kind @param {HTMLElement} anchor */
  async #edit(kind, anchor) {
    if ((kind.key === 'owner' || kind.key === 'creator') && this.#people.creators.length === 0) await this.#ofPeople();
    const fresh = kinds(this.#around()).find(({ key }) => key === kind.key) ?? kind;
    popover(anchor, kind.title, (close) => editor(fresh, this.#query, this.#bridge.timeZone, (changes) => this.#change(changes), close), undefined, this.#add);
  }

  async #ofPeople() {
    try {
      this.#people = await call(this.#bridge, 'GET', 'list/people');
    } catch (error) {
      // Without suggestions those that are chosen already are offered.
      if (!(error instanceof Problem)) throw error;
    }
  }

  #typed() {
    clearTimeout(this.#typing);
    this.#typing = setTimeout(() => this.settle(), AFTER_TYPING);
  }

  /** Asks for what is being typed at once; who has gone elsewhere meanwhile is not fetched back. */
  settle() {
    if (this.#typing === undefined) return;
    clearTimeout(this.#typing);
    this.#typing = undefined;
    if (this.element.checkVisibility()) this.#asksForText();
    else this.show(this.#query);
  }

  #asksForText() {
    const text = this.#text.value.trim();
    this.#change({ text: text || null, in: text && this.#where.value ? [this.#where.value] : null });
  }

  /** @param {Record<string, string[] | string | null>} changes */
  #change(changes) {
    this.#ask(changed(this.#query, changes));
  }

  /** @param {Query} query */
  #ask(query) {
    const sort = this.#query.get('sort');
    if (sort && !query.has('sort')) query.set('sort', sort);
    const same = sameAs(query) === sameAs(this.#query);
    this.show(query);
    if (!same) this.#asked(query);
  }
}

/** @param {string} label @param {string} key @param {() => boolean} pressed @param {() => void} flip */
function toggle(label, key, pressed, flip) {
  return { pressed, button: h('button', { type: 'button', class: `toggle ${key}`, 'aria-pressed': 'false', onclick: flip }, label) };
}
