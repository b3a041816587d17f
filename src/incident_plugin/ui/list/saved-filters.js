// Filters under names: one's own, and those that somebody shared.

import { call, report, titled } from '../common/api.js';
import { h, icon } from '../common/dom.js';
import { may } from '../common/permissions.js';
import { strings } from '../locales/en.js';
import { popover } from './popover.js';
import { parameters, readParameters, sameAs } from './query.js';

/** @typedef {import('../common/api.js').Bridge} Bridge */
/** @typedef {import('./query.js').Query} Query */
/** @typedef {{id: string, name: string, owner: {id: string, name: string}, query: string, shared: boolean}} SavedFilter */

export class SavedFilters {
  #bridge;
  #query;
  #use;
  /** @type {SavedFilter[]} */
  #filters = [];
  #label = h('span', {});

  /**
   * @param {Bridge} bridge
   * @param {() => Query} query what is shown
   * @param {(query: Query) => void} use
   */
  constructor(bridge, query, use) {
    this.#bridge = bridge;
    this.#query = query;
    this.#use = use;
    this.button = h('button', { type: 'button', class: 'saved', 'aria-haspopup': 'dialog', onclick: () => this.#open() }, icon('folder'), this.#label);
    this.draw();
  }

  /** @param {SavedFilter[]} filters */
  set filters(filters) {
    this.#filters = filters;
    this.draw();
  }

  /** The button names the filter that is shown. */
  draw() {
    const present = sameAs(this.#query());
    const shown = this.#query().size > 0 && this.#filters.find(({ query }) => sameAs(readParameters(query)) === present);
    this.#label.textContent = shown ? shown.name : strings.list.saved;
    this.button.classList.toggle('used', Boolean(shown));
  }

  #open() {
    const texts = strings.list;
    popover(this.button, texts.saved, (close) => {
      const list = h('div', { class: 'menu' }, this.#filters.map((filter) => this.#row(filter, close)));
      return [h('h3', {}, texts.saved), this.#filters.length ? list : h('p', { class: 'dim' }, texts.noSaved), this.#form(close)];
    });
  }

  /** @param {SavedFilter} filter @param {() => void} close */
  #row(filter, close) {
    const texts = strings.list;
    const own = filter.owner.id === this.#bridge.principal.id;
    const mayChange = filter.shared ? may(this.#bridge, 'projects.shared-filters.manage') : own;
    return h('div', { class: 'row tight' },
      h('button', { type: 'button', class: 'grow', onclick: () => {
        close();
        this.#use(readParameters(filter.query));
      } }, h('span', {}, filter.name), filter.shared ? h('span', { class: 'dim small' }, own ? texts.shared : texts.sharedBy(filter.owner.name)) : null),
      mayChange ? h('button', { type: 'button', class: 'quiet', title: texts.removeSaved(filter.name), 'aria-label': texts.removeSaved(filter.name),
        onclick: () => void this.#remove(filter, close) }, icon('trash')) : null);
  }

  /** @param {() => void} close */
  #form(close) {
    const texts = strings.list;
    if ([...this.#query().keys()].every((name) => name === 'sort')) return h('p', { class: 'dim small' }, texts.nothingToSave);
    const name = h('input', { type: 'text', maxLength: 200, required: true, placeholder: texts.name, 'aria-label': texts.name });
    const shared = h('input', { type: 'checkbox' });
    return h('form', { class: 'stack', onsubmit: (/** @type {Event} */ event) => {
      event.preventDefault();
      void this.#save(name.value, shared.checked, close);
    } },
    h('div', { class: 'row tight' }, name, h('button', { type: 'submit', class: 'primary' }, texts.saveNow)),
    may(this.#bridge, 'projects.shared-filters.manage') ? h('label', { class: 'option' }, shared, texts.share) : null);
  }

  /** @param {string} name @param {boolean} shared @param {() => void} close */
  async #save(name, shared, close) {
    const query = new Map(this.#query());
    query.delete('sort');
    try {
      await titled(strings.list.failures.save, call(this.#bridge, 'POST', 'list/filters', { name, shared, query: parameters(query).toString() }));
      close();
      this.#bridge.notify({ kind: 'success', title: strings.list.savedAs(name.trim()) });
      await this.load();
    } catch (error) {
      report(this.#bridge, error);
    }
  }

  /** @param {SavedFilter} filter @param {() => void} close */
  async #remove(filter, close) {
    try {
      await titled(strings.list.failures.save, call(this.#bridge, 'DELETE', `list/filters/${encodeURIComponent(filter.id)}`));
      close();
      this.#bridge.notify({ kind: 'success', title: strings.list.removedSaved(filter.name), action: { label: strings.list.undo, run: () => void this.#putBack(filter) } });
      await this.load();
    } catch (error) {
      report(this.#bridge, error);
    }
  }

  /** @param {SavedFilter} filter */
  async #putBack({ name, shared, query }) {
    try {
      await titled(strings.list.failures.save, call(this.#bridge, 'POST', 'list/filters', { name, shared, query }));
      await this.load();
    } catch (error) {
      report(this.#bridge, error);
    }
  }

  /** Asks for the saved filters anew; gives the columns that come with them. @returns {Promise<string[]>} */
  async load() {
    const { columns, filters } = await call(this.#bridge, 'GET', 'list/settings');
    this.filters = filters;
    return columns;
  }
}
