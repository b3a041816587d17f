// The first picture of each of a project's sequences.

import { Problem, call, request } from '../common/api.js';
import { h, icon } from '../common/dom.js';
import { may } from '../common/permissions.js';
import { clockTime, utcTitle } from '../common/time.js';
import { strings } from '../locales/en.js';

/** @typedef {import('../common/api.js').Bridge} Bridge */
/** @typedef {import('../common/shapes.d.ts').Sequence} Sequence */

const SHOWN = 4;
/** Arrow keys pass over projects faster than anybody looks at pictures. */
const AFTER_SELECTION = 300;

export class PictureStrip {
  #bridge;
  #shown = '';
  /** @type {AbortController} */
  #asking = new AbortController();
  /** @type {string[]} */
  #urls = [];
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  element = h('div', { class: 'strip', role: 'group', 'aria-label': strings.list.pictures, hidden: true });

  /** @param {Bridge} bridge */
  constructor(bridge) {
    this.#bridge = bridge;
  }

  /** @param {{id: number, sequences: number, start: string | null, end: string | null} | null} project */
  show(project) {
    const state = project && project.sequences ? JSON.stringify([project.id, project.sequences, project.start, project.end]) : '';
    if (state === this.#shown) return;
    this.#shown = state;
    this.#asking.abort();
    this.#asking = new AbortController();
    clearTimeout(this.#timer);
    for (const url of this.#urls.splice(0)) URL.revokeObjectURL(url);
    this.element.replaceChildren();
    this.element.hidden = true;
    if (!state || !project || !may(this.#bridge, 'projects.sequences.view')) return;
    this.#timer = setTimeout(() => void this.#load(project.id, this.#asking.signal), AFTER_SELECTION);
  }

  /** @param {number} id @param {AbortSignal} signal */
  async #load(id, signal) {
    try {
      const project = await call(this.#bridge, 'GET', `projects/${id}`);
      if (signal.aborted) return;
      const sequences = /** @type {Sequence[]} */ (project.sequences);
      this.element.hidden = sequences.length === 0;
      this.element.replaceChildren(...sequences.slice(0, SHOWN).map((sequence) => this.#figure(sequence, signal)));
      if (sequences.length > SHOWN) this.element.append(h('span', { class: 'dim small' }, strings.list.morePictures(sequences.length - SHOWN)));
    } catch (error) {
      // The list says why nothing can be read; a project without pictures is no alarm of its own.
      if (!(error instanceof Problem)) throw error;
    }
  }

  /** @param {Sequence} sequence @param {AbortSignal} signal */
  #figure({ footage: { camera, camera_name: name, interval } }, signal) {
    const frame = h('div', { class: 'frame' });
    const at = clockTime(interval.start, this.#bridge.timeZone);
    void this.#picture(frame, camera, interval.start, `${name}, ${at}`, signal);
    return h('figure', {}, frame, h('figcaption', { title: `${name}, ${utcTitle(interval.start)}` }, `${name} `, h('time', {}, at)));
  }

  /** @param {HTMLElement} frame @param {Blob} picture @param {string} alt @param {AbortSignal} signal */
  #put(frame, picture, alt, signal) {
    if (signal.aborted) return;
    const url = URL.createObjectURL(picture);
    this.#urls.push(url);
    frame.replaceChildren(h('img', { src: url, alt }));
  }

  /** @param {HTMLElement} frame @param {string} camera @param {string} at @param {string} alt @param {AbortSignal} signal */
  async #picture(frame, camera, at, alt, signal) {
    if (may(this.#bridge, 'projects.video.view')) {
      try {
        const path = `stills/${camera.split('/').map(encodeURIComponent).join('/')}?${new URLSearchParams({ at })}`;
        const response = await request(this.#bridge, 'GET', path, undefined, { signal });
        if (response.status !== 204) return this.#put(frame, await response.blob(), alt, signal);
      } catch (error) {
        if (error instanceof DOMException && error.name === 'AbortError') return;
        if (!(error instanceof Problem)) throw error;
      }
    }
    frame.replaceChildren(h('span', { class: 'dim', title: strings.list.noPicture }, icon('film'), h('span', { class: 'small' }, ' ', strings.list.noPicture)));
  }
}
