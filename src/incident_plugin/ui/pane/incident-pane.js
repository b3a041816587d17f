// The section "Incidents" beside the live view: start, save, create empty, and what is being collected.

import { createEmpty, save, start } from '../collections/actions.js';
import { CollectionCard, DiscardedCard, cardSheet } from '../collections/card.js';
import { collections, feed } from '../collections/store.js';
import { Contributed } from '../common/contributed.js';
import { h, icon } from '../common/dom.js';
import { keyed } from '../common/keyed.js';
import { may } from '../common/permissions.js';
import { strings } from '../locales/en.js';

/** @typedef {import('../common/contributed.js').Context} Context */

const paneSheet = new CSSStyleSheet();
paneSheet.replaceSync(`
:host { display: block; }
.buttons, .cards { display: grid; gap: 8px; }
.buttons button { min-height: 44px; font-size: 15px; justify-content: flex-start; text-align: left; padding: 4px 8px; white-space: nowrap; }
.cards { margin-top: 12px; }
.start path { fill: currentColor; }
.start:not(:disabled) svg { color: var(--red); }
p { margin: 8px 0 0; }
`);

export class IncidentPane extends Contributed {
  constructor() {
    super();
    this.root.adoptedStyleSheets.push(cardSheet, paneSheet);
    const act = (/** @type {(bridge: import('../common/api.js').Bridge) => Promise<void>} */ action) =>
      async (/** @type {Event} */ event) => {
        const button = /** @type {HTMLElement} */ (event.currentTarget);
        button.setAttribute('aria-busy', 'true');
        if (this.vms) await action(this.vms.bridge);
        button.removeAttribute('aria-busy');
      };
    this.startButton = h('button', { type: 'button', class: 'start', title: strings.collections.keyOf('F9'), onclick: act(start) },
      icon('record'), strings.collections.start);
    this.saveButton = h('button', { type: 'button', title: strings.collections.keyOf('Shift+F9'), onclick: act((bridge) => save(bridge)) },
      icon('check'), strings.collections.save);
    this.emptyButton = h('button', { type: 'button', title: strings.collections.keyOf('Ctrl+F9'), onclick: act(createEmpty) },
      icon('add'), strings.projects.createEmpty);
    this.denied = h('p', { class: 'dim', hidden: true }, strings.projects.denied);
    this.lost = h('p', { class: 'error', role: 'alert', hidden: true });
    this.idle = h('p', { class: 'dim', hidden: true });
    this.cards = h('div', { class: 'cards' });
    this.discarded = h('div', { class: 'cards' });
    this.root.append(
      h('div', { class: 'buttons' }, this.startButton, this.saveButton, this.emptyButton),
      this.denied, this.lost, this.idle, this.cards, this.discarded);
  }

  /** @override @param {Context} context */
  attached({ bridge }) {
    this.until(collections.follow(bridge, () => this.#draw()));
    const timer = setInterval(() => this.#tick(), 1000);
    this.until(() => clearInterval(timer));
  }

  /** @override */
  changed() {
    void collections.load();
    this.#draw();
  }

  #draw() {
    const bridge = this.vms?.bridge;
    if (!bridge) return;
    const allowed = may(bridge, 'projects.manage');
    const { running } = collections;
    this.startButton.disabled = !allowed;
    this.saveButton.disabled = !allowed || running.length === 0;
    this.emptyButton.disabled = !allowed;
    this.denied.hidden = allowed;
    this.idle.hidden = !allowed || running.length > 0 || !collections.loaded;
    this.idle.textContent = strings.collections.idle(collections.preRoll);
    this.lost.hidden = !collections.lost;
    this.lost.textContent = collections.lost;
    const shown = running.map((one) => (
      { running: one, source: feed(one, bridge.client), alone: running.length === 1, allowed }));
    // The one that follows this view is not to be looked for.
    shown.sort((one, other) => Number(other.source === 'here') - Number(one.source === 'here'));
    keyed(this.cards, shown, (one) => one.running.id, () => new CollectionCard(bridge), (card, one) => card.show(one));
    keyed(this.discarded, allowed ? collections.discarded : [], (one) => one.id, () => new DiscardedCard(bridge),
      (card, one) => card.show(one));
  }

  #tick() {
    for (const card of this.cards.children) if (card instanceof CollectionCard) card.tick();
  }
}

customElements.define('incident-pane', IncidentPane);
