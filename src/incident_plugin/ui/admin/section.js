// What the sections of the administration share: loading, being refused, and telling of changes by others.

import { Problem } from '../common/api.js';
import { Contributed } from '../common/contributed.js';
import { h, icon } from '../common/dom.js';
import { problemNote, skeleton } from '../incidents/states.js';
import { strings } from '../locales/en.js';
import { adminSheet } from './style.js';

/** @typedef {import('../../../../hooks/src/vms_hooks/page.d.ts').VmsBridge} Bridge */

export class AdminSection extends Contributed {
  /** @type {Bridge | null} */
  bridge = null;
  place = h('div', { class: 'section' });

  constructor() {
    super();
    this.root.adoptedStyleSheets.push(adminSheet);
    this.root.append(this.place);
  }

  /** @override @param {import('../common/contributed.js').Context} context */
  changed({ bridge }) {
    if (this.bridge === bridge) return;
    this.bridge = bridge;
    void this.load();
  }

  /** Reads what is shown and shows it; a refusal stands in its place. */
  async load() {
    if (!this.place.firstChild) this.place.replaceChildren(skeleton(strings.admin.loading, 4));
    try {
      await this.read();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      this.place.replaceChildren(problemNote(error, () => void this.load()));
    }
  }

  /** @returns {Promise<void>} */
  async read() {}
}

/**
 * @param {string} kind `error`, `amber` or `green`
 * @param {(Node | string)[]} content
 */
export function banner(kind, ...content) {
  return h('p', { class: `banner ${kind}`, role: kind === 'error' ? 'alert' : 'status' }, icon(kind === 'green' ? 'check' : 'warning'), h('span', {}, ...content));
}

/** A refusal above what stays on the page. @param {unknown} error */
export function refusal(error) {
  if (!(error instanceof Problem)) throw error;
  return banner('error', h('b', {}, error.title), ' ', error.detail);
}

/** Another administrator was faster. @param {() => void} load */
export function conflictNote(load) {
  const texts = strings.admin;
  const note = banner('amber', h('b', {}, texts.changedMeanwhile), ' ', texts.changedMeanwhileHint);
  note.append(h('button', { type: 'button', onclick: load }, texts.loadTheirs));
  return note;
}

/**
 * The bar beneath what is edited. Changes that are not saved are asked for before the window goes.
 * @param {() => void} save
 * @param {() => void} discard
 */
export function saveBar(save, discard) {
  const texts = strings.admin;
  const state = h('span', { class: 'state', role: 'status' });
  const saving = h('button', { type: 'button', class: 'primary', onclick: save }, texts.save);
  const ask = (/** @type {Event} */ event) => event.preventDefault();
  const discarding = h('button', { type: 'button', onclick: discard }, texts.discard);
  return {
    element: h('div', { class: 'bar' }, state, discarding, saving),
    /** @param {'saved' | 'unsaved' | 'saving'} now */
    show(now) {
      saving.disabled = discarding.disabled = now !== 'unsaved';
      if (now === 'saved') window.removeEventListener('beforeunload', ask);
      else window.addEventListener('beforeunload', ask);
      state.className = `state ${now}`;
      const images = /** @type {const} */ ({ saved: 'check', unsaved: 'edit', saving: 'clock' });
      state.replaceChildren(icon(images[now]), texts[now]);
    },
  };
}

/**
 * Saves a file in the browser.
 * @param {Response} response
 * @param {string} name
 */
export async function download(response, name) {
  const address = URL.createObjectURL(await response.blob());
  const link = h('a', { href: address, download: name });
  link.click();
  // The browser has begun to read it by then; kept, it would stay in memory.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
