// While somebody searches by dragging: small key pictures near the playhead, until the exact one can be shown.

import { Problem } from '../common/api.js';
import { h } from '../common/dom.js';

/** @typedef {import('./source.js').Source} Source */

/** Pixels: enough to find something. */
const WIDTH = 320;
/** Instants are rounded to this, so that who drags here again finds what was fetched, milliseconds. */
const ROUND = 1_000;
/** Moves of the playhead by so much, so soon after one another, are a drag, milliseconds. */
const FAR = 800;
const SOON = 400;

export class Glimpse {
  element = h('img', { class: 'glimpse', alt: '', hidden: true });
  #at = NaN;
  #movedAt = -Infinity;
  #dragged = false;
  #asking = false;
  #url = '';

  /**
   * Takes note of the playhead; gives whether it is dragged.
   * @param {number} at
   */
  moved(at) {
    const now = performance.now();
    if (Math.abs(at - this.#at) > FAR) {
      this.#dragged = now - this.#movedAt < SOON;
      this.#movedAt = now;
    }
    this.#at = at;
    return this.#dragged && now - this.#movedAt < SOON;
  }

  /**
   * Fetches what is near the playhead, one picture after the other.
   * @param {Source} source
   */
  async look(source) {
    if (this.#asking) return;
    this.#asking = true;
    try {
      const picture = await source.still(Math.floor(this.#at / ROUND) * ROUND, WIDTH);
      if (picture) this.#show(picture);
    } catch (error) {
      // It only helps to search: what is wrong is said of the exact picture.
      if (!(error instanceof Problem)) throw error;
    } finally {
      this.#asking = false;
    }
  }

  clear() {
    if (!this.#url) return;
    this.element.hidden = true;
    URL.revokeObjectURL(this.#url);
    this.#url = '';
  }

  /** @param {Blob} picture */
  #show(picture) {
    if (!this.#dragged) return;
    const before = this.#url;
    this.#url = URL.createObjectURL(picture);
    this.element.src = this.#url;
    this.element.hidden = false;
    if (before) URL.revokeObjectURL(before);
  }
}
