// One export: how far it is, and the files it made.

import { h, icon } from '../common/dom.js';
import { date, dateTime, duration, endTime, time, utcTitle } from '../common/time.js';
import { secondsOf } from '../common/zoned.js';
import { strings } from '../locales/en.js';
import { fileSize, timeLeft } from './figures.js';

/** @typedef {import('../../../../hooks/src/vms_hooks/page.d.ts').VmsBridge} VmsBridge */
/** @typedef {import('../common/shapes.d.ts').Export} Export */
/** @typedef {import('../common/shapes.d.ts').Exhibit} Exhibit */
/** @typedef {import('../common/shapes.d.ts').Interval} Interval */

const SYMBOLS = /** @type {const} */ ({ queued: 'clock', running: 'export', done: 'check', failed: 'warning', cancelled: 'cancelled', waiting: 'clock', expired: 'trash' });

/** Longer lists of files are folded. */
const MOST_OPEN = 8;

/** @typedef {{cancel: () => void, list: () => void, again: () => void, handOver: () => void, removeFiles: () => void}} JobActions */

/**
 * @param {HTMLElement} element
 * @param {Export} job
 * @param {VmsBridge} bridge
 * @param {JobActions} actions
 */
export function fillJob(element, job, bridge, actions) {
  const unfinished = job.state === 'queued' || job.state === 'running';
  if (unfinished && element.dataset.state === job.state) {
    drawProgress(element, job, bridge);
    return;
  }
  element.dataset.state = job.state;
  const held = element.matches(':focus-within');
  element.replaceChildren(head(job, bridge, actions), ...(unfinished ? [progressBar(), h('p', { class: 'standstill', role: 'status' })] : result(job, bridge)));
  if (unfinished) drawProgress(element, job, bridge);
  // What had the focus is gone: the export keeps it, and no button that somebody would press unseen.
  if (held) element.focus();
}

/** @param {Export} job @param {VmsBridge} bridge @param {JobActions} actions */
function head(job, bridge, actions) {
  const texts = strings.exports;
  const projects = [...new Set(job.items.map(({ project }) => project))].join(', ');
  const at = (/** @type {string} */ moment) => h('time', { title: utcTitle(moment) }, dateTime(moment, bridge.timeZone));
  return h('header', {},
    h('span', { class: `state ${job.state}` }, icon(SYMBOLS[job.state]), texts.states[job.state]),
    h('span', { class: 'of' }, texts.of(projects, job.items.length)),
    h('span', { class: 'dim' }, at(job.created_at),
      job.finished_at ? `, ${texts.finished} ${time(job.finished_at, bridge.timeZone)}` : '', ` ${texts.by} ${job.owner.name}`),
    h('span', { class: 'grow' }),
    ...buttons(job, bridge, actions));
}

/** @param {Export} job @param {VmsBridge} bridge @param {JobActions} actions */
function buttons(job, bridge, actions) {
  const texts = strings.exports;
  const folder = `exports/${encodeURIComponent(job.id)}`;
  /** @param {string} text @param {() => void} onclick */
  const button = (text, onclick) => h('button', { type: 'button', onclick }, text);
  const receipt = () => h('a', { class: 'button', href: bridge.url(`${folder}/receipt`), target: '_blank', rel: 'noopener' }, icon('print'), texts.printReceipt);
  switch (job.state) {
    case 'queued':
    case 'running': return [button(texts.cancel, actions.cancel)];
    case 'waiting': return [button(texts.enterPassword, actions.again), button(texts.cancel, actions.cancel)];
    case 'failed':
    case 'cancelled': return [button(texts.tryAgain, actions.again), button(texts.again, actions.list)];
    case 'expired': return [receipt(), button(texts.again, actions.list)];
    default: return [
      button(texts.removeFiles, actions.removeFiles), receipt(), button(texts.handOver, actions.handOver),
      ...downloads(job, bridge, folder),
    ];
  }
}

/** What a person takes away: one ZIP, or each part of one. @param {Export} job @param {VmsBridge} bridge @param {string} folder */
function downloads(job, bridge, folder) {
  const texts = strings.exports;
  /** @param {string} path @param {string} name @param {string} text */
  const link = (path, name, text) => h('a', { class: 'button', href: bridge.url(`${folder}/${path}`), download: name }, icon('download'), text);
  const parts = job.package?.volumes ?? [];
  if (parts.length < 2) return [link('archive', '', texts.downloadAll)];
  return parts.map((name, index) => link(`files/${name}`, name, texts.downloadPart(index + 1, parts.length)));
}

function progressBar() {
  return h('div', { class: 'progress' }, h('progress', { max: 1 }), h('span', { class: 'figure' }));
}

/** Says what the export waits for. @param {HTMLElement} element @param {Export} job @param {VmsBridge} bridge */
function drawStandstill(element, { state, waits_for: waits }, bridge) {
  const texts = strings.exports;
  const place = /** @type {HTMLElement} */ (element.querySelector('.standstill'));
  const at = (/** @type {string} */ moment) => time(moment, bridge.timeZone);
  const said = state === 'queued' ? texts.behind : !waits ? '' : [
    texts.waitsFor(waits.recorder, waits.camera_name, at(waits.since)), waits.reason,
    waits.next_try ? texts.nextTry(at(waits.next_try)) : texts.asked,
  ].filter(Boolean).join(' ');
  if (place.textContent === said) return;
  place.replaceChildren(...(waits ? [icon('warning'), h('span', {}, said)] : [said]));
  place.classList.toggle('amber', Boolean(waits));
}

/** @param {HTMLElement} element @param {Export} job @param {VmsBridge} bridge */
function drawProgress(element, job, bridge) {
  const { progress, seconds_left: left } = job;
  drawStandstill(element, job, bridge);
  const bar = element.querySelector('progress');
  const figure = element.querySelector('.figure');
  const percent = strings.exports.progress(String(Math.floor(progress * 100)));
  if (bar) {
    bar.value = progress;
    bar.setAttribute('aria-label', percent);
  }
  if (figure) figure.textContent = left === null || left === undefined ? percent : `${percent}, ${strings.exports.left(timeLeft(left))}`;
}

/** @param {Export} job @param {VmsBridge} bridge */
function result(job, bridge) {
  const texts = strings.exports;
  if (job.state === 'failed') return [h('p', { class: 'error' }, job.message), h('p', { class: 'dim' }, texts.failedHint)];
  const told = job.message ? [h('p', { class: job.state === 'done' ? 'amber' : 'dim' }, job.message)] : [];
  if (job.exhibits.length === 0) return told;
  return [
    ...told,
    ...packageFacts(job, bridge),
    ...job.receipts.map((one) => h('p', { class: 'dim' }, texts.handedOver(dateTime(one.at, bridge.timeZone),
      [one.recipient, one.organisation].filter(Boolean).join(', '), one.handed_over_by.name))),
    h('details', { open: job.exhibits.length <= MOST_OPEN }, h('summary', {}, texts.exhibits(job.exhibits.length)),
      h('div', { class: 'files', tabIndex: 0, role: 'group', 'aria-label': texts.file }, h('table', {},
        h('thead', {}, h('tr', {}, ...[texts.file, strings.common.camera, texts.size, texts.delivered, texts.gaps, texts.clockOffset, texts.sha256]
          .map((title) => h('th', { scope: 'col' }, title)))),
        h('tbody', {}, ...job.exhibits.map((exhibit) => fileRow(exhibit, job, bridge)))))),
  ];
}

/** @param {Export} job @param {VmsBridge} bridge */
function packageFacts(job, bridge) {
  const texts = strings.exports;
  const made = job.package;
  if (!made) return [];
  return [h('dl', { class: 'facts' },
    h('dt', {}, made.name), h('dd', {}, [texts.packageOf(made.files, fileSize(made.size)),
      job.state === 'done' && job.expires_at ? texts.keptUntil(date(job.expires_at, bridge.timeZone)) : ''].filter(Boolean).join(', ')),
    ...(made.fingerprint ? [h('dt', {}, texts.signedBy), h('dd', {}, h('code', {}, made.fingerprint))] : []),
    ...(made.stamped_at ? [h('dt', {}, texts.stampedAt), h('dd', {}, dateTime(made.stamped_at, bridge.timeZone))] : []),
    h('dt', {}, texts.sealedBy), h('dd', {}, h('code', {}, made.sha256))),
  ...(job.state === 'done' && zipped(job) ? [h('p', { class: 'dim' }, [
    made.volumes.length > 1 ? texts.opensInParts : '', job.settings.encrypted ? texts.opensWithPassword : ''].filter(Boolean).join(' '))] : [])];
}

/** @param {Exhibit} exhibit @param {Export} job @param {VmsBridge} bridge */
function fileRow(exhibit, job, bridge) {
  const texts = strings.exports;
  const zone = bridge.timeZone;
  const place = job.package ? `${job.package.name}/` : '';
  const path = `exports/${encodeURIComponent(job.id)}/files/${place}${exhibit.file}`;
  return h('tr', {},
    h('td', { class: 'wrap' }, exhibit.file && job.state === 'done' && !zipped(job)
      ? h('a', { class: 'button quiet', href: bridge.url(path), download: baseName(exhibit.file) }, icon('download'), baseName(exhibit.file)) : baseName(exhibit.file)),
    h('td', {}, exhibit.item.footage.camera_name),
    h('td', {}, exhibit.file ? fileSize(exhibit.size) : ''),
    h('td', {}, exhibit.delivered ? interval(exhibit.delivered, zone) : h('span', { class: 'amber' }, texts.nothingDelivered)),
    h('td', { class: exhibit.gaps.length ? 'times' : '' }, exhibit.gaps.length
      ? exhibit.gaps.map((gap) => h('div', { class: 'amber', title: gap.reason }, interval(gap, zone), h('div', { class: 'small reason' }, gap.reason))) : h('span', { class: 'dim' }, texts.noGaps)),
    h('td', {}, offset(exhibit.clock_offset)),
    h('td', { class: 'wrap' }, h('code', {}, exhibit.sha256)));
}

/** @param {Interval} interval @param {string} zone */
function interval({ start, end }, zone) {
  const length = duration(Date.parse(end) - Date.parse(start));
  return h('span', { title: `${utcTitle(start)} – ${utcTitle(end)}` },
    `${dateTime(start, zone)} – ${endTime(end, start, zone)} (${length})`);
}

/** @param {Exhibit['clock_offset']} measured */
function offset(measured) {
  if (!measured) return h('div', { class: 'dim unmeasured' }, strings.exports.notMeasured);
  const { offset: ahead, uncertainty, measured_at: at } = measured;
  const seconds = secondsOf(ahead);
  const shown = `${seconds >= 0 ? '+' : '−'}${Math.abs(seconds).toFixed(3)}`;
  return h('span', { title: utcTitle(at) }, strings.exports.offset(shown, secondsOf(uncertainty).toFixed(3)));
}

/** @param {string} path */
const baseName = (path) => path.slice(path.lastIndexOf('/') + 1);

/** Whether the files are in a ZIP, which is downloaded as a whole. @param {Export} job */
const zipped = ({ settings }) => settings && (settings.encrypted || settings.split_size !== null);
