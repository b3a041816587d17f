// The Incidents tab: the list at its address, a project at `<id>` or `<id>/<part>`.

import { Contributed } from '../common/contributed.js';
import { showTold } from '../common/told.js';
import { ProjectList } from './project-list.js';
import { ProjectPage } from './project-page.js';
import { incidentsSheet } from './style.js';

/** @typedef {import('../common/contributed.js').Context} Context */

class IncidentsTab extends Contributed {
  /** Kept while a project is open: filter, page, selection and scroll are as they were on return. @type {ProjectList | null} */
  #list = null;
  /** @type {ProjectPage | null} */
  #page = null;
  /** @type {Context['bridge'] | null} */
  #bridge = null;

  constructor() {
    super();
    this.root.adoptedStyleSheets.push(incidentsSheet);
  }

  /** @override @param {Context} context */
  attached({ bridge }) {
    this.until(showTold(bridge));
    this.listen(document, 'keydown', (event) => this.#page?.keyed(event));
    if (!this.#page) this.#list?.takeFocus();
  }

  /** @override @param {Context} context */
  changed({ bridge, path = '' }) {
    if (this.#bridge !== bridge) this.#forget();
    this.#bridge = bridge;
    const [id, part = ''] = path.split('/');
    if (/^[0-9]+$/.test(id)) this.#showProject(bridge, Number(id), part);
    else this.#showList(bridge);
  }

  /** @param {Context['bridge']} bridge */
  #showList(bridge) {
    if (!this.#list) this.root.append((this.#list = new ProjectList(bridge)).element);
    this.#list.element.hidden = false;
    if (this.#page) this.#list.focus();
    this.#close();
  }

  /** @param {Context['bridge']} bridge @param {number} id @param {string} part */
  #showProject(bridge, id, part) {
    if (this.#list) this.#list.element.hidden = true;
    if (this.#page?.id === id) {
      this.#page.show(part);
      return;
    }
    this.#close();
    this.root.append((this.#page = new ProjectPage(bridge, id, part)).element);
    this.#page.focus();
  }

  #close() {
    this.#page?.stop();
    this.#page?.element.remove();
    this.#page = null;
  }

  /** Another bridge is another person or site: nothing of the former is shown. */
  #forget() {
    this.#close();
    this.#list?.stop();
    this.#list?.element.remove();
    this.#list = null;
  }
}

customElements.define('incidents-tab', IncidentsTab);
