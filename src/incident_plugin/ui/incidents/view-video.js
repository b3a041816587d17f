// View video: a window that plays the sequences of one project.

import { call, Problem, report } from '../common/api.js';
import { showDialog } from '../common/dialog.js';
import { h, icon } from '../common/dom.js';
import { date, duration, time } from '../common/time.js';
import { zoneName } from '../common/zoned.js';
import { strings } from '../locales/en.js';
import { changeRate, step, viewsOf } from '../playback/stage.js';
import { Choices, intervalOf } from './video-choices.js';
import { factsOf } from './video-facts.js';
import { keepers } from './video-still.js';
import { videoSheet } from './video-style.js';
import { WindowClock } from './window-clock.js';

/** @typedef {import('../../../../hooks/src/vms_hooks/page.d.ts').VmsBridge} Bridge */
/** @typedef {import('../common/shapes.d.ts').Sequence} Sequence */

/**
 * @param {Bridge} bridge
 * @param {number} project
 * @param {Sequence[]} sequences in the order in which they are played
 * @param {string} [first] id of the sequence to begin with
 */
export async function viewVideo(bridge, project, sequences, first) {
  try {
    await Promise.all(['incident-playback', 'incident-playback-controls'].map((name) =>
      import(new URL(`../playback/${name}.js`, import.meta.url).href)));
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
  #facts = h('div', { class: 'facts', role: 'group', 'aria-label': strings.incidents.video.facts });
  #seek = h('input', { type: 'range', min: '0', step: '100', 'aria-label': strings.incidents.video.seek,
    oninput: () => this.#clock.seek(this.#clock.limits.start + Number(this.#seek.value)) });
  #play = h('button', { type: 'button', class: 'primary', autofocus: true, onclick: () => this.#toggle() });
  #controls = h('span', { class: 'controls' });
  #at = h('output', { class: 'at' });
  #position = h('span', { class: 'dim' });
  #told = h('span', { class: 'dim', role: 'status' });
  #all = h('input', { type: 'checkbox' });
  #choices;
  #frame = 0;

  /** @param {Bridge} bridge @param {number} project @param {Sequence[]} sequences */
  constructor(bridge, project, sequences) {
    this.#bridge = bridge;
    this.#project = project;
    this.#sequences = sequences;
    const texts = strings.incidents.video;
    /** @param {string} label @param {'back' | 'forward'} image @param {number} by */
    const jump = (label, image, by) => h('button', { type: 'button', class: 'quiet', title: label, 'aria-label': label,
      onclick: () => this.#jump(by) }, icon(image));
    this.#choices = new Choices(sequences, bridge.timeZone, {
      select: (sequence) => this.select(sequence), beside: () => this.#arrange() });
    this.element = h('div', { class: 'window', onkeydown: (/** @type {KeyboardEvent} */ event) => this.#keys(event) },
      h('div', { class: 'main' }, this.#stage, this.#facts, this.#seek,
        h('div', { class: 'row' }, jump(texts.back, 'back', -1000), this.#play, jump(texts.forward, 'forward', 1000),
          this.#controls, this.#at, this.#position),
        h('div', { class: 'row' }, ...keepers(bridge, () => viewsOf(this.#clock)[0], () => this.#clock.now, this.#told), this.#told)),
      h('aside', {}, h('h3', {}, texts.list), h('label', { class: 'row' }, this.#all, texts.playAll), this.#choices.element));
    this.#tick();
  }

  /** @param {Sequence | undefined} sequence */
  select(sequence) {
    if (!sequence) return;
    this.#current = sequence;
    this.#choices.mark(sequence);
    this.#arrange(intervalOf(sequence).start);
  }

  stop() {
    this.#clock.stop();
    cancelAnimationFrame(this.#frame);
    this.#stage.replaceChildren();
    this.#controls.replaceChildren();
  }

  /**
   * Shows the chosen sequence, and beside it those that were chosen too, by one clock.
   * @param {number} [at]
   */
  #arrange(at) {
    const current = this.#current;
    if (!current) return;
    const shown = [current, ...this.#choices.beside(current)];
    const start = Math.min(...shown.map((each) => intervalOf(each).start));
    const end = Math.max(...shown.map((each) => intervalOf(each).end));
    const was = this.#clock;
    was.stop();
    const clock = this.#clock = new WindowClock(start, end);
    clock.setRate(was.rate);
    clock.seek(at ?? was.now);
    clock.addEventListener('change', () => this.#draw());
    clock.addEventListener('end', () => this.#next());
    this.#seek.max = String(end - start);
    this.#stage.classList.toggle('several', shown.length > 1);
    this.#stage.replaceChildren(...shown.map((sequence) => this.#picture(sequence, shown.length > 1)));
    const controls = document.createElement('incident-playback-controls');
    Object.assign(controls, { vms: { mode: 'playback', clock, bridge: this.#bridge } });
    this.#controls.replaceChildren(controls);
    this.#facts.replaceChildren(...shown.map((sequence) => factsOf(this.#bridge, sequence, { start, end }, shown.length > 1)));
    for (const sequence of shown) void this.#tell(sequence);
    this.#draw();
  }

  /** @param {Sequence} sequence @param {boolean} named */
  #picture(sequence, named) {
    const { footage } = sequence;
    const camera = this.#bridge.cameras().find(({ id }) => id === footage.camera)
      ?? { id: footage.camera, name: footage.camera_name, group: '', capabilities: [] };
    const picture = document.createElement('incident-playback');
    Object.assign(picture, { limits: intervalOf(sequence),
      vms: { mode: 'playback', camera, clock: this.#clock, bridge: this.#bridge } });
    return h('figure', {}, picture, named ? h('figcaption', { class: 'small' }, footage.camera_name) : null);
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
  #jump(by) {
    this.#clock.pause();
    this.#clock.seek(this.#clock.now + by);
  }

  #next() {
    const { end } = this.#clock.limits;
    const following = this.#sequences[this.#sequences.findIndex(({ id }) => id === this.#current?.id) + 1];
    // What was shown beside, in step, is not played once more.
    const later = following && this.#choices.beside(/** @type {Sequence} */ (this.#current)).includes(following)
      ? this.#sequences.find((each) => intervalOf(each).start >= end) : following;
    if (!this.#all.checked || !later) return;
    this.select(later);
    this.#clock.play();
  }

  /** @param {KeyboardEvent} event */
  #keys(event) {
    if (event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement) return;
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === ' ' && event.target instanceof HTMLButtonElement) return;
    const act = {
      ' ': () => this.#toggle(),
      ArrowLeft: () => this.#jump(-1000),
      ArrowRight: () => this.#jump(1000),
      ',': () => step(this.#clock, -1),
      '.': () => step(this.#clock, 1),
      j: () => changeRate(this.#clock, -1),
      k: () => this.#clock.pause(),
      l: () => (this.#clock.paused ? this.#clock.play() : changeRate(this.#clock, 1)),
    }[event.key];
    if (!act) return;
    act();
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
    const { now, limits: { start } } = this.#clock;
    this.#seek.value = String(now - start);
    this.#seek.setAttribute('aria-valuetext', time(now, zone));
    this.#at.textContent = `${date(now, zone)} ${time(now, zone)} ${zoneName(now, zone)}`;
    this.#position.textContent = `${duration(Math.floor((now - start) / 1000) * 1000)} / ${duration(Number(this.#seek.max))}`;
  }
}

