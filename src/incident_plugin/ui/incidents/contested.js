// A comment or a call that somebody else edited meanwhile: both are shown, and one is chosen.

import { h, icon } from '../common/dom.js';
import { dateTime } from '../common/time.js';
import { strings } from '../locales/en.js';

/** @typedef {import('./project-model.js').ProjectModel} ProjectModel */

/**
 * @param {ProjectModel} model
 * @param {string} key of the unsaved entry
 * @param {string} theirs
 * @param {string} mine
 */
export function contested(model, key, theirs, mine) {
  const texts = strings.incidents.conflict;
  const item = model.item(key);
  const by = item?.edited_by && item.edited_at ? texts.by(item.edited_by.name, dateTime(item.edited_at, model.bridge.timeZone)) : '';
  /** @param {string} label @param {string} value @param {'mine' | 'theirs'} choice @param {string} button */
  const side = (label, value, choice, button) => h('div', { class: 'side' },
    h('div', { class: 'dim small' }, label),
    h('div', { class: 'value', dir: 'auto' }, value),
    h('button', { type: 'button', 'data-choice': choice, onclick: () => model.chooseItem(key, choice) }, button));
  return h('div', { class: 'conflict', role: 'alert' },
    h('p', { class: 'amber row' }, icon('warning'), texts.title),
    h('div', { class: 'sides' },
      side([texts.theirs, by].filter(Boolean).join(', '), theirs, 'theirs', texts.keepTheirs),
      side(texts.mine, mine, 'mine', texts.keepMine)));
}
