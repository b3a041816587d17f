// The draft sequence list: what an operator picked before there is an incident project for it.

import { Problem, call, titled } from '../common/api.js';
import { chooseProject } from '../common/choose-project.js';
import { askDetails } from '../common/details-dialog.js';
import { confirmed, showDialog } from '../common/dialog.js';
import { h, icon } from '../common/dom.js';
import { made } from '../common/making.js';
import { announce } from '../common/notices.js';
import { once } from '../common/once.js';
import { dateTime, duration, time, utcTitle } from '../common/time.js';
import { strings } from '../locales/en.js';

/** @typedef {import('../common/api.js').Bridge} Bridge */
/** @typedef {import('../common/shapes.d.ts').Sequence} Sequence */
/** @typedef {{sequences: Sequence[], in_projects: Record<string, number[]>}} Listed */
/** @typedef {import('../common/shapes.d.ts').Written} Written */

/**
 * Shows the list until it is closed, or its sequences went to an incident project.
 * @param {Bridge} bridge
 */
export function showDrafts(bridge) {
  return once('drafts', async () => {
    const finished = await showDialog(strings.drafts.title,
      (/** @type {(finished: () => void) => void} */ done) => new Drafts(bridge, done).parts, { wide: true });
    // Only now: a notice behind a modal dialog could not be used.
    finished?.();
  });
}

/** @param {HTMLElement | undefined} row @param {string} selector */
function focusIn(row, selector) {
  /** @type {HTMLElement | null | undefined} */ (row?.querySelector(selector))?.focus();
}

class Drafts {
  /** @type {Sequence[]} */
  #sequences = [];
  /** Projects that have a part of a sequence already. @type {Record<string, number[]>} */
  #had = {};
  /** @type {Set<string>} */
  #chosen = new Set();

  /**
   * @param {Bridge} bridge
   * @param {(finished: () => void) => void} done
   */
  constructor(bridge, done) {
    this.bridge = bridge;
    this.done = done;
    this.all = h('input', { type: 'checkbox', 'aria-label': strings.drafts.all, onchange: () => this.#chooseAll() });
    this.body = h('tbody');
    this.table = h('table', { hidden: true },
      h('thead', {}, h('tr', {}, h('th', { scope: 'col' }, this.all),
        [strings.common.camera, strings.common.start, strings.common.end, strings.common.length].map((title) =>
          h('th', { scope: 'col' }, title)),
        h('th', { scope: 'col', 'aria-label': strings.drafts.remove }))),
      this.body);
    this.empty = h('div', { class: 'empty', hidden: true }, icon('film'), h('p', {}, strings.drafts.empty),
      h('p', { class: 'small' }, strings.drafts.emptyHint));
    this.problem = h('p', { class: 'error', role: 'alert', hidden: true });
    this.scope = h('span', { class: 'dim', role: 'status' });
    const button = (/** @type {string} */ label, /** @type {() => Promise<void>} */ act, name = '') =>
      h('button', { type: 'button', class: name, disabled: true, onclick: () => void this.#told(act) }, label);
    this.removeAll = button(strings.drafts.removeAll, () => this.#removeAll(), 'danger');
    this.remove = button(strings.drafts.remove, () => this.#remove([...this.#chosen]));
    this.toExisting = button(strings.drafts.addAllExisting, () => this.#toExisting());
    this.toNew = button(strings.drafts.addAllNew, () => this.#toNew(), 'primary');
    void this.#told(() => this.#load());
  }

  get parts() {
    return [
      h('div', { class: 'scroll' }, this.table, this.empty),
      h('div', { class: 'row' }, this.scope),
      this.problem,
      h('footer', {}, this.removeAll, this.remove, h('span', { class: 'grow' }), this.toExisting, this.toNew),
    ];
  }

  async #load() {
    this.#show(await call(this.bridge, 'GET', 'drafts'));
    // What most come for: behind a long list the keyboard would be far from it.
    this.toNew.focus();
  }

  /** @param {Listed} listed */
  #show({ sequences, in_projects: had }) {
    this.#sequences = sequences;
    this.#had = had;
    const ids = new Set(sequences.map((sequence) => sequence.id));
    this.#chosen = new Set([...this.#chosen].filter((id) => ids.has(id)));
    this.table.hidden = sequences.length === 0;
    this.empty.hidden = sequences.length > 0;
    const place = [...this.body.rows].findIndex((row) => row.matches(':focus-within'));
    this.body.replaceChildren(...sequences.map((sequence, at) => this.#row(sequence, at)));
    // Whoever takes off one after the other by keyboard stays at the place.
    if (place >= 0) focusIn(this.body.rows[Math.min(place, sequences.length - 1)], '.off');
    this.#marked();
    this.#keepKeyboard();
  }

  /** @param {Sequence} sequence @param {number} place */
  #row({ id, footage: { camera_name: camera, interval: { start, end } } }, place) {
    const zone = this.bridge.timeZone;
    const box = h('input', { type: 'checkbox', checked: this.#chosen.has(id),
      'aria-label': strings.drafts.select(camera, dateTime(start, zone)), onchange: () => {
        if (box.checked) this.#chosen.add(id);
        else this.#chosen.delete(id);
        this.#marked();
      } });
    const projects = this.#had[id];
    const had = projects ? ` · ${strings.drafts.had(projects)}` : '';
    const named = `${camera} ${time(start, zone)}`;
    const move = (/** @type {string} */ label, /** @type {number} */ by, /** @type {'up' | 'down'} */ arrow) => h('button', { type: 'button', class: `quiet by${by}`,
      disabled: !this.#sequences[place + by], title: label, 'aria-label': `${label}: ${named}`, onclick: () => void this.#told(() => this.#move(place, by)) }, icon(arrow));
    return h('tr', {}, h('td', {}, box),
      h('td', { class: 'fill', title: camera + had }, camera, had && h('span', { class: 'dim small' }, had)),
      h('td', { title: utcTitle(start) }, dateTime(start, zone)),
      h('td', { title: utcTitle(end) }, dateTime(end, zone)),
      h('td', {}, duration(Date.parse(end) - Date.parse(start))),
      h('td', {}, move(strings.drafts.up, -1, 'up'), move(strings.drafts.down, 1, 'down'),
        h('button', { type: 'button', class: 'quiet off', title: strings.drafts.remove, 'aria-label': `${strings.drafts.remove} ${named}`,
          onclick: () => void this.#told(() => this.#remove([id])) }, icon('trash'))));
  }

  #marked() {
    const { length } = this.#sequences;
    const { size } = this.#chosen;
    this.all.checked = length > 0 && size === length;
    this.all.indeterminate = size > 0 && size < length;
    this.scope.textContent = length === 0 ? ''
      : size > 0 && size < length ? strings.drafts.chosenSome(size, length) : strings.drafts.chosenAll(length);
    for (const button of [this.toNew, this.toExisting, this.removeAll]) button.disabled = length === 0;
    this.remove.disabled = size === 0;
  }

  /** What had the keyboard may have left the list, or have nothing left to do. */
  #keepKeyboard() {
    const dialog = this.table.closest('dialog');
    const { activeElement: had } = /** @type {ShadowRoot} */ (this.table.getRootNode());
    if (!dialog || (had && had.checkVisibility() && !had.matches(':disabled'))) return;
    (this.body.querySelector('input') ?? dialog.querySelector('button'))?.focus();
  }

  #chooseAll() {
    this.#chosen = new Set(this.all.checked ? this.#sequences.map((sequence) => sequence.id) : []);
    this.#show({ sequences: this.#sequences, in_projects: this.#had });
  }

  /** The selected ones; all that are shown when none is. Named one by one: another tab may have added more. */
  get #wanted() {
    const ids = this.#sequences.map((sequence) => sequence.id);
    return this.#chosen.size > 0 ? ids.filter((id) => this.#chosen.has(id)) : ids;
  }

  async #toNew() {
    const drafts = this.#wanted;
    /** @type {Written | undefined} */
    const written = await askDetails(this.bridge, {
      title: strings.projects.create,
      remember: 'drafts',
      submit: (details) => titled(strings.projects.cannotCreate,
        made(this.bridge, 'projects', { ...details, footage: [], drafts })),
    });
    if (written) this.#written(written, drafts, strings.projects.created(written.project.id));
  }

  async #toExisting() {
    const drafts = this.#wanted;
    /** @type {Written | undefined} */
    const written = await chooseProject(this.bridge, (id) => titled(strings.projects.cannotAdd,
      made(this.bridge, `projects/${id}/sequences`, { footage: [], drafts })));
    if (written) this.#written(written, drafts, strings.projects.added(written.project.id));
  }

  /**
   * @param {Written} written
   * @param {string[]} drafts ids of those that were to be added; sequences keep them in the project
   * @param {string} title
   */
  #written({ project, warnings }, drafts, title) {
    this.bridge.refreshTimeline();
    const wanted = new Set(drafts);
    const added = project.sequences.filter(({ id }) => wanted.has(id)).map(({ footage }) => footage.camera_name);
    const left = drafts.length - added.length;
    this.done(() => announce(this.bridge, title, project, [...(left ? [strings.drafts.left(left)] : []), ...warnings], added));
  }

  /** @param {string[]} ids */
  async #remove(ids) {
    this.#show(await call(this.bridge, 'POST', 'drafts/remove', { ids }));
  }

  /** Changes places with a neighbour; the keyboard goes with it. @param {number} place @param {number} by */
  async #move(place, by) {
    const ids = this.#sequences.map((sequence) => sequence.id);
    ids.splice(place + by, 0, ...ids.splice(place, 1));
    this.#show(await call(this.bridge, 'POST', 'drafts/order', { ids }));
    const moved = this.body.rows[place + by];
    focusIn(moved, moved?.querySelector(`.by${by}:enabled`) ? `.by${by}` : '.off');
  }

  async #removeAll() {
    const { removeAll, removeAllText, cannotRemoveAll } = strings.drafts;
    const ids = this.#sequences.map((sequence) => sequence.id);
    if (!(await confirmed(removeAll, removeAllText(ids.length), removeAll))) return;
    await titled(cannotRemoveAll, this.#remove(ids));
  }

  /** @param {() => Promise<void>} act */
  async #told(act) {
    this.problem.hidden = true;
    try {
      await act();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      this.problem.replaceChildren(h('strong', {}, error.title), ' ', error.detail);
      this.problem.hidden = false;
    }
  }
}
