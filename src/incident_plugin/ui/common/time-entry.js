// Entering a time: typed or picked, in the site's zone, 24 hours.

import { strings } from '../locales/en.js';
import { h, icon } from './dom.js';
import { instantsOf, isInstant, localText, typedTime, zoneName } from './zoned.js';

/**
 * A time that is typed or picked, in the site's zone; when clocks go back it asks which of the two hours is meant.
 * @param {string} label
 * @param {string} value an instant, or what was typed before
 * @param {string} timeZone
 * @param {{relative?: boolean, entered?: () => void}} [options] `relative` gives words such as `-5m` as they are,
 *   for those who read them later; `entered` is called with every change
 * @returns {{element: HTMLElement, read: () => string | null | undefined}} nothing for no time, undefined for a wrong one
 */
export function timeEntry(label, value, timeZone, { relative: asWords = false, entered = () => {} } = {}) {
  const texts = strings.incidents.fields;
  const input = h('input', { type: 'text', value: isInstant(value) ? localText(value, timeZone).replace('T', ' ') : value, maxLength: 40, placeholder: strings.list.timeHint, 'aria-label': label, oninput: told });
  const which = h('select', { hidden: true, 'aria-label': texts.which, onchange: entered });
  const zone = h('span', { class: 'dim small' });
  const fault = h('p', { class: 'error small', role: 'alert', hidden: true });
  const picker = h('input', { class: 'date', type: 'datetime-local', step: '1', tabIndex: -1, 'aria-hidden': 'true', onchange() {
    input.value = picker.value.replace('T', ' ');
    told();
  } });
  const pick = h('button', { type: 'button', class: 'quiet', title: texts.pick, 'aria-label': `${label}: ${texts.pick}`, onclick: () => picker.showPicker() }, icon('calendar'));

  function told() {
    judge();
    entered();
  }

  /** @returns {string | null | undefined} */
  function judge() {
    const typed = input.value.trim();
    // Such words go on meaning what they say: a saved filter for the last hour is of the hour before it is used.
    const relative = asWords && /^(-\s*\d{1,5}\s*[smhdw]|today|yesterday)$/i.test(typed);
    const local = typed && !relative ? typedTime(typed, Date.now(), timeZone) : null;
    const found = local ? instantsOf(local, timeZone) : [];
    const fine = typed === '' || relative || found.length > 0;
    fault.hidden = fine;
    fault.textContent = local ? texts.skipped : texts.badTime;
    input.setAttribute('aria-invalid', String(!fine));
    which.hidden = found.length < 2;
    if (found.length > 1 && which.options.length !== found.length) {
      which.replaceChildren(...found.map((at) => h('option', { value: new Date(at).toISOString() }, zoneName(at, timeZone))));
    }
    zone.textContent = found.length === 1 ? zoneName(found[0], timeZone) : '';
    if (!fine) return undefined;
    if (typed === '') return null;
    if (relative) return typed.replaceAll(/\s/g, '').toLowerCase();
    return found.length > 1 ? which.value : new Date(found[0]).toISOString().replace('.000Z', 'Z');
  }

  judge();
  return {
    element: h('div', { class: 'field' }, h('span', { class: 'dim small' }, label),
      h('div', { class: 'row tight' }, input, h('span', { class: 'picker' }, pick, picker), which, zone), fault),
    read: judge,
  };
}

/** How it looks. */
export const timeEntryStyle = `
.picker { position: relative; }
.picker input.date { position: absolute; inset: 0; width: 100%; min-height: 0; padding: 0; opacity: 0; pointer-events: none; }
.tight { gap: 6px; flex-wrap: nowrap; }
`;
