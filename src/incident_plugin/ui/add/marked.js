// The way with the fewest keys: `[`, `]`, and where it goes.

import { report } from '../common/api.js';
import { once } from '../common/once.js';
import { strings } from '../locales/en.js';
import { finish } from './finish.js';
import { picks } from './picks.js';

/** @typedef {import('../../../../hooks/src/vms_hooks/page.d.ts').VmsContext} Context */

/**
 * Adds the marked time of some cameras, where there are pictures: elsewhere its keys do nothing. What is refused or given up leaves
 * the marks as they are.
 * @param {Context} context
 * @param {import('./picks.js').Camera[]} cameras
 * @param {import('./picks.js').Destination} [destination]
 */
export function addMarked({ bridge, clock, mode }, cameras, destination = 'draft') {
  return once('add marked', async () => {
    if (mode === 'tab') return;
    const { markStart: start, markEnd: end } = clock;
    if (cameras.length === 0) {
      bridge.notify({ kind: 'warning', title: strings.add.cameraMissing });
      return;
    }
    if (start === null || end === null) {
      bridge.notify({ kind: 'info', title: strings.add.marksMissing, detail: strings.add.marksMissingDetail });
      return;
    }
    try {
      if (!await finish[destination](bridge, { cameras, start, end })) return;
      for (const camera of cameras) picks.end(camera.id, { added: true });
      clock.setMarks(null, null);
    } catch (error) {
      report(bridge, error);
    }
  });
}

/**
 * The same for the camera that was selected when the key was pressed.
 * @param {Context} context
 * @param {import('./picks.js').Destination} [destination]
 */
export function addMarkedOfSelected(context, destination) {
  const selected = context.camera ?? context.bridge.view().selected;
  return addMarked(context, selected ? [selected] : [], destination);
}
