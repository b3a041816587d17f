// How the video of sequences stands: the server knows at once or asks its recorders, and is asked again meanwhile.

import { Problem, call } from '../common/api.js';
import { h, icon } from '../common/dom.js';
import { WARNED_DAYS, date, dateTime, daysUntil, utcTitle } from '../common/time.js';
import { secondsOf } from '../common/zoned.js';
import { strings } from '../locales/en.js';

/** @typedef {import('../../../../hooks/src/vms_hooks/page.d.ts').VmsBridge} Bridge */

/**
 * @typedef {object} SequenceState
 * @property {string} sequence
 * @property {{state: string, expires_at: string | null, missing: string, checked_at: string | null, problem: string}} video
 * @property {{export: string, at: string}[]} exported
 */

/** While recorders are asked, and otherwise. Milliseconds. */
const SOON = 700;
const LATER = 60_000;

export class SequenceStates {
  /** Why states cannot be told. */
  problem = '';
  #bridge;
  #path;
  #changed;
  /** @type {Map<string, SequenceState>} */
  #states = new Map();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #stopped = false;

  /** @param {Bridge} bridge @param {number} project @param {() => void} changed */
  constructor(bridge, project, changed) {
    this.#bridge = bridge;
    this.#path = `projects/${project}/sequences/states`;
    this.#changed = changed;
  }

  /** @param {string} sequence */
  of(sequence) {
    return this.#states.get(sequence);
  }

  async read() {
    clearTimeout(this.#timer);
    let pause = LATER;
    try {
      const { states } = /** @type {{states: SequenceState[]}} */ (await call(this.#bridge, 'GET', this.#path));
      this.#states = new Map(states.map((state) => [state.sequence, state]));
      this.problem = states.find(({ video }) => video.problem)?.video.problem ?? '';
      if (states.some(({ video }) => video.state === 'checking')) pause = SOON;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      this.problem = error.detail || error.title;
    }
    this.#changed();
    if (!this.#stopped) this.#timer = setTimeout(() => void this.read(), pause);
  }

  stop() {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }
}

/** Shape, word and colour of a state. @param {SequenceState | undefined} state @param {string} timeZone */
export function stateLabel(state, timeZone) {
  const texts = strings.incidents.sequences.states;
  if (!state) return h('span', { class: 'dim' }, texts.checking);
  const { state: name, expires_at: expires, missing, checked_at: checked, problem } = state.video;
  const days = expires ? daysUntil(expires) : Infinity;
  const soon = days <= WARNED_DAYS;
  const [image, word, kind] = /** @type {Record<string, [Parameters<typeof icon>[0], string, string]>} */ ({
    checking: ['clock', texts.checking, 'dim'],
    available: ['check', texts.available, 'green'],
    expires: soon ? ['clock', texts.expires(days), 'amber'] : ['check', texts.expires(days), 'green'],
    'partly-gone': ['warning', texts.partlyGone, 'amber'],
    gone: ['cancelled', texts.gone, 'red'],
    preserved: ['folder', texts.preserved, 'green'],
    unknown: ['warning', texts.unknown, 'dim'],
  })[name] ?? ['warning', name, 'dim'];
  const lost = Math.round(secondsOf(missing));
  const hints = [
    lost > 0 ? texts.missing(lost) : '', expires ? texts.until(dateTime(expires, timeZone), utcTitle(expires)) : '',
    checked ? texts.checkedAt(dateTime(checked, timeZone)) : '', problem,
  ].filter(Boolean).join('\n');
  return h('div', { class: 'two' },
    h('span', { class: `state-word ${kind}`, title: hints }, icon(image), h('span', {}, word), problem && name !== 'unknown' ? h('span', { class: 'dim' }, texts.asOf) : null),
    state.exported.length ? h('span', { class: 'dim small', title: state.exported.map(({ at }) => dateTime(at, timeZone)).join('\n') },
      icon('export'), texts.exported(date(state.exported[0].at, timeZone))) : null);
}
