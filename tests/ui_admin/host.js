// The least that a host is to the administration: one section at its address, or the Incidents tab, and notices that can be acted on.

/** @typedef {import('../../hooks/src/vms_hooks/page.d.ts').VmsBridge} VmsBridge */

const MOUNT = '/plugins/incident/';
const { principal, permissions } = await (await fetch(`/session${location.search}`)).json();
const main = /** @type {HTMLElement} */ (document.querySelector('main'));
const notices = /** @type {HTMLElement} */ (document.querySelector('#notices'));

/** @type {VmsBridge} */
const bridge = {
  contract: '1.1', client: 'browser-1', principal, locale: 'en-GB', timeZone: 'Europe/Copenhagen', theme: 'dark',
  permissions: new Set(permissions),
  cameras: () => [],
  view: () => ({ mode: 'live', cameras: [], selected: null }),
  run: async () => {},
  navigate: ({ tab, path = '' }) => { location.hash = `/${tab}/${path}`; },
  notify({ kind, title, detail = '', action }) {
    const notice = document.createElement('div');
    const heading = document.createElement('b');
    heading.textContent = title;
    notice.className = kind;
    notice.append(heading, document.createElement('br'), detail);
    if (action) {
      const button = document.createElement('button');
      button.textContent = action.label;
      button.addEventListener('click', action.run);
      notice.append(button);
    }
    notices.replaceChildren(notice);
  },
  fetch: (path, init = {}) => fetch(MOUNT + path, { ...init, headers: { ...init.headers, 'X-Principal': principal.id } }),
  url: (path) => MOUNT + path,
  refreshTimeline() {},
};

/** @type {any} */
const clock = Object.assign(new EventTarget(), { mode: 'live', paused: false, rate: 1, markStart: null, markEnd: null });
Object.defineProperty(clock, 'now', { get: () => Date.now() });

/** @type {Map<string, HTMLElement>} */
const shown = new Map();

async function show() {
  const asked = location.hash;
  const [, place = 'properties', ...rest] = asked.slice(1).split('/');
  const incidents = place === 'incidents';
  await import(incidents ? `${MOUNT}ui/incidents/incidents-tab.js` : `${MOUNT}ui/${place === 'evidence' ? 'exports' : 'admin'}/incident-${place}.js`);
  if (location.hash !== asked) return; // another place was asked for meanwhile
  for (const [name, element] of shown) if (name !== place) element.parentElement?.remove();
  const heading = Object.assign(document.createElement('h1'), { textContent: place });
  const section = Object.assign(document.createElement('section'), { className: incidents ? 'tab' : 'admin' });
  const element = shown.get(place) ?? document.createElement(incidents ? 'incidents-tab' : `incident-${place}`);
  Object.assign(element, { vms: { mode: incidents ? 'tab' : 'admin', bridge, clock, path: rest.join('/') } });
  shown.set(place, element);
  section.append(...(incidents ? [element] : [heading, element]));
  main.replaceChildren(section);
}

addEventListener('hashchange', show);
await show();
