// What stands over every part of a project: which one, how far it is, who has it, until when it is kept.

import { h, icon } from '../common/dom.js';
import { refill } from '../common/keyed.js';
import { WARNED_DAYS, date, daysUntil, utcTitle } from '../common/time.js';
import { valueLabel } from '../common/value-label.js';
import { strings } from '../locales/en.js';
import { choices } from './field-names.js';
import { statusLabel } from './status-label.js';

/** @typedef {import('./project-model.js').ProjectModel} ProjectModel */

/** @param {ProjectModel} model */
export function projectHeader(model) {
  const element = h('div', { class: 'row facts-line' });
  let told = '';
  return {
    element,
    update() {
      const { project, properties } = model;
      if (!project) return;
      const state = JSON.stringify([project.fields.status, project.fields.type, project.fields.priority, project.fields.owner,
        project.hold, project.expires_at, properties, Math.floor(Date.now() / 3_600_000)]);
      if (state === told) return;
      told = state;
      refill(element, parts(model).filter((part) => part !== null));
    },
  };
}

/** @param {ProjectModel} model @returns {(HTMLElement | null)[]} */
function parts(model) {
  const texts = strings.incidents.project;
  const { properties, bridge: { timeZone } } = model;
  const status = model.stored('status');
  const type = choices('type', properties).find(({ id }) => id === model.stored('type'));
  const owner = model.stored('owner');
  const { hold, expires_at: expires } = /** @type {import('../common/shapes.d.ts').Project} */ (model.project);
  const days = expires ? daysUntil(expires) : 0;
  return [
    status === null ? null : h('span', {}, statusLabel(String(status), properties)),
    type ? h('span', {}, valueLabel(type)) : null,
    model.stored('priority') === 'high' ? h('span', { class: 'amber mark' }, icon('warning'), texts.high) : null,
    h('span', { class: owner === null ? 'dim mark-line' : 'mark-line', title: texts.owner }, icon('person'),
      h('span', { class: 'ellipsis' }, owner === null ? texts.noOwner : String(owner))),
    hold ? h('span', { class: 'amber mark-line', title: `${hold.reason} (${hold.by.name}, ${date(hold.at, timeZone)})` }, icon('folder'), texts.hold) : null,
    expires ? h('span', { class: !hold && days <= WARNED_DAYS ? 'amber mark-line' : 'dim mark-line', title: `${texts.keptUntil} ${date(expires, timeZone)} (${utcTitle(expires)})` },
      icon('clock'), texts.retention(days)) : null,
  ];
}
