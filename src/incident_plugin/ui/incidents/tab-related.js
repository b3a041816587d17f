// Related: projects that have to do with this one, and those that have the same video.

import { Problem, call } from '../common/api.js';
import { chooseProject } from '../common/choose-project.js';
import { showDialog } from '../common/dialog.js';
import { h, icon } from '../common/dom.js';
import { refill } from '../common/keyed.js';
import { may } from '../common/permissions.js';
import { time } from '../common/time.js';
import { strings } from '../locales/en.js';
import { shownValue } from './field-names.js';
import { moment, newsMark } from './said.js';
import { problemNote, skeleton } from './states.js';

/** @typedef {import('./project-model.js').ProjectModel} ProjectModel */
/** @typedef {import('../common/shapes.d.ts').ProjectSummary} ProjectSummary */
/** @typedef {import('../common/shapes.d.ts').Relation} Relation */
/** @typedef {{relation: Relation, summary: ProjectSummary | null}} Related */
/** @typedef {{sequence: string, camera_name: string, project: number, interval: {start: string, end: string}}} Duplicate */
/** @typedef {{related: Related[], duplicates: Duplicate[], others: ProjectSummary[]}} Surroundings */

/** @param {ProjectModel} model */
export function relatedTab(model) {
  const texts = strings.incidents.related;
  const editable = may(model.bridge, 'projects.details.manage');
  const place = h('div', { class: 'stack' }, skeleton(texts.loading, 3));
  const add = h('button', { type: 'button', hidden: !editable, onclick: () => link(model) }, icon('add'), texts.link);
  let shown = '';

  async function read() {
    try {
      const around = /** @type {Surroundings} */ (await call(model.bridge, 'GET', `${model.path}/related`));
      const state = JSON.stringify([around, [...around.related].map(({ relation }) => model.news.of(`related:${relation.project}`))]);
      if (state === shown) return;
      shown = state;
      refill(place, [
        h('section', {}, h('h3', {}, texts.title), around.related.length
          ? h('ul', { class: 'plain' }, ...around.related.map((one) => relatedRow(model, one, editable))) : h('p', { class: 'dim' }, texts.none)),
        h('section', {}, h('h3', {}, texts.sameVideo), around.duplicates.length
          ? h('ul', { class: 'plain' }, ...sameVideo(model, around, editable)) : h('p', { class: 'dim' }, texts.noSameVideo))]);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      shown = '';
      place.replaceChildren(problemNote(error, () => void read()));
    }
  }

  return {
    element: h('div', { class: 'stack reading' }, h('div', { class: 'row' }, add), place),
    update() {
      add.disabled = model.gone;
    },
    seen: read,
  };
}

/** @param {ProjectModel} model @param {Related} one @param {boolean} editable */
function relatedRow(model, { relation, summary }, editable) {
  const { related: texts } = strings.incidents;
  const label = texts.unlinkFrom(relation.project);
  return h('li', {}, number(model, relation.project), described(model, summary),
    h('span', { class: 'wide', dir: 'auto' }, relation.why || ''),
    h('span', { class: 'dim small' }, relation.by.name, ' ', moment(relation.at, model.bridge.timeZone)),
    newsMark(model.news.of(`related:${relation.project}`), model.bridge.timeZone),
    editable && h('button', { type: 'button', class: 'quiet', title: label, 'aria-label': label, onclick: () => unlink(model, relation) }, icon('close')));
}

/** One line for each other project, with the times that both have. @param {ProjectModel} model @param {Surroundings} around @param {boolean} editable */
function sameVideo(model, around, editable) {
  const { related: texts } = strings.incidents;
  const linked = new Set(around.related.map(({ relation }) => relation.project));
  /** @type {Map<number, Duplicate[]>} */
  const by = new Map();
  for (const one of around.duplicates) by.set(one.project, [...by.get(one.project) ?? [], one]);
  return [...by].map(([project, shared]) => h('li', { class: 'duplicate' }, icon('film'), number(model, project),
    described(model, around.others.find(({ id }) => id === project) ?? null),
    h('span', { class: 'wide' }, ...shared.slice(0, 3).map(({ camera_name: camera, interval }) => h('div', {}, `${camera}, `,
      moment(interval.start, model.bridge.timeZone), ` – ${time(interval.end, model.bridge.timeZone)}`)), shared.length > 3 ? texts.andMore(shared.length - 3) : ''),
    editable && !linked.has(project) && h('button', { type: 'button', onclick: () => relate(model, project, texts.sameVideoWhy) }, texts.linkThis)));
}

/** @param {ProjectModel} model @param {number} id */
function number(model, id) {
  return h('button', { type: 'button', class: 'link', onclick: () => model.bridge.navigate({ tab: 'incidents', path: String(id) }) },
    strings.incidents.project.title(id));
}

/** @param {ProjectModel} model @param {ProjectSummary | null} summary */
function described(model, summary) {
  if (!summary) return h('span', { class: 'dim' }, strings.incidents.related.deleted);
  const parts = [shownValue('status', summary.status, model.properties), shownValue('type', summary.type, model.properties), summary.description.split('\n')[0]];
  return h('span', { class: 'ellipsis dim', dir: 'auto' }, parts.filter(Boolean).join(' · '));
}

/** @param {ProjectModel} model */
async function link(model) {
  const { related: texts } = strings.incidents;
  const other = await chooseProject(model.bridge, async (id) => {
    if (id === model.id) throw new Problem({ title: texts.itself, detail: texts.chooseAnother, status: 422 });
    return id;
  }, texts.link);
  if (other === undefined) return;
  const why = await showDialog(texts.whyTitle(model.id, other), (/** @type {(why: string) => void} */ done) => {
    const input = h('input', { type: 'text', maxLength: 200, dir: 'auto', autofocus: true, placeholder: texts.whyHint });
    return [h('form', { class: 'stack', onsubmit: (/** @type {Event} */ event) => {
      event.preventDefault();
      done(input.value.trim());
    } }, h('label', { class: 'field' }, texts.why, input), h('footer', {}, h('button', { type: 'submit', class: 'primary' }, texts.link)))];
  });
  if (why !== undefined) await relate(model, other, why);
}

/** @param {ProjectModel} model @param {number} project @param {string} why */
async function relate(model, project, why) {
  const { failures, undo } = strings.incidents;
  if (await model.act(failures.save(failures.relation), 'POST', '/related', { project, why })) {
    model.undo.did(undo.linked(project), () => model.act(failures.undo, 'POST', '/related/remove', { project }));
  }
}

/** @param {ProjectModel} model @param {Relation} relation */
async function unlink(model, { project, why }) {
  const { failures, undo } = strings.incidents;
  if (await model.act(failures.save(failures.relation), 'POST', '/related/remove', { project })) {
    model.undo.did(undo.unlinked(project), () => model.act(failures.undo, 'POST', '/related', { project, why }));
  }
}
