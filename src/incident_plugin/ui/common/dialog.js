// Native dialogs that give their result as a promise.

import { focused, h, hold, icon } from './dom.js';
import { strings } from '../locales/en.js';
import { sheet } from './style.js';

/**
 * Shows a modal dialog until `done` is called or it is dismissed (Escape, the close button).
 * The dialog lives in its own shadow tree, so that the page's styles and ours do not meet.
 * @template R
 * @param {string} title
 * @param {(done: (result: R) => void) => (Node | string)[]} build gives the content
 * @param {{wide?: boolean, sheets?: CSSStyleSheet[]}} [options] `sheets` style the content
 * @returns {Promise<R | undefined>} nothing when it was dismissed
 */
export function showDialog(title, build, options = {}) {
  return new Promise((resolve) => {
    const place = focused()?.getRootNode();
    const holder = document.createElement('div');
    const root = holder.attachShadow({ mode: 'open' });
    root.adoptedStyleSheets = [sheet, ...(options.sheets ?? [])];
    /** @type {R | undefined} */
    let result;
    const dialog = h('dialog', { class: options.wide ? 'wide' : '', 'aria-label': title, onclose: () => {
      holder.remove();
      // What was pressed may be gone by now, or have nothing left to do.
      if (document.activeElement === document.body && place instanceof ShadowRoot) hold(/** @type {HTMLElement} */ (place.host));
      resolve(result);
    } });
    const done = (/** @type {R} */ value) => {
      result = value;
      dialog.close();
    };
    dialog.append(
      h('header', {}, h('h2', {}, title),
        h('button', { class: 'quiet', type: 'button', title: strings.common.close, 'aria-label': strings.common.close,
          onclick: () => dialog.close() }, icon('close'))),
      ...build(done),
    );
    root.append(dialog);
    document.body.append(holder);
    dialog.showModal();
  });
}

/**
 * Asks before something that cannot be undone, or was perhaps not meant.
 * @param {string} title
 * @param {string} text what will happen, to what
 * @param {string} action the verb on the button
 * @param {{harmless?: boolean, otherwise?: string}} [options] `harmless`: nothing gets lost, so that Enter may say yes;
 *   `otherwise`: the other button, where “Cancel” could mean either
 * @returns {Promise<boolean>}
 */
export async function confirmed(title, text, action, { harmless = false, otherwise = strings.common.cancel } = {}) {
  return Boolean(await showDialog(title, (/** @type {(yes: boolean) => void} */ done) => [
    h('p', {}, text),
    h('footer', {},
      h('button', { type: 'button', autofocus: !harmless, onclick: () => done(false) }, otherwise),
      h('button', { type: 'button', autofocus: harmless, class: harmless ? 'primary' : 'danger',
        onclick: () => done(true) }, action)),
  ]));
}
