// Shows the next picture, of the selected camera.

import { step } from '../playback/stage.js';

/** @type {import('../../../../hooks/src/vms_hooks/page.d.ts').VmsCommandRun} */
export const run = ({ mode, bridge, clock }) => {
  if (mode === 'playback') step(clock, 1, bridge.view().selected?.id);
};
