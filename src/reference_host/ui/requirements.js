// What a contribution says must be so before it can be used, judged where the operator is now.

/** @import { Shell } from './shell.js' */
/** @import { VmsRequirement } from 'vms-hooks/page' */

/** @type {Record<VmsRequirement, {words: string, met: (shell: Shell) => boolean}>} */
const REQUIREMENTS = {
  live: { words: 'Go to the live view first.', met: ({ address }) => address.tab === 'live' },
  playback: { words: 'Go to the playback view first.', met: ({ address }) => address.tab === 'playback' },
  'camera-selected': { words: 'Select a view item with a camera first.', met: (shell) => shell.mode !== null && shell.selected !== null },
  'time-marked': { words: 'Mark the start and the end first.', met: ({ clock }) => clock.markStart !== null && clock.markEnd !== null },
};

/**
 * What is missing, in words for the operator; empty when nothing is. A requirement that this host does not know is
 * never met.
 * @param {Shell} shell
 * @param {VmsRequirement[]} when
 */
export function missing(shell, when) {
  return when.filter((each) => !REQUIREMENTS[each]?.met(shell)).map((each) => REQUIREMENTS[each]?.words ?? '').join(' ');
}

/** Shows a place only while nothing is missing. @param {Shell} shell @param {VmsRequirement[]} when @param {HTMLElement} place */
export function showWhenMet(shell, when, place) {
  if (when.length === 0) return place;
  // A place that is gone for good takes its listeners with it.
  const [weak, gone] = [new WeakRef(place), new AbortController()];
  const draw = () => {
    const there = weak.deref();
    if (there) there.hidden = missing(shell, when) !== '';
    else gone.abort();
  };
  for (const source of [shell, shell.layout, shell.live, shell.playback]) {
    for (const kind of ['change', 'navigate', 'cameras']) source.addEventListener(kind, draw, { signal: gone.signal });
  }
  draw();
  return place;
}
