// Beside the host's play button: a picture back or on, the speed, and the sound of recorded video.

import { Contributed } from '../common/contributed.js';
import { h, icon } from '../common/dom.js';
import { strings } from '../locales/en.js';
import { controlsSheet } from './controls-style.js';
import { hearing } from './hearing.js';
import { RATES, step, viewsOf } from './stage.js';

/** @typedef {import('../common/contributed.js').Context} Context */
/** @typedef {Context['clock']} Clock */

export class IncidentPlaybackControls extends Contributed {
  constructor() {
    super();
    this.root.adoptedStyleSheets.push(controlsSheet);
    const texts = strings.playback;
    const button = (/** @type {string} */ label, /** @type {Parameters<typeof icon>[0]} */ image, /** @type {() => void} */ act) =>
      h('button', { type: 'button', class: 'quiet', title: label, 'aria-label': label, onclick: act }, icon(image));
    this.speed = h('select', { 'aria-label': texts.speed, title: texts.speed,
      onchange: () => this.vms?.clock.setRate(Number(this.speed.value)) },
    RATES.map((rate) => h('option', { value: String(rate) }, texts.rate(rate))));
    this.mute = h('button', { type: 'button', class: 'quiet', onclick: () => hearing.set({ muted: !hearing.muted }) });
    this.volume = h('input', { type: 'range', min: '0', max: '1', step: '0.1', 'aria-label': texts.volume, title: texts.volume,
      oninput: () => hearing.set({ volume: Number(this.volume.value), muted: false }) });
    this.sound = h('span', { class: 'sound' }, this.mute, this.volume);
    this.root.append(
      button(texts.pictureBack, 'stepBack', () => this.#step(-1)),
      button(texts.pictureOn, 'stepForward', () => this.#step(1)), this.speed, this.sound);
  }

  /** @override @param {Context} context */
  attached({ clock }) {
    this.listen(clock, 'change', () => this.#draw(clock));
    this.listen(hearing, 'change', () => this.#draw(clock));
    this.#draw(clock);
  }

  /** @param {1 | -1} direction */
  #step(direction) {
    if (this.vms) step(this.vms.clock, direction, this.vms.bridge.view().selected?.id);
  }

  /** @param {Clock} clock */
  #draw(clock) {
    this.speed.value = String(clock.rate);
    const { muted, volume } = hearing;
    const label = muted ? strings.playback.unmute : strings.playback.mute;
    this.sound.hidden = !viewsOf(clock).some((view) => view.hasSound);
    this.mute.replaceChildren(icon(muted ? 'muted' : 'sound'));
    this.mute.title = label;
    this.mute.setAttribute('aria-label', label);
    this.volume.value = String(volume);
  }
}

customElements.define('incident-playback-controls', IncidentPlaybackControls);
