// Categories: the single choices and the typed data that the administrator defined.

import { h } from '../common/dom.js';
import { may } from '../common/permissions.js';
import { offered } from '../common/properties.js';
import { strings } from '../locales/en.js';
import { checkBox, choice, dateTime, number, text } from './controls.js';
import { choices } from './field-names.js';
import { fieldRow } from './field-row.js';

/** @typedef {import('./project-model.js').ProjectModel} ProjectModel */
/** @typedef {import('../common/shapes.d.ts').DataField} DataField */

/** @param {ProjectModel} model */
export function categoriesTab(model) {
  const element = h('div', { class: 'categories' });
  /** @type {{element: HTMLElement, update: () => void}[]} */
  let rows = [];
  let defined = '';
  return {
    element,
    update() {
      const { categories, data } = inUse(model);
      if (defined !== JSON.stringify([categories, data])) {
        defined = JSON.stringify([categories, data]);
        const editable = may(model.bridge, 'projects.categories.manage');
        const categoryRows = categories.map((category) => fieldRow(model, `category:${category.id}`,
          (entered) => choice((value) => offered(choices(`category:${category.id}`, model.properties), value), false, entered),
          { editable, hint: category.enabled ? category.description : strings.incidents.fields.notUsed }));
        const dataRows = data.map((field) => fieldRow(model, `data:${field.id}`,
          (entered) => dataControl(field, model.bridge.timeZone, entered),
          { editable, hint: field.enabled ? '' : strings.incidents.fields.notUsed }));
        rows = [...categoryRows, ...dataRows];
        element.replaceChildren(...sections(categoryRows, dataRows));
      }
      rows.forEach((row) => row.update());
    },
  };
}

/**
 * What the site uses, and what it no longer uses but this project has a value of, saved or not.
 * @param {ProjectModel} model
 */
function inUse(model) {
  const { categories, data } = model.properties;
  /** @param {'category' | 'data'} kind @param {{id: string, enabled: boolean}} one */
  const shown = (kind, one) => one.enabled
    || model.stored(`${kind}:${one.id}`) !== null || model.unsaved.field(`${kind}:${one.id}`) !== undefined;
  return { categories: categories.filter((c) => shown('category', c)), data: data.filter((d) => shown('data', d)) };
}

/** @param {{element: HTMLElement}[]} categoryRows @param {{element: HTMLElement}[]} dataRows */
function sections(categoryRows, dataRows) {
  const texts = strings.incidents.fields;
  if (categoryRows.length + dataRows.length === 0) return [h('p', { class: 'empty' }, texts.nothingDefined)];
  /** @param {string} title @param {{element: HTMLElement}[]} rows */
  const section = (title, rows) => h('section', { class: 'form', hidden: rows.length === 0 },
    h('h3', {}, title), ...rows.map((row) => row.element));
  return [section(texts.categories, categoryRows), section(texts.data, dataRows)];
}

/**
 * @param {DataField} field
 * @param {string} timeZone
 * @param {import('./controls.js').Entered} entered
 */
function dataControl(field, timeZone, entered) {
  switch (field.kind) {
    case 'whole-number':
    case 'decimal':
      return number(field.kind, entered);
    case 'check-box':
      return checkBox(entered);
    case 'date-time':
      return dateTime(timeZone, entered);
    default:
      return text(false, entered);
  }
}
