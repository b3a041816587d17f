// View items with recorded video, in English.

export const playback = {
  loading: 'Loading',
  gap: 'No recording at this time',
  toNext: (/** @type {string} */ at) => `Go to ${at}`,
  pictureBack: 'One picture back ( , )',
  pictureOn: 'One picture on ( . )',
  speed: 'Speed ( J L )',
  rate: (/** @type {number} */ rate) => ({ 0.25: '1/4 ×', 0.5: '1/2 ×' })[rate] ?? `${rate} ×`,
  mute: 'Turn the sound off',
  unmute: 'Turn the sound on',
  volume: 'Volume',
  outside: 'Not part of the sequence',
  goesOn: 'It is asked for again every few seconds, and goes on by itself.',
  noLater: 'Nothing is recorded after it.',
  edge: 'Not recorded yet',
  edgeHint: 'The picture comes as soon as the recorder has it.',
  codec: (/** @type {string} */ codec) => `This browser cannot play ${codec}`,
  codecHint: 'Export the sequence to see it in another player.',
  broken: 'The picture cannot be shown',
  brokenHint: 'The browser could not decode what the recorder delivered.',
  retry: 'Retry',
};
