// Choosing another key for a command: pressed once, and refused with a reason where the browser or the host has it.

import { ProblemError, call } from './api.js';
import { button, el } from './dom.js';
import { field, openForm } from './form-dialog.js';
import { chordOf } from './shortcuts.js';

/** @import { Shell } from './shell.js' */
/** @import { Runnable } from './types.d.ts' */

/** What browsers never give to a page, or what people would miss. */
const BROWSER = /^(Ctrl\+(Shift\+)?[acdefghjklnopqrstuvwxyz0-9+-]|Ctrl\+(Shift\+)?(Tab|PageUp|PageDown|F4)|Alt\+(F4|Home|ArrowLeft|ArrowRight|Tab|d|e|f)|Meta\+.*|(Shift\+|Ctrl\+)?F(1|3|5|6|7|10|11|12))$/;
/** What moves about in every page. */
const MOVING = /^(Shift\+)?(Tab|Escape|Backspace|Delete|Home|End|PageUp|PageDown|Space)$/;

/** Says why a command cannot have a key; empty when it can. @param {Shell} shell @param {Runnable} command @param {string} keys */
export function refusalOf(shell, command, keys) {
  if (!keys) return 'Press a key first.';
  if (BROWSER.test(keys)) return `The browser uses ${keys} itself. Press another key.`;
  if (MOVING.test(keys)) return `${keys} is needed to move about in every page. Press another key.`;
  const other = shell.shortcuts.all.find((each) => each.id !== command.id && each.keys.split(' ')[0] === keys);
  if (!other) return '';
  const whose = other.id ? 'Change that one first, or press another key.' : 'Press another key.';
  return `${keys} is the key of “${other.title}”. ${whose}`;
}

/**
 * Lets the operator press the key that a command is to have.
 * @param {Shell} shell
 * @param {Runnable} command
 * @returns {Promise<boolean>} whether it was changed
 */
export function changeKey(shell, command) {
  const key = field('New key', { placeholder: 'Press a key', readonly: true, autofocus: true });
  const said = el('p', { class: 'note', role: 'status' }, 'Function keys also work while you type and in windows.');
  let pressed = '';
  const show = (/** @type {string} */ keys) => {
    pressed = keys;
    key.input.value = keys;
    said.textContent = refusalOf(shell, command, keys) || 'Nothing else uses this key.';
  };
  key.input.addEventListener('keydown', (event) => {
    const keys = chordOf(event);
    if (!keys || ['Tab', 'Shift+Tab', 'Escape', 'Enter'].includes(keys)) return;
    event.preventDefault();
    show(keys);
  });
  const proposed = button(`Use ${command.shortcut}`, () => show(command.shortcut));
  return openForm({
    title: `Key of “${command.title}”`,
    fields: [key.row, said, command.shortcut !== shell.keyOf(command) && proposed],
    save: async () => {
      const refusal = refusalOf(shell, command, pressed);
      if (refusal) throw new ProblemError(0, 'The key is not changed.', refusal);
      await shell.chooseKey(command, pressed);
    },
  });
}

/** @param {Record<string, string>} keys by command */
export function keepKeys(keys) {
  return call('/api/keys', { method: 'PUT', body: { keys } });
}
