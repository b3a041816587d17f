// Play, pause, jump, marks and zoom, above the timeline.

import { toolbarItems } from './contributed.js';
import { button, el, icon, iconButton } from './dom.js';
import { clockTime, day, otherInstant, pickerText, readTime, shortTime, utcText, zoneName, zonedTime } from './time.js';

/** @import { Shell } from './shell.js' */
/** @import { Timeline } from './timeline.js' */

const JUMP = 10_000;
const TOOLBAR = 'vms.playback.toolbar/1';

export class Transport extends HTMLElement {
  #shell;
  #play;
  #time = el('span', { class: 'time' });
  #date = el('span', { class: 'dim' });
  #held = el('span', { class: 'dim', role: 'status' });
  #entry = el('input', {
    type: 'text', placeholder: '12:03, -5m, yesterday 14:00', 'aria-label': 'Go to time', 'aria-describedby': 'entry-fault', spellcheck: 'false',
  });
  #picker = el('input', { type: 'datetime-local', step: '1', class: 'picker', tabindex: -1, 'aria-hidden': 'true' });
  #change = el('span', { class: 'dim', role: 'status' });
  #fault = el('span', { id: 'entry-fault', class: 'fault', role: 'alert' });
  #marks = el('span', { class: 'dim marks' });
  #clear;

  /** @param {Shell} shell @param {Timeline} timeline */
  constructor(shell, timeline) {
    super();
    this.#shell = shell;
    const { playback } = shell;
    this.#play = iconButton('play', 'Play', () => togglePlay(shell), { class: 'quiet play' });
    this.#clear = iconButton('close', 'Remove both marks', () => playback.setMarks(null, null));
    const jump = (/** @type {number} */ step) => playback.seek(playback.now + step);
    const rows = iconButton('rows', 'Only the selected camera', () => {
      timeline.alone = !timeline.alone;
      rows.setAttribute('aria-pressed', String(timeline.alone));
    }, { 'aria-pressed': String(timeline.alone) });
    this.#picker.addEventListener('change', () => this.#go(this.#picker.value.replace('T', ' ')));
    this.append(
      el('div', { class: 'group' }, iconButton('back', 'Back 10 seconds', () => jump(-JUMP)), this.#play, iconButton('forward', 'Forward 10 seconds', () => jump(JUMP))),
      el('div', { class: 'group now' }, this.#time, el('span', { class: 'beside' }, this.#date, this.#held)),
      el('form', { class: 'group entry', onsubmit: (/** @type {Event} */ event) => this.#entered(event) }, this.#entry, el('button', { type: 'submit' }, 'Go'), el('span', { class: 'picking' }, iconButton('calendar', 'Choose date and time', () => this.#pick()), this.#picker), this.#change, this.#fault),
      el('div', { class: 'group' },
        iconButton('markStart', 'Mark the start ( [ )', () => mark(shell, 'start')),
        iconButton('markEnd', 'Mark the end ( ] )', () => mark(shell, 'end')),
        this.#marks, this.#clear),
      el('div', { class: 'group', role: 'toolbar', 'aria-label': 'Plug-ins' }, ...toolbarItems(shell, TOOLBAR, 'playback', { clock: playback })),
      el('div', { class: 'group end' },
        rows, iconButton('list', 'List what is recorded in the shown time', () => void timeline.list()),
        iconButton('earlier', 'Show earlier time ( < )', () => timeline.pan(-1)), iconButton('later', 'Show later time ( > )', () => timeline.pan(1)),
        iconButton('minus', 'Show more time ( - )', () => timeline.zoom(-1)), iconButton('plus', 'Show less time ( + )', () => timeline.zoom(1))),
    );
    playback.addEventListener('change', () => this.#draw());
    this.#draw();
  }

  /** Takes the keyboard: a time can be typed. */
  enter() {
    this.#entry.focus();
  }

  /** @param {number} at */
  tick(at) {
    const zone = this.#shell.timeZone;
    const text = clockTime(at, zone);
    if (this.#time.textContent === text) return;
    this.#time.textContent = text;
    this.#time.title = utcText(at);
    this.#date.textContent = `${zoneName(at, zone)}, ${day(at, zone)}`;
  }

  #draw() {
    const { playback, timeZone } = this.#shell;
    const label = playback.paused ? 'Play' : 'Pause';
    this.#play.replaceChildren(icon(playback.paused ? 'play' : 'pause'));
    this.#play.setAttribute('aria-label', label);
    this.#play.title = `${label} (space)`;
    this.#held.textContent = playback.held && !playback.paused ? 'Waiting for pictures' : '';
    const { markStart, markEnd } = playback;
    const text = (/** @type {number | null} */ at) => (at === null ? '…' : clockTime(at, timeZone));
    const none = markStart === null && markEnd === null;
    this.#marks.textContent = none ? '' : `${text(markStart)} to ${text(markEnd)}`;
    this.#clear.hidden = none;
  }

  /** Offers the browser's calendar, at the time that is shown. */
  #pick() {
    this.#picker.value = pickerText(this.#shell.playback.now, this.#shell.timeZone);
    this.#picker.max = pickerText(this.#shell.live.now, this.#shell.timeZone);
    this.#picker.showPicker();
  }

  /** @param {Event} event */
  #entered(event) {
    event.preventDefault();
    if (!this.#go(this.#entry.value)) return;
    this.#entry.value = '';
    // Back to the page: the next key is a mark or Space, and not more of the time.
    this.#entry.blur();
  }

  /** @param {string} text @returns {boolean} whether it is a time that can be gone to */
  #go(text) {
    const { live, playback, timeZone } = this.#shell;
    const at = readTime(text, live.now, timeZone);
    const fault = at === null
      ? 'This is not a time. Type it like 12:03, -5m or yesterday 14:00.'
      : at > live.now ? 'This time has not come yet.' : '';
    this.#fault.textContent = fault;
    this.#entry.setAttribute('aria-invalid', String(fault !== ''));
    this.#change.replaceChildren();
    if (at === null || fault) return false;
    playback.seek(at);
    this.#tellChange(text, at);
    return true;
  }

  /** On nights on which the clock changes: the same time is there once more, or was left out. @param {string} text @param {number} at */
  #tellChange(text, at) {
    const zone = this.#shell.timeZone;
    const typed = /\d{1,2}:\d{2}/.exec(text)?.[0].padStart(5, '0');
    if (typed && typed !== shortTime(at, zone)) {
      this.#change.textContent = `${typed} was left out that night: this is ${zonedTime(at, zone)}.`;
      return;
    }
    const other = otherInstant(at, zone);
    if (other === undefined || other > this.#shell.live.now) return;
    const go = () => {
      this.#shell.playback.seek(other);
      this.#change.replaceChildren();
    };
    this.#change.replaceChildren(`${clockTime(at, zone)} was there twice. `,
      button(`Go to ${zonedTime(other, zone)}`, go));
  }
}

/** @param {Shell} shell */
export function togglePlay({ playback }) {
  if (playback.paused) playback.play();
  else playback.pause();
}

/** Sets one mark at the clock of the tab that is shown. @param {Shell} shell @param {'start' | 'end'} which */
export function mark(shell, which) {
  const { clock } = shell;
  const at = Math.round(clock.now);
  clock.setMarks(which === 'start' ? at : clock.markStart, which === 'end' ? at : clock.markEnd);
  if (clock.mode === 'live') {
    shell.notices.show({ kind: 'info', title: `${which === 'start' ? 'Start' : 'End'} marked at ${clockTime(at, shell.timeZone)}.` });
  }
}

customElements.define('host-transport', Transport);
