// The keyboard of the whole page, and the page that shows it.

import { button, el, iconButton } from './dom.js';
import { SIZES } from './layout.js';
import { changeKey } from './own-keys.js';
import { mark, togglePlay } from './transport.js';

/** View items that a digit selects. */
const NUMBERED = 9;

/** @import { Frame } from './frame.js' */
/** @import { Shell } from './shell.js' */

/** @param {Shell} shell @param {() => Frame} frame */
export function bindKeys(shell, frame) {
  const keys = shell.shortcuts;
  const { playback } = shell;
  const video = () => frame().video !== null;
  const onView = (/** @type {string} */ chord, /** @type {string} */ title, /** @type {() => void} */ run) =>
    keys.add({ group: 'view', keys: chord, title, when: video, run });
  const recorded = () => shell.address.tab === 'playback';
  for (const tab of frame().tabs) keys.add({ keys: `g ${tab.path[0]}`, title: `Go to ${tab.title}`, run: () => frame().open(tab.path) });
  keys.add({ keys: 'F6', title: 'Go to the content, past the tabs', run: () => frame().enter() });
  keys.add({ keys: 'F8', title: 'Go to the newest notice', run: () => void shell.notices.enter() });
  keys.add({ keys: '?', title: 'Show these shortcuts', run: () => showShortcuts(shell) });
  for (let slot = 0; slot < NUMBERED; slot += 1) {
    onView(String(slot + 1), `Select view item ${slot + 1}`, () => frame().video?.grid.select(slot));
  }
  onView('c', 'Find a camera for the selected view item', () => frame().video?.findCamera());
  onView('z', 'Show the selected view item alone, or all again', () => shell.layout.toggleAlone());
  for (const size of SIZES.slice(1)) {
    onView(`v ${Math.sqrt(size)}`, `Show ${size} view items`, () => shell.layout.resize(size));
  }
  onView('[', 'Mark the start', () => mark(shell, 'start'));
  onView(']', 'Mark the end', () => mark(shell, 'end'));
  const seek = (/** @type {number} */ seconds) => playback.seek(playback.now + seconds * 1000);
  const timeline = () => frame().video?.timeline;
  /** @type {[string, string, () => void][]} */
  const played = [
    ['t', 'Go to a time', () => frame().video?.transport?.enter()],
    ['Space', 'Play or pause', () => togglePlay(shell)],
    ['ArrowLeft', 'Back 1 second', () => seek(-1)],
    ['ArrowRight', 'Forward 1 second', () => seek(1)],
    ['Shift+ArrowLeft', 'Back 10 seconds', () => seek(-10)],
    ['Shift+ArrowRight', 'Forward 10 seconds', () => seek(10)],
    ['+', 'Show less time on the timeline', () => timeline()?.zoom(1)],
    ['-', 'Show more time on the timeline', () => timeline()?.zoom(-1)],
    ['<', 'Show earlier time on the timeline', () => timeline()?.pan(-1)],
    ['>', 'Show later time on the timeline', () => timeline()?.pan(1)],
  ];
  for (const [chord, title, run] of played) keys.add({ group: 'playback', keys: chord, title, when: recorded, run });
  for (const command of shell.contributions.commands) {
    const chosen = shell.keyOf(command);
    if (chosen) keys.add({ id: command.id, group: command.plugin, keys: chosen, title: command.title, run: () => void shell.runForOperator(command) });
  }
}

const WORDS = { ArrowLeft: '←', ArrowRight: '→' };
/** What the keys of the host are good for; those of a plug-in stand under its name. */
const GROUPS = [{ id: undefined, name: 'Everywhere' }, { id: 'view', name: 'Live and Playback' }, { id: 'playback', name: 'Playback' }];

/** @param {Shell} shell */
export function showShortcuts(shell) {
  const list = el('div', { class: 'groups' });
  const draw = () => list.replaceChildren(...groups(shell).map(({ name, keys }) =>
    el('section', {}, el('h3', {}, name), el('dl', {}, ...keys.map((each) => row(shell, each, draw))))));
  const dialog = el(
    'dialog', { class: 'shortcuts', 'aria-label': 'Keyboard shortcuts', onclose: () => dialog.remove() },
    el('header', {}, el('h2', {}, 'Keyboard shortcuts'), iconButton('close', 'Close', () => dialog.close())),
    list,
    el('p', { class: 'dim' }, 'Single letters are off while you type. Changed keys are yours on every computer.'),
  );
  draw();
  document.body.append(dialog);
  dialog.showModal();
}

/** The shortcuts by what they are good for; what the digits do is said once. @param {Shell} shell */
function groups({ contributions, shortcuts }) {
  const told = shortcuts.all.filter(({ keys }) => !/^[2-9]$/.test(keys)).map((each) => (
    each.keys === '1' ? { ...each, keys: `1 … ${NUMBERED}`, title: 'Select a view item' } : each));
  return [...GROUPS, ...contributions.plugins]
    .map(({ id, name }) => ({ name, keys: told.filter(({ group }) => group === id) }))
    .filter(({ keys }) => keys.length > 0);
}

/**
 * @param {Shell} shell
 * @param {import('./shortcuts.js').Shortcut} shortcut
 * @param {() => void} redraw
 */
function row(shell, { keys, title, id }, redraw) {
  const command = shell.contributions.commands.find((each) => each.id === id);
  const change = async () => {
    if (command && await changeKey(shell, command)) redraw();
  };
  return el('div', {},
    el('dt', {}, ...keys.split(' ').map((key) => (key === '…' ? key : el('kbd', {}, written(key))))), el('dd', {}, title),
    command ? button('Change', () => void change(), { class: 'quiet small', 'aria-label': `Change the key of ${title}` }) : null);
}

/** @param {string} keys */
function written(keys) {
  return keys.replace(/Arrow\w+/, (arrow) => WORDS[/** @type {keyof typeof WORDS} */ (arrow)] ?? arrow);
}
