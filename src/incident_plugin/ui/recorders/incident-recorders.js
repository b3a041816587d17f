// Administration > Recorders: what is set up, how it is, and adding, testing, changing and removing it.

import { Problem, call, report } from '../common/api.js';
import { Contributed } from '../common/contributed.js';
import { confirmed } from '../common/dialog.js';
import { h, icon } from '../common/dom.js';
import { keyed, whenChanged } from '../common/keyed.js';
import { may } from '../common/permissions.js';
import { dateTime, utcTitle } from '../common/time.js';
import { whileVisible } from '../common/visible.js';
import { problemNote, skeleton, staleNote } from '../incidents/states.js';
import { strings } from '../locales/en.js';
import { camerasDialog, searchDialog } from './dialogs.js';
import { recorderForm } from './form.js';
import { recordersSheet } from './style.js';

/** @typedef {import('../common/contributed.js').Context} Context */
/** @typedef {import('../common/shapes.d.ts').ShownRecorder} ShownRecorder */

const REFRESH = 5_000;
/** An offset below this is not worth telling, in seconds. */
const CLOCK_TOLD = 2;

class RecordersSection extends Contributed {
  #texts = strings.recorders;
  #keepsPasswords = true;
  #known = false;
  #notes = h('div', {});
  #list = h('div', { class: 'list', role: 'list' });
  #state = h('div', {}, skeleton(this.#texts.loading, 2));
  #buttons = h('div', { class: 'head' },
    h('span', { class: 'grow' }),
    h('button', { type: 'button', onclick: () => void this.#search() }, icon('search'), this.#texts.search),
    h('button', { type: 'button', class: 'primary', onclick: () => void this.#form({}) }, icon('add'), this.#texts.add));
  /** @type {ReturnType<typeof whileVisible> | null} */
  #reader = null;

  constructor() {
    super();
    this.root.adoptedStyleSheets.push(recordersSheet);
    this.root.append(h('div', { class: 'page' }, this.#buttons, this.#notes, this.#list, this.#state));
  }

  /** @override */
  attached() {
    const reader = whileVisible(this, () => REFRESH, () => this.#read());
    this.#reader = reader;
    this.until(() => reader.stop());
  }

  /** @override */
  changed() {
    this.#buttons.hidden = !this.#may;
    this.#reader?.again();
  }

  get #may() {
    return may(this.#bridge, 'recorders.manage');
  }

  get #bridge() {
    return /** @type {Context} */ (this.vms).bridge;
  }

  async #read() {
    try {
      const { recorders, keeps_passwords: keeps } = await call(this.#bridge, 'GET', 'recorders');
      this.#keepsPasswords = keeps;
      this.#known = true;
      this.#notes.replaceChildren();
      this.#draw(recorders);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (this.#known && error.status !== 403) this.#notes.replaceChildren(staleNote(this.#texts.stale, error));
      else this.#state.replaceChildren(problemNote(error, () => this.#reader?.again()));
    }
  }

  /** @param {ShownRecorder[]} recorders */
  #draw(recorders) {
    const texts = this.#texts;
    keyed(this.#list, recorders, ({ id }) => id, () => h('article', { class: 'recorder', role: 'listitem' }),
      whenChanged((element, recorder) => this.#fill(element, recorder)));
    this.#state.replaceChildren(...(recorders.length ? []
      : [h('div', { class: 'empty' }, h('p', {}, h('b', {}, texts.empty)), h('p', {}, texts.emptyHint))]));
  }

  /** @param {HTMLElement} element @param {ShownRecorder} recorder */
  #fill(element, recorder) {
    const texts = this.#texts;
    const { state } = recorder;
    const condition = state.error ? 'fault' : state.since ? 'well' : 'unknown';
    const zone = this.#bridge.timeZone;
    const button = (/** @type {string} */ label, /** @type {() => void} */ onclick) => h('button', { type: 'button', 'aria-label': `${label}: ${recorder.name}`, onclick }, label);
    element.replaceChildren(
      h('header', {}, h('h3', {}, recorder.name),
        h('span', { class: `state ${condition}` }, icon(condition === 'well' ? 'check' : condition === 'fault' ? 'warning' : 'ring'), texts.states[condition]),
        state.since ? h('time', { class: 'dim small', title: utcTitle(state.since) }, texts.since(dateTime(state.since, zone))) : null,
        h('span', { class: 'grow' }),
        this.#may ? button(texts.test, () => void this.#form({ recorder, test: true })) : null,
        button(texts.cameras, () => void this.#cameras(recorder)),
        this.#may && !recorder.fixed ? button(texts.edit, () => void this.#form({ recorder })) : null,
        this.#may && !recorder.fixed ? button(texts.remove, () => void this.#remove(recorder)) : null),
      h('div', { class: 'facts' }, h('code', {}, recorder.address), ...facts(recorder).map((text) => h('span', {}, text))),
      ...(state.error ? [h('p', { class: 'fault' }, state.error)] : []),
      ...(state.events && !state.error ? [h('p', { class: 'dim' }, texts.noEvents(state.events))] : []),
    );
  }

  async #search() {
    const found = await searchDialog(this.#bridge);
    if (found) await this.#form({ address: found.address, name: found.name || found.hardware });
  }

  /** @param {{recorder?: ShownRecorder, address?: string, name?: string, test?: boolean}} given */
  async #form(given) {
    const saved = await recorderForm(this.#bridge, { ...given, keepsPasswords: this.#keepsPasswords });
    this.#done(saved, given.recorder ? this.#texts.changed : this.#texts.added);
  }

  /** @param {ShownRecorder} recorder */
  async #cameras(recorder) {
    this.#done(await camerasDialog(this.#bridge, recorder, this.#may), this.#texts.changed);
  }

  /** @param {ShownRecorder | undefined} saved @param {(name: string) => string} words */
  #done(saved, words) {
    if (!saved) return;
    this.#bridge.notify({ kind: saved.state.error ? 'warning' : 'success', title: words(saved.name), detail: saved.state.error ?? '' });
    this.#reader?.again();
  }

  /** @param {ShownRecorder} recorder */
  async #remove({ id, name }) {
    const texts = this.#texts;
    if (!await confirmed(texts.removeTitle, texts.removeText(name), texts.remove)) return;
    try {
      await call(this.#bridge, 'DELETE', `recorders/${encodeURIComponent(id)}`);
      this.#bridge.notify({ kind: 'success', title: texts.removed(name), detail: '' });
    } catch (error) {
      report(this.#bridge, error);
    }
    this.#reader?.again();
  }
}

/** What is worth knowing of a recorder, in a few words each. @param {ShownRecorder} recorder */
function facts({ username, has_password: hasPassword, fixed, tls, address, state }) {
  const texts = strings.recorders;
  const clock = state.clock && Math.abs(state.clock.offset_seconds) - state.clock.uncertainty_seconds > CLOCK_TOLD
    ? texts.clock(signed(state.clock.offset_seconds), state.clock.uncertainty_seconds.toFixed(1)) : '';
  return [
    state.device,
    username ? `${texts.user} ${username}${hasPassword ? '' : `, ${texts.noPassword}`}` : '',
    address.startsWith('https:') && tls !== 'verify' ? texts.tlsChoices[tls] : '',
    clock,
    state.retention_days ? texts.retention(Math.round(state.retention_days)) : '',
    fixed ? texts.fixed : '',
  ].filter(Boolean);
}

/** @param {number} seconds */
function signed(seconds) {
  return `${seconds > 0 ? '+' : '−'}${Math.abs(seconds).toFixed(1)}`;
}

customElements.define('incident-recorders', RecordersSection);
