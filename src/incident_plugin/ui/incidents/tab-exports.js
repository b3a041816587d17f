// Exports & reports: what has left the site of this project, by whom and when, and the way to more.

import { Problem, call } from '../common/api.js';
import { h, icon } from '../common/dom.js';
import { may } from '../common/permissions.js';
import { strings } from '../locales/en.js';
import { sendForExport } from './actions.js';
import { createReport } from './report-dialog.js';
import { moment, sentence } from './said.js';
import { problemNote, skeleton } from './states.js';

/** @typedef {import('./project-model.js').ProjectModel} ProjectModel */
/** @typedef {import('../common/shapes.d.ts').ActivityEntry} ActivityEntry */
/** @typedef {import('../common/shapes.d.ts').ActivityLog} ActivityLog */
/** @typedef {import('../common/shapes.d.ts').Export} Export */

/** @param {ProjectModel} model */
export function exportsTab(model) {
  const texts = strings.incidents.exported;
  const { bridge } = model;
  const logs = may(bridge, 'projects.activity.view');
  const exporting = may(bridge, 'projects.exports.manage');
  const place = h('div', { class: 'stack' }, skeleton(texts.loading, 3));
  const report = may(bridge, 'projects.reports.view') && h('button', { type: 'button', onclick: () => createReport(bridge, model.id) },
    icon('report'), strings.incidents.actions.report);
  const send = exporting && h('button', { type: 'button', onclick: () => sendForExport(bridge, { id: model.id, description: '',
    sequences: model.project?.sequences.length ?? 0 }) }, icon('export'), strings.incidents.actions.export);

  async function read() {
    try {
      const [exports, sent, reports] = await Promise.all([
        exporting ? jobs(model) : [], logs ? entries(model, 'export') : [], logs ? entries(model, 'report') : [],
      ]);
      place.replaceChildren(
        ...(exporting ? [section(texts.mine, exports.map((job) => jobRow(job, model)), texts.noExports)] : []),
        ...(logs ? [section(texts.sent, sent.map((entry) => entryRow(entry, bridge.timeZone)), texts.nothingSent),
          section(texts.reports, reports.map((entry) => entryRow(entry, bridge.timeZone)), texts.noReports)] : []));
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      place.replaceChildren(problemNote(error, () => void read()));
    }
  }

  return { element: h('div', { class: 'stack reading' }, h('div', { class: 'row' }, report, send), place), update() {}, seen: read };
}

/** The caller's own exports with sequences of this project. @param {ProjectModel} model @returns {Promise<Export[]>} */
async function jobs(model) {
  const { exports } = /** @type {{exports: Export[]}} */ (await call(model.bridge, 'GET', 'exports'));
  return exports.filter((job) => job.items.some((item) => item.project === model.id));
}

/** @param {ProjectModel} model @param {string} kind @returns {Promise<ActivityEntry[]>} */
async function entries(model, kind) {
  return /** @type {ActivityLog} */ (await call(model.bridge, 'GET', `${model.path}/activity?kind=${kind}&limit=200`)).entries;
}

/** @param {string} title @param {HTMLElement[]} rows @param {string} none */
function section(title, rows, none) {
  return h('section', {}, h('h3', {}, title), rows.length ? h('ul', { class: 'plain' }, ...rows) : h('p', { class: 'dim' }, none));
}

/** @param {ActivityEntry} entry @param {string} timeZone */
function entryRow(entry, timeZone) {
  return h('li', {}, moment(entry.at, timeZone), h('span', {}, entry.actor.name), h('span', { class: 'wide' }, ...sentence(entry.said, timeZone)));
}

/** @param {Export} job @param {ProjectModel} model */
function jobRow(job, model) {
  const texts = strings.incidents.exported;
  const count = job.items.filter((item) => item.project === model.id).length;
  return h('li', {}, moment(job.created_at, model.bridge.timeZone), h('span', {}, texts.states[job.state] ?? job.state),
    h('span', { class: 'wide' }, texts.sequences(count), job.message ? ` ${job.message}` : ''),
    h('button', { type: 'button', onclick: () => model.bridge.navigate({ tab: 'exports' }) }, texts.show));
}
