// The icon "Add to incident project" at the bottom right of a view item, with its menu and steps.

import { Problem, call } from '../common/api.js';
import { Contributed } from '../common/contributed.js';
import { h, icon } from '../common/dom.js';
import { may } from '../common/permissions.js';
import { clockOf } from '../common/recorder-clock.js';
import { dateTime, duration, utcTitle } from '../common/time.js';
import { showDrafts } from '../drafts/drafts-dialog.js';
import { strings } from '../locales/en.js';
import { finish } from './finish.js';
import { picks } from './picks.js';
import { addSheet } from './style.js';

/** @typedef {import('../common/contributed.js').Context} Context */
/** @typedef {import('./picks.js').Destination} Destination */
/** @typedef {import('./picks.js').Camera} Camera */
/** @typedef {import('./picks.js').Pick} Pick */

/** How far before now playback begins when the operator comes from live. */
const BACK = 10_000;
/** Seconds from which on it is told how far a recorder's clock is off: the time in its picture is another one. */
const OFF = 1;

const TITLES = { draft: strings.drafts.add, new: strings.add.toNew, existing: strings.add.toExisting };

export class IncidentAdd extends Contributed {
  #busy = false;
  /** What of the pick the popover shows. */
  #drawn = '';

  constructor() {
    super();
    this.root.adoptedStyleSheets.push(addSheet);
    this.badge = h('span', { class: 'badge', hidden: true });
    this.button = h('button', { type: 'button', class: 'icon', title: strings.add.icon, 'aria-label': strings.add.icon,
      'aria-haspopup': 'menu', onclick: () => this.#pressed() }, icon('addToProject'), this.badge);
    this.hintText = h('span', {});
    this.giveUp = h('button', { type: 'button', class: 'quiet', title: strings.common.cancel,
      'aria-label': strings.common.cancel, onclick: () => this.#end() }, icon('close'));
    this.hint = h('div', { class: 'hint', role: 'status', hidden: true }, this.hintText, this.giveUp);
    this.popup = h('div', { popover: 'auto', class: 'popup', onkeydown: (/** @type {KeyboardEvent} */ event) => this.#key(event),
      onbeforetoggle: (/** @type {ToggleEvent} */ event) => {
        // Chromium gives the keyboard back by itself, but not within a shadow tree.
        if (event.newState === 'closed' && this.popup.contains(this.root.activeElement)) this.button.focus();
      } });
    this.root.append(this.hint, this.button, this.popup);
  }

  /** @override */
  attached() {
    this.listen(picks, 'change', () => this.#draw());
    const seen = new IntersectionObserver(() => this.#arrive());
    seen.observe(this);
    this.until(() => seen.disconnect());
  }

  /** @override */
  changed() {
    this.#draw();
  }

  get #pick() {
    return this.vms?.camera && picks.of(this.vms.camera.id);
  }

  #pressed() {
    const pick = this.#pick;
    if (pick?.step.startsWith('seek') && this.vms) picks.take(pick.camera.id, this.vms.clock);
    this.#open();
  }

  /** @param {{added?: boolean}} [how] */
  #end(how) {
    if (this.vms?.camera) picks.end(this.vms.camera.id, how);
    this.popup.hidePopover();
    // To the view item, where the keys for playing work again; on the icon Space would open the menu.
    const around = this.parentElement?.closest('[tabindex]');
    (around instanceof HTMLElement ? around : this.button).focus();
  }

  /** @param {'start' | 'end'} which */
  #seek(which) {
    const context = this.vms;
    if (!context?.camera) return;
    this.popup.hidePopover();
    this.button.focus();
    picks.seek(context.camera.id, which);
    if (context.mode === 'live') this.#toPlayback(context, context.camera.id);
  }

  /**
   * @param {Context} context
   * @param {string} camera
   */
  #toPlayback({ bridge, clock }, camera) {
    bridge.navigate({ tab: 'playback', camera, at: clock.now - BACK });
  }

  /** Shows the next step when the operator has come here from live for it. */
  #arrive() {
    const pick = this.#pick;
    if (!pick?.arriving || this.vms?.mode !== 'playback' || !this.checkVisibility()) return;
    picks.arrived(pick.camera.id, this.vms.clock);
    this.#open();
  }

  #draw() {
    const pick = this.#pick;
    this.hidden = !this.vms?.camera;
    this.badge.hidden = !pick;
    const seeking = pick?.step === 'seek-start' || pick?.step === 'seek-end';
    const adding = picks.isAdding(this.vms?.camera?.id ?? '');
    this.hint.hidden = !seeking && !adding;
    this.giveUp.hidden = adding;
    this.hintText.textContent = adding ? strings.add.adding : pick?.step === 'seek-start' ? strings.add.seekStart
      : pick?.step === 'seek-end' ? strings.add.seekEnd : '';
    this.button.classList.toggle('active', Boolean(pick));
    this.button.title = pick && !seeking ? strings.add.offered : strings.add.icon;
    if (this.popup.matches(':popover-open') && this.#drawn !== JSON.stringify(pick)) {
      if (!pick || seeking) this.popup.hidePopover();
      else this.#open();
    }
    this.#arrive();
  }

  #open() {
    const pick = this.#pick;
    this.#drawn = JSON.stringify(pick);
    const content = pick ? this.#step(pick) : this.#menu();
    this.popup.replaceChildren(...content);
    if (pick) {
      this.popup.setAttribute('role', 'dialog');
      this.popup.setAttribute('aria-label', TITLES[pick.destination]);
    } else {
      this.popup.setAttribute('role', 'menu');
      this.popup.setAttribute('aria-label', strings.add.icon);
    }
    if (!this.popup.matches(':popover-open')) this.popup.showPopover();
    place(this.popup, this.button);
    const first = this.popup.querySelector('button.primary:enabled') ?? this.popup.querySelector('button:enabled');
    if (first instanceof HTMLElement) first.focus();
  }

  #menu() {
    const allowed = this.vms ? may(this.vms.bridge, 'projects.manage') : false;
    const entry = (/** @type {string} */ label, /** @type {() => void} */ act, /** @type {Parameters<typeof icon>[0]} */ symbol) =>
      h('button', { type: 'button', role: 'menuitem', class: 'entry', disabled: !allowed, onclick: act }, icon(symbol), label);
    return [
      entry(TITLES.draft, () => this.#choose('draft'), 'list'),
      entry(TITLES.new, () => this.#choose('new'), 'add'),
      entry(TITLES.existing, () => this.#choose('existing'), 'folder'),
      entry(strings.drafts.view, () => {
        this.popup.hidePopover();
        if (this.vms) void showDrafts(this.vms.bridge);
      }, 'film'),
      ...(allowed ? [] : [h('p', { class: 'dim small' }, strings.projects.denied)]),
    ];
  }

  /** @param {Destination} destination */
  #choose(destination) {
    const context = this.vms;
    if (!context?.camera) return;
    const { camera, clock, bridge } = context;
    const marked = clock.markStart !== null && clock.markEnd !== null;
    if (context.mode === 'playback' || marked) {
      picks.begin(camera, destination, clock, () => bridge.view());
    } else {
      this.popup.hidePopover();
      picks.beginElsewhere(camera, destination, () => bridge.view());
      this.#toPlayback(context, camera.id);
    }
  }

  /** @param {Pick} pick */
  #step(pick) {
    const cancel = h('button', { type: 'button', onclick: () => this.#end() }, strings.common.cancel);
    const select = (/** @type {'start' | 'end'} */ which, /** @type {string} */ label, name = 'primary') =>
      h('button', { type: 'button', class: name, onclick: () => this.#seek(which) }, label);
    const head = h('h3', {}, TITLES[pick.destination], h('span', { class: 'dim' }, ` ${pick.camera.name}`));
    if (pick.step === 'offer-start') {
      return [head, h('footer', {}, cancel, select('start', strings.add.selectStart))];
    }
    if (pick.step === 'offer-end') {
      return [head, this.#times(pick, select), h('footer', {}, cancel, select('end', strings.add.selectEnd))];
    }
    return [head, this.#times(pick, select), ...this.#confirm(pick, cancel)];
  }

  /**
   * @param {Pick} pick
   * @param {(which: 'start' | 'end', label: string, name: string) => HTMLElement} select
   */
  #times({ start, end }, select) {
    const zone = this.vms?.bridge.timeZone ?? 'UTC';
    const row = (/** @type {string} */ title, /** @type {number} */ at, /** @type {'start' | 'end'} */ which) => [
      h('dt', {}, title),
      h('dd', { title: utcTitle(at) }, dateTime(at, zone)),
      h('dd', {}, select(which, strings.add.again, 'quiet small')),
    ];
    return h('dl', {},
      start === null ? null : row(strings.common.start, start, 'start'),
      end === null ? null : row(strings.common.end, end, 'end'),
      start === null || end === null || end <= start ? null
        : [h('dt', {}, strings.common.length), h('dd', {}, duration(end - start)), h('dd', {})]);
  }

  /**
   * @param {Pick} pick
   * @param {HTMLElement} cancel
   */
  #confirm(pick, cancel) {
    const problem = h('p', { class: 'error', role: 'alert', hidden: true });
    const { start, end } = pick;
    const all = this.#all(pick);
    const pictures = h('div', { class: 'ends' });
    const clock = h('p', { class: 'dim small', role: 'status', hidden: true });
    const ok = h('button', { type: 'button', class: 'primary', onclick: async () => {
      if (this.#busy || start === null || end === null || !this.vms) return;
      this.#busy = true;
      // Not disabled: it would lose the keyboard.
      ok.textContent = strings.add.adding;
      problem.hidden = true;
      // The dialogs come over the page; behind them the popover would only be in the way.
      if (pick.destination !== 'draft') this.popup.hidePopover();
      try {
        if (await finish[pick.destination](this.vms.bridge, { cameras: all.cameras(), start, end })) this.#end({ added: true });
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        show(problem, error.title, error.detail);
      } finally {
        this.#busy = false;
        ok.textContent = strings.add.ok;
      }
    } }, strings.add.ok);
    if (start !== null && end !== null && end <= start) {
      show(problem, end < start ? strings.add.endFirst : strings.add.noLength);
      ok.disabled = true;
    } else {
      void this.#look(pick, problem, pictures);
      void this.#tellClock(pick, clock);
    }
    return [pictures, clock, ...(all.element ? [all.element] : []), problem, h('footer', {}, cancel, ok)];
  }

  /**
   * Offers the other cameras of the view at the same time.
   * @param {Pick} pick
   */
  #all({ camera }) {
    const viewed = this.vms?.bridge.view().cameras ?? [];
    const others = viewed.filter(({ id }) => id !== camera.id);
    const box = h('input', { type: 'checkbox' });
    return {
      element: others.length > 0 ? h('label', { class: 'row' }, box, strings.add.allOfView(others.length + 1)) : null,
      cameras: () => (box.checked ? [camera, ...others] : [camera]),
    };
  }

  /**
   * What is seen at a chosen time, from the key picture before it; nothing where there is none.
   * @param {Camera} camera
   * @param {number} at
   */
  #thumbnail(camera, at) {
    const query = new URLSearchParams({ at: new Date(at).toISOString(), width: '160' });
    const address = this.vms?.bridge.url(`stills/${encodeURIComponent(camera.id)}?${query}`) ?? '';
    return h('img', { class: 'thumbnail', src: address, alt: '', width: 160, height: 90,
      onerror: (/** @type {Event} */ event) => /** @type {Element} */ (event.target).remove() });
  }

  /**
   * Says beforehand when there is nothing to add, so that nobody fills in a form for it.
   * @param {Pick} pick
   * @param {HTMLElement} problem
   * @param {HTMLElement} pictures where both ends are shown, as far as they are recorded
   */
  async #look({ camera, start, end }, problem, pictures) {
    if (!this.vms || start === null || end === null) return;
    const query = new URLSearchParams({ start: new Date(start).toISOString(), end: new Date(end).toISOString() });
    try {
      const { spans } = await call(this.vms.bridge, 'GET', `recorded/${encodeURIComponent(camera.id)}?${query}`);
      if (spans.length === 0) show(problem, strings.add.noVideo);
      const recorded = (/** @type {number} */ at) => spans.some((/** @type {{start: string, end: string}} */ span) =>
        Date.parse(span.start) <= at && at < Date.parse(span.end));
      pictures.replaceChildren(...[start, end - 1].map((at, place) => h('figure', {},
        recorded(at) ? this.#thumbnail(camera, at) : h('span', { class: 'dim small' }, strings.add.notRecorded),
        h('figcaption', { class: 'small dim' }, place === 0 ? strings.common.start : strings.common.end))));
    } catch (error) {
      // The recorder may answer again by the time the sequence is added; what is wrong then is said then.
      if (!(error instanceof Problem)) throw error;
    }
  }

  /**
   * Says why the time in the picture is not the chosen one.
   * @param {Pick} pick
   * @param {HTMLElement} words
   */
  async #tellClock({ camera }, words) {
    if (!this.vms) return;
    try {
      const { offset, uncertainty } = await clockOf(this.vms.bridge, camera.id);
      words.hidden = Math.abs(offset) < Math.max(OFF, uncertainty);
      words.textContent = strings.common.clock(offset, uncertainty);
    } catch (error) {
      // What is wrong with the recorder is said where its video is looked for.
      if (!(error instanceof Problem)) throw error;
    }
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (this.popup.getAttribute('role') !== 'menu') return;
    const entries = [...this.popup.querySelectorAll('button')];
    const at = entries.indexOf(/** @type {HTMLButtonElement} */ (this.root.activeElement));
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: entries.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    entries[(to + entries.length) % entries.length]?.focus();
  }
}

/**
 * @param {HTMLElement} problem
 * @param {string} title
 * @param {string} [detail]
 */
function show(problem, title, detail = '') {
  problem.replaceChildren(h('strong', {}, title), ' ', detail);
  problem.hidden = false;
}

/**
 * Puts the popover over the icon, right edges together, inside the window.
 * @param {HTMLElement} popup
 * @param {HTMLElement} button
 */
function place(popup, button) {
  const anchor = button.getBoundingClientRect();
  const { width, height } = popup.getBoundingClientRect();
  const left = Math.max(8, Math.min(anchor.right - width, innerWidth - width - 8));
  const above = anchor.top - height - 4;
  popup.style.left = `${left}px`;
  popup.style.top = `${above >= 8 ? above : Math.min(anchor.bottom + 4, innerHeight - height - 8)}px`;
}

customElements.define('incident-add', IncidentAdd);
