// <incident-live>: fills a view item with a camera's live picture and says so whenever there is none.

import { h } from '../common/dom.js';
import { sheet as common } from '../common/style.js';
import { strings } from '../locales/en.js';
import { sheet } from './style.js';
import { Refusal, watch } from './whep.js';

/** @typedef {import('../../../../hooks/src/vms_hooks/page.d.ts').VmsContext} VmsContext */
/** @typedef {'connecting' | 'live' | 'lost' | 'denied' | 'unsupported'} State */

/** Waits before trying again, in milliseconds; the last one is repeated. */
const RETRIES = [500, 1_000, 2_000, 4_000, 5_000];

/** A picture older than this is not live, whatever the connection says; milliseconds. */
const STALLED = 3_000;

const SVG = 'http://www.w3.org/2000/svg';

/** Outlines on a grid of 16 by 16. */
const SYMBOLS = {
  connecting: 'M2 5h8v6H2zM10 7.500l4-2v5l-4-2',
  live: '',
  lost: 'M8 2l6.500 11.500h-13zM8 6.500v3.500M8 11.800v.4',
  denied: 'M4 7.500h8v6H4zM5.500 7.500v-2a2.500 2.500 0 0 1 5 0v2',
  unsupported: 'M8 2a6 6 0 1 0 0 12a6 6 0 1 0 0-12zM3.800 3.800l8.400 8.400',
};

const TITLES = {
  connecting: strings.live.connecting,
  live: '',
  lost: strings.live.lost,
  denied: strings.live.denied,
  unsupported: strings.live.unsupported,
};

/**
 * Connects while it is attached and has a camera, and keeps on trying. Fires bubbling `vms-state` events with
 * `{state, detail}`.
 */
export class IncidentLive extends HTMLElement {
  /** @type {VmsContext | null} */
  #vms = null;
  /** @type {AbortController | null} */
  #run = null;
  /** @type {State | ''} */
  #state = '';
  #detail = '';
  #video = h('video', { muted: true, autoplay: true, playsInline: true, disablePictureInPicture: true });
  #symbol = document.createElementNS(SVG, 'path');
  #title = h('p', { class: 'title' });
  #text = h('p', { class: 'detail' });
  #veil = h('div', { class: 'veil', role: 'status' });
  #leave = () => this.#stop();
  #return = () => this.#start();

  constructor() {
    super();
    const svg = document.createElementNS(SVG, 'svg');
    svg.setAttribute('viewBox', '0 0 16 16');
    svg.setAttribute('aria-hidden', 'true');
    svg.append(this.#symbol);
    this.#veil.append(svg, this.#title, this.#text);
    const root = this.attachShadow({ mode: 'open' });
    root.adoptedStyleSheets = [common, sheet];
    root.append(this.#video, this.#veil);
  }

  get vms() {
    return this.#vms;
  }

  /** @param {VmsContext | null} context */
  set vms(context) {
    const same = context?.camera?.id === this.#vms?.camera?.id && context?.bridge === this.#vms?.bridge;
    this.#vms = context;
    this.#video.setAttribute('aria-label', context?.camera?.name ?? '');
    if (same) return;
    this.#stop();
    this.#start();
  }

  connectedCallback() {
    window.addEventListener('pagehide', this.#leave);
    window.addEventListener('pageshow', this.#return);
    this.#start();
  }

  disconnectedCallback() {
    window.removeEventListener('pagehide', this.#leave);
    window.removeEventListener('pageshow', this.#return);
    // Being moved in the page is no reason to lose the picture.
    queueMicrotask(() => {
      if (!this.isConnected) this.#stop();
    });
  }

  #start() {
    if (this.#run || !this.isConnected || !this.#vms?.camera) return;
    this.#run = new AbortController();
    this.#show('connecting');
    this.#watchForStall(this.#run.signal);
    void this.#keepWatching(this.#vms, this.#vms.camera.id, this.#run.signal);
  }

  #stop() {
    this.#run?.abort();
    this.#run = null;
    this.#video.srcObject = null;
  }

  /**
   * @param {VmsContext} vms
   * @param {string} camera
   * @param {AbortSignal} signal
   */
  async #keepWatching({ bridge }, camera, signal) {
    for (let failures = 0; !signal.aborted; failures += 1) {
      try {
        await watch(bridge, camera, this.#listener(signal, () => { failures = 0; }), signal);
      } catch (error) {
        if (signal.aborted) return;
        const refusal = error instanceof Refusal ? error : new Refusal(String(error));
        if (refusal.denied) return this.#show('denied', strings.live.deniedDetail);
        if (refusal.permanent) return this.#show('unsupported', refusal.message);
        this.#show('lost', refusal.message);
      }
      await pause(RETRIES[Math.min(failures, RETRIES.length - 1)] ?? 0, signal);
    }
  }

  /**
   * Says so when pictures stop coming: a network that went silent is found much later.
   * @param {AbortSignal} signal
   */
  #watchForStall(signal) {
    let since = performance.now();
    const seen = () => {
      if (signal.aborted) return;
      since = performance.now();
      if (this.#detail === strings.live.stalled) this.#show('live');
      this.#video.requestVideoFrameCallback(seen);
    };
    this.#video.requestVideoFrameCallback(seen);
    const timer = setInterval(() => {
      // A page that nobody sees is shown no pictures.
      if (this.#state !== 'live' || document.hidden) since = performance.now();
      else if (performance.now() - since >= STALLED) this.#show('lost', strings.live.stalled);
    }, STALLED / 6);
    signal.addEventListener('abort', () => clearInterval(timer), { once: true });
  }

  /**
   * @param {AbortSignal} signal
   * @param {() => void} onFirst called with each first picture after a break
   * @returns {import('./whep.js').Listener}
   */
  #listener(signal, onFirst) {
    let told = { state: 'live', detail: '' };
    const waitForPicture = () => this.#video.requestVideoFrameCallback(() => {
      if (signal.aborted || told.state === 'lost') return;
      onFirst();
      this.#show('live', told.detail);
    });
    return {
      onPicture: (stream) => {
        if (signal.aborted) return;
        this.#video.srcObject = stream;
        waitForPicture();
      },
      onCamera: (state) => {
        if (signal.aborted) return;
        told = state;
        if (state.state === 'lost') this.#show('lost', state.detail);
        else waitForPicture();
      },
      onNetwork: (connected) => {
        if (signal.aborted) return;
        if (connected) waitForPicture();
        else this.#show('lost', strings.live.interrupted);
      },
    };
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
    this.#symbol.setAttribute('d', SYMBOLS[state]);
    this.#title.textContent = TITLES[state];
    this.#text.textContent = state === 'lost' ? `${detail} ${strings.live.retrying}`.trim() : detail;
    this.#veil.classList.toggle('told', Boolean(detail));
    this.dispatchEvent(new CustomEvent('vms-state', { bubbles: true, composed: true, detail: { state, detail } }));
  }
}

/**
 * @param {number} milliseconds
 * @param {AbortSignal} signal ends the wait early
 * @returns {Promise<void>}
 */
function pause(milliseconds, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    }, { once: true });
  });
}

if (!customElements.get('incident-live')) customElements.define('incident-live', IncidentLive);
