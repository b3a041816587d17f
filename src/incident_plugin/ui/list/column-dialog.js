// Choosing columns and their order.

import { showDialog } from '../common/dialog.js';
import { h, icon } from '../common/dom.js';
import { strings } from '../locales/en.js';
import { DELIVERED } from './columns.js';

/** @typedef {import('./columns.js').Column} Column */

/**
 * @param {Column[]} all
 * @param {string[]} shown keys, from left to right
 * @returns {Promise<string[] | undefined>} none for the delivered ones, nothing when it was left
 */
export function chooseColumns(all, shown) {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`
    .columns { display: grid; gap: 2px; max-height: min(55vh, 100vh - 200px); overflow: auto; list-style: none; margin: 0 0 8px; padding: 0; }
    .columns li { display: flex; gap: 4px; align-items: center; min-height: 32px; }
    .columns label { flex: 1; display: flex; gap: 8px; align-items: center; }
    .columns input { accent-color: var(--accent); width: 16px; height: 16px; }
  `);
  return showDialog(strings.list.columns, (/** @type {(result: string[]) => void} */ done) => {
    let order = [...shown.filter((key) => all.some((column) => column.key === key)), ...all.map(({ key }) => key).filter((key) => !shown.includes(key))];
    let chosen = new Set(shown);
    let delivered = false;
    const list = h('ul', { class: 'columns' });
    /** @param {string} key @param {number} by */
    const move = (key, by) => {
      const at = order.indexOf(key);
      const to = Math.max(0, Math.min(order.length - 1, at + by));
      order.splice(to, 0, ...order.splice(at, 1));
      delivered = false;
      draw();
      const buttons = /** @type {NodeListOf<HTMLButtonElement>} */ (list.children[to].querySelectorAll('button'));
      const [back, forward] = buttons;
      (forward.disabled || (by < 0 && !back.disabled) ? back : forward).focus();
    };
    const draw = () => list.replaceChildren(...order.map((key, place) => {
      const title = all.find((column) => column.key === key)?.title ?? key;
      const box = h('input', { type: 'checkbox', checked: chosen.has(key), onchange() {
        delivered = false;
        if (box.checked) chosen.add(key);
        else chosen.delete(key);
      } });
      /** @param {string} label @param {number} by @param {boolean} disabled @param {Parameters<typeof icon>[0]} image */
      const button = (label, by, disabled, image) => h('button', { type: 'button', class: 'quiet', disabled, title: label, 'aria-label': `${title}: ${label}`, onclick: () => move(key, by) }, icon(image));
      return h('li', {}, h('label', {}, box, title), button(strings.list.left, -1, place === 0, 'back'), button(strings.list.right, 1, place === order.length - 1, 'forward'));
    }));
    draw();
    list.querySelector('input')?.setAttribute('autofocus', '');
    return [h('form', { onsubmit(/** @type {Event} */ event) {
      event.preventDefault();
      done(delivered ? [] : order.filter((key) => chosen.has(key)));
    } }, h('p', { class: 'dim' }, strings.list.columnsHint), list,
      h('footer', {},
        h('button', { type: 'button', onclick: () => {
          order = [...DELIVERED.filter((key) => all.some((column) => column.key === key)), ...order.filter((key) => !DELIVERED.includes(key))];
          chosen = new Set(DELIVERED);
          delivered = true;
          draw();
        } }, strings.list.reset),
        h('span', { class: 'grow' }),
        h('button', { type: 'submit', class: 'primary' }, strings.common.save))),
    ];
  }, { sheets: [sheet] });
}
