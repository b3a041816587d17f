// Turns and zooms a camera: press in the picture on the side to which it shall turn, roll the wheel to zoom, or use
// the keyboard. It moves for as long as it is held.

import { Problem, call, report } from '../common/api.js';
import { h, icon } from '../common/dom.js';
import { strings } from '../locales/en.js';

/** @typedef {import('../../../../hooks/src/vms_hooks/page.d.ts').VmsBridge} Bridge */
/** @typedef {import('../../../../hooks/src/vms_hooks/page.d.ts').VmsCamera} VmsCamera */
/** @typedef {{pan: number, tilt: number, zoom: number}} Motion */

/** How often the server is told that a movement is still wanted, milliseconds: it stops without. */
const REPEATED = 400;

/** A turn of the wheel zooms for so long, milliseconds. */
const WHEEL = 250;

/** Speed of keys and buttons. */
const SPEED = 0.5;

/** Part of the pad around its middle where a press turns nothing. */
const MIDDLE = 0.08;

/** @type {Record<string, Partial<Motion>>} */
const KEYS = {
  ArrowLeft: { pan: -SPEED }, ArrowRight: { pan: SPEED }, ArrowUp: { tilt: SPEED }, ArrowDown: { tilt: -SPEED },
  '+': { zoom: SPEED }, '=': { zoom: SPEED }, '-': { zoom: -SPEED }, PageUp: { zoom: SPEED }, PageDown: { zoom: -SPEED },
};

export class MovePad {
  #bridge;
  #camera;
  #closed;
  /** Keys that are down. @type {Set<string>} */
  #keys = new Set();
  #gesture = '';
  /** @type {Motion} */
  #motion = { pan: 0, tilt: 0, zoom: 0 };
  #sending = false;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #repeating;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #wheel;
  #mark = h('div', { class: 'mark' });
  #away = () => this.letGo();

  /** @param {Bridge} bridge @param {VmsCamera} camera @param {() => void} closed called for Escape */
  constructor(bridge, camera, closed) {
    this.#bridge = bridge;
    this.#camera = camera;
    this.#closed = closed;
    this.element = h(
      'div', {
        class: 'pad', tabIndex: 0, role: 'group', 'aria-roledescription': strings.live.pad,
        'aria-label': strings.live.padOf.replace('{camera}', camera.name), 'aria-keyshortcuts': 'ArrowLeft ArrowRight ArrowUp ArrowDown + -',
      },
      h('div', { class: 'cross' }), this.#mark,
      h('div', { class: 'zoom' }, this.#zoom('add', strings.live.zoomIn, SPEED), this.#zoom('less', strings.live.zoomOut, -SPEED)),
    );
    this.#listen(this.element);
    window.addEventListener('blur', this.#away);
    window.addEventListener('pagehide', this.#away);
    document.addEventListener('visibilitychange', this.#away);
  }

  remove() {
    this.letGo();
    window.removeEventListener('blur', this.#away);
    window.removeEventListener('pagehide', this.#away);
    document.removeEventListener('visibilitychange', this.#away);
    this.element.remove();
  }

  /** Ends the movement, whatever held it. */
  letGo() {
    this.#keys.clear();
    clearTimeout(this.#wheel);
    this.#stop();
  }

  /** @param {HTMLElement} pad */
  #listen(pad) {
    pad.addEventListener('pointerdown', (event) => this.#pressed(event));
    pad.addEventListener('pointermove', (event) => {
      if (this.#gesture && pad.hasPointerCapture(event.pointerId)) this.#move(this.#towards(event));
    });
    for (const kind of ['pointerup', 'pointercancel', 'lostpointercapture']) pad.addEventListener(kind, this.#away);
    pad.addEventListener('wheel', (event) => this.#rolled(event), { passive: false });
    pad.addEventListener('keydown', (event) => this.#keyed(event));
    pad.addEventListener('keyup', (event) => {
      if (this.#keys.delete(event.key)) this.#follow();
    });
    pad.addEventListener('focusout', this.#away);
    pad.addEventListener('contextmenu', (event) => event.preventDefault());
  }

  /** @param {PointerEvent} event */
  #pressed(event) {
    if (event.button !== 0 || event.target !== this.element) return;
    this.element.setPointerCapture(event.pointerId);
    this.#move(this.#towards(event));
  }

  /** The farther from the middle, the faster. @param {PointerEvent} event @returns {Motion} */
  #towards({ clientX, clientY }) {
    const { left, top, width, height } = this.element.getBoundingClientRect();
    const [across, up] = [(2 * (clientX - left)) / width - 1, 1 - (2 * (clientY - top)) / height];
    const speed = (/** @type {number} */ way) => (Math.abs(way) < MIDDLE ? 0 : Math.max(-1, Math.min(1, Math.sign(way) * way * way)));
    return { pan: speed(across), tilt: speed(up), zoom: 0 };
  }

  /** @param {WheelEvent} event */
  #rolled(event) {
    event.preventDefault();
    if (event.deltaY === 0) return;
    this.#move({ pan: 0, tilt: 0, zoom: event.deltaY < 0 ? SPEED : -SPEED });
    clearTimeout(this.#wheel);
    this.#wheel = setTimeout(() => this.#stop(), WHEEL);
  }

  /** Only keys that move the camera are taken, and only while the pad itself has the keyboard. @param {KeyboardEvent} event */
  #keyed(event) {
    if (event.ctrlKey || event.altKey || event.metaKey || event.target !== this.element) return;
    if (event.key === 'Escape') {
      event.preventDefault();
      event.stopPropagation();
      this.letGo();
      this.#closed();
    }
    if (!(event.key in KEYS)) return;
    event.preventDefault();
    event.stopPropagation();
    if (event.repeat) return;
    this.#keys.add(event.key);
    this.#follow();
  }

  #follow() {
    if (this.#keys.size === 0) return this.#stop();
    const motion = { pan: 0, tilt: 0, zoom: 0 };
    for (const key of this.#keys) {
      for (const [way, speed] of Object.entries(KEYS[key] ?? {})) motion[/** @type {keyof Motion} */ (way)] += speed;
    }
    this.#move(motion);
  }

  /** @param {import('../common/dom.js').Icon} symbol @param {string} title @param {number} zoom */
  #zoom(symbol, title, zoom) {
    const start = () => this.#move({ pan: 0, tilt: 0, zoom });
    return h('button', {
      type: 'button', class: 'tool', title, 'aria-label': title,
      onpointerdown: start, onpointerup: this.#away, onpointerleave: this.#away, onpointercancel: this.#away,
      onkeydown: (/** @type {KeyboardEvent} */ event) => {
        if ((event.key !== 'Enter' && event.key !== ' ') || event.repeat) return;
        event.preventDefault();
        start();
      },
      onkeyup: this.#away,
    }, icon(symbol));
  }

  /** @param {Motion} motion */
  #move(motion) {
    if (!this.#gesture) {
      this.#gesture = newGesture();
      this.#repeating = setInterval(() => void this.#tell(), REPEATED);
    }
    this.#motion = motion;
    this.#draw();
    void this.#tell();
  }

  #stop() {
    const gesture = this.#gesture;
    if (!gesture) return;
    this.#gesture = '';
    clearInterval(this.#repeating);
    this.#draw();
    const stopped = this.#bridge.fetch(`ptz/stops/${encodeURIComponent(this.#camera.id)}`, {
      method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ gesture }), keepalive: true,
    });
    // Unheard it stops all the same: the server hears no repetition.
    stopped.catch(() => {});
  }

  /** One message at a time: what changes meanwhile is in the next one. */
  async #tell() {
    if (this.#sending) return;
    this.#sending = true;
    try {
      for (let told = null; this.#gesture && told !== this.#motion;) {
        told = this.#motion;
        await call(this.#bridge, 'POST', `ptz/moves/${encodeURIComponent(this.#camera.id)}`, { gesture: this.#gesture, ...told });
      }
    } catch (error) {
      this.letGo();
      if (error instanceof Problem) report(this.#bridge, error);
      else throw error;
    } finally {
      this.#sending = false;
    }
  }

  #draw() {
    this.element.classList.toggle('moving', this.#gesture !== '');
    const { pan, tilt, zoom } = this.#motion;
    this.#mark.hidden = !this.#gesture || zoom !== 0;
    this.#mark.style.left = `${50 + 45 * Math.sign(pan) * Math.sqrt(Math.abs(pan))}%`;
    this.#mark.style.top = `${50 - 45 * Math.sign(tilt) * Math.sqrt(Math.abs(tilt))}%`;
  }
}

/** A name for one press; no more than that, so chance will do where the browser has no better. */
function newGesture() {
  return [...crypto.getRandomValues(new Uint32Array(3))].map((part) => part.toString(36)).join('');
}
