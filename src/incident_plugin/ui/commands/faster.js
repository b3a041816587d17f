// Plays recorded video; faster when it plays already.

import { changeRate } from '../playback/stage.js';

/** @type {import('../../../../hooks/src/vms_hooks/page.d.ts').VmsCommandRun} */
export const run = ({ mode, clock }) => {
  if (mode !== 'playback') return;
  if (clock.paused) clock.play();
  else changeRate(clock, 1);
};
