// Pauses recorded video; once more sets the speed back.

/** @type {import('../../../../hooks/src/vms_hooks/page.d.ts').VmsCommandRun} */
export const run = ({ mode, clock }) => {
  if (mode !== 'playback') return;
  if (clock.paused) clock.setRate(1);
  else clock.pause();
};
