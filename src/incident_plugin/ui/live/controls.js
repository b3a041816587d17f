// What can be done with a live picture: a bar over its lower edge, seen while the pointer or the keyboard is there.

import { call, report } from '../common/api.js';
import { h, icon } from '../common/dom.js';
import { may } from '../common/permissions.js';
import { strings } from '../locales/en.js';
import '../status/incident-status.js';
import { delayOf } from './delay.js';
import { menu } from './menu.js';
import { MovePad } from './move-pad.js';
import { capture, copy, keep, mayCopy } from './snapshot.js';

/** @typedef {import('../../../../hooks/src/vms_hooks/page.d.ts').VmsContext} VmsContext */
/** @typedef {import('./incident-live.js').IncidentLive} IncidentLive */
/** @typedef {{token: string, name: string}} Preset */

/** How often the delay is measured while it can be seen, milliseconds. */
const MEASURED_EVERY = 1_000;

export class Controls {
  #live;
  #vms;
  #camera;
  /** @type {MovePad | null} */
  #pad = null;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #measuring;
  /** What the host has written above the view item, where that is not to be seen. */
  #name = h('span', { class: 'camera' });
  #figures = h('span', { class: 'figures', title: strings.live.figures });
  #sound = tool(() => this.#live.hear(!this.#live.heard), () => this.draw());
  #snapshot = tool(() => this.#keepPicture());
  #move = tool(() => this.#togglePad());
  #presets = tool(() => void this.#choosePreset());
  #full = tool(() => void this.#toggleFullScreen());
  #bar;
  /** What is being collected: a picture that fills the screen covers the bar of the page. @type {HTMLElement | null} */
  #status = null;

  /** @param {IncidentLive} live @param {VmsContext} vms */
  constructor(live, vms) {
    this.#live = live;
    this.#vms = vms;
    this.#camera = /** @type {NonNullable<VmsContext['camera']>} */ (vms.camera);
    this.#bar = h(
      'div', { class: 'bar', role: 'toolbar', 'aria-label': strings.live.tools.replace('{camera}', this.#camera.name) },
      this.#sound, this.#snapshot, this.#move, this.#presets, this.#full, this.#name, this.#figures,
    );
    this.#name.textContent = this.#camera.name;
    this.element = h('div', { class: 'controls' }, this.#bar);
    this.#bar.addEventListener('keydown', (event) => this.#along(event));
    // The view item behind it takes a double click for itself.
    this.element.addEventListener('dblclick', (event) => event.stopPropagation());
    for (const kind of ['pointerenter', 'focusin']) live.addEventListener(kind, this.#seen);
    for (const kind of ['pointerleave', 'focusout']) live.addEventListener(kind, this.#unseen);
    live.addEventListener('fullscreenchange', this.#redraw);
    name(this.#snapshot, 'snapshot', strings.live.snapshot);
    name(this.#move, 'move', strings.live.move);
    name(this.#presets, 'place', strings.live.presets);
    this.draw();
  }

  remove() {
    this.#closePad();
    clearInterval(this.#measuring);
    for (const kind of ['pointerenter', 'focusin']) this.#live.removeEventListener(kind, this.#seen);
    for (const kind of ['pointerleave', 'focusout']) this.#live.removeEventListener(kind, this.#unseen);
    this.#live.removeEventListener('fullscreenchange', this.#redraw);
    this.element.remove();
  }

  /** Ends a movement: its operator may be gone. */
  letGo() {
    this.#pad?.letGo();
  }

  /** Brings the bar up to date. */
  draw() {
    const { bridge } = this.#vms;
    const picture = this.#live.picture;
    const live = picture?.state === 'live';
    const movable = this.#camera.capabilities.includes('ptz') && may(bridge, 'cameras.ptz.manage');
    this.#sound.hidden = !picture?.told.sound;
    if (this.#live.heard) name(this.#sound, 'sound', strings.live.mute);
    else name(this.#sound, 'muted', strings.live.unmute);
    this.#snapshot.hidden = !may(bridge, 'cameras.snapshots.manage');
    this.#snapshot.disabled = !live;
    this.#move.hidden = this.#presets.hidden = !movable || picture?.state === 'denied';
    this.#move.setAttribute('aria-pressed', String(this.#pad !== null));
    if (this.#move.hidden) this.#closePad();
    this.#full.hidden = !document.fullscreenEnabled;
    const full = document.fullscreenElement === this.#live;
    if (full) name(this.#full, 'part', strings.live.partScreen);
    else name(this.#full, 'full', strings.live.fullScreen);
    this.#drawStatus(full);
    if (!live) this.#figures.textContent = '';
    this.#keepReachable();
  }

  /** @param {boolean} full */
  #drawStatus(full) {
    if (full === Boolean(this.#status)) return;
    this.#status?.remove();
    this.#status = full ? Object.assign(document.createElement('incident-status'), { vms: this.#vms }) : null;
    if (this.#status) this.element.prepend(this.#status);
  }

  #redraw = () => this.draw();

  #seen = () => {
    if (this.#measuring) return;
    void this.#measure();
    this.#measuring = setInterval(() => void this.#measure(), MEASURED_EVERY);
  };

  #unseen = () => {
    if (this.#live.matches(':hover, :focus-within')) return;
    clearInterval(this.#measuring);
    this.#measuring = undefined;
  };

  /** Says how large the picture is, and how long ago the server had it when it came on screen. */
  async #measure() {
    const picture = this.#live.picture;
    if (picture?.state !== 'live') return;
    const delay = await delayOf(picture);
    if (this.#live.picture !== picture || picture.state !== 'live') return;
    const { videoWidth, videoHeight } = picture.video;
    this.#figures.textContent = `${videoWidth} × ${videoHeight} · ${Math.round(delay)} ms`;
  }

  get #tools() {
    return [...this.#bar.querySelectorAll('button')].filter((one) => !one.hidden && !one.disabled);
  }

  /** Gives the Tab key one stop, whatever is hidden. */
  #keepReachable() {
    const tools = this.#tools;
    this.#reach(tools.find((one) => one.tabIndex === 0) ?? tools[0]);
  }

  /** @param {HTMLButtonElement | undefined} reached */
  #reach(reached) {
    for (const one of this.#bar.querySelectorAll('button')) one.tabIndex = one === reached ? 0 : -1;
  }

  /** Arrow keys go along the bar. @param {KeyboardEvent} event */
  #along(event) {
    const tools = this.#tools;
    const at = tools.findIndex((one) => one === event.target);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tools.length - 1 }[event.key];
    if (at < 0 || to === undefined) return;
    event.preventDefault();
    const next = tools[(to + tools.length) % tools.length];
    this.#reach(next);
    next?.focus();
  }

  #togglePad() {
    if (this.#pad) return this.#closePad();
    this.#pad = new MovePad(this.#vms.bridge, this.#camera, () => {
      this.#closePad();
      this.#move.focus();
    });
    this.element.prepend(this.#pad.element);
    this.#pad.element.focus();
    this.draw();
  }

  #closePad() {
    this.#pad?.remove();
    this.#pad = null;
    this.#move.setAttribute('aria-pressed', 'false');
  }

  #choosePreset() {
    const path = `ptz/presets/${encodeURIComponent(this.#camera.id)}`;
    const title = strings.live.presetsOf.replace('{camera}', this.#camera.name);
    const presets = this.#call('GET', path).then((answer) => /** @type {Preset[]} */ (answer?.presets ?? []));
    menu(this.#presets, title, presets.then((all) => all.map((one) => ({
      text: one.name, run: () => void this.#call('POST', path, { token: one.token }),
    }))), strings.live.noPresets);
  }

  /** Takes the picture at the press; what becomes of it is chosen afterwards. */
  #keepPicture() {
    const picture = this.#live.picture;
    if (!picture) return;
    const { bridge, clock } = this.#vms;
    const shot = capture(picture.video, this.#camera.name, clock?.now ?? Date.now(), bridge.timeZone);
    const path = `snapshots/${encodeURIComponent(this.#camera.id)}`;
    const allowed = (/** @type {() => Promise<string>} */ act) => async () => {
      try {
        await call(bridge, 'POST', path);
        bridge.notify({ kind: 'success', title: await act(), detail: shot.name });
      } catch (error) {
        report(bridge, error);
      }
    };
    menu(this.#snapshot, strings.live.snapshotOf.replace('{camera}', this.#camera.name), Promise.resolve([
      { text: strings.live.saveFile, run: allowed(() => keep(shot)) },
      ...(mayCopy() ? [{ text: strings.live.copy, run: allowed(() => copy(shot)) }] : []),
    ]));
  }

  async #toggleFullScreen() {
    if (document.fullscreenElement === this.#live) await document.exitFullscreen();
    else await this.#live.requestFullscreen();
  }

  /** @param {string} method @param {string} path @param {unknown} [body] */
  async #call(method, path, body) {
    try {
      return await call(this.#vms.bridge, method, path, body);
    } catch (error) {
      report(this.#vms.bridge, error);
      return undefined;
    }
  }
}

/** @param {...() => void} pressed */
function tool(...pressed) {
  return h('button', { type: 'button', class: 'tool', onclick: () => pressed.forEach((one) => one()) });
}

/** @param {HTMLElement} button @param {import('../common/dom.js').Icon} symbol @param {string} title */
function name(button, symbol, title) {
  if (button.title === title) return;
  button.title = title;
  button.setAttribute('aria-label', title);
  button.replaceChildren(icon(symbol));
}
