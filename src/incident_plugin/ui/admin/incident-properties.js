// Administration > Incident properties: what operators choose from.

import { Problem, call } from '../common/api.js';
import { followChanges } from '../common/changes.js';
import { h } from '../common/dom.js';
import { may } from '../common/permissions.js';
import { NO_PROPERTIES } from '../common/properties.js';
import { strings } from '../locales/en.js';
import { filesTab, logoField } from './property-files.js';
import { categoriesTab, dataTab, statusesTab, titlesTab, typesTab } from './property-tabs.js';
import { AdminSection, conflictNote, refusal, saveBar } from './section.js';
import { isNew } from './value-table.js';

/** @typedef {import('../common/shapes.d.ts').IncidentProperties} IncidentProperties */
/** @typedef {keyof typeof strings.admin.properties.tabs} TabName */

class IncidentPropertiesSection extends AdminSection {
  /** What the server has. @type {IncidentProperties} */
  #stored = NO_PROPERTIES;
  /** @type {IncidentProperties} */
  #draft = NO_PROPERTIES;
  /** @type {Record<string, Record<string, number>>} */
  #usage = {};
  /** @type {TabName} */
  #current = 'types';
  #notes = h('div', { class: 'notes' });
  #tabs = h('div', { class: 'tabs', role: 'tablist', 'aria-label': strings.admin.properties.tabList,
    onkeydown: (/** @type {KeyboardEvent} */ event) => this.#arrows(event) });
  #panel = h('div', { class: 'panel', role: 'tabpanel', tabIndex: 0 });
  #bar = saveBar(() => void this.#save(), () => this.#discard());
  #saving = false;

  /** @override @param {import('../common/contributed.js').Context} context */
  attached({ bridge }) {
    this.until(followChanges(bridge, { properties: () => void this.#others(), missed: () => void this.#others() }));
  }

  /** @override */
  async read() {
    this.#take(await call(/** @type {any} */ (this.bridge), 'GET', 'properties/definition'));
  }

  get #editable() {
    return this.bridge !== null && may(this.bridge, 'properties.manage');
  }

  get #changed() {
    return JSON.stringify(this.#draft) !== JSON.stringify(this.#stored);
  }

  /** @param {{properties: IncidentProperties, usage: Record<string, Record<string, number>>}} definition */
  #take({ properties, usage }) {
    this.#stored = properties;
    this.#draft = structuredClone(properties);
    this.#usage = usage;
    this.#notes.replaceChildren();
    this.#draw();
  }

  /** Somebody saved: what is not being edited follows at once. */
  async #others() {
    if (this.#saving || !this.bridge) return;
    try {
      const definition = await call(this.bridge, 'GET', 'properties/definition');
      if (this.#saving || definition.properties.revision === this.#stored.revision) return;
      if (this.#changed) this.#notes.replaceChildren(conflictNote(() => this.#take(definition)));
      else this.#take(definition);
    } catch (error) {
      // Saving says what is wrong; until then nothing is lost.
      if (!(error instanceof Problem)) throw error;
    }
  }

  #draw() {
    const texts = strings.admin.properties;
    this.#tabs.replaceChildren(...Object.entries(texts.tabs).map(([name, title]) => h('button', {
      type: 'button', role: 'tab', 'aria-selected': String(name === this.#current), tabIndex: name === this.#current ? 0 : -1,
      onclick: () => this.#show(/** @type {TabName} */ (name)),
    }, title)));
    this.#panel.setAttribute('aria-label', texts.tabs[this.#current]);
    this.#panel.replaceChildren(...this.#content());
    this.#bar.element.hidden = !this.#editable;
    this.#state();
    if (this.place.firstChild !== this.#tabs) this.place.replaceChildren(this.#tabs, this.#panel, this.#notes, this.#bar.element);
  }

  #content() {
    const bridge = /** @type {import('./section.js').Bridge} */ (this.bridge);
    const editing = {
      draft: this.#draft, editable: this.#editable, edited: () => this.#state(),
      used: (/** @type {string} */ field, /** @type {string} */ id) => this.#usage[field]?.[id] ?? 0,
    };
    switch (this.#current) {
      case 'types': return typesTab(editing);
      case 'statuses': return statusesTab(editing);
      case 'categories': return categoriesTab(editing);
      case 'data': return dataTab(editing);
      case 'reports': return [...titlesTab(editing), logoField(bridge, this.#editable)];
      default: return filesTab(bridge, this.#editable, (properties) => {
        this.#draft = structuredClone({ ...properties, revision: this.#stored.revision });
        this.#show('types');
      });
    }
  }

  #state() {
    this.#bar.show(this.#saving ? 'saving' : this.#changed ? 'unsaved' : 'saved');
  }

  /** @param {TabName} name */
  #show(name) {
    this.#current = name;
    this.#draw();
    /** @type {HTMLElement | null} */ (this.#tabs.querySelector('[tabindex="0"]'))?.focus();
  }

  #discard() {
    this.#draft = structuredClone(this.#stored);
    this.#notes.replaceChildren();
    this.#draw();
  }

  async #save() {
    const { bridge } = this;
    if (!bridge || this.#saving) return;
    this.#saving = true;
    this.#state();
    try {
      const definition = await call(bridge, 'PUT', 'properties/definition', withoutNewIds(this.#draft));
      this.#saving = false;
      this.#take(definition);
      bridge.notify({ kind: 'success', title: strings.admin.properties.savedNotice, detail: strings.admin.properties.savedDetail });
    } catch (error) {
      this.#saving = false;
      this.#state();
      const stale = error instanceof Problem && error.status === 409;
      this.#notes.replaceChildren(stale ? conflictNote(() => void this.load()) : refusal(error));
    }
  }

  /** @param {KeyboardEvent} event */
  #arrows(event) {
    const names = /** @type {TabName[]} */ (Object.keys(strings.admin.properties.tabs));
    const place = names.indexOf(this.#current);
    const to = { ArrowRight: (place + 1) % names.length, ArrowLeft: (place + names.length - 1) % names.length, Home: 0, End: names.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    this.#show(names[to]);
  }
}

/**
 * Gives new values, categories and fields ids of their names, and defaults that are new those ids.
 * @param {IncidentProperties} draft
 */
function withoutNewIds(draft) {
  const types = identified(draft.types);
  const statuses = identified(draft.statuses);
  const categories = identified(draft.categories).list.map((category) => {
    const { list: values, ids } = identified(category.values);
    return { ...category, values, default: renamed(category.default, ids) };
  });
  return {
    ...draft, types: types.list, statuses: statuses.list, categories, data: identified(draft.data).list,
    report_titles: identified(draft.report_titles).list,
    default_type: renamed(draft.default_type, types.ids), default_status: renamed(draft.default_status, statuses.ids),
  };
}

/**
 * @template {{id: string, name: string}} V
 * @param {V[]} list
 * @returns {{list: V[], ids: Map<string, string>}}
 */
function identified(list) {
  /** @type {Map<string, string>} */
  const ids = new Map();
  const taken = new Set(list.map((one) => one.id));
  for (const { id, name } of list.filter((one) => isNew(one.id))) {
    const stem = name.toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '').slice(0, 48) || 'value';
    let made = stem;
    for (let number = 2; taken.has(made); number += 1) made = `${stem}-${number}`;
    taken.add(made);
    ids.set(id, made);
  }
  return { list: list.map((one) => ({ ...one, id: ids.get(one.id) ?? one.id })), ids };
}

/** @param {string | null} id @param {Map<string, string>} ids */
function renamed(id, ids) {
  return id === null ? null : ids.get(id) ?? id;
}

customElements.define('incident-properties', IncidentPropertiesSection);
