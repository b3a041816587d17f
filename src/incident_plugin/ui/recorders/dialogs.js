// Searching the network for recorders, and the ids of a recorder's cameras at the host.

import { Problem, call } from '../common/api.js';
import { showDialog } from '../common/dialog.js';
import { h } from '../common/dom.js';
import { problemNote, skeleton } from '../incidents/states.js';
import { strings } from '../locales/en.js';
import { recordersSheet } from './style.js';

/** @typedef {import('../common/api.js').Bridge} Bridge */
/** @typedef {import('../common/shapes.d.ts').ShownRecorder} ShownRecorder */
/** @typedef {{address: string, name: string, hardware: string, location: string}} Found */
/** @typedef {{own: string, id: string, name: string, recorded: boolean, ptz: boolean}} Owned */

/**
 * Asks the network who is there.
 * @param {Bridge} bridge
 * @returns {Promise<Found | undefined>} the device that was chosen
 */
export function searchDialog(bridge) {
  const texts = strings.recorders;
  return showDialog(texts.searchTitle, (/** @type {(found: Found) => void} */ done) => {
    const place = h('div', { class: 'stack' }, h('p', { class: 'dim', role: 'status' }, texts.searching), skeleton(texts.searching, 3));
    const ask = () => call(bridge, 'POST', 'recorder-search').then(
      ({ found }) => place.replaceChildren(...devices(found, done)),
      (error) => refused(place, error, () => void ask()),
    );
    void ask();
    return [place];
  }, { wide: true, sheets: [recordersSheet] });
}

/** @param {Found[]} found @param {(found: Found) => void} done */
function devices(found, done) {
  const texts = strings.recorders;
  if (!found.length) return [h('p', { class: 'empty', role: 'status' }, texts.searchNone)];
  return [
    h('p', { class: 'dim', role: 'status' }, texts.searchFound(found.length)),
    h('table', { class: 'found' }, h('tbody', {}, ...found.map((device) => h('tr', {},
      h('td', {}, h('b', {}, device.name || device.hardware || device.address), h('br'),
        h('span', { class: 'dim' }, [device.hardware, device.location].filter(Boolean).join(', '))),
      h('td', { class: 'id' }, device.address),
      h('td', {}, h('button', { type: 'button', onclick: () => done(device) }, texts.choose)))))),
  ];
}

/**
 * Shows a recorder's cameras and lets their ids at the host be entered.
 * @param {Bridge} bridge
 * @param {ShownRecorder} recorder
 * @param {boolean} may change
 * @returns {Promise<ShownRecorder | undefined>} what was saved
 */
export function camerasDialog(bridge, recorder, may) {
  const texts = strings.recorders;
  return showDialog(`${texts.camerasTitle} ${recorder.name}`, (/** @type {(saved: ShownRecorder) => void} */ done) => {
    const place = h('div', { class: 'stack' }, skeleton(texts.camerasLoading, 4));
    const ask = () => call(bridge, 'GET', `recorders/${encodeURIComponent(recorder.id)}/cameras`).then(
      ({ cameras }) => place.replaceChildren(...mapping(bridge, recorder, cameras, may && !recorder.fixed, done)),
      (error) => refused(place, error, () => void ask()),
    );
    void ask();
    return [place];
  }, { wide: true, sheets: [recordersSheet] });
}

/** @param {Bridge} bridge @param {ShownRecorder} recorder @param {Owned[]} cameras @param {boolean} may @param {(saved: ShownRecorder) => void} done */
function mapping(bridge, recorder, cameras, may, done) {
  const texts = strings.recorders;
  if (!cameras.length) return [h('p', { class: 'empty' }, texts.noCameras)];
  const problem = h('p', { class: 'error', role: 'alert', hidden: true });
  /** @type {Map<string, HTMLInputElement>} */
  const inputs = new Map(cameras.map(({ own, name }) => [own, h('input', {
    value: recorder.cameras[own] ?? '', placeholder: own, disabled: !may, spellcheck: false, 'aria-label': `${texts.hostId}: ${name}`,
  })]));
  const save = async () => {
    const ids = { ...recorder.cameras, ...Object.fromEntries([...inputs].map(([own, input]) => [own, input.value.trim()])) };
    const { name, address, username, tls, fingerprint, revision } = recorder;
    try {
      done(await call(bridge, 'PUT', `recorders/${encodeURIComponent(recorder.id)}`, { name, address, username, tls, fingerprint, revision, cameras: ids }));
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      problem.textContent = `${error.title} ${error.detail}`;
      problem.hidden = false;
    }
  };
  return [
    h('p', { class: 'dim' }, texts.camerasHint),
    h('table', {}, h('thead', {}, h('tr', {}, ...[texts.camera, texts.recorded, texts.ptz, texts.id, texts.hostId].map((title) => h('th', { scope: 'col' }, title)))),
      h('tbody', {}, ...cameras.map(({ own, name, recorded, ptz }) => h('tr', {},
        h('td', {}, name), h('td', {}, recorded ? texts.yes : texts.no), h('td', {}, ptz ? texts.yes : texts.no),
        h('td', { class: 'id' }, own), h('td', {}, inputs.get(own)))))),
    problem,
    may ? h('footer', {}, h('button', { type: 'button', class: 'primary', onclick: () => void save() }, strings.common.save)) : h('p', { class: 'hint' }, recorder.fixed ? texts.fixed : ''),
  ];
}

/** @param {HTMLElement} place @param {unknown} error @param {() => void} retry */
function refused(place, error, retry) {
  if (!(error instanceof Problem)) throw error;
  place.replaceChildren(problemNote(error, retry));
}
