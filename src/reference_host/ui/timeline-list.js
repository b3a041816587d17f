// What the timeline draws, as a table: for those who read it with a screen reader, or want exact times.

import { button, el, heads } from './dom.js';
import { openForm } from './form-dialog.js';
import { day, utcText, zonedTime } from './time.js';

/** @import { VmsCamera } from 'vms-hooks/page' */
/** @import { Shell } from './shell.js' */
/** @import { TimelineRow } from './types.d.ts' */
/** @typedef {{what: string, start: number, end: number, target?: TimelineRow['marks'][number]['target']}} Entry */

/** @param {Shell} shell @param {{camera: VmsCamera, row: TimelineRow | undefined}[]} rows @param {number} start of what is shown @param {number} end */
export function showTimelineList(shell, rows, start, end) {
  const latest = Math.min(end, shell.live.now);
  const body = el('tbody', {}, ...rows.flatMap(({ camera, row }) => entries(row, start, latest).map((entry) => line(shell, camera.name, entry))));
  const missing = rows.flatMap(({ camera, row }) => (row?.incomplete ? [`${camera.name}: ${row.incomplete}`] : []));
  return openForm({
    title: 'Recordings in the shown time', wide: true,
    fields: [
      el('p', { class: 'dim' }, `${moment(start, shell.timeZone)} to ${moment(latest, shell.timeZone)}`),
      ...missing.map((text) => el('p', { class: 'dim' }, `Incomplete. ${text}`)),
      el('div', { class: 'table' }, el('table', {}, heads(['Camera', 'What', 'From', 'To', 'Playhead']), body)),
    ],
  });
}

/** Recordings, the gaps between them, and marks, in order of time. @param {TimelineRow | undefined} row @param {number} start @param {number} end */
function entries(row, start, end) {
  if (!row) return [];
  const spans = row.spans.map((span) => ({ what: 'Recorded', start: Math.max(Date.parse(span.start), start), end: Math.min(Date.parse(span.end), end) }))
    .filter((span) => span.start < span.end);
  /** @type {Entry[]} */
  const gaps = [];
  let at = start;
  for (const span of spans) {
    if (span.start > at) gaps.push({ what: 'Not recorded', start: at, end: span.start });
    at = Math.max(at, span.end);
  }
  if (at < end) gaps.push({ what: 'Not recorded', start: at, end });
  const marks = row.marks.map(({ title, interval, target }) => ({ what: title, start: Date.parse(interval.start), end: Date.parse(interval.end), target }))
    .filter((mark) => mark.start < end && start < mark.end);
  return [...spans, ...gaps, ...marks].sort((a, b) => a.start - b.start || a.end - b.end);
}

/** @param {Shell} shell @param {string} camera @param {Entry} entry */
function line(shell, camera, { what, start, end, target }) {
  const zone = shell.timeZone;
  const way = (/** @type {string} */ words, /** @type {string} */ label, /** @type {() => void} */ go) => button(words, (event) => {
    if (event.target instanceof Element) event.target.closest('dialog')?.close();
    go();
  }, { 'aria-label': label });
  const cell = (/** @type {number} */ at) => el('td', { title: utcText(at) }, moment(at, zone));
  return el('tr', {}, el('th', { scope: 'row' }, camera), el('td', {}, what), cell(start), cell(end),
    el('td', {}, way('Go', `Go to ${moment(start, zone)}, ${camera}, ${what}`, () => shell.playback.seek(start)),
      target && way('Open', `Open ${what}`, () => shell.navigate(target))));
}

/** @param {number} at @param {string} zone */
function moment(at, zone) {
  return `${day(at, zone)} ${zonedTime(at, zone)}`;
}
