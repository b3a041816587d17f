// Who else has the project open: told every few seconds, and at once when this page goes.

import { Problem, call } from '../common/api.js';
import { h, icon } from '../common/dom.js';
import { strings } from '../locales/en.js';

/** @typedef {import('../../../../hooks/src/vms_hooks/page.d.ts').VmsBridge} Bridge */

/** The server forgets a page that was silent for 25 seconds. */
const EVERY = 4_000;

/**
 * @param {Bridge} bridge
 * @param {number} project
 */
export function presence(bridge, project) {
  const element = h('span', { class: 'presence dim', role: 'status', hidden: true });
  const path = `projects/${project}/presence`;
  let stopped = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  /** @param {{id: string, name: string}[]} others */
  function show(others) {
    const names = others.map(({ name }) => name).join(', ');
    if (element.title === names) return;
    element.title = names;
    element.hidden = names === '';
    element.replaceChildren(icon('person'), h('span', { class: 'ellipsis' }, strings.incidents.project.alsoOpenBy(names)));
  }

  async function tell() {
    clearTimeout(timer);
    if (stopped) return;
    try {
      show((await call(bridge, 'POST', path, { client: bridge.client })).others);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      // Who is there cannot be told now; the page says elsewhere that it is not up to date.
      show([]);
    }
    if (!stopped) timer = setTimeout(tell, EVERY);
  }

  function leave() {
    // The page may be gone before an answer comes, and needs none.
    void bridge.fetch(path, { method: 'POST', keepalive: true, headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ client: bridge.client, here: false }) }).catch(() => undefined);
  }

  const shown = () => { if (!document.hidden) void tell(); };
  addEventListener('pagehide', leave);
  document.addEventListener('visibilitychange', shown);
  void tell();
  return {
    element,
    stop() {
      stopped = true;
      clearTimeout(timer);
      removeEventListener('pagehide', leave);
      document.removeEventListener('visibilitychange', shown);
      leave();
    },
  };
}
