// The list of sequences in the window that plays them: one is played, others of the same time may stand beside it.

import { h } from '../common/dom.js';
import { date, duration, time } from '../common/time.js';
import { strings } from '../locales/en.js';

/** @typedef {import('../common/shapes.d.ts').Sequence} Sequence */

/** Pictures that are shown at once, at most. */
const MOST = 9;

/** @param {Sequence} sequence */
export const intervalOf = ({ footage: { interval } }) => ({ start: Date.parse(interval.start), end: Date.parse(interval.end) });

/**
 * Whether two sequences have a time in common.
 * @param {Sequence} one
 * @param {Sequence} other
 */
export function overlap(one, other) {
  const [a, b] = [intervalOf(one), intervalOf(other)];
  return a.start < b.end && b.start < a.end;
}

export class Choices {
  #sequences;
  #zone;
  #acts;
  /** @type {Sequence | undefined} */
  #current;
  /** Sequences that are to stand beside others. @type {Set<string>} */
  #chosen = new Set();

  /**
   * @param {Sequence[]} sequences
   * @param {string} zone
   * @param {{select: (sequence: Sequence | undefined) => void, beside: () => void}} acts
   */
  constructor(sequences, zone, acts) {
    this.#sequences = sequences;
    this.#zone = zone;
    this.#acts = acts;
    this.list = h('div', { class: 'choices', role: 'listbox', tabIndex: 0, 'aria-label': strings.incidents.video.list,
      onkeydown: (/** @type {KeyboardEvent} */ event) => this.#arrows(event) }, ...sequences.map((sequence) => this.#choice(sequence)));
    this.others = h('div', { class: 'others', role: 'group', 'aria-label': strings.incidents.video.beside });
    this.element = h('div', { class: 'lists' }, this.list, this.others);
  }

  /**
   * The sequences that stand beside one, of those that were chosen.
   * @param {Sequence} current
   */
  beside(current) {
    return this.#possible(current).filter(({ id }) => this.#chosen.has(id)).slice(0, MOST - 1);
  }

  /** @param {Sequence} sequence */
  mark(sequence) {
    this.#current = sequence;
    for (const element of this.list.children) {
      element.setAttribute('aria-selected', String(/** @type {HTMLElement} */ (element).dataset.key === sequence.id));
    }
    const possible = this.#possible(sequence);
    this.others.hidden = possible.length === 0;
    this.others.replaceChildren(h('h3', {}, strings.incidents.video.beside), ...possible.map((each) => this.#other(each)));
  }

  /** Other cameras at the same time. @param {Sequence} current */
  #possible(current) {
    return this.#sequences.filter((each) => each.id !== current.id && overlap(each, current));
  }

  /** @param {Sequence} sequence */
  #other({ id, footage: { camera_name: name, interval: { start } } }) {
    const box = h('input', { type: 'checkbox', checked: this.#chosen.has(id), onchange: () => {
      if (box.checked) this.#chosen.add(id);
      else this.#chosen.delete(id);
      this.#acts.beside();
    } });
    return h('label', { class: 'row' }, box, h('span', { class: 'ellipsis' }, `${name} ${time(start, this.#zone)}`));
  }

  /** @param {Sequence} sequence */
  #choice(sequence) {
    const { start, end } = intervalOf(sequence);
    return h('div', { role: 'option', 'data-key': sequence.id, 'aria-selected': 'false', onclick: () => this.#acts.select(sequence) },
      h('div', { class: 'ellipsis' }, sequence.footage.camera_name),
      h('div', { class: 'dim small' }, `${date(start, this.#zone)} ${time(start, this.#zone)} · ${duration(end - start)}`));
  }

  /** @param {KeyboardEvent} event */
  #arrows(event) {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    const wanted = this.#sequences.findIndex(({ id }) => id === this.#current?.id) + by;
    this.#acts.select(this.#sequences[wanted]);
    this.list.children[wanted]?.scrollIntoView({ block: 'nearest' });
  }
}
