// One running collection: how long, which cameras, who feeds it, and what can be done with it.

import { h, icon } from '../common/dom.js';
import { keyed } from '../common/keyed.js';
import { duration, time, utcTitle } from '../common/time.js';
import { strings } from '../locales/en.js';
import { discard, goOn, pause, save, undoDiscard } from './actions.js';
import { collections } from './store.js';

/** @typedef {import('../common/api.js').Bridge} Bridge */
/** @typedef {import('../common/shapes.d.ts').Running} Running */
/** @typedef {import('../common/shapes.d.ts').CollectedSequence} CollectedSequence */
/**
 * @typedef {object} Shown
 * @property {Running} running
 * @property {import('./store.js').Feed} source
 * @property {boolean} alone the only one, so that the big button saves it
 * @property {boolean} allowed
 */

/**
 * Sequences open now.
 * @param {Running} running
 */
export function openOnes(running) {
  return running.sequences.filter((sequence) => sequence.end === null);
}

/**
 * What a collection has, in words.
 * @param {Running} running
 */
export function kept(running) {
  const cameras = new Set(running.sequences.map(({ camera }) => camera));
  return strings.collections.kept(running.sequences.length, cameras.size);
}

/**
 * Why a collection does not follow this view; empty when it does.
 * @param {Running} running
 * @param {import('./store.js').Feed} source
 * @param {string} timeZone
 */
export function why(running, source, timeZone) {
  const at = time(running.confirmed_at, timeZone);
  return { here: '', elsewhere: strings.collections.elsewhere,
    interrupted: strings.collections.interrupted(at, kept(running)), waiting: strings.collections.waiting(at, kept(running)) }[source];
}

export class CollectionCard extends HTMLElement {
  /** @type {Running | undefined} */
  #running;

  /** @param {Bridge} bridge */
  constructor(bridge) {
    super();
    this.bridge = bridge;
    const act = (/** @type {(bridge: Bridge, running: Running) => void} */ action) => () => {
      if (this.#running) action(bridge, this.#running);
    };
    this.setAttribute('role', 'group');
    this.state = h('span', { class: 'state' });
    this.elapsed = h('span', { class: 'elapsed', title: strings.collections.elapsed });
    this.note = h('p', { class: 'note', role: 'status', hidden: true });
    this.list = h('div', { class: 'sequences', role: 'list' });
    this.nothing = h('p', { class: 'dim small' }, strings.collections.nothingYet);
    this.goOnButton = h('button', { type: 'button', class: 'primary', title: strings.collections.goOnHint, onclick: act(goOn) },
      strings.collections.goOn);
    this.pauseButton = h('button', { type: 'button', title: strings.collections.pauseHint, onclick: act(pause) },
      strings.collections.pause);
    this.follows = h('span', { class: 'small dim' });
    this.saveButton = h('button', { type: 'button', onclick: act(save) }, strings.common.save);
    this.discardButton = h('button', { type: 'button', class: 'danger', onclick: act(discard) }, strings.collections.discard);
    this.append(h('div', { class: 'head' }, this.state, this.elapsed), this.follows, this.note, this.list, this.nothing,
      // Go on and Pause take each other's place, and with it the keyboard.
      h('div', { class: 'row' }, this.goOnButton, this.pauseButton, this.saveButton, this.discardButton));
  }

  /** @param {Shown} shown */
  show({ running, source, alone, allowed }) {
    this.#running = running;
    this.className = `card ${source}`;
    this.setAttribute('aria-label', strings.collections.startedAt(time(running.started_at, this.bridge.timeZone)));
    this.state.replaceChildren(...headline(source));
    const started = strings.collections.startedAt(time(running.started_at, this.bridge.timeZone));
    this.follows.textContent = source === 'here' ? `${strings.collections.followsHere} · ${started}` : started;
    this.note.hidden = source === 'here';
    const text = why(running, source, this.bridge.timeZone);
    if (this.note.textContent !== text) this.note.textContent = text;
    this.pauseButton.hidden = source !== 'here';
    this.goOnButton.hidden = source === 'here';
    this.saveButton.hidden = alone && source === 'here';
    for (const button of [this.goOnButton, this.saveButton, this.pauseButton, this.discardButton]) button.disabled = !allowed;
    this.nothing.hidden = running.sequences.length > 0;
    keyed(this.list, running.sequences, (sequence) => `${sequence.camera} ${sequence.start}`,
      () => new SequenceLine(), (line, sequence) => line.show(sequence, this.bridge.timeZone));
    this.tick();
  }

  tick() {
    if (!this.#running) return;
    this.elapsed.textContent = duration(collections.elapsed(this.#running));
    for (const line of this.list.children) if (line instanceof SequenceLine) line.tick();
  }
}

/**
 * Whether it collects now, by symbol and word.
 * @param {import('./store.js').Feed} source
 */
export function headline(source) {
  const { collecting, stopped, waits } = strings.collections;
  return { here: [icon('record'), collecting], elsewhere: [icon('record'), collecting],
    interrupted: [icon('warning'), stopped], waiting: [icon('pause'), waits] }[source];
}

/** A collection that was discarded and can be put back. */
export class DiscardedCard extends HTMLElement {
  /** @type {Running | undefined} */
  #running;

  /** @param {Bridge} bridge */
  constructor(bridge) {
    super();
    this.bridge = bridge;
    this.className = 'card discarded';
    this.text = h('span', { class: 'dim' });
    this.button = h('button', { type: 'button', onclick: () => {
      if (this.#running) void undoDiscard(bridge, this.#running);
    } }, strings.collections.undo);
    this.append(this.text, this.button);
  }

  /** @param {Running} running */
  show(running) {
    this.#running = running;
    const at = time(running.discarded_at ?? running.confirmed_at, this.bridge.timeZone);
    this.text.textContent = strings.collections.discardedAt(at, kept(running));
  }
}

class SequenceLine extends HTMLElement {
  /** @type {CollectedSequence | undefined} */
  #sequence;

  constructor() {
    super();
    this.setAttribute('role', 'listitem');
    this.name = h('span', { class: 'name' });
    this.state = h('span', { class: 'small' });
    this.length = h('span', { class: 'length' });
    this.append(this.name, this.state, this.length);
  }

  /**
   * @param {CollectedSequence} sequence
   * @param {string} timeZone
   */
  show(sequence, timeZone) {
    this.#sequence = sequence;
    this.name.textContent = sequence.camera_name;
    this.name.title = sequence.camera_name;
    this.className = sequence.end === null ? 'open' : 'closed';
    this.title = utcTitle(sequence.start);
    this.state.replaceChildren(...(sequence.end === null
      ? [icon('record'), strings.collections.recording]
      : [sequence.end_unconfirmed ? strings.collections.unconfirmed : time(sequence.start, timeZone)]));
    this.tick();
  }

  tick() {
    if (!this.#sequence) return;
    const end = this.#sequence.end === null ? Math.max(collections.now, Date.parse(this.#sequence.start)) : Date.parse(this.#sequence.end);
    this.length.textContent = duration(end - Date.parse(this.#sequence.start));
  }
}

customElements.define('incident-collection-card', CollectionCard);
customElements.define('incident-discarded-card', DiscardedCard);
customElements.define('incident-collected-sequence', SequenceLine);

/** For whatever shows cards. */
export const cardSheet = new CSSStyleSheet();
cardSheet.replaceSync(`
.card { display: grid; gap: 8px; padding: 12px; border: 1px solid var(--line); border-left: 3px solid var(--red); border-radius: 4px; background: var(--s1); }
.card.interrupted, .card.waiting { border-left-color: var(--amber); }
.card.discarded { border-left-color: var(--line); grid-template-columns: 1fr auto; align-items: center; }
.card .head { display: flex; justify-content: space-between; align-items: baseline; font-weight: 600; }
.card .state { display: inline-flex; align-items: center; gap: 6px; color: var(--red); }
.card.interrupted .state, .card.waiting .state { color: var(--amber); }
.card .state svg, .open svg { align-self: center; }
.card.here .state path, .card.elsewhere .state path, .open path { fill: currentColor; }
.card .elapsed { font-size: 20px; }
.card .note { margin: 0; color: var(--amber); }
.card .sequences { display: grid; max-height: 320px; overflow-y: auto; }
.card p { margin: 0; }
incident-collected-sequence { display: grid; grid-template-columns: 1fr auto 56px; gap: 8px; align-items: center; min-height: 28px; border-top: 1px solid var(--s3); }
incident-collected-sequence .name { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
incident-collected-sequence .length { text-align: right; }
incident-collected-sequence.open .small { color: var(--red); display: inline-flex; gap: 4px; align-items: center; }
incident-collected-sequence.closed { color: var(--dim); }
`);
