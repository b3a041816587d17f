// The red bar over every tab while an incident project is being collected.

import { discard, goOn, save } from '../collections/actions.js';
import { headline, openOnes, why } from '../collections/card.js';
import { collections, feed, freshGap } from '../collections/store.js';
import { Contributed } from '../common/contributed.js';
import { h, hold, icon } from '../common/dom.js';
import { may } from '../common/permissions.js';
import { duration, time } from '../common/time.js';
import { showTold } from '../common/told.js';
import { strings } from '../locales/en.js';

/** @typedef {import('../common/contributed.js').Context} Context */
/** @typedef {import('../common/shapes.d.ts').Running} Running */

const barSheet = new CSSStyleSheet();
barSheet.replaceSync(`
:host { display: block; }
.bar { display: flex; align-items: center; gap: 12px; min-height: 36px; padding: 2px 12px; box-sizing: border-box;
  border-left: 4px solid var(--red); background: color-mix(in srgb, var(--red) 22%, var(--s1)); }
.bar.interrupted, .bar.waiting { border-left-color: var(--amber); background: color-mix(in srgb, var(--amber) 18%, var(--s1)); }
.state { display: inline-flex; align-items: center; gap: 6px; font-weight: 600; }
.bar.starting { border-left-color: var(--line); background: var(--s1); }
.bar.here .state svg, .bar.elsewhere .state svg { color: var(--red); }
.bar.here .state path, .bar.elsewhere .state path { fill: currentColor; }
.elapsed { font-weight: 600; }
.what { flex: 1; min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
button { min-height: 28px; flex: none; }
@media (max-width: 899px) { .what { white-space: normal; } }
`);

/** Milliseconds within which a gap is one that a clock that was set explains: the server ends what is open later. */
const EXPLAINED = 60_000;

export class IncidentStatus extends Contributed {
  #explainedUntil = 0;

  constructor() {
    super();
    this.root.adoptedStyleSheets.push(barSheet);
    this.state = h('span', { class: 'state' });
    this.elapsed = h('span', { class: 'elapsed', title: strings.collections.elapsed });
    this.what = h('span', { class: 'what' });
    const act = (/** @type {(bridge: import('../common/api.js').Bridge, running: Running) => void} */ action) => () => {
      const shown = this.#shown;
      if (this.vms && shown) action(this.vms.bridge, shown);
    };
    this.goOnButton = h('button', { type: 'button', title: strings.collections.goOnHint, onclick: act(goOn) }, strings.collections.goOn);
    this.saveButton = h('button', { type: 'button', class: 'primary', title: 'Shift+F9', onclick: act((bridge, running) => {
      void save(bridge, collections.running.length > 1 ? undefined : running);
    }) }, strings.common.save);
    this.discardButton = h('button', { type: 'button', class: 'danger', onclick: act(discard) }, strings.collections.discard);
    this.bar = h('div', { class: 'bar', role: 'region', 'aria-label': strings.collections.collecting, hidden: true },
      this.state, this.elapsed, this.what, this.goOnButton, this.saveButton, this.discardButton);
    this.root.append(this.bar);
  }

  /** @override @param {Context} context */
  attached({ bridge }) {
    this.until(collections.follow(bridge, () => this.#draw()));
    this.until(showTold(bridge));
    const timer = setInterval(() => this.#tick(), 1000);
    this.until(() => clearInterval(timer));
  }

  /** @override */
  changed() {
    this.#draw();
  }

  /** The one this tab feeds; else the newest. With several, Discard is left to the pane, which tells them apart. */
  get #shown() {
    const client = this.vms?.bridge.client ?? '';
    const { running } = collections;
    return running.findLast((one) => feed(one, client) === 'here') ?? running.at(-1);
  }

  #draw() {
    const had = this.root.activeElement;
    this.#bring();
    if (!had || had.checkVisibility()) return;
    if (this.saveButton.checkVisibility()) this.saveButton.focus();
    else hold(this);
  }

  /** Brings the bar up to date. */
  #bring() {
    const shown = this.#shown;
    const bridge = this.vms?.bridge;
    this.bar.hidden = !shown && !collections.starting;
    if (!bridge) return;
    if (!shown) {
      this.#drawStarting();
      return;
    }
    const { running } = collections;
    const source = feed(shown, bridge.client);
    const allowed = may(bridge, 'projects.manage');
    this.bar.className = `bar ${source}`;
    // The reason of an interruption begins with the word itself.
    this.state.replaceChildren(...(source === 'interrupted' ? [icon('warning')] : headline(source)));
    this.what.textContent = [
      why(shown, source, bridge.timeZone),
      source === 'here' ? strings.collections.cameras(openOnes(shown).map(({ camera_name: name }) => name)) : '',
      running.length > 1 ? strings.collections.others(running.length - 1) : '',
      collections.lost,
    ].filter(Boolean).join('  ·  ');
    this.what.title = this.what.textContent;
    this.#tellOfGap(shown, source);
    this.goOnButton.hidden = source === 'here';
    this.saveButton.hidden = false;
    this.discardButton.hidden = running.length > 1;
    for (const button of [this.goOnButton, this.saveButton, this.discardButton]) button.disabled = !allowed;
    this.#tick();
  }

  /**
   * Tells once, over reloads too, that a collection goes on after nobody knew what was in view, or when.
   * @param {Running} shown
   * @param {import('../collections/store.js').Feed} source
   */
  #tellOfGap(shown, source) {
    if (source !== 'here') return;
    const set = collections.takeClockSet();
    const last = freshGap(shown);
    const { gapTitle, gapText, clockTitle, clockText } = strings.collections;
    const { bridge } = /** @type {Context} */ (this.vms);
    if (set) this.#explainedUntil = performance.now() + EXPLAINED;
    if (set) bridge.notify({ kind: 'warning', title: clockTitle(duration(Math.abs(set)), set > 0), detail: clockText });
    else if (last && performance.now() > this.#explainedUntil) bridge.notify({ kind: 'warning', title: gapTitle, detail: gapText(time(last, bridge.timeZone)) });
  }

  /** The press was heard; nothing is claimed before it is confirmed. */
  #drawStarting() {
    this.bar.className = 'bar starting';
    this.state.replaceChildren(icon('clock'), strings.collections.starting);
    this.what.textContent = collections.lost;
    this.elapsed.textContent = '';
    for (const button of [this.goOnButton, this.saveButton, this.discardButton]) button.hidden = true;
  }

  #tick() {
    const shown = this.#shown;
    if (shown) this.elapsed.textContent = duration(collections.elapsed(shown));
  }
}

customElements.define('incident-status', IncidentStatus);
