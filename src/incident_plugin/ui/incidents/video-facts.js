// What one must know of a sequence that is played: where its video has gaps, and how far its recorder's clock is off.

import { call, Problem } from '../common/api.js';
import { h } from '../common/dom.js';
import { clockOf } from '../common/recorder-clock.js';
import { duration, time } from '../common/time.js';
import { strings } from '../locales/en.js';
import { intervalOf } from './video-choices.js';

/** @typedef {import('../../../../hooks/src/vms_hooks/page.d.ts').VmsBridge} Bridge */
/** @typedef {import('../common/shapes.d.ts').Sequence} Sequence */
/** @typedef {{start: number, end: number}} Span */

/** Recorders give the bounds of their recordings to a picture or to a second, milliseconds. */
const SHORTEST = 1_000;

/**
 * A bar over the shown time, and words beside it.
 * @param {Bridge} bridge
 * @param {Sequence} sequence
 * @param {Span} shown
 * @param {boolean} named there are those of others beside it
 */
export function factsOf(bridge, sequence, shown, named) {
  const bar = h('div', { class: 'bar' });
  const words = h('span', { class: 'small dim' });
  const clock = h('span', { class: 'small dim' });
  void tellSpans(bridge, sequence, shown, bar, words);
  void tellClock(bridge, sequence, clock);
  return h('div', { class: 'fact' }, bar, h('div', { class: 'row' },
    named ? h('span', { class: 'small' }, sequence.footage.camera_name) : null, words, clock));
}

/**
 * @param {Bridge} bridge
 * @param {Sequence} sequence
 * @param {Span} shown
 * @param {HTMLElement} bar
 * @param {HTMLElement} words
 */
async function tellSpans(bridge, sequence, shown, bar, words) {
  const { start, end } = intervalOf(sequence);
  const query = new URLSearchParams({ start: new Date(start).toISOString(), end: new Date(end).toISOString() });
  const texts = strings.incidents.video;
  try {
    const { spans } = await call(bridge, 'GET', `recorded/${encodeURIComponent(sequence.footage.camera)}?${query}`);
    const recorded = spans.map((/** @type {{start: string, end: string}} */ span) => ({ start: Date.parse(span.start), end: Date.parse(span.end) }));
    const gaps = between(recorded, start, end);
    bar.replaceChildren(...recorded.map((/** @type {Span} */ span) => part('recorded', span, shown)), ...gaps.map((gap) => part('gap', gap, shown)));
    const missing = gaps.reduce((sum, gap) => sum + gap.end - gap.start, 0);
    words.textContent = gaps.length === 0 ? texts.noGaps : texts.gaps(gaps.length, duration(missing),
      gaps.slice(0, 3).map((gap) => `${time(gap.start, bridge.timeZone)} to ${time(gap.end, bridge.timeZone)}`).join(', '));
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    words.textContent = texts.gapsUnknown;
  }
}

/**
 * @param {Bridge} bridge
 * @param {Sequence} sequence
 * @param {HTMLElement} words
 */
async function tellClock(bridge, sequence, words) {
  try {
    const { camera, recorder } = sequence.footage;
    const { offset, uncertainty } = await clockOf(bridge, camera, recorder);
    words.textContent = strings.common.clock(offset, uncertainty);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    words.textContent = strings.incidents.video.clockUnknown;
  }
}

/**
 * @param {Span[]} spans in order
 * @param {number} start
 * @param {number} end
 */
function between(spans, start, end) {
  /** @type {Span[]} */
  const gaps = [];
  let at = start;
  for (const span of [...spans, { start: end, end }]) {
    if (span.start - at >= SHORTEST) gaps.push({ start: at, end: span.start });
    at = Math.max(at, span.end);
  }
  return gaps;
}

/** @param {string} kind @param {Span} span @param {Span} shown */
function part(kind, span, shown) {
  const length = shown.end - shown.start;
  const element = h('span', { class: kind });
  element.style.left = `${((span.start - shown.start) / length) * 100}%`;
  element.style.width = `${((span.end - span.start) / length) * 100}%`;
  return element;
}
