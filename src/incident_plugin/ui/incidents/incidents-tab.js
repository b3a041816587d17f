// The Incidents tab: the list at `list/<filters>`, a project at `<id>` or `<id>/<part>`, the dashboard at `dashboard/<filters>`.

import { Contributed } from '../common/contributed.js';
import { showTold } from '../common/told.js';
import { Dashboard } from '../list/dashboard.js';
import { dashboardSheet } from '../list/dashboard-style.js';
import { ProjectList, lastFilters } from '../list/project-list.js';
import { filterSheet } from '../list/style.js';
import { ProjectPage } from './project-page.js';
import { incidentsSheet } from './style.js';

/** @typedef {import('../common/contributed.js').Context} Context */

class IncidentsTab extends Contributed {
  /** Kept while a project is open: filter, page, selection and scroll are as they were on return. @type {ProjectList | null} */
  #list = null;
  /** @type {ProjectPage | null} */
  #page = null;
  /** @type {Dashboard | null} */
  #dashboard = null;
  /** @type {Context['bridge'] | null} */
  #bridge = null;

  constructor() {
    super();
    this.root.adoptedStyleSheets.push(filterSheet, incidentsSheet, dashboardSheet);
  }

  /** @override @param {Context} context */
  attached({ bridge }) {
    this.until(showTold(bridge));
    this.listen(document, 'keydown', (event) => {
      if (this.#page) this.#page.keyed(event);
      else if (!this.#dashboard) this.#list?.keyed(event);
    });
    if (!this.#page) this.#list?.takeFocus();
  }

  /** @override @param {Context} context */
  changed(context) {
    const { bridge, path = '' } = context;
    if (this.#bridge !== bridge) this.#forget();
    this.#bridge = bridge;
    const [id, ...rest] = path.split('/');
    if (/^[0-9]+$/.test(id)) this.#showProject(context, Number(id), rest[0] ?? '');
    else if (id === 'dashboard') this.#showDashboard(bridge, rest.join('/'));
    // The bare address means the list as it was left.
    else this.#showList(bridge, id === 'list' ? rest.join('/') : null);
  }

  /** @param {Context['bridge']} bridge @param {string | null} filters */
  #showList(bridge, filters) {
    if (!this.#list) this.root.append((this.#list = new ProjectList(bridge, filters ?? lastFilters(bridge))).element);
    else if (filters !== null) this.#list.show(filters);
    this.#list.element.hidden = false;
    if (this.#page || this.#dashboard) this.#list.focus();
    this.#close();
  }

  /** @param {Context['bridge']} bridge @param {string} filters */
  #showDashboard(bridge, filters) {
    if (this.#list) this.#list.element.hidden = true;
    if (this.#dashboard) {
      this.#dashboard.show(filters);
      return;
    }
    this.#close();
    this.root.append((this.#dashboard = new Dashboard(bridge, filters)).element);
    this.#dashboard.focus();
  }

  /** @param {Context} context @param {number} id @param {string} part */
  #showProject(context, id, part) {
    if (this.#list) this.#list.element.hidden = true;
    if (this.#page?.id === id) {
      this.#page.show(part);
      return;
    }
    this.#close();
    this.root.append((this.#page = new ProjectPage(context, id, part)).element);
    this.#page.focus();
  }

  #close() {
    this.#page?.stop();
    this.#page?.element.remove();
    this.#page = null;
    this.#dashboard?.stop();
    this.#dashboard?.element.remove();
    this.#dashboard = null;
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
