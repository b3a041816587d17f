// Main details: what the project is, who has it, how far it is.

import { h } from '../common/dom.js';
import { may } from '../common/permissions.js';
import { offered } from '../common/properties.js';
import { duration } from '../common/time.js';
import { strings } from '../locales/en.js';
import { choice, text } from './controls.js';
import { choices } from './field-names.js';
import { fieldRow } from './field-row.js';
import { ownerRow } from './owner.js';
import { moment } from './said.js';

/** @typedef {import('./project-model.js').ProjectModel} ProjectModel */

/**
 * @param {ProjectModel} model
 */
export function detailsTab(model) {
  const editable = may(model.bridge, 'projects.details.manage');
  const facts = h('dl', { class: 'facts' });
  /** @param {string} field @param {boolean} required */
  const chosen = (field, required) => fieldRow(model, field,
    (entered) => choice((value) => offered(choices(field, model.properties), value), required, entered), { editable });
  const rows = [
    chosen('status', true), chosen('type', false), chosen('priority', false),
    ownerRow(model, editable),
    fieldRow(model, 'description', (entered) => text(true, entered), { editable, title: strings.common.description }),
  ];
  let told = '';
  return {
    element: h('div', { class: 'details' }, facts, h('div', { class: 'form' }, ...rows.map((row) => row.element))),
    update() {
      rows.forEach((row) => row.update());
      const state = JSON.stringify([model.project?.created_at, extent(model)]);
      if (told === state || !model.project) return;
      told = state;
      facts.replaceChildren(...readOnly(model));
    },
  };
}

/** Earliest start and latest end of the sequences. @param {ProjectModel} model */
function extent(model) {
  const intervals = (model.project?.sequences ?? []).map((sequence) => sequence.footage.interval);
  if (intervals.length === 0) return null;
  return {
    start: Math.min(...intervals.map((interval) => Date.parse(interval.start))),
    end: Math.max(...intervals.map((interval) => Date.parse(interval.end))),
  };
}

/** @param {ProjectModel} model */
function readOnly(model) {
  const texts = strings.incidents.fields;
  const { project, bridge: { timeZone } } = model;
  if (!project) return [];
  const whole = extent(model);
  /** @param {string} name @param {(Node | string)[]} value */
  const fact = (name, ...value) => [h('dt', {}, name), h('dd', {}, ...value)];
  /** @param {string | number} at */
  const instant = (at) => moment(at, timeZone);
  return [
    ...fact(texts.id, String(project.id)),
    ...fact(texts.createdBy, project.created_by.name),
    ...fact(texts.created, instant(project.created_at)),
    ...fact(texts.startAndEnd, ...(whole
      ? [instant(whole.start), ' – ', instant(whole.end), h('span', { class: 'dim' }, ` (${duration(whole.end - whole.start)})`)]
      : [h('span', { class: 'dim' }, texts.noSequences)])),
  ];
}
