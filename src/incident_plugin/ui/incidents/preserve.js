// Preserve video: whether the project's video is kept in the vault, and how far that is.

import { Problem, call, report } from '../common/api.js';
import { h, icon } from '../common/dom.js';
import { may } from '../common/permissions.js';
import { whileVisible } from '../common/visible.js';
import { strings } from '../locales/en.js';

/** @typedef {import('../../../../hooks/src/vms_hooks/page.d.ts').VmsBridge} Bridge */
/** @typedef {{sequence: string, state: 'waiting' | 'kept' | 'failed' | 'damaged', progress: number | null, message: string}} Copy */
/** @typedef {{wanted: boolean | null, by_rules: boolean, copies: Copy[]}} Preserving */

/** While copies are made, and otherwise. Milliseconds. */
const SOON = 1_000;
const LATER = 15_000;

/**
 * A check box and one line that says how it stands.
 * @param {Bridge} bridge
 * @param {number} project
 * @param {() => void} changed called when a copy was made or left
 */
export function preserveRow(bridge, project, changed) {
  const texts = strings.incidents.preserve;
  const path = `projects/${project}/preserve`;
  /** @type {Preserving} */
  let stands = { wanted: null, by_rules: false, copies: [] };
  let kept = -1;
  const box = h('input', { type: 'checkbox', disabled: true, onchange: () => void choose(box.checked) });
  const said = h('span', { class: 'dim', role: 'status' });
  const again = h('button', { type: 'button', hidden: true, onclick: () => void choose(true) }, texts.again);
  const element = h('div', { class: 'row preserve' }, h('label', { class: 'row', title: texts.hint }, box, texts.title), said, again);
  const reader = whileVisible(element, () => (unfinished() ? SOON : LATER), read);

  const unfinished = () => stands.copies.some(({ state }) => state === 'waiting');

  /** @param {Preserving} found */
  function show(found) {
    stands = found;
    const wanted = stands.wanted ?? stands.by_rules;
    box.checked = wanted;
    box.disabled = !may(bridge, 'projects.sequences.manage');
    const count = (/** @type {Copy['state']} */ name) => stands.copies.filter(({ state }) => state === name).length;
    const broken = stands.copies.find(({ state, message }) => state !== 'kept' && message);
    const making = stands.copies.find(({ progress }) => progress !== null);
    const parts = [];
    if (wanted && stands.wanted === null) parts.push(texts.byRules);
    if (stands.copies.length) parts.push(texts.kept(count('kept'), stands.copies.length));
    if (making) parts.push(texts.making(making.progress ?? 0));
    said.replaceChildren(parts.join(' \u00b7 '), ...(broken ? [' ', h('span', { class: 'amber' }, icon('warning'), broken.message)] : []));
    again.hidden = !wanted || box.disabled || count('failed') + count('damaged') === 0;
    if (kept >= 0 && kept !== count('kept')) changed();
    kept = count('kept');
  }

  async function read() {
    try {
      show(await call(bridge, 'GET', path));
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      said.textContent = error.detail || error.title;
    }
  }

  /** @param {boolean} wanted */
  async function choose(wanted) {
    try {
      show(await call(bridge, 'PUT', path, { wanted }));
      reader.again();
    } catch (error) {
      box.checked = stands.wanted ?? stands.by_rules;
      report(bridge, error);
    }
  }

  return { element, stop: () => reader.stop() };
}
