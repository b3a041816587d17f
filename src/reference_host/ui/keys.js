// The keyboard of the whole page, and the page that shows it.

import { el, iconButton } from './dom.js';
import { SIZES } from './layout.js';
import { changeKey } from './own-keys.js';
import { mark, togglePlay } from './transport.js';

/** View items that a digit selects. */
const NUMBERED = 9;

/** @typedef {import('./frame.js').Frame} Frame */
/** @typedef {import('./shell.js').Shell} Shell */

/** @param {Shell} shell @param {() => Frame} frame */
export function bindKeys(shell, frame) {
  const keys = shell.shortcuts;
  const { playback } = shell;
  const video = () => frame().video !== null;
  const recorded = () => shell.address.tab === 'playback';
  for (const tab of frame().tabs) keys.add({ keys: `g ${tab.path[0]}`, title: `Go to ${tab.title}`, run: () => frame().open(tab.path) });
  for (let slot = 0; slot < NUMBERED; slot += 1) {
    keys.add({ keys: String(slot + 1), title: `Select view item ${slot + 1}`, when: video, run: () => frame().video?.grid.select(slot) });
  }
  keys.add({ keys: 'z', title: 'Show the selected view item alone, or all again', when: video, run: () => shell.layout.toggleAlone() });
  for (const size of SIZES.slice(1)) {
    keys.add({ keys: `v ${Math.sqrt(size)}`, title: `Show ${size} view items`, when: video, run: () => shell.layout.resize(size) });
  }
  const seek = (/** @type {number} */ seconds) => () => playback.seek(playback.now + seconds * 1000);
  keys.add({ keys: 'Space', title: 'Play or pause', when: recorded, run: () => togglePlay(shell) });
  keys.add({ keys: 'ArrowLeft', title: 'Back 1 second', when: recorded, run: seek(-1) });
  keys.add({ keys: 'ArrowRight', title: 'Forward 1 second', when: recorded, run: seek(1) });
  keys.add({ keys: 'Shift+ArrowLeft', title: 'Back 10 seconds', when: recorded, run: seek(-10) });
  keys.add({ keys: 'Shift+ArrowRight', title: 'Forward 10 seconds', when: recorded, run: seek(10) });
  keys.add({ keys: '+', title: 'Show less time on the timeline', when: recorded, run: () => frame().video?.timeline?.zoom(1) });
  keys.add({ keys: '-', title: 'Show more time on the timeline', when: recorded, run: () => frame().video?.timeline?.zoom(-1) });
  keys.add({ keys: '<', title: 'Show earlier time on the timeline', when: recorded, run: () => frame().video?.timeline?.pan(-1) });
  keys.add({ keys: '>', title: 'Show later time on the timeline', when: recorded, run: () => frame().video?.timeline?.pan(1) });
  keys.add({ keys: '[', title: 'Mark the start', when: video, run: () => mark(shell, 'start') });
  keys.add({ keys: ']', title: 'Mark the end', when: video, run: () => mark(shell, 'end') });
  keys.add({ keys: '?', title: 'Show these shortcuts', run: () => showShortcuts(shell) });
  for (const command of shell.contributions.commands) {
    const chosen = shell.keyOf(command);
    if (chosen) keys.add({ id: command.id, keys: chosen, title: command.title, run: () => void shell.runForOperator(command) });
  }
}

const WORDS = { ArrowLeft: '←', ArrowRight: '→' };

/** @param {Shell} shell */
export function showShortcuts(shell) {
  const list = el('dl', {});
  const draw = () => list.replaceChildren(...shell.shortcuts.all.map((each) => row(shell, each, draw)));
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
    el('dt', {}, ...keys.split(' ').map((key) => el('kbd', {}, written(key)))), el('dd', {}, title),
    command ? el('button', { type: 'button', class: 'quiet small', 'aria-label': `Change the key of ${title}`, onclick: () => void change() }, 'Change') : null);
}

/** @param {string} keys */
function written(keys) {
  return keys.replace(/Arrow\w+/, (arrow) => WORDS[/** @type {keyof typeof WORDS} */ (arrow)] ?? arrow);
}
