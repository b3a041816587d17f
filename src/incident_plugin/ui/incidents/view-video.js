// View video: a window that plays the sequences of one project.

import { Problem, call, report } from '../common/api.js';
import { showDialog } from '../common/dialog.js';
import { h, icon } from '../common/dom.js';
import { date, duration, time } from '../common/time.js';
import { zoneName } from '../common/zoned.js';
import { strings } from '../locales/en.js';
import { videoSheet } from './video-style.js';
import { WindowClock } from './window-clock.js';

/** @typedef {import('../../../../hooks/src/vms_hooks/page.d.ts').VmsBridge} Bridge */
/** @typedef {import('../common/shapes.d.ts').Sequence} Sequence */

/** @param {Sequence} sequence */
const intervalOf = ({ footage: { interval } }) => ({ start: Date.parse(interval.start), end: Date.parse(interval.end) });

/**
 * @param {Bridge} bridge
 * @param {number} project
 * @param {Sequence[]} sequences in the order in which they are played
 * @param {string} [first] id of the sequence to begin with
 */
export async function viewVideo(bridge, project, sequences, first) {
  try {
    await import(new URL('../playback/incident-playback.js', import.meta.url).href);
  } catch {
    bridge.notify({ kind: 'error', title: strings.incidents.failures.action, detail: strings.incidents.video.noPlayer });
    return;
  }
  const ordered = [...sequences].sort((a, b) => intervalOf(a).start - intervalOf(b).start);
  const player = new Player(bridge, project, ordered);
  const closed = showDialog(strings.incidents.video.title(project), () => [player.element], { wide: true, sheets: [videoSheet] });
  player.select(ordered.find((sequence) => sequence.id === first) ?? ordered[0]);
  await closed;
  player.stop();
}

class Player {
  #bridge;
  #project;
  #sequences;
  /** @type {Set<string>} */
  #viewed = new Set();
  /** @type {Sequence | undefined} */
  #current;
  #clock = new WindowClock(0, 0);
  #stage = h('div', { class: 'stage' });
  #seek = h('input', { type: 'range', min: '0', step: '100', 'aria-label': strings.incidents.video.seek,
    oninput: () => this.#clock.seek(this.#start + Number(this.#seek.value)) });
  #play = h('button', { type: 'button', class: 'primary', autofocus: true, onclick: () => this.#toggle() });
  #at = h('output', { class: 'at' });
  #position = h('span', { class: 'dim' });
  #all = h('input', { type: 'checkbox' });
  #list = h('div', { class: 'choices', role: 'listbox', tabIndex: 0, 'aria-label': strings.incidents.video.list,
    onkeydown: (/** @type {KeyboardEvent} */ event) => this.#arrows(event) });
  #frame = 0;

  /** @param {Bridge} bridge @param {number} project @param {Sequence[]} sequences */
  constructor(bridge, project, sequences) {
    this.#bridge = bridge;
    this.#project = project;
    this.#sequences = sequences;
    const texts = strings.incidents.video;
    /** @param {string} label @param {'stepBack' | 'stepForward'} image @param {number} by */
    const step = (label, image, by) => h('button', { type: 'button', class: 'quiet', title: label, 'aria-label': label,
      onclick: () => this.#step(by) }, icon(image));
    this.#list.append(...sequences.map((sequence) => this.#choice(sequence)));
    this.element = h('div', { class: 'window', onkeydown: (/** @type {KeyboardEvent} */ event) => this.#keys(event) },
      h('div', { class: 'main' }, this.#stage, this.#seek,
        h('div', { class: 'row' }, step(texts.back, 'stepBack', -1000), this.#play, step(texts.forward, 'stepForward', 1000),
          this.#at, this.#position)),
      h('aside', {}, h('h3', {}, texts.list), h('label', { class: 'row' }, this.#all, texts.playAll), this.#list));
    this.#tick();
  }

  get #start() {
    return this.#current ? intervalOf(this.#current).start : 0;
  }

  /** @param {Sequence | undefined} sequence */
  select(sequence) {
    if (!sequence) return;
    this.#clock.stop();
    this.#current = sequence;
    const { start, end } = intervalOf(sequence);
    const clock = this.#clock = new WindowClock(start, end);
    clock.addEventListener('change', () => this.#draw());
    clock.addEventListener('end', () => this.#next());
    this.#seek.max = String(end - start);
    this.#stage.replaceChildren(this.#picture(sequence));
    for (const element of this.#list.children) {
      element.setAttribute('aria-selected', String(/** @type {HTMLElement} */ (element).dataset.key === sequence.id));
    }
    void this.#tell(sequence);
    this.#draw();
  }

  stop() {
    this.#clock.stop();
    cancelAnimationFrame(this.#frame);
    this.#stage.replaceChildren();
  }

  /** @param {Sequence} sequence */
  #picture({ footage }) {
    const camera = this.#bridge.cameras().find(({ id }) => id === footage.camera)
      ?? { id: footage.camera, name: footage.camera_name, group: '', capabilities: [] };
    const picture = document.createElement('incident-playback');
    Object.assign(picture, { vms: { mode: 'playback', camera, clock: this.#clock, bridge: this.#bridge } });
    return picture;
  }

  /** The activity log says who viewed which sequence, once for each time the window is opened. @param {Sequence} sequence */
  async #tell(sequence) {
    if (this.#viewed.has(sequence.id)) return;
    this.#viewed.add(sequence.id);
    try {
      await call(this.#bridge, 'POST', `projects/${this.#project}/viewed`, { sequence: sequence.id });
    } catch (error) {
      if (error instanceof Problem) this.#viewed.delete(sequence.id);
      report(this.#bridge, error);
    }
  }

  #toggle() {
    if (this.#clock.paused) this.#clock.play();
    else this.#clock.pause();
  }

  /** @param {number} by milliseconds */
  #step(by) {
    this.#clock.pause();
    this.#clock.seek(this.#clock.now + by);
  }

  #next() {
    const following = this.#sequences[this.#sequences.findIndex(({ id }) => id === this.#current?.id) + 1];
    if (!this.#all.checked || !following) return;
    this.select(following);
    this.#clock.play();
  }

  /** @param {Sequence} sequence */
  #choice(sequence) {
    const { start, end } = intervalOf(sequence);
    const zone = this.#bridge.timeZone;
    return h('div', { role: 'option', 'data-key': sequence.id, 'aria-selected': 'false', onclick: () => this.select(sequence) },
      h('div', { class: 'ellipsis' }, sequence.footage.camera_name),
      h('div', { class: 'dim small' }, `${date(start, zone)} ${time(start, zone)} · ${duration(end - start)}`));
  }

  /** @param {KeyboardEvent} event */
  #arrows(event) {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    const wanted = this.#sequences.findIndex(({ id }) => id === this.#current?.id) + by;
    this.select(this.#sequences[wanted]);
    this.#list.children[wanted]?.scrollIntoView({ block: 'nearest' });
  }

  /** @param {KeyboardEvent} event */
  #keys(event) {
    const inField = event.target instanceof HTMLInputElement;
    if (event.key === ' ' && !inField && !(event.target instanceof HTMLButtonElement)) this.#toggle();
    else if (event.key === 'ArrowLeft' && !inField) this.#step(-1000);
    else if (event.key === 'ArrowRight' && !inField) this.#step(1000);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  #tick() {
    this.#frame = requestAnimationFrame(() => this.#tick());
    if (!this.#clock.paused) this.#drawTime();
  }

  #draw() {
    const { play, pause } = strings.incidents.video;
    this.#play.replaceChildren(icon(this.#clock.paused ? 'play' : 'pause'), this.#clock.paused ? play : pause);
    this.#drawTime();
  }

  #drawTime() {
    const zone = this.#bridge.timeZone;
    const { now } = this.#clock;
    this.#seek.value = String(now - this.#start);
    this.#seek.setAttribute('aria-valuetext', time(now, zone));
    this.#at.textContent = `${date(now, zone)} ${time(now, zone)} ${zoneName(now, zone)}`;
    this.#position.textContent = `${duration(Math.floor((now - this.#start) / 1000) * 1000)} / ${duration(Number(this.#seek.max))}`;
  }
}
