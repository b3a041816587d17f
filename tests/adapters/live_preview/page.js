// A view item as a host would make one, and what the tests ask of it.

import '/ui/live/incident-live.js';

const bridge = {
  locale: 'en',
  permissions: new Set(),
  notify() {},
  fetch: (path, init) => fetch(`/plugin/${path}`, init),
};

window.states = [];
document.addEventListener('vms-state', ({ detail }) => window.states.push({ ...detail, at: performance.now() }));

/** Attaches an element and gives the milliseconds until its first picture was on screen. */
window.watch = (id) => new Promise((resolve) => {
  const element = document.createElement('incident-live');
  element.vms = { mode: 'live', camera: { id, name: 'Lobby', group: '', capabilities: [] }, clock: null, bridge };
  const start = performance.now();
  element.addEventListener('vms-state', ({ detail }) => {
    if (detail.state !== 'connecting') resolve({ ...detail, after: performance.now() - start });
  });
  document.querySelector('main').append(element);
});

window.element = () => document.querySelector('incident-live');
window.video = () => window.element().shadowRoot.querySelector('video');
window.says = () => window.element().shadowRoot.querySelector('.veil').innerText;

/** Mean of each colour, and how much the picture varies. */
window.colours = () => {
  const canvas = document.createElement('canvas');
  canvas.width = window.video().videoWidth;
  canvas.height = window.video().videoHeight;
  const context = canvas.getContext('2d');
  context.drawImage(window.video(), 0, 0);
  const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
  const sums = [0, 0, 0];
  for (let i = 0; i < data.length; i += 4) for (const c of [0, 1, 2]) sums[c] += data[i + c];
  return sums.map((sum) => sum / (data.length / 4));
};
