// A second, small host for the contributed elements: nothing here but what the page contract says.

const BASE = '/plugins/incident/';
const KEYS = {
  F9: 'start', 'Shift+F9': 'save', 'Control+F9': 'create-empty', Enter: 'add-marked', 'Shift+Enter': 'add-marked-all',
};

class Clock extends EventTarget {
  markStart = null;
  markEnd = null;
  setMarks(start, end) { this.markStart = start; this.markEnd = end; this.changed(); }
  changed() { this.dispatchEvent(new Event('change')); }
}

class LiveClock extends Clock {
  mode = 'live';
  paused = false;
  rate = 1;
  get now() { return Date.now(); }
  play() {}
  pause() {}
  seek() {}
  setRate() {}
  hold() {}
}

class PlaybackClock extends Clock {
  mode = 'playback';
  paused = true;
  rate = 1;
  holders = new Set();
  holds = 0;
  #at = Date.now() - 60_000;
  #since = performance.now();
  get now() { return this.#at + (this.paused || this.holders.size ? 0 : (performance.now() - this.#since) * this.rate); }
  #with(change) { this.#at = this.now; this.#since = performance.now(); change(); this.changed(); }
  play() { this.#with(() => { this.paused = false; }); }
  pause() { this.#with(() => { this.paused = true; }); }
  seek(at) { this.#with(() => { this.#at = at; }); }
  setRate(rate) { this.#with(() => { this.rate = rate; }); }
  hold(owner, held) {
    this.holds += held ? 1 : 0;
    this.#with(() => { if (held) this.holders.add(owner); else this.holders.delete(owner); });
  }
}

const clocks = { live: new LiveClock(), playback: new PlaybackClock() };
const config = await (await fetch('/host/config')).json();
const client = sessionStorage.getItem('client') ?? crypto.randomUUID();
sessionStorage.setItem('client', client);
const $ = (id) => document.getElementById(id);

const state = { tab: 'live', mode: 'live', selected: 0, cameras: config.cameras.slice(0, 2), number: 0 };

function item(mode, camera, slot) {
  const element = document.createElement('div');
  element.className = 'item';
  element.tabIndex = 0;
  const select = () => { state.selected = slot; mark(); };
  element.addEventListener('pointerdown', select);
  element.addEventListener('focusin', select);
  const header = document.createElement('header');
  header.textContent = camera.name;
  const picture = document.createElement('div');
  picture.className = 'picture';
  const toolbar = document.createElement('div');
  toolbar.className = 'toolbar';
  const context = { mode, bridge, clock: clocks[mode], camera };
  if (mode === 'playback') picture.append(contributed('incident-playback', context));
  toolbar.append(contributed('incident-add', context));
  element.append(header, picture, toolbar);
  return element;
}

function contributed(tag, context) {
  const element = document.createElement(tag);
  element.vms = context;
  return element;
}

function mark() {
  for (const mode of ['live', 'playback']) {
    [...$(mode).children].forEach((element, slot) => element.classList.toggle('selected', slot === state.selected));
  }
}

function draw() {
  for (const tab of ['live', 'playback', 'incidents']) $(tab).hidden = tab !== state.tab;
  $('pane').hidden = state.tab === 'incidents';
  if (state.tab !== 'incidents') {
    state.mode = state.tab;
    const shown = [...$(state.tab).children].map((element) => element.dataset.camera).join();
    if (shown !== state.cameras.map((camera) => camera.id).join()) {
      $(state.tab).replaceChildren(...state.cameras.map((camera, slot) => {
        const element = item(state.tab, camera, slot);
        element.dataset.camera = camera.id;
        return element;
      }));
    }
  }
  mark();
}

async function report() {
  state.number += 1;
  await fetch('/host/view', { method: 'POST', body: JSON.stringify({
    client, number: state.number, mode: state.mode, cameras: state.cameras.map((camera) => camera.id) }) });
}

const bridge = {
  client,
  principal: config.principal,
  locale: 'en-GB',
  timeZone: config.time_zone,
  theme: 'dark',
  permissions: new Set(config.permissions),
  cameras: () => config.cameras,
  view: () => ({ mode: state.mode, cameras: state.cameras, selected: state.cameras[state.selected] ?? null }),
  run: async (command, args) => {
    const { run } = await import(`${BASE}ui/commands/${command.replace('incident.', '')}.js`);
    await run({ mode: state.tab === 'incidents' ? 'tab' : state.tab, bridge, clock: clocks[state.mode] }, args);
  },
  navigate: (target) => {
    window.host.navigations.push(target);
    state.tab = target.tab;
    if (target.camera) {
      state.selected = Math.max(0, state.cameras.findIndex((camera) => camera.id === target.camera));
    }
    if (target.at) clocks.playback.seek(target.at);
    draw();
  },
  notify: ({ kind, title, detail, action }) => {
    const notice = document.createElement('div');
    notice.className = `notice ${kind}`;
    notice.setAttribute('role', 'status');
    const heading = document.createElement('strong');
    heading.textContent = title;
    const text = document.createElement('p');
    text.textContent = detail ?? '';
    notice.append(heading, text);
    if (action) {
      const button = document.createElement('button');
      button.textContent = action.label;
      button.addEventListener('click', () => { notice.remove(); action.run(); });
      notice.append(button);
    }
    $('notices').append(notice);
  },
  fetch: (path, init) => fetch(BASE + path, init),
  url: (path) => BASE + path,
  refreshTimeline: () => { window.host.refreshed += 1; },
};

function key(event) {
  const inside = event.composedPath();
  const typing = inside.some((node) => node instanceof HTMLElement && (node.matches('dialog, input, textarea, select')
    || (node.matches('button, [role=menu]') && ['Enter', ' '].includes(event.key))));
  const chord = [event.ctrlKey && 'Control', event.shiftKey && event.key.length > 1 && 'Shift', event.key].filter(Boolean).join('+');
  const clock = clocks[state.mode];
  if (typing && !/F9$/.test(chord)) return;
  if (KEYS[chord]) void bridge.run(`incident.${KEYS[chord]}`);
  else if (event.key === '[') clock.setMarks(Math.round(clock.now), clock.markEnd);
  else if (event.key === ']') clock.setMarks(clock.markStart, Math.round(clock.now));
  else if (event.key === 'ArrowLeft') clock.seek(clock.now - 1000);
  else if (event.key === 'ArrowRight') clock.seek(clock.now + 1000);
  else return;
  event.preventDefault();
}

window.host = {
  clocks, bridge, state, navigations: [], refreshed: 0,
  get: async (path) => (await bridge.fetch(path)).json(),
  async watch(names) {
    state.cameras = names.map((name) => config.cameras.find((camera) => camera.name === name));
    draw();
    await report();
  },
  // The brightness of the picture's lines at the bottom, where the recorder puts the time strip.
  strip({ video } = document.querySelector('#playback .item.selected incident-playback')) {
    const canvas = new OffscreenCanvas(video.videoWidth, video.videoHeight);
    const context = canvas.getContext('2d');
    context.drawImage(video, 0, 0);
    const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
    const grey = new Uint8Array(canvas.width * canvas.height);
    for (let i = 0; i < grey.length; i += 1) grey[i] = data[i * 4 + 1];
    const lines = 8;
    return { width: canvas.width, height: canvas.height, lines, grey: [...grey.slice(-lines * canvas.width)] };
  },
};

const modules = { status: 'status/incident-status', pane: 'pane/incident-pane', add: 'add/incident-add', playback: 'playback/incident-playback' };
await Promise.all(Object.values(modules).map((module) => import(`${BASE}ui/${module}.js`)));
$('status').append(contributed('incident-status', { mode: 'status', bridge, clock: clocks.live }));
$('pane').append(contributed('incident-pane', { mode: 'panel', bridge, clock: clocks.live }));
draw();
document.addEventListener('keydown', key);
document.documentElement.dataset.ready = 'yes';
