// What each tab of the incident properties shows: lists of values, categories, incident data, what closing needs.

import { h, icon } from '../common/dom.js';
import { strings } from '../locales/en.js';
import { isNew, newId, valueTable } from './value-table.js';

/** @typedef {import('../common/shapes.d.ts').IncidentProperties} IncidentProperties */
/** @typedef {import('../common/shapes.d.ts').DataField} DataField */

/**
 * @typedef {object} Editing
 * @property {IncidentProperties} draft what is edited in place
 * @property {(field: string, id: string) => number} used
 * @property {boolean} editable
 * @property {() => void} edited
 */

const CATEGORIES = 5;
const OF_A_KIND = 3;

/** @param {Editing} editing */
export function typesTab(editing) {
  const { draft } = editing;
  return [hint('typesHint'), valueTable({
    ...shared(editing, 'type', strings.admin.properties.tabs.types),
    get: () => draft.types, set: (values) => { draft.types = values; },
    default: { get: () => draft.default_type, set: (id) => { draft.default_type = id; } },
  })];
}

/** @param {Editing} editing */
export function statusesTab(editing) {
  const { draft } = editing;
  const first = () => draft.default_status ?? draft.statuses.find((status) => !status.retired)?.id ?? null;
  return [hint('statusesHint'), valueTable({
    ...shared(editing, 'status', strings.admin.properties.tabs.statuses),
    get: () => draft.statuses, set: (values) => { draft.statuses = values; }, closes: true,
    default: { get: first, set: (id) => { draft.default_status = id; }, needed: true },
  }), required(editing)];
}

/** @param {Editing} editing */
export function categoriesTab(editing) {
  const texts = strings.admin.properties;
  const { draft } = editing;
  const place = h('div', { class: 'section' });
  const add = h('button', { type: 'button', onclick: () => {
    const id = newId();
    draft.categories = [...draft.categories, { id, name: '', description: '', values: [], enabled: true, default: null }];
    draw();
    /** @type {HTMLElement | null} */ (place.querySelector(`[data-id="${id}"] input`))?.focus();
    editing.edited();
  } }, icon('add'), texts.addCategory);
  function draw() {
    place.replaceChildren(...draft.categories.map((category) => oneCategory(editing, category)));
    add.hidden = !editing.editable || draft.categories.length >= CATEGORIES;
  }
  draw();
  return [hint('categoriesHint'), place, h('div', {}, add)];
}

/** @param {Editing} editing @param {IncidentProperties['categories'][number]} category */
function oneCategory(editing, category) {
  const texts = strings.admin.properties;
  const disabled = !editing.editable;
  const called = category.name || texts.newValue;
  const name = h('input', { type: 'text', value: category.name, maxLength: 200, disabled, oninput: () => { category.name = name.value; editing.edited(); } });
  const description = h('input', { type: 'text', value: category.description, maxLength: 2000, disabled,
    oninput: () => { category.description = description.value; editing.edited(); } });
  const enabled = h('input', { type: 'checkbox', checked: category.enabled, disabled, 'aria-label': texts.enabledOf(called), onchange: () => {
    category.enabled = enabled.checked;
    box.classList.toggle('off', !category.enabled);
    editing.edited();
  } });
  const box = h('section', { class: category.enabled ? 'category' : 'category off', 'data-id': category.id, 'aria-label': called },
    h('div', { class: 'head' },
      h('label', { class: 'field' }, texts.columns.name, name), h('label', { class: 'field' }, texts.description, description),
      h('label', { class: 'check' }, enabled, texts.enabled)),
    valueTable({
      ...shared(editing, `category:${category.id}`, texts.ofValue(texts.values, called)),
      get: () => category.values, set: (values) => { category.values = values; },
      default: { get: () => category.default, set: (id) => { category.default = id; } },
    }));
  return box;
}

/** Three fields of each kind; one that was never used is there once it is switched on. @param {Editing} editing */
export function dataTab(editing) {
  const texts = strings.admin.properties;
  return [hint('dataHint'), h('div', { class: 'kinds' }, ...Object.entries(texts.kinds).map(([kind, title]) => h('fieldset', {},
    h('legend', {}, title),
    ...Array.from({ length: OF_A_KIND }, (_, place) => slot(editing, /** @type {DataField['kind']} */ (kind), title, place)))))];
}

/** @param {Editing} editing @param {DataField['kind']} kind @param {string} title @param {number} place */
function slot(editing, kind, title, place) {
  const texts = strings.admin.properties;
  const { draft } = editing;
  const known = () => draft.data.filter((field) => field.kind === kind)[place];
  const label = texts.fieldName(title, place + 1);
  const name = h('input', { type: 'text', value: known()?.name ?? '', maxLength: 200, placeholder: label, 'aria-label': texts.nameOf(label), disabled: !editing.editable });
  const enabled = h('input', { type: 'checkbox', checked: known()?.enabled ?? false, 'aria-label': texts.enabledOf(name.value || label), disabled: !editing.editable });
  const taken = () => {
    const field = known();
    if (field) Object.assign(field, { name: name.value, enabled: enabled.checked });
    else draft.data = [...draft.data, { id: newId(), name: name.value, kind, enabled: enabled.checked }];
    // A field that was never saved and says nothing is none.
    draft.data = draft.data.filter((one) => !isNew(one.id) || one.enabled || one.name);
    editing.edited();
  };
  name.addEventListener('input', () => {
    if (!known() && name.value) enabled.checked = true;
    taken();
  });
  enabled.addEventListener('change', taken);
  return h('div', { class: 'field' }, name, h('label', { class: 'check' }, enabled, texts.enabled));
}

/** @param {Editing} editing */
export function titlesTab(editing) {
  const { draft } = editing;
  return [hint('reportsHint'), valueTable({
    ...shared(editing, '', strings.admin.properties.tabs.reports), plain: true,
    get: () => draft.report_titles, set: (values) => { draft.report_titles = values; },
  })];
}

/** @param {Editing} editing */
function required(editing) {
  const texts = strings.admin.properties;
  const { draft } = editing;
  const fields = [
    ...Object.entries(texts.always),
    ...draft.categories.filter((one) => one.enabled && !isNew(one.id)).map((one) => [`category:${one.id}`, one.name]),
    ...draft.data.filter((one) => one.enabled && !isNew(one.id)).map((one) => [`data:${one.id}`, one.name]),
  ];
  return h('fieldset', {}, h('legend', {}, texts.required), h('p', { class: 'dim' }, texts.requiredHint),
    h('div', { class: 'choices' }, ...fields.map(([field, title]) => h('label', { class: 'check' },
      h('input', { type: 'checkbox', checked: draft.required_to_close.includes(field), disabled: !editing.editable, onchange: (/** @type {Event} */ event) => {
        const others = draft.required_to_close.filter((one) => one !== field);
        draft.required_to_close = /** @type {HTMLInputElement} */ (event.target).checked ? [...others, field] : others;
        editing.edited();
      } }), title))));
}

/** @param {Editing} editing @param {string} field @param {string} title */
function shared({ used, editable, edited }, field, title) {
  return { title, editable, edited, used: (/** @type {string} */ id) => used(field, id) };
}

/** @param {'typesHint' | 'statusesHint' | 'categoriesHint' | 'dataHint' | 'reportsHint'} name */
function hint(name) {
  return h('p', { class: 'dim' }, strings.admin.properties[name]);
}
