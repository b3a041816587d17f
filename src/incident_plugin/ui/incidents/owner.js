// The owner of a project: taken, handed over and released at once, not typed.

import { Problem, call } from '../common/api.js';
import { showDialog } from '../common/dialog.js';
import { h, icon } from '../common/dom.js';
import { strings } from '../locales/en.js';
import { fieldRow } from './field-row.js';
import { problemNote, skeleton } from './states.js';

/** @typedef {import('./project-model.js').ProjectModel} ProjectModel */
/** @typedef {import('../common/shapes.d.ts').Person} Person */

/** @param {ProjectModel} model @param {boolean} editable */
export function ownerRow(model, editable) {
  const texts = strings.incidents.fields;
  return fieldRow(model, 'owner', () => {
    const me = model.bridge.principal.name;
    const name = h('output', { class: 'owner' });
    const take = h('button', { type: 'button', onclick: () => model.setNow('owner', me) }, texts.take);
    const hand = h('button', { type: 'button', onclick: () => handOver(model) }, texts.handOver);
    const release = h('button', { type: 'button', onclick: () => model.setNow('owner', null) }, texts.release);
    return {
      element: h('div', { class: 'row tight' }, icon('person'), name, ...(editable ? [take, hand, release] : [])),
      show(value) {
        name.textContent = value === null ? texts.unowned : String(value);
        name.classList.toggle('dim', value === null);
        take.hidden = value === me;
        release.hidden = value === null;
      },
      disable(disabled) {
        for (const button of [take, hand, release]) button.disabled = disabled;
      },
    };
  }, { editable });
}

/** @param {ProjectModel} model */
async function handOver(model) {
  const { fields: texts, undo, failures } = strings.incidents;
  const before = model.stored('owner');
  const chosen = await showDialog(texts.handOverTitle(model.id), (/** @type {(person: Person) => void} */ done) => {
    const place = h('div', { class: 'stack' }, skeleton(texts.colleaguesLoading, 3));
    void offer(model, place, done);
    return [h('p', { class: 'dim' }, texts.handOverHint), place];
  });
  if (!chosen) return;
  if (await model.act(failures.save(failures.owner), 'POST', '/owner', { before, to: chosen.id })) {
    model.bridge.notify({ kind: 'success', title: texts.handedOver(model.id, chosen.name), detail: texts.willBeTold(chosen.name) });
    model.undo.did(undo.fields([texts.owner]), () => model.act(failures.undo, 'PATCH', '', { changes: [{ field: 'owner', before: chosen.name, after: before }] }));
  }
}

/** @param {ProjectModel} model @param {HTMLElement} place @param {(person: Person) => void} done */
async function offer(model, place, done) {
  const texts = strings.incidents.fields;
  try {
    const { people } = /** @type {{people: Person[]}} */ (await call(model.bridge, 'GET', 'people'));
    place.replaceChildren(...(people.length ? people.map((person, index) => h('button', { type: 'button', autofocus: index === 0,
      onclick: () => done(person) }, icon('person'), person.name)) : [h('p', { class: 'empty' }, texts.noColleagues)]));
    place.querySelector('button')?.focus();
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    place.replaceChildren(problemNote(error, () => void offer(model, place, done)));
  }
}
