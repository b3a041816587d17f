// Starts the page.

import { ProblemError, SESSION_ENDED, call, root } from './api.js';
import { button, el, icon } from './dom.js';
import { loadCommand } from './contributed.js';
import { Frame } from './frame.js';
import { bindKeys, showShortcuts } from './keys.js';
import { readAddress, writeAddress } from './router.js';
import { Shell } from './shell.js';

/** How often the page asks whether plug-ins have finished starting, milliseconds. */
const ASK_AGAIN = 1000;
/** How often it measures the server's clock and asks for the cameras; while the server is starting. */
const [REFRESH, SOON] = [30_000, 3000];
let next = 0;

async function start() {
  const shell = await Shell.load();
  const frame = new Frame(shell, () => showShortcuts(shell));
  bindKeys(shell, () => frame);
  document.body.replaceChildren(frame);
  shell.layout.addEventListener('change', () => shell.reportView());
  window.addEventListener('popstate', () => shell.arrived());
  if (readAddress(location).tab === 'live') history.replaceState(null, '', writeAddress(readAddress(location)));
  shell.arrived();
  // What a key does is done when it is pressed, and not when its module has come.
  for (const { module } of shell.contributions.commands) loadCommand(module).catch(() => {});
  refreshLater(shell);
  // A camera that may not be seen any more keeps the whole view from being recorded until it has left the view.
  shell.reporter.addEventListener('change', () => { if (shell.reporter.trouble) void refresh(shell); });
  window.addEventListener('online', () => void refresh(shell));
  window.addEventListener(SESSION_ENDED, () => sessionEnded(shell));
  if (shell.contributions.starting.length > 0) void awaitPlugins(shell);
}

/** What fails here is shown by the report of the view, and tried again. @param {Shell} shell */
async function refresh(shell) {
  await Promise.allSettled([shell.live.measure(), shell.reloadCameras()]);
  refreshLater(shell);
}

/** @param {Shell} shell */
function refreshLater(shell) {
  clearTimeout(next);
  next = setTimeout(() => void refresh(shell), shell.camerasStarting ? SOON : REFRESH);
}

/** Said once, however often it is noticed: the other window is a few keys away. @param {Shell} shell */
function sessionEnded(shell) {
  const title = 'Your session has ended.';
  if ([...shell.notices.children].some((notice) => notice.textContent?.includes(title))) return;
  shell.notices.show({
    kind: 'warning', title, detail: 'What you are writing is still here. Sign in in another window, then save it here.',
    action: { label: 'Sign in', run: () => void window.open(`${root}/sign-in`) },
  });
}

/** Plug-ins that were still starting have nothing contributed yet: the page is loaded again when they have. @param {Shell} shell */
async function awaitPlugins(shell) {
  const names = shell.contributions.starting.join(', ');
  shell.notices.show({ kind: 'warning', title: 'The server is still starting.', detail: `Not ready yet: ${names}. This page goes on by itself.` });
  for (;;) {
    await new Promise((settle) => { setTimeout(settle, ASK_AGAIN); });
    const { starting } = await call('/api/contributions').catch(() => shell.contributions);
    if (starting.length === 0) location.reload();
  }
}

/** @param {unknown} error */
function failed(error) {
  const [title, detail] = error instanceof ProblemError
    ? [error.title, error.detail]
    : ['This page could not be started.', String(error)];
  document.body.replaceChildren(el(
    'main', { class: 'empty page', role: 'alert' }, icon('error'), el('h1', {}, title), el('p', {}, detail),
    button('Load the page again', () => location.reload()),
  ));
}

start().catch(failed);
