// Saved views below the camera tree: one's own and the shared ones; saved, shown, renamed and deleted.

import { call } from './api.js';
import { el, iconButton, note } from './dom.js';
import { box, field, openForm } from './form-dialog.js';
import { ViewSizes } from './view-sizes.js';

/** @import { Shell } from './shell.js' */
/** @import { SavedView } from './types.d.ts' */

const SHARE = 'host.views.share';
/** Fired on the shell when the saved views have changed: live and playback each show them. */
const CHANGED = 'saved-views';

export class SavedViews extends HTMLElement {
  #shell;
  #list = el('ul', { class: 'views' });

  /** @param {Shell} shell */
  constructor(shell) {
    super();
    this.#shell = shell;
    this.append(
      el('header', {}, el('h3', {}, 'Views'), iconButton('plus', 'Save this view', () => void this.#save())),
      new ViewSizes(shell),
      this.#list,
    );
    shell.addEventListener(CHANGED, () => void this.#load());
  }

  connectedCallback() {
    this.setAttribute('role', 'region');
    this.setAttribute('aria-label', 'Saved views');
    void this.#load();
  }

  async #load() {
    try {
      /** @type {{views: SavedView[]}} */
      const { views } = await call('/api/views');
      this.#list.replaceChildren(...views.map((view) => this.#row(view)));
      if (views.length === 0) this.#list.append(el('li', { class: 'dim small' }, 'No view is saved yet.'));
    } catch (error) {
      this.#list.replaceChildren(note('Saved views cannot be shown now.', 'li'));
      console.warn('saved views:', error);
    }
  }

  /** @param {SavedView} view */
  #row(view) {
    const mayChange = view.shared ? this.#mayShare : view.owner === this.#shell.session.principal.id;
    return el('li', {},
      el('button', { type: 'button', class: 'quiet view', title: `Show ${view.title}`, onclick: () => this.#shell.layout.restore(view.slots) },
        el('span', { class: 'name' }, view.title), view.shared ? el('span', { class: 'dim small' }, 'shared') : null),
      mayChange ? iconButton('pencil', `Rename view ${view.title}`, () => void this.#rename(view)) : null,
      mayChange ? iconButton('close', `Delete view ${view.title}`, () => void this.#delete(view)) : null);
  }

  get #mayShare() {
    return this.#shell.contributions.permissions.includes(SHARE);
  }

  async #save() {
    const title = field('Name');
    const shared = box('Show it to everybody');
    await openForm({
      title: 'Save this view',
      fields: [title.row, this.#mayShare && shared.row],
      save: () => call('/api/views', {
        method: 'POST',
        body: { title: title.input.value, shared: shared.input.checked, slots: this.#shell.layout.cameras },
      }),
    });
    this.#shell.dispatchEvent(new Event(CHANGED));
  }

  /** @param {SavedView} view */
  async #rename(view) {
    const title = field('Name', { value: view.title });
    await openForm({
      title: 'Rename this view',
      fields: [title.row],
      save: () => call(`/api/views/${view.id}`, { method: 'PATCH', body: { title: title.input.value } }),
    });
    this.#shell.dispatchEvent(new Event(CHANGED));
  }

  /** Nobody is asked, since it can be undone. @param {SavedView} view */
  async #delete(view) {
    await this.#change(`/api/views/${view.id}`, 'DELETE', () => this.#shell.notices.show({
      kind: 'success',
      title: `View “${view.title}” was deleted${view.shared ? ' for everybody' : ''}.`,
      action: { label: 'Undo', run: () => void this.#change(`/api/views/${view.id}/restore`, 'POST', () => {}) },
    }));
  }

  /** @param {string} path @param {string} method @param {() => void} done */
  async #change(path, method, done) {
    try {
      await call(path, { method });
      done();
    } catch (error) {
      this.#shell.complain(error);
    }
    this.#shell.dispatchEvent(new Event(CHANGED));
  }
}

customElements.define('host-saved-views', SavedViews);
