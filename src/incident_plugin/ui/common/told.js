// Messages of colleagues to the operator, as a project that was handed over: shown once, wherever the operator is.

import { Problem, call } from './api.js';
import { followChanges } from './changes.js';
import { strings } from '../locales/en.js';

/** @typedef {import('./api.js').Bridge} Bridge */
/** @typedef {{id: string, project: number, title: string, detail: string, at: string}} Told */

/** Asked anyway, for what came while changes were not heard of, and after several changes at once. Milliseconds. */
const SELDOM = 60_000;
const PAUSE = 400;

/** Ids that this window has shown. @type {Set<string>} */
const shown = new Set();
let followers = 0;
/** @type {(() => void) | undefined} */
let end;

/**
 * Shows messages until the function that is given back is called; however many elements ask, once.
 * @param {Bridge} bridge
 * @returns {() => void}
 */
export function showTold(bridge) {
  followers += 1;
  end ??= begin(bridge);
  return () => {
    followers -= 1;
    if (followers > 0) return;
    end?.();
    end = undefined;
  };
}

/** @param {Bridge} bridge */
function begin(bridge) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  let stopped = false;
  const soon = () => {
    clearTimeout(timer);
    if (!stopped) timer = setTimeout(ask, PAUSE);
  };
  async function ask() {
    try {
      const { notices } = /** @type {{notices: Told[]}} */ (await call(bridge, 'GET', 'notices'));
      const fresh = notices.filter(({ id }) => !shown.has(id));
      for (const one of fresh) tell(bridge, one);
      if (fresh.length) await call(bridge, 'POST', 'notices/seen', { ids: fresh.map(({ id }) => id) });
    } catch (error) {
      // They are kept until they are seen; they come with the next question.
      if (!(error instanceof Problem)) throw error;
    }
    clearTimeout(timer);
    if (!stopped) timer = setTimeout(ask, SELDOM);
  }
  const deaf = followChanges(bridge, { project: soon, missed: soon });
  void ask();
  return () => {
    stopped = true;
    clearTimeout(timer);
    deaf();
  };
}

/** @param {Bridge} bridge @param {Told} told */
function tell(bridge, { id, project, title, detail }) {
  shown.add(id);
  bridge.notify({ kind: 'info', title, detail, action: { label: strings.projects.open,
    run: () => bridge.navigate({ tab: 'incidents', path: String(project) }) } });
}
