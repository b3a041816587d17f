// One place for all keys: the host's own and those of contributed commands, which have an `id` and can be changed.

/** @typedef {{keys: string, title: string, run: (event: KeyboardEvent) => void, when?: () => boolean, id?: string, group?: string}} Shortcut */

/** How long the first key of a sequence such as `g l` waits for the second, milliseconds. */
const SEQUENCE = 1500;

export class Shortcuts {
  /** @type {Shortcut[]} */
  #all = [];
  #prefix = '';
  #prefixed = 0;

  constructor() {
    window.addEventListener('keydown', (event) => this.#pressed(event));
  }

  get all() {
    return this.#all;
  }

  /** @param {Shortcut} shortcut */
  add(shortcut) {
    this.#all.push({ ...shortcut, keys: shortcut.keys.split(' ').map(normal).join(' ') });
  }

  /** Gives a command another key. @param {string} id @param {string} keys */
  change(id, keys) {
    this.#all = this.#all.map((each) => (each.id === id ? { ...each, keys: normal(keys) } : each));
  }

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    if (event.defaultPrevented || event.isComposing) return;
    const chord = chordOf(event);
    if (!chord || (!/^(\w+\+)*F\d+$/.test(chord) && isTaken(event, chord))) return;
    const prefix = performance.now() - this.#prefixed < SEQUENCE ? this.#prefix : '';
    this.#prefix = '';
    const shortcut = this.#find(prefix ? `${prefix} ${chord}` : chord) ?? this.#find(chord);
    if (shortcut) {
      event.preventDefault();
      shortcut.run(event);
    } else if (this.#all.some(({ keys }) => keys.startsWith(`${chord} `))) {
      this.#prefix = chord;
      this.#prefixed = performance.now();
    }
  }

  /** @param {string} keys */
  #find(keys) {
    return this.#all.find((shortcut) => shortcut.keys === keys && (shortcut.when?.() ?? true));
  }
}

/** `Ctrl+F9`; Shift is left out where it already shows in the character. @param {KeyboardEvent} event */
export function chordOf(event) {
  if (['Control', 'Shift', 'Alt', 'Meta', 'AltGraph'].includes(event.key)) return '';
  const character = event.key.length === 1;
  const letter = character && event.key.toLowerCase() !== event.key.toUpperCase();
  const modifiers = [
    event.ctrlKey && !event.getModifierState('AltGraph') && 'Ctrl',
    event.altKey && !event.getModifierState('AltGraph') && 'Alt',
    event.metaKey && 'Meta',
    event.shiftKey && (!character || letter) && 'Shift',
  ].filter(Boolean);
  return [...modifiers, event.key === ' ' ? 'Space' : character ? event.key.toLowerCase() : event.key].join('+');
}

/** Brings a written shortcut into the form of `chordOf`. @param {string} keys */
function normal(keys) {
  if (keys.length === 1) return keys.toLowerCase();
  const parts = keys.endsWith('++') ? [...keys.slice(0, -2).split('+'), '+'] : keys.split('+');
  const key = /** @type {string} */ (parts.pop());
  const order = ['Ctrl', 'Alt', 'Meta', 'Shift'];
  return [...order.filter((each) => parts.includes(each)), key.length === 1 ? key.toLowerCase() : key].join('+');
}

/** Whether the element that has the keyboard needs this key itself. @param {KeyboardEvent} event @param {string} chord */
function isTaken(event, chord) {
  for (const node of event.composedPath()) {
    if (!(node instanceof Element)) continue;
    if (node instanceof HTMLDialogElement) return true;
    if (node.matches('input:not([type=checkbox], [type=radio], [type=range]), textarea, select, [contenteditable]')) return true;
    if (node.matches('[role=menu], [role=menuitem], [role=slider], [role=tree]') && /^(Arrow|Home|End|Enter|Space)/.test(chord)) return true;
    if (node.matches('button, a[href], summary, input') && (chord === 'Enter' || chord === 'Space')) return true;
  }
  return false;
}
