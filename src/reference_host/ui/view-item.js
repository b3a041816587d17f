// One tile of the view: a camera's name, its contributed picture, and the contributed toolbar over its corner.

import { CAMERA_DRAG } from './camera-tree.js';
import { Contributed, toolbarItems } from './contributed.js';
import { el, icon, iconButton } from './dom.js';
import { clockTime, day, utcText, zoneName } from './time.js';

/** @import { Shell } from './shell.js' */
/** @import { VmsCamera } from 'vms-hooks/page' */

const EMPTY = Symbol('empty');
const AWAY = Symbol('away');
const TOOLBAR = { live: 'vms.live.view-item.toolbar/1', playback: 'vms.playback.view-item.toolbar/1' };
const VIEWS = { live: /** @type {const} */ ('live_views'), playback: /** @type {const} */ ('playback_views') };

export class ViewItem extends HTMLElement {
  #shell;
  #mode;
  #slot;
  /** Id of the camera that is drawn, or what is drawn instead. @type {string | symbol | null} */
  #shown = null;
  #badge = el('span', { class: 'badge' });

  /** @param {Shell} shell @param {'live' | 'playback'} mode @param {number} slot */
  constructor(shell, mode, slot) {
    super();
    this.#shell = shell;
    this.#mode = mode;
    this.#slot = slot;
    this.setAttribute('role', 'group');
    this.addEventListener('pointerdown', () => shell.layout.select(slot));
    this.addEventListener('focusin', () => shell.layout.select(slot));
    this.addEventListener('dragover', (event) => this.#over(event));
    this.addEventListener('dragleave', () => this.classList.remove('dropping'));
    // See view-grid.css.
    this.addEventListener('vms-state', (event) => { if (event instanceof CustomEvent) this.dataset.state = event.detail.state; });
    this.addEventListener('drop', (event) => this.#dropped(event));
  }

  /** The picture is only touched when the camera is another one. */
  draw() {
    const { layout } = this.#shell;
    const selected = layout.selected === this.#slot;
    const wanted = layout.slots[this.#slot];
    const camera = this.#shell.camera(wanted);
    this.tabIndex = selected ? 0 : -1;
    this.toggleAttribute('data-selected', selected);
    this.setAttribute('aria-current', String(selected));
    this.setAttribute('aria-label', `View item ${this.#slot + 1}: ${camera?.name ?? (wanted === null ? 'empty' : 'not available')}`);
    const shown = camera ? camera.id : wanted === null ? EMPTY : AWAY;
    if (this.#shown === shown) return;
    this.#shown = shown;
    this.replaceChildren(...(camera ? this.#filled(camera) : this.#empty(shown === AWAY)));
  }

  /** The time in the corner of a playback tile, set by the page for all tiles at once. @param {number} at */
  tick(at) {
    const zone = this.#shell.timeZone;
    const text = clockTime(at, zone);
    if (this.#badge.textContent === text) return;
    this.#badge.textContent = text;
    this.#badge.title = `${day(at, zone)} ${text} ${zoneName(at, zone)}\n${utcText(at)}`;
  }

  /** @param {VmsCamera} camera */
  #filled(camera) {
    const [view] = this.#shell.contributions[VIEWS[this.#mode]];
    const more = { camera, clock: this.#clock };
    this.#badge = el('span', { class: `badge ${this.#mode}` }, this.#mode === 'live' ? 'LIVE' : '');
    if (this.#mode === 'playback') this.tick(this.#shell.playback.now);
    return [
      this.#header(el('span', { class: 'name', title: camera.name }, camera.name), this.#badge, this.#emptying),
      el('div', { class: 'picture' }, view ? new Contributed(view, this.#shell.context(view.plugin, this.#mode, more)).place : this.#noPicture()),
      el(
        'div', { class: 'toolbar', role: 'toolbar', 'aria-label': `Tools for ${camera.name}` },
        ...toolbarItems(this.#shell, TOOLBAR[this.#mode], this.#mode, more),
      ),
    ];
  }

  /** @param {...(Node | false)} parts */
  #header(...parts) {
    return el('header', {}, el('span', { class: 'number dim small' }, String(this.#slot + 1)), ...parts);
  }

  get #emptying() {
    return iconButton('close', `Empty view item ${this.#slot + 1}`, () => { this.focus(); this.#shell.layout.assign(this.#slot, null); }, { tabindex: -1 });
  }

  /** @param {boolean} away */
  #empty(away) {
    const [name, words] = away
      ? ['Not available', 'This camera is not available now. Its picture comes back by itself, or choose another camera.']
      : ['Empty', 'Choose a camera in the list, or drag one here.'];
    return [
      this.#header(el('span', { class: 'name dim' }, name), away && this.#emptying),
      el('div', { class: 'picture' }, el('p', { class: 'empty' }, icon(away ? 'warning' : 'camera'), el('span', {}, words))),
    ];
  }

  #noPicture() {
    const what = this.#mode === 'live' ? 'live' : 'recorded';
    return el('p', { class: 'empty' }, icon('warning'), el('span', {}, `No plug-in shows ${what} pictures. An administrator sees why under Administration.`));
  }

  get #clock() {
    return this.#mode === 'live' ? this.#shell.live : this.#shell.playback;
  }

  /** @param {DragEvent} event */
  #over(event) {
    if (!event.dataTransfer?.types.includes(CAMERA_DRAG)) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = 'copy';
    this.classList.add('dropping');
  }

  /** @param {DragEvent} event */
  #dropped(event) {
    this.classList.remove('dropping');
    const camera = event.dataTransfer?.getData(CAMERA_DRAG);
    if (!camera) return;
    event.preventDefault();
    this.#shell.layout.select(this.#slot);
    this.#shell.layout.assign(this.#slot, camera);
  }
}

customElements.define('host-view-item', ViewItem);
