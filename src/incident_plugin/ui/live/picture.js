// One picture of a camera in a video element of its own: connects, says how it stands, and keeps on trying.

import { h } from '../common/dom.js';
import { strings } from '../locales/en.js';
import { Refusal, watch } from './whep.js';

/** @typedef {import('../../../../hooks/src/vms_hooks/page.d.ts').VmsBridge} Bridge */
/** @typedef {import('./whep.js').Wish} Wish */
/** @typedef {import('./whep.js').CameraState} CameraState */
/** @typedef {import('./whep.js').Asking} Asking */
/** @typedef {'connecting' | 'live' | 'lost' | 'denied' | 'ended' | 'unsupported'} State */

/** Waits before trying again, in milliseconds; the last one is repeated. */
const RETRIES = [500, 1_000, 2_000, 4_000, 5_000];

/** Wait before asking again whether the camera may be seen, milliseconds: rights seldom come back. */
const DENIED_RETRY = 10_000;

/** A picture older than this is not live, whatever the connection says; milliseconds. */
const STALLED = 3_000;

/** Fires `state` when `state` or `detail` changed, and `camera` when `told` did. */
export class Picture extends EventTarget {
  #bridge;
  #camera;
  #stop = new AbortController();
  #failures = 0;
  /** @type {State} */
  state = 'connecting';
  detail = '';
  /** What the server said last of the camera. @type {CameraState} */
  told = { state: 'connecting', detail: '' };
  /** Asks the server for the time of its pictures; nothing without a connection. @type {Asking | null} */
  ask = null;

  /** @param {Bridge} bridge @param {string} camera @param {Wish} wish */
  constructor(bridge, camera, wish) {
    super();
    this.#bridge = bridge;
    this.#camera = camera;
    this.wish = wish;
    this.video = h('video', { muted: true, autoplay: true, playsInline: true, disablePictureInPicture: true, tabIndex: -1 });
  }

  /** Whether nothing more comes of it. */
  get stopped() {
    return this.#stop.signal.aborted;
  }

  start() {
    this.#watchForStall();
    void this.#keepWatching();
  }

  stop() {
    this.#stop.abort();
    this.video.srcObject = null;
    this.video.remove();
  }

  async #keepWatching() {
    const { signal } = this.#stop;
    for (; !signal.aborted; this.#failures += 1) {
      let denied = false;
      try {
        await watch(this.#bridge, this.#camera, this.wish, this.#listener(), signal);
      } catch (error) {
        if (signal.aborted) return;
        const refusal = error instanceof Refusal ? error : new Refusal(String(error));
        if (refusal.status === 401) return this.#say('ended', strings.live.endedDetail);
        if (refusal.permanent) return this.#say('unsupported', refusal.message);
        denied = refusal.denied;
        if (denied) this.#say('denied', strings.live.deniedDetail);
        else this.#say('lost', refusal.message);
      } finally {
        this.ask = null;
      }
      const retry = RETRIES[Math.min(this.#failures, RETRIES.length - 1)] ?? 0;
      await pause(denied ? DENIED_RETRY : retry, signal);
    }
  }

  /** Says so when pictures stop coming: a network that went silent is found much later. */
  #watchForStall() {
    let since = performance.now();
    const seen = () => {
      if (this.stopped) return;
      since = performance.now();
      if (this.detail === strings.live.stalled) this.#say('live');
      this.video.requestVideoFrameCallback(seen);
    };
    this.video.requestVideoFrameCallback(seen);
    const timer = setInterval(() => {
      // A page that nobody sees is shown no pictures.
      if (this.state !== 'live' || document.hidden) since = performance.now();
      else if (performance.now() - since >= STALLED) this.#say('lost', strings.live.stalled);
    }, STALLED / 6);
    this.#stop.signal.addEventListener('abort', () => clearInterval(timer), { once: true });
  }

  /** @returns {import('./whep.js').Listener} */
  #listener() {
    const waitForPicture = () => this.video.requestVideoFrameCallback(() => {
      if (this.stopped || this.told.state === 'lost') return;
      this.#failures = 0;
      this.#say('live', this.told.detail);
    });
    return {
      onPicture: (stream) => {
        if (this.stopped) return;
        if (this.video.srcObject !== stream) this.video.srcObject = stream;
        waitForPicture();
      },
      onCamera: (state) => {
        if (this.stopped) return;
        this.told = state;
        this.dispatchEvent(new Event('camera'));
        if (state.state === 'lost') this.#say('lost', state.detail);
        else waitForPicture();
      },
      onNetwork: (connected) => {
        if (this.stopped) return;
        if (connected) waitForPicture();
        else this.#say('lost', strings.live.interrupted);
      },
      onChannel: (ask) => { this.ask = ask; },
    };
  }

  /** @param {State} state @param {string} [detail] */
  #say(state, detail = '') {
    if (state === this.state && detail === this.detail) return;
    this.state = state;
    this.detail = detail;
    this.dispatchEvent(new Event('state'));
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
