// The table of the list: a page of rows that change in place while the operator looks at them.

import { focused, h, icon } from '../common/dom.js';
import { keyed, whenChanged } from '../common/keyed.js';
import { strings } from '../locales/en.js';

/** @typedef {import('../common/shapes.d.ts').ProjectSummary} ProjectSummary */
/** @typedef {import('../common/shapes.d.ts').IncidentProperties} IncidentProperties */
/** @typedef {import('./columns.js').Column} Column */
/** @typedef {'deleted' | 'left'} Mark what happened to a row that stays until the list is read again */

const PAGE_KEYS = 15;

export class Table {
  /** @type {ProjectSummary[]} */
  #projects = [];
  /** @type {Map<number, Mark>} */
  #marks = new Map();
  /** @type {number | null} */
  #selected = null;
  /** Rows that just changed, until their colour has faded. @type {Set<number>} */
  #fresh = new Set();
  #titles = '';
  #head = h('tr', {});
  #body = h('tbody', { onkeydown: (/** @type {KeyboardEvent} */ event) => this.#keys(event) });
  #zone;
  #on;

  /**
   * @param {string} zone
   * @param {{select: (id: number) => void, open: (id: number) => void, sort: (by: string) => void}} on
   */
  constructor(zone, on) {
    this.#zone = zone;
    this.#on = on;
    this.element = h('table', { role: 'grid', 'aria-label': strings.incidents.list.title, hidden: true }, h('thead', {}, this.#head), this.#body);
  }

  get projects() {
    return this.#projects;
  }

  get selected() {
    return this.#selected;
  }

  /** Whether the operator is about to do something with a row: rows must not move now. */
  get busy() {
    return this.#body.matches(':hover') || this.#projects.some(({ id }) => id === this.#selected);
  }

  /**
   * Shows a page anew. When the selected project is not among them, the one that took its place is selected.
   * @param {ProjectSummary[]} projects
   */
  show(projects) {
    const place = this.#projects.findIndex(({ id }) => id === this.#selected);
    const fewer = this.#projects.length > 0 && this.#selected !== null && !projects.some(({ id }) => id === this.#selected);
    if (fewer) this.#selected = place < 0 ? null : projects[Math.min(place, projects.length - 1)]?.id ?? null;
    this.#projects = projects;
    this.#marks.clear();
    this.#fresh.clear();
    this.element.hidden = projects.length === 0;
  }

  /** Puts new projects above the others. @param {ProjectSummary[]} projects */
  prepend(projects) {
    this.#projects = [...projects, ...this.#projects.filter(({ id }) => !projects.some((one) => one.id === id))];
    for (const { id } of projects) this.#fresh.add(id);
    this.element.hidden = false;
  }

  /** Brings a row up to date, in its place. @param {ProjectSummary} project */
  update(project) {
    const place = this.#projects.findIndex(({ id }) => id === project.id);
    if (place < 0) return;
    const changed = this.#projects[place].revision !== project.revision;
    this.#projects = this.#projects.with(place, project);
    this.#marks.delete(project.id);
    if (changed) this.#fresh.add(project.id);
  }

  /** @param {number} id @param {Mark} mark */
  mark(id, mark) {
    this.#marks.set(id, mark);
  }

  /** @param {number | null} id */
  select(id) {
    this.#selected = id;
  }

  /** @param {number} id */
  isDeleted(id) {
    return this.#marks.get(id) === 'deleted';
  }

  /**
   * @param {Column[]} columns
   * @param {string} sort as `-id`
   * @param {IncidentProperties} properties
   */
  draw(columns, sort, properties) {
    this.#drawHead(columns, sort);
    const keys = columns.map(({ key }) => key);
    const items = this.#projects.map((project) => ({ project, keys, properties, mark: this.#marks.get(project.id) ?? null }));
    const fill = whenChanged((/** @type {HTMLElement} */ row, /** @type {(typeof items)[number]} */ item) => this.#fill(row, item, columns));
    keyed(this.#body, items, ({ project }) => project.id,
      ({ project: { id } }) => h('tr', { onclick: () => this.#on.select(id), ondblclick: () => this.#on.open(id) }), fill);
    const reachable = this.#projects.some(({ id }) => id === this.#selected) ? this.#selected : this.#projects[0]?.id;
    for (const row of /** @type {HTMLCollectionOf<HTMLElement>} */ (this.#body.children)) {
      const id = Number(row.dataset.key);
      row.setAttribute('aria-selected', String(id === this.#selected));
      row.tabIndex = id === reachable ? 0 : -1;
      row.classList.toggle('fresh', this.#fresh.has(id));
    }
  }

  /** Puts the keyboard where it was left. */
  focus() {
    const row = [.../** @type {HTMLCollectionOf<HTMLElement>} */ (this.#body.children)].find((element) => element.tabIndex === 0);
    row?.focus({ preventScroll: true });
  }

  /** @param {Column[]} columns @param {string} sort */
  #drawHead(columns, sort) {
    const titles = JSON.stringify([columns.map(({ key, title }) => [key, title]), sort]);
    if (titles === this.#titles) return;
    this.#titles = titles;
    const by = sort.replace(/^-/, '');
    const held = [...this.#head.children].findIndex((one) => one.contains(focused()));
    this.#head.replaceChildren(...columns.map(({ key, title, sort: sortable }) => {
      const direction = sortable === by ? (sort.startsWith('-') ? 'descending' : 'ascending') : null;
      const name = key === 'sequences' ? icon('film') : h('span', {}, title);
      const content = sortable ? h('button', { type: 'button', class: 'sort', title: strings.list.sorted(title), 'aria-label': title, onclick: () => this.#on.sort(sortable) },
        name, direction ? h('span', { class: `arrow ${direction}` }, icon('back')) : null) : name;
      return h('th', { scope: 'col', class: `col-${key.split(':')[0]}`, 'aria-sort': direction }, content);
    }));
    // What was pressed is drawn anew, and can be pressed again.
    this.#head.children[held]?.querySelector('button')?.focus();
  }

  /** @param {HTMLElement} row @param {{project: ProjectSummary, properties: IncidentProperties, mark: Mark | null}} item @param {Column[]} columns */
  #fill(row, { project, properties, mark }, columns) {
    const texts = strings.list;
    row.classList.toggle('marked', mark !== null);
    row.title = mark === null ? '' : mark === 'deleted' ? texts.deletedTitle : texts.left_;
    row.replaceChildren(...columns.map(({ key, cell }) => h('td', { class: `col-${key.split(':')[0]}` },
      key === 'id' && mark ? h('span', { class: 'row tight' }, icon(mark === 'deleted' ? 'trash' : 'cancelled'), String(project.id)) : cell(project, properties, this.#zone))));
    if (mark) row.setAttribute('aria-description', mark === 'deleted' ? texts.deleted : texts.left_);
    else row.removeAttribute('aria-description');
  }

  /** @param {KeyboardEvent} event */
  #keys(event) {
    const projects = this.#projects;
    const place = projects.findIndex(({ id }) => id === Number(/** @type {HTMLElement} */ (event.target).dataset.key));
    if (place < 0 || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === 'Enter') {
      this.#on.open(projects[place].id);
    } else {
      const last = projects.length - 1;
      const target = { ArrowDown: place + 1, ArrowUp: place - 1, Home: 0, End: last, PageDown: place + PAGE_KEYS, PageUp: place - PAGE_KEYS }[event.key];
      if (target === undefined) return;
      this.#on.select(projects[Math.max(0, Math.min(last, target))].id);
      this.focus();
      this.#body.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' });
    }
    event.preventDefault();
    event.stopPropagation();
  }
}
