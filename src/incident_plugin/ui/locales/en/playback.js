// View items with recorded video, in English.

/** Names of codecs by how RFC 6381 writes them. @type {Record<string, string | undefined>} */
const CODECS = { avc1: 'H.264', avc3: 'H.264', hev1: 'H.265', hvc1: 'H.265', av01: 'AV1', vp09: 'VP9', mp4v: 'MPEG-4' };

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
  away: 'The recording cannot be fetched now',
  ends: (/** @type {string} */ at) => `Cannot fetch beyond ${at}`,
  outside: 'Not part of the sequence',
  goesOn: 'It is asked for again every few seconds, and goes on by itself.',
  noLater: 'Nothing is recorded after it.',
  edge: 'Not recorded yet',
  edgeHint: 'The picture comes as soon as the recorder has it.',
  codec: (/** @type {string} */ codec) => `This browser cannot play ${named(codec)}`,
  codecHint: 'Export the sequence to see it in another player.',
  recoded: (/** @type {string} */ codec) => `${codec}, shown as H.264`,
  recodedHint: 'This browser does not play it as it was recorded. Exports have the recorder’s own pictures.',
  broken: 'The picture cannot be shown',
  brokenHint: 'The browser could not decode what the recorder delivered.',
  retry: 'Retry',
};

/** @param {string} codec */
function named(codec) {
  const name = CODECS[codec.slice(0, 4)];
  return name ? `${name} (${codec})` : codec;
}
