// Plays slower.

import { changeRate } from '../playback/stage.js';

/** @type {import('../../../../hooks/src/vms_hooks/page.d.ts').VmsCommandRun} */
export const run = ({ mode, clock }) => {
  if (mode === 'playback') changeRate(clock, -1);
};
