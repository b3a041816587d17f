// What operators do with collections, the same from the pane, the bar over every tab, and the keyboard.

import { Problem, report, titled } from '../common/api.js';
import { askDetails } from '../common/details-dialog.js';
import { confirmed, showDialog } from '../common/dialog.js';
import { h } from '../common/dom.js';
import { made } from '../common/making.js';
import { announce } from '../common/notices.js';
import { once } from '../common/once.js';
import { duration, dateTime, time } from '../common/time.js';
import { strings } from '../locales/en.js';
import { collections, feed } from './store.js';

/** @typedef {import('../common/api.js').Bridge} Bridge */
/** @typedef {import('../common/shapes.d.ts').Running} Running */
/** @typedef {import('../common/shapes.d.ts').Written} Written */

/**
 * Collects from the live view on.
 * @param {Bridge} bridge
 */
export function start(bridge) {
  return once('start', () => told(bridge, async () => {
    const fed = collections.running.find((running) => feed(running, bridge.client) === 'here');
    if (fed) {
      const wish = await saveOrAnother(bridge, fed);
      if (wish === 'save') void save(bridge, fed);
      if (wish !== 'another') return;
    }
    await titled(strings.projects.cannotCreate, collections.start(bridge, () => liveCameras(bridge)));
    if (bridge.view().mode !== 'live') bridge.navigate({ tab: 'live' });
  }));
}

/**
 * The key that starts also ends: whoever presses it again is asked which of the two is meant.
 * @param {Bridge} bridge
 * @param {Running} running
 * @returns {Promise<'save' | 'another' | undefined>}
 */
function saveOrAnother(bridge, running) {
  const { anotherTitle, anotherText, another } = strings.collections;
  return showDialog(anotherTitle, (/** @type {(wish: 'save' | 'another') => void} */ done) => [
    h('p', {}, summary(running, bridge.timeZone)),
    h('p', { class: 'dim' }, anotherText),
    h('footer', {},
      h('button', { type: 'button', onclick: () => done('another') }, another),
      h('button', { type: 'button', class: 'primary', autofocus: true, onclick: () => done('save') }, strings.projects.save)),
  ]);
}

/**
 * Lets this tab's view feed a collection that waits, was interrupted, or that another tab feeds.
 * @param {Bridge} bridge
 * @param {Running} running
 */
export function goOn(bridge, running) {
  return once(`go on ${running.id}`, () => told(bridge, async () => {
    await collections.resume(bridge, running.id, liveCameras(bridge));
    if (bridge.view().mode !== 'live') bridge.navigate({ tab: 'live' });
  }));
}

/**
 * Saves a collection as an incident project; asks for type and description, and for which one when there are several.
 * @param {Bridge} bridge
 * @param {Running} [wanted]
 */
export function save(bridge, wanted) {
  return once('save', () => told(bridge, async () => {
    await collections.started;
    if (!wanted) await collections.load();
    const running = wanted ?? (await chosen(bridge));
    if (!running) return;
    const project = await askDetails(bridge, {
      title: strings.projects.save,
      note: feed(running, bridge.client) === 'here' ? strings.collections.untilSave : '',
      remember: `collection ${running.id}`,
      submit: (details) => titled(strings.projects.cannotCreate, collections.save(bridge, running.id, details)),
    });
    if (!project) return;
    bridge.refreshTimeline();
    announce(bridge, strings.projects.created(project.id), project);
  }));
}

/**
 * @param {Bridge} bridge
 * @param {Running} running
 */
export function discard(bridge, running) {
  return once('discard', () => told(bridge, async () => {
    const { discardTitle, discardText, discard: verb, discarded } = strings.collections;
    const at = time(running.started_at, bridge.timeZone);
    if (!(await confirmed(discardTitle, discardText(at, running.sequences.length), verb))) return;
    await collections.discard(bridge, running.id);
    bridge.notify({ kind: 'info', title: discarded, detail: strings.collections.discardedHint,
      action: { label: strings.collections.undo, run: () => void undoDiscard(bridge, running) } });
  }));
}

/**
 * @param {Bridge} bridge
 * @param {Running} running
 */
export function undoDiscard(bridge, running) {
  return once(`undo ${running.id}`, () => told(bridge, () => collections.undoDiscard(bridge, running.id)));
}

/**
 * @param {Bridge} bridge
 * @param {Running} running
 */
export function pause(bridge, running) {
  return once(`pause ${running.id}`, () => told(bridge, () => collections.pause(bridge, running.id)));
}

/**
 * Creates an incident project without sequences; the operator stays where they are.
 * @param {Bridge} bridge
 */
export function createEmpty(bridge) {
  return once('create empty', () => told(bridge, async () => {
    /** @type {Written | undefined} */
    const written = await askDetails(bridge, {
      title: strings.projects.createEmpty,
      note: strings.projects.createEmptyNote,
      remember: 'empty project',
      submit: (details) => titled(strings.projects.cannotCreate,
        made(bridge, 'projects', { ...details, footage: [], drafts: null })),
    });
    if (written) announce(bridge, strings.projects.created(written.project.id), written.project, written.warnings);
  }));
}

/** @param {Bridge} bridge */
function liveCameras(bridge) {
  const view = bridge.view();
  return view.mode === 'live' ? view.cameras.map((camera) => camera.id) : [];
}

/**
 * @param {Bridge} bridge
 * @returns {Promise<Running | undefined>}
 */
async function chosen(bridge) {
  const { running } = collections;
  if (running.length === 0) {
    bridge.notify({ kind: 'info', title: strings.collections.none, detail: strings.collections.noneHint });
    return undefined;
  }
  if (running.length === 1) return running[0];
  // The one that follows this view is the likely one: Enter chooses it.
  const likely = [...running].sort((one, other) =>
    Number(feed(other, bridge.client) === 'here') - Number(feed(one, bridge.client) === 'here'));
  return showDialog(strings.projects.save, (/** @type {(running: Running) => void} */ done) => [
    h('p', {}, strings.collections.which),
    h('div', { class: 'stack' }, likely.map((one, index) => h(
      'button', { type: 'button', autofocus: index === 0, onclick: () => done(one) }, summary(one, bridge.timeZone)))),
  ]);
}

/**
 * One line that tells a collection from others.
 * @param {Running} running
 * @param {string} timeZone
 */
function summary(running, timeZone) {
  const names = [...new Set(running.sequences.map((sequence) => sequence.camera_name))];
  const elapsed = duration(collections.elapsed(running));
  return `${strings.collections.startedAt(dateTime(running.started_at, timeZone))}, ${elapsed}, ${names.join(', ')}`;
}

/**
 * Tells the operator of a refusal, and asks anew what is true now.
 * @param {Bridge} bridge
 * @param {() => Promise<void>} work
 */
async function told(bridge, work) {
  try {
    await work();
  } catch (error) {
    if (error instanceof Problem) void collections.load();
    report(bridge, error);
  }
}
