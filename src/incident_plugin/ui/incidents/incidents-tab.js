// The Incidents tab: the list at its address, a project at `<id>` or `<id>/<part>`.

import { sheet } from '../common/style.js';
import { ProjectList } from './project-list.js';
import { ProjectPage } from './project-page.js';
import { incidentsSheet } from './style.js';

/** @typedef {import('../../../../hooks/src/vms_hooks/page.d.ts').VmsContext} VmsContext */

class IncidentsTab extends HTMLElement {
  #root = this.attachShadow({ mode: 'open' });
  /** @type {VmsContext | null} */
  #vms = null;
  /** Kept while a project is open: filter, page, selection and scroll are as they were on return. @type {ProjectList | null} */
  #list = null;
  /** @type {ProjectPage | null} */
  #page = null;

  constructor() {
    super();
    this.#root.adoptedStyleSheets = [sheet, incidentsSheet];
  }

  /** @param {VmsContext} vms */
  set vms(vms) {
    if (this.#vms && this.#vms.bridge !== vms.bridge) this.#forget();
    this.#vms = vms;
    this.#route();
  }

  get vms() {
    return /** @type {VmsContext} */ (this.#vms);
  }

  #route() {
    const { bridge, path = '' } = this.vms;
    const [id, part = ''] = path.split('/');
    if (!/^\d+$/.test(id)) {
      if (!this.#list) this.#root.append((this.#list = new ProjectList(bridge)).element);
      this.#list.element.hidden = false;
      if (this.#page) this.#list.focus();
      this.#close();
      return;
    }
    if (this.#list) this.#list.element.hidden = true;
    if (this.#page?.id === Number(id)) {
      this.#page.show(part);
      return;
    }
    this.#close();
    this.#root.append((this.#page = new ProjectPage(bridge, Number(id), part)).element);
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
    this.#list = null;
    this.#root.replaceChildren();
  }
}

customElements.define('incidents-tab', IncidentsTab);
