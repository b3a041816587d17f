// Recordings of the cameras in the view: one row each, with gaps left empty, marks, and a playhead to drag.

import { call, lineOf } from './api.js';
import { el, icon } from './dom.js';
import { clockTime, day, utcText, zoneName, zonedTime } from './time.js';
import { ticks } from './timeline-axis.js';
import { showTimelineList } from './timeline-list.js';

/** @import { VmsCamera } from 'vms-hooks/page' */
/** @import { Shell } from './shell.js' */
/** @import { TimelineRow } from './types.d.ts' */

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const WIDTHS = [10 * SECOND, 30 * SECOND, MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 4 * HOUR, 8 * HOUR, 24 * HOUR];
const BEGINS_WITH = 30 * MINUTE;
/** How much of the shown time panning moves. */
const PAN = 0.5;
const ALONE = 'vms.timeline.alone';
/** Recordings grow: rows are asked for anew this often, milliseconds. */
const REFRESH = 10 * SECOND;
/** Seeks while the playhead is being dragged are this far apart, milliseconds. */
const DRAG_SEEK = 200;
/** A playhead that moves so far at once was moved by somebody, milliseconds at normal speed. */
const JUMP = SECOND;

export class Timeline extends HTMLElement {
  #shell;
  #width = BEGINS_WITH;
  #start;
  /** @type {Map<string, TimelineRow>} */
  #rows = new Map();
  /** @type {{start: number, end: number} | null} */
  #loaded = null;
  #asked = 0;
  #timer = 0;
  #delay = 0;
  #dragged = 0;
  #trouble = '';
  /** Whether the window goes along with the playhead; not after the operator looked elsewhere. */
  #follows = true;
  #at = 0;
  /** Whether only the selected camera has a row. */
  #alone = localStorage.getItem(ALONE) === 'yes';

  #date = el('span', { class: 'date dim small' });
  #axis = el('div', { class: 'axis' });
  #tracks = el('div', { class: 'rows' });
  #future = el('div', { class: 'future' });
  #marked = el('div', { class: 'marked', hidden: true });
  #playhead = el('div', { class: 'playhead', role: 'slider', tabindex: 0, 'aria-label': 'Playhead', 'aria-orientation': 'horizontal' });
  #remark = el('p', { class: 'note', role: 'status', hidden: true });

  /** @param {Shell} shell */
  constructor(shell) {
    super();
    this.#shell = shell;
    this.#start = shell.live.now - this.#width * 0.9;
    this.append(
      el('div', { class: 'scale' }, this.#date, this.#axis), this.#tracks,
      el('div', { class: 'overlay' }, this.#future, this.#marked, this.#playhead), this.#remark,
    );
    this.addEventListener('pointerdown', (event) => this.#grabbed(event));
    this.addEventListener('wheel', (event) => this.#wheeled(event), { passive: false });
    this.#playhead.addEventListener('keydown', (event) => this.#keyed(event));
    shell.playback.addEventListener('change', () => this.#drawMarks());
    shell.layout.addEventListener('change', () => this.#changed());
    shell.addEventListener('cameras', () => this.#changed());
    shell.addEventListener('refresh-timeline', () => this.#load());
    new ResizeObserver(() => this.#drawAxis()).observe(this);
  }

  connectedCallback() {
    this.#changed();
    this.#timer = setInterval(() => this.#load(), REFRESH);
  }

  disconnectedCallback() {
    clearInterval(this.#timer);
  }

  /** Moves the playhead, and the window with it when it would leave. @param {number} at */
  tick(at) {
    const share = (at - this.#start) / this.#width;
    const jumped = Math.abs(at - this.#at) > JUMP * this.#shell.playback.rate;
    this.#at = at;
    if (jumped || (share > 0.02 && share < 0.98)) this.#follows = true;
    if ((share < 0.02 || share > 0.98) && !this.#dragged && this.#follows) {
      this.#show(at - this.#width / 2);
      return;
    }
    this.#playhead.hidden = share < 0 || share > 1;
    this.#playhead.style.left = this.#left(at);
    this.#future.style.left = this.#left(this.#shell.live.now);
    const zone = this.#shell.timeZone;
    const text = zonedTime(at, zone);
    if (this.#playhead.ariaValueText === text) return;
    this.#playhead.ariaValueText = text;
    this.#playhead.ariaValueNow = String(Math.round(at / SECOND));
    this.#playhead.title = utcText(at);
  }

  /** Zooms around the playhead. @param {1 | -1} direction 1 is closer */
  zoom(direction) {
    const width = WIDTHS[WIDTHS.indexOf(this.#width) - direction];
    if (width === undefined) return;
    const at = this.#shell.playback.now;
    const share = (at - this.#start) / this.#width;
    this.#width = width;
    this.#show(at - share * width);
  }

  /** Looks earlier or later without moving the playhead. @param {1 | -1} direction */
  pan(direction) {
    this.#look(this.#start + direction * PAN * this.#width);
  }

  /** @param {number} start */
  #look(start) {
    this.#follows = false;
    this.#show(start);
  }

  /** Whether only the selected camera has a row. */
  get alone() {
    return this.#alone;
  }

  set alone(alone) {
    this.#alone = alone;
    localStorage.setItem(ALONE, alone ? 'yes' : 'no');
    this.#draw();
  }

  /** The same as a table; once it is known. */
  async list() {
    if (!this.#loaded) await this.#load();
    const rows = this.#cameras.map((camera) => ({ camera, row: this.#rows.get(camera.id) }));
    return showTimelineList(this.#shell, rows, this.#start, this.#start + this.#width);
  }

  /** Cameras that have a row. */
  get #cameras() {
    const { layout, viewed } = this.#shell;
    const selected = viewed.filter(({ id }) => id === layout.slots[layout.selected]);
    return this.#alone && selected.length > 0 ? selected : viewed;
  }

  /** @param {number} start */
  #show(start) {
    this.#start = start;
    this.#draw();
    this.tick(this.#shell.playback.now);
    clearTimeout(this.#delay);
    const covered = this.#loaded && this.#loaded.start <= start && start + this.#width <= this.#loaded.end;
    if (!covered) this.#delay = setTimeout(() => this.#load(), 100);
  }

  /** Other cameras, or another selection. */
  #changed() {
    this.#draw();
    if (this.isConnected && this.#shell.viewed.some(({ id }) => !this.#rows.has(id))) void this.#load();
  }

  async #load() {
    const cameras = this.#shell.viewed;
    if (!this.isConnected || cameras.length === 0) return;
    this.#asked += 1;
    const asked = this.#asked;
    const range = { start: this.#start - this.#width, end: this.#start + 2 * this.#width };
    const query = new URLSearchParams(cameras.map(({ id }) => ['camera', id]));
    query.set('start', new Date(range.start).toISOString());
    query.set('end', new Date(range.end).toISOString());
    try {
      const answer = await call(`/api/timeline?${query}`);
      if (asked !== this.#asked) return;
      this.#loaded = range;
      this.#rows = new Map(answer.rows.map((/** @type {TimelineRow} */ row) => [row.camera, row]));
      this.#trouble = answer.incomplete.join(' ');
    } catch (error) {
      if (asked !== this.#asked) return;
      this.#trouble = lineOf(error);
    }
    this.#draw();
  }

  #draw() {
    const { layout, viewed } = this.#shell;
    this.#tracks.replaceChildren(...this.#cameras.map((camera) => this.#row(camera, camera.id === layout.slots[layout.selected])));
    if (viewed.length === 0) this.#tracks.append(el('p', { class: 'empty' }, 'Choose a camera to see its recordings.'));
    this.#remark.hidden = this.#trouble === '';
    this.#remark.replaceChildren(icon('warning'), el('span', {}, `The timeline is incomplete. ${this.#trouble}`));
    this.#drawAxis();
    this.#drawMarks();
  }

  /** @param {VmsCamera} camera @param {boolean} selected */
  #row({ id, name }, selected) {
    const row = this.#rows.get(id);
    const track = el('div', { class: row ? 'track' : 'track loading' });
    for (const span of row?.spans ?? []) track.append(this.#bar('span', Date.parse(span.start), Date.parse(span.end)));
    const marks = row?.marks ?? [];
    for (const mark of [...marks.filter(({ target }) => !target), ...marks.filter(({ target }) => target)]) {
      track.append(this.#mark(mark));
    }
    return el(
      'div', { class: 'row', 'data-camera': id, 'data-selected': selected },
      el(
        'span', { class: 'name', title: row?.incomplete || name }, name,
        row?.incomplete ? el('span', { class: 'incomplete' }, icon('warning'), el('span', { class: 'unseen' }, `Incomplete: ${row.incomplete}`)) : null,
      ), track,
    );
  }

  /** @param {TimelineRow['marks'][number]} mark */
  #mark(mark) {
    const start = Date.parse(mark.interval.start);
    const end = Date.parse(mark.interval.end);
    const zone = this.#shell.timeZone;
    const words = `${mark.title}, ${clockTime(start, zone)} to ${clockTime(end, zone)}`;
    const { target } = mark;
    const button = el('button', {
      type: 'button', class: target ? 'mark' : 'mark event', title: words, 'aria-label': words,
      // The table has them all: nobody tabs through a day of them.
      tabindex: -1,
      onclick: () => (target ? this.#shell.navigate(target) : this.#shell.playback.seek(start)),
    });
    this.#place(button, start, end);
    return button;
  }

  /** @param {string} kind @param {number} start @param {number} end */
  #bar(kind, start, end) {
    const bar = el('div', { class: kind });
    this.#place(bar, start, end);
    return bar;
  }

  /** @param {HTMLElement} bar @param {number} start @param {number} end */
  #place(bar, start, end) {
    const from = Math.max(start, this.#start);
    const to = Math.min(end, this.#start + this.#width);
    bar.hidden = to <= from;
    bar.style.left = this.#left(from);
    bar.style.width = `${(Math.max(to - from, 0) / this.#width) * 100}%`;
  }

  #drawAxis() {
    const zone = this.#shell.timeZone;
    const pixels = this.#axis.clientWidth;
    this.#date.textContent = `${day(this.#start, zone)} ${zoneName(this.#start, zone)}`;
    if (pixels === 0) return;
    const marks = ticks(this.#start, this.#width, pixels, zone).map(({ at, text }) => {
      const tick = el('span', { class: 'tick small dim', title: utcText(at) }, text);
      tick.style.left = this.#left(at);
      return tick;
    });
    this.#axis.replaceChildren(...marks);
  }

  #drawMarks() {
    const { markStart, markEnd } = this.#shell.playback;
    this.#marked.hidden = true;
    if (markStart === null && markEnd === null) return;
    const start = markStart ?? /** @type {number} */ (markEnd);
    const end = markEnd ?? start;
    this.#place(this.#marked, Math.min(start, end), Math.max(start, end, start + this.#width / 500));
    this.#marked.classList.toggle('open-start', markStart === null);
    this.#marked.classList.toggle('open-end', markEnd === null);
  }

  /** @param {number} at */
  #left(at) {
    return `${((at - this.#start) / this.#width) * 100}%`;
  }

  /** @param {number} x client coordinate */
  #timeAt(x) {
    const area = this.#axis.getBoundingClientRect();
    const share = Math.min(Math.max((x - area.left) / area.width, 0), 1);
    return this.#start + share * this.#width;
  }

  /** Clicking seeks; holding and moving drags the playhead. @param {PointerEvent} event */
  #grabbed(event) {
    const inside = event.target instanceof Element && event.target.closest('.axis, .track, .playhead');
    if (event.button !== 0 || !inside || event.target.closest('.mark')) return;
    event.preventDefault();
    this.#playhead.focus();
    this.setPointerCapture(event.pointerId);
    this.#dragged = event.timeStamp;
    if (!event.target.closest('.playhead')) this.#shell.playback.seek(this.#timeAt(event.clientX));
    const move = (/** @type {PointerEvent} */ moved) => this.#draggedTo(moved);
    this.addEventListener('pointermove', move);
    this.addEventListener('lostpointercapture', (lost) => {
      this.removeEventListener('pointermove', move);
      this.#dragged = 0;
      if (Math.abs(lost.clientX - event.clientX) > 1) this.#shell.playback.seek(this.#timeAt(lost.clientX));
    }, { once: true });
  }

  /** @param {PointerEvent} event */
  #draggedTo(event) {
    const at = this.#timeAt(event.clientX);
    this.#playhead.style.left = this.#left(at);
    if (event.timeStamp - this.#dragged < DRAG_SEEK) return;
    this.#dragged = event.timeStamp;
    this.#shell.playback.seek(at);
  }

  /** @param {WheelEvent} event */
  #wheeled(event) {
    event.preventDefault();
    if (event.ctrlKey) this.zoom(event.deltaY < 0 ? 1 : -1);
    else this.#look(this.#start + ((event.deltaX || event.deltaY) / 1000) * this.#width);
  }

  /** @param {KeyboardEvent} event */
  #keyed(event) {
    const steps = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -60, PageUp: 60 };
    const step = steps[/** @type {keyof typeof steps} */ (event.key)];
    if (step === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    this.#shell.playback.seek(this.#shell.playback.now + step * (event.shiftKey ? 10 : 1) * SECOND);
  }
}

customElements.define('host-timeline', Timeline);
