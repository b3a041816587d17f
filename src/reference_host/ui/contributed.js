// Elements and commands that plug-ins contribute: their modules are loaded when first needed.

import { el, icon } from './dom.js';
import { showWhenMet } from './requirements.js';

/** @import { VmsContext } from 'vms-hooks/page' */
/** @import { Drawn } from './types.d.ts' */

/** Milliseconds between attempts to fetch a module. */
const FIRST_PAUSE = 1_000;
const LONGEST_PAUSE = 15_000;

/** A place for one contributed element. A module that cannot be loaded leaves a clear note in the place. */
export class Contributed {
  /** @type {HTMLElement} */
  place;
  #drawn;
  #context;
  /** @type {(HTMLElement & {vms?: VmsContext}) | null} */
  #element = null;

  /** @param {Drawn} drawn @param {VmsContext} context */
  constructor(drawn, context) {
    this.#drawn = drawn;
    this.#context = context;
    this.place = el('div', { class: 'contributed', 'data-contribution': drawn.id });
    void this.#load();
  }

  get context() {
    return this.#context;
  }

  /** Gives the element a new context, such as another path inside its tab. @param {VmsContext} context */
  set context(context) {
    this.#context = context;
    if (this.#element) this.#show(this.#element);
  }

  async #load(pause = FIRST_PAUSE) {
    const { tag, module } = this.#drawn;
    try {
      await import(module);
      if (!customElements.get(tag)) throw new Error(`${module} does not define <${tag}>`);
    } catch (error) {
      // What a module lacks or throws stays so; what could not be fetched may come with the network.
      const again = error instanceof TypeError;
      this.#failed(error, again);
      if (again) setTimeout(() => this.#load(Math.min(pause * 2, LONGEST_PAUSE)), pause);
      return;
    }
    this.#show(document.createElement(tag));
  }

  /** @param {HTMLElement & {vms?: VmsContext}} element */
  #show(element) {
    try {
      element.vms = this.#context;
      this.#element = element;
      if (element.parentNode !== this.place) this.place.replaceChildren(element);
    } catch (error) {
      this.#failed(error, false);
    }
  }

  /** @param {unknown} error @param {boolean} again */
  #failed(error, again) {
    console.warn(`${this.#drawn.id} cannot be shown:`, error);
    this.place.replaceChildren(note(this.#drawn, again));
  }
}

/** @param {Drawn} drawn @param {boolean} again whether it is tried again */
function note(drawn, again) {
  const words = `${drawn.title} cannot be shown: a part of the plug-in "${drawn.plugin}" could not be loaded. ${again
    ? 'This page tries again by itself.'
    : 'Everything else works. Load the page again; if it stays, tell the administrator.'}`;
  return el('p', { class: 'note', role: 'status', title: words }, icon('warning'), el('span', {}, words));
}

/**
 * Loads a command's module and gives its `run`.
 * @param {string} module
 * @returns {Promise<import('vms-hooks/page').VmsCommandRun>}
 */
export async function loadCommand(module) {
  const { run } = await import(module);
  if (typeof run !== 'function') throw new Error(`${module} exports no run`);
  return run;
}

/**
 * What plug-ins add to one of the host's toolbars.
 * @param {import('./shell.js').Shell} shell
 * @param {string} place
 * @param {VmsContext['mode']} mode
 * @param {Pick<VmsContext, 'camera' | 'clock'>} more
 */
export function toolbarItems(shell, place, mode, more) {
  return shell.contributions.toolbar_items[place].map(
    (item) => showWhenMet(shell, item.when, new Contributed(item, shell.context(item.plugin, mode, more)).place));
}
