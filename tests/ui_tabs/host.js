// The least that a host is to the tabs: one element for each tab, an address, notices, a bridge.

/** @typedef {import('../../hooks/src/vms_hooks/page.d.ts').VmsBridge} VmsBridge */
/** @typedef {import('../../hooks/src/vms_hooks/page.d.ts').VmsTarget} VmsTarget */

const MOUNT = '/plugins/incident/';
const { principal, permissions, cameras } = await (await fetch(`/session${location.search}`)).json();
const main = /** @type {HTMLElement} */ (document.querySelector('main'));
const notices = /** @type {HTMLElement} */ (document.querySelector('#notices'));

/** @type {VmsBridge} */
const bridge = {
  client: 'browser-1', principal, locale: 'en-GB', timeZone: 'Europe/Copenhagen', theme: 'dark',
  permissions: new Set(permissions),
  cameras: () => cameras,
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
    notices.prepend(notice);
  },
  fetch: (path, init = {}) => fetch(MOUNT + path, { ...init, headers: { ...init.headers, 'X-Principal': principal.id } }),
  url: (path) => MOUNT + path,
  refreshTimeline() {},
};

/** @type {any} */
const clock = Object.assign(new EventTarget(), { mode: 'live', paused: false, rate: 1, markStart: null, markEnd: null });
Object.defineProperty(clock, 'now', { get: () => Date.now() });

/** @type {Map<string, HTMLElement>} */
const tabs = new Map();

async function show() {
  const asked = location.hash;
  const [, tab = 'incidents', ...rest] = asked.slice(1).split('/');
  if (tab === 'incidents' || tab === 'exports') await import(`${MOUNT}ui/${tab}/${tab}-tab.js`);
  if (location.hash !== asked) return; // another place was asked for meanwhile
  for (const [name, element] of tabs) element.hidden = name !== tab;
  const element = tabs.get(tab) ?? document.createElement(`${tab}-tab`);
  Object.assign(element, { vms: { mode: 'tab', bridge, clock, path: rest.join('/') } });
  if (!tabs.has(tab)) main.append(element);
  tabs.set(tab, element);
  for (const link of document.querySelectorAll('nav a')) link.classList.toggle('current', link.getAttribute('href') === `#/${tab}/`);
}

addEventListener('hashchange', show);
await show();
