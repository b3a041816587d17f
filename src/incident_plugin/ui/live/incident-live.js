// <incident-live>: fills a view item with a camera's live picture, says so whenever there is none, and carries
// what can be done with it.

import { h, icon } from '../common/dom.js';
import { tellClock } from '../common/recorder-clock.js';
import { sheet as common } from '../common/style.js';
import { strings } from '../locales/en.js';
import { Controls } from './controls.js';
import { Picture } from './picture.js';
import { sheet } from './style.js';

/** @typedef {import('../../../../hooks/src/vms_hooks/page.d.ts').VmsContext} VmsContext */
/** @typedef {import('./picture.js').State} State */

/** How long a view item keeps its size before another stream is asked for, milliseconds. */
const SETTLED = 700;

/** @type {Record<State, import('../common/dom.js').Icon>} */
const SYMBOLS = {
  connecting: 'camera', live: 'camera', lost: 'warning', denied: 'lock', ended: 'lock', unsupported: 'cancelled',
};

const TITLES = {
  connecting: strings.live.connecting,
  live: '',
  lost: strings.live.lost,
  denied: strings.live.denied,
  ended: strings.live.ended,
  unsupported: strings.live.unsupported,
};

/**
 * Connects while it is attached and has a camera, and keeps on trying. Fires bubbling `vms-state` events with
 * `{state, detail}`. When its size or the wish for sound asks for another stream, that one is opened beside the
 * picture that is shown, and takes its place with its first picture.
 */
export class IncidentLive extends HTMLElement {
  /** @type {VmsContext | null} */
  #vms = null;
  /** What is shown. @type {Picture | null} */
  #picture = null;
  /** What will be shown once it has a picture. @type {Picture | null} */
  #next = null;
  /** @type {Controls | null} */
  #controls = null;
  /** @type {State | ''} */
  #state = '';
  #detail = '';
  #sound = false;
  #stage = h('div', { class: 'stage' });
  #symbol = icon('camera');
  #title = h('p', { class: 'title' });
  #text = h('p', { class: 'detail' });
  #badge = h('span', { title: strings.live.recodedHint, hidden: true });
  #clock = h('span', { hidden: true });
  #endClock = () => {};
  #veil = h('div', { class: 'veil', role: 'status' });
  #leave = () => this.#stop();
  #return = () => this.#start();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #settling;
  #resized = new ResizeObserver(() => {
    clearTimeout(this.#settling);
    this.#settling = setTimeout(() => this.#fit(), SETTLED);
  });

  constructor() {
    super();
    this.#veil.append(this.#symbol, this.#title, this.#text);
    const root = this.attachShadow({ mode: 'open' });
    root.adoptedStyleSheets = [common, sheet];
    root.append(this.#stage, h('div', { class: 'badges small' }, this.#clock, this.#badge), this.#veil);
  }

  get vms() {
    return this.#vms;
  }

  /** @param {VmsContext | null} context */
  set vms(context) {
    const same = context?.camera?.id === this.#vms?.camera?.id && context?.bridge === this.#vms?.bridge;
    this.#vms = context;
    if (same) return;
    this.#stop();
    this.#sound = false;
    this.#start();
  }

  connectedCallback() {
    window.addEventListener('pagehide', this.#leave);
    window.addEventListener('pageshow', this.#return);
    this.#resized.observe(this);
    this.#start();
  }

  disconnectedCallback() {
    window.removeEventListener('pagehide', this.#leave);
    window.removeEventListener('pageshow', this.#return);
    this.#controls?.letGo();
    // Being moved in the page is no reason to lose the picture.
    queueMicrotask(() => {
      if (!this.isConnected) this.#stop();
    });
  }

  /** The picture that is shown. */
  get picture() {
    return this.#picture;
  }

  /** Whether the camera's sound is heard. */
  get heard() {
    return this.#sound;
  }

  /** Lets the camera's sound be heard, or not. @param {boolean} wanted */
  hear(wanted) {
    this.#sound = wanted;
    const picture = this.#picture;
    if (!picture) return;
    picture.video.muted = !wanted;
    if (wanted && !picture.wish.sound) this.#change();
  }

  #start() {
    if (this.#picture || !this.isConnected || !this.#vms?.camera) return;
    this.#picture = this.#open();
    if (!this.#picture) return;
    this.#stage.replaceChildren(this.#picture.video);
    this.#controls = new Controls(this, this.#vms);
    this.#veil.after(this.#controls.element);
    this.#show('connecting');
    this.#picture.start();
    this.#endClock = tellClock(this.#vms.bridge, this.#vms.camera.id, this.#clock);
  }

  #stop() {
    clearTimeout(this.#settling);
    this.#endClock();
    this.#controls?.remove();
    this.#controls = null;
    for (const picture of [this.#picture, this.#next]) picture?.stop();
    this.#picture = this.#next = null;
  }

  #open() {
    const camera = this.#vms?.camera;
    if (!this.#vms || !camera) return null;
    const width = Math.round(this.clientWidth * devicePixelRatio);
    const picture = new Picture(this.#vms.bridge, camera.id, { width, sound: this.#sound });
    picture.video.setAttribute('aria-label', camera.name);
    picture.video.muted = !this.#sound;
    picture.addEventListener('state', () => this.#stands(picture));
    picture.addEventListener('camera', () => this.#draw());
    return picture;
  }

  /** Asks for another stream when the one that is shown is too small or too large for the view item. */
  #fit() {
    const fits = this.#picture?.told.fits;
    const width = this.clientWidth * devicePixelRatio;
    if (fits && this.#picture?.state === 'live' && (width <= fits[0] || width > fits[1])) this.#change();
  }

  #change() {
    this.#next?.stop();
    this.#next = this.#open();
    if (!this.#next) return;
    this.#stage.prepend(this.#next.video);
    this.#next.start();
  }

  /** @param {Picture} picture */
  #stands(picture) {
    if (picture === this.#next) {
      // One that cannot be had changes nothing of what is seen.
      if (picture.state === 'live') this.#replace(picture);
      else this.#next = (picture.stop(), null);
    }
    if (picture === this.#picture) this.#show(picture.state, picture.detail);
  }

  /** @param {Picture} next */
  #replace(next) {
    const before = this.#picture;
    this.#picture = next;
    this.#next = null;
    next.video.muted = !this.#sound;
    before?.stop();
    this.#draw();
  }

  /** Says what is known of the picture that is shown. */
  #draw() {
    const { recoded, smaller } = this.#picture?.told ?? {};
    this.#badge.textContent = recoded ? strings.live.recoded(recoded) : smaller ? strings.live.smaller(smaller) : '';
    this.#badge.hidden = !this.#badge.textContent;
    this.#controls?.draw();
  }

  /**
   * @param {State} state
   * @param {string} [detail]
   */
  #show(state, detail = '') {
    if (state === this.#state && detail === this.#detail) return;
    this.#state = state;
    this.#detail = detail;
    this.dataset['state'] = state;
    const symbol = icon(SYMBOLS[state]);
    this.#symbol.replaceWith(symbol);
    this.#symbol = symbol;
    this.#title.textContent = TITLES[state];
    this.#text.textContent = state === 'lost' ? `${detail} ${strings.live.retrying}`.trim() : detail;
    this.#text.title = this.#text.textContent;
    this.#veil.classList.toggle('told', Boolean(detail));
    this.#draw();
    this.dispatchEvent(new CustomEvent('vms-state', { bubbles: true, composed: true, detail: { state: state === 'ended' ? 'denied' : state, detail } }));
  }
}

if (!customElements.get('incident-live')) customElements.define('incident-live', IncidentLive);
