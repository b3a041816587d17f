// What our contributed elements share: the context the host gives them, and a shadow tree in our style.

import { sheet } from './style.js';

/** @typedef {import('../../../../hooks/src/vms_hooks/page.d.ts').VmsContext} Context */

export class Contributed extends HTMLElement {
  /** @type {Context | undefined} */
  #context;
  #attached = false;
  /** @type {(() => void)[]} */
  #undo = [];

  constructor() {
    super();
    this.root = this.attachShadow({ mode: 'open' });
    this.root.adoptedStyleSheets = [sheet];
  }

  /** @returns {Context | undefined} */
  get vms() {
    return this.#context;
  }

  set vms(context) {
    this.#context = context;
    if (this.isConnected && context) this.#give(context);
  }

  connectedCallback() {
    // A host may set the property before this module has defined the element.
    if (Object.hasOwn(this, 'vms')) {
      const early = this.vms;
      Reflect.deleteProperty(this, 'vms');
      this.vms = early;
      return;
    }
    if (this.#context) this.#give(this.#context);
  }

  disconnectedCallback() {
    this.#attached = false;
    for (const undo of this.#undo.splice(0).reverse()) undo();
  }

  /**
   * Keeps something to be undone when the element leaves the page.
   * @param {() => void} undo
   */
  until(undo) {
    this.#undo.push(undo);
  }

  /**
   * Listens while the element is on the page.
   * @param {EventTarget} target
   * @param {string} type
   * @param {(event: any) => void} listener
   */
  listen(target, type, listener) {
    target.addEventListener(type, listener);
    this.until(() => target.removeEventListener(type, listener));
  }

  /**
   * Called each time the element came onto the page with a context.
   * @param {Context} _context
   */
  attached(_context) {}

  /**
   * Called after `attached`, and whenever the host gives another context.
   * @param {Context} _context
   */
  changed(_context) {}

  /** @param {Context} context */
  #give(context) {
    if (!this.#attached) {
      this.#attached = true;
      this.attached(context);
    }
    this.changed(context);
  }
}
