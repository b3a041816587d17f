// One export: how far it is, and the files it made.

import { h, icon } from '../common/dom.js';
import { date, dateTime, duration, time, utcTitle } from '../common/time.js';
import { secondsOf } from '../common/zoned.js';
import { strings } from '../locales/en.js';

/** @typedef {import('../../../../hooks/src/vms_hooks/page.d.ts').VmsBridge} VmsBridge */
/** @typedef {import('../common/shapes.d.ts').Export} Export */
/** @typedef {import('../common/shapes.d.ts').Exhibit} Exhibit */
/** @typedef {import('../common/shapes.d.ts').Interval} Interval */

const SYMBOLS = /** @type {const} */ ({ queued: 'clock', running: 'export', done: 'check', failed: 'warning', cancelled: 'cancelled', waiting: 'clock', expired: 'trash' });

/**
 * @param {HTMLElement} element
 * @param {Export} job
 * @param {VmsBridge} bridge
 * @param {{cancel: () => void, again: () => void}} actions
 */
export function fillJob(element, job, bridge, actions) {
  const unfinished = job.state === 'queued' || job.state === 'running';
  if (unfinished && element.dataset.state === job.state) {
    drawProgress(element, job);
    return;
  }
  element.dataset.state = job.state;
  element.replaceChildren(head(job, bridge, actions), ...(unfinished ? [progressBar()] : result(job, bridge)));
  if (unfinished) drawProgress(element, job);
}

/** @param {Export} job @param {VmsBridge} bridge @param {{cancel: () => void, again: () => void}} actions */
function head(job, bridge, { cancel, again }) {
  const texts = strings.exports;
  const projects = [...new Set(job.items.map(({ project }) => project))].join(', ');
  const folder = `exports/${encodeURIComponent(job.id)}`;
  return h('header', {},
    h('span', { class: `state ${job.state}` }, icon(SYMBOLS[job.state]), texts.states[job.state]),
    h('span', { class: 'of' }, texts.of(projects, job.items.length)),
    h('span', { class: 'dim' }, h('time', { title: utcTitle(job.created_at) }, dateTime(job.created_at, bridge.timeZone)),
      job.finished_at ? `, ${texts.finished} ${time(job.finished_at, bridge.timeZone)}` : '', ` ${texts.by} ${job.owner.name}`),
    h('span', { class: 'grow' }),
    job.state === 'queued' || job.state === 'running' ? h('button', { type: 'button', onclick: cancel }, texts.cancel) : null,
    job.state === 'failed' || job.state === 'cancelled' ? h('button', { type: 'button', onclick: again }, texts.again) : null,
    job.state === 'done' ? h('a', { class: 'button', href: bridge.url(`${folder}/archive`), download: '' }, icon('download'), texts.downloadAll) : null);
}

function progressBar() {
  return h('div', { class: 'progress' }, h('progress', { max: 1 }), h('output', {}));
}

/** @param {HTMLElement} element @param {Export} job */
function drawProgress(element, { progress }) {
  const bar = element.querySelector('progress');
  const figure = element.querySelector('output');
  const percent = strings.exports.progress(String(Math.floor(progress * 100)));
  if (bar) {
    bar.value = progress;
    bar.setAttribute('aria-label', percent);
  }
  if (figure) figure.textContent = percent;
}

/** @param {Export} job @param {VmsBridge} bridge */
function result(job, bridge) {
  const texts = strings.exports;
  if (job.state === 'failed') return [h('p', { class: 'error' }, job.message), h('p', { class: 'dim' }, texts.failedHint)];
  if (job.exhibits.length === 0) return job.message ? [h('p', { class: 'dim' }, job.message)] : [];
  return [
    h('div', { class: 'files' }, h('table', {},
      h('thead', {}, h('tr', {}, ...[texts.file, strings.common.camera, texts.size, texts.delivered, texts.gaps, texts.clockOffset, texts.sha256]
        .map((title) => h('th', { scope: 'col' }, title)))),
      h('tbody', {}, ...job.exhibits.map((exhibit) => fileRow(exhibit, job, bridge))))),
  ];
}

/** @param {Exhibit} exhibit @param {Export} job @param {VmsBridge} bridge */
function fileRow(exhibit, job, bridge) {
  const texts = strings.exports;
  const zone = bridge.timeZone;
  const place = job.package ? `${job.package.name}/` : '';
  const path = `exports/${encodeURIComponent(job.id)}/files/${place}${exhibit.file}`;
  return h('tr', {},
    h('td', { class: 'wrap' }, exhibit.delivered
      ? h('a', { class: 'button quiet', href: bridge.url(path), download: exhibit.file }, icon('download'), exhibit.file) : exhibit.file),
    h('td', {}, exhibit.item.footage.camera_name),
    h('td', {}, fileSize(exhibit.size)),
    h('td', {}, exhibit.delivered ? interval(exhibit.delivered, zone) : h('span', { class: 'amber' }, texts.nothingDelivered)),
    h('td', {}, exhibit.gaps.length
      ? exhibit.gaps.map((gap) => h('div', { class: 'amber' }, interval(gap, zone))) : h('span', { class: 'dim' }, texts.noGaps)),
    h('td', {}, offset(exhibit.clock_offset)),
    h('td', { class: 'wrap' }, h('code', {}, exhibit.sha256)));
}

/** @param {Interval} interval @param {string} zone */
function interval({ start, end }, zone) {
  const sameDay = date(start, zone) === date(end, zone);
  const length = duration(Date.parse(end) - Date.parse(start));
  return h('span', { title: `${utcTitle(start)} – ${utcTitle(end)}` },
    `${dateTime(start, zone)} – ${sameDay ? time(end, zone) : dateTime(end, zone)} (${length})`);
}

/** @param {Exhibit['clock_offset']} measured */
function offset(measured) {
  if (!measured) return h('span', { class: 'dim' }, strings.exports.notMeasured);
  const { offset: ahead, uncertainty, measured_at: at } = measured;
  const seconds = secondsOf(ahead);
  const shown = `${seconds >= 0 ? '+' : '−'}${Math.abs(seconds).toFixed(3)}`;
  return h('span', { title: utcTitle(at) }, strings.exports.offset(shown, secondsOf(uncertainty).toFixed(3)));
}

/** @param {number} bytes */
function fileSize(bytes) {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'];
  const step = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  return new Intl.NumberFormat('en-GB', { style: 'unit', unit: units[step], unitDisplay: 'short', maximumFractionDigits: step ? 1 : 0 })
    .format(bytes / 1000 ** step);
}
