// The edge of a pane: dragged, or moved with the arrow keys; the width is remembered.

import { el } from './dom.js';

const NARROWEST = 180;
const WIDEST = 480;
const STEP = 16;

/**
 * @param {HTMLElement} pane whose width it sets
 * @param {string} name under which the width is remembered
 * @param {1 | -1} direction 1 for a pane on the left of its edge
 * @param {string} label
 */
export function edge(pane, name, direction, label) {
  const key = `vms.width.${name}`;
  const set = (/** @type {number} */ width) => {
    const fitting = Math.round(Math.min(Math.max(width, NARROWEST), WIDEST));
    pane.style.width = `${fitting}px`;
    bar.ariaValueNow = String(fitting);
    localStorage.setItem(key, String(fitting));
  };
  const bar = el('div', {
    class: 'edge', role: 'separator', tabindex: 0, 'aria-orientation': 'vertical', 'aria-label': label,
    'aria-valuemin': NARROWEST, 'aria-valuemax': WIDEST,
    onpointerdown: (/** @type {PointerEvent} */ event) => {
      event.preventDefault();
      bar.setPointerCapture(event.pointerId);
    },
    onpointermove: (/** @type {PointerEvent} */ event) => {
      if (bar.hasPointerCapture(event.pointerId)) set(pane.getBoundingClientRect().width + direction * event.movementX);
    },
    onkeydown: (/** @type {KeyboardEvent} */ event) => {
      const step = { ArrowLeft: -STEP, ArrowRight: STEP }[event.key];
      if (step === undefined) return;
      event.preventDefault();
      set(pane.getBoundingClientRect().width + direction * step);
    },
  });
  const kept = Number(localStorage.getItem(key));
  if (kept >= NARROWEST) set(kept);
  return bar;
}
