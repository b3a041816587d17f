// Sentences of the activity log, and who did something when, as every part of the page shows them.

import { h, icon } from '../common/dom.js';
import { dateTime, time, utcTitle } from '../common/time.js';
import { strings } from '../locales/en.js';

/** @typedef {import('../common/shapes.d.ts').ActivityEntry} ActivityEntry */

/** An instant in the site's zone, UTC in its tooltip. @param {string | number} at @param {string} timeZone @param {string} [kind] */
export function moment(at, timeZone, kind = '') {
  const shown = dateTime(at, timeZone);
  // With the name of its zone it needs more room.
  const named = shown.split(' ').length > 2 ? ' named' : '';
  return h('time', { class: `${kind}${named}`.trim(), dateTime: new Date(at).toISOString(), title: utcTitle(at) }, shown);
}

/** A sentence with its times in the site's zone. @param {ActivityEntry['said']} said @param {string} timeZone */
export function sentence(said, timeZone) {
  return said.map((piece) => (typeof piece === 'string' ? piece : moment(piece.at, timeZone)));
}

/** The discreet mark of somebody else's change. @param {{name: string, at: string} | undefined} mark @param {string} timeZone */
export function newsMark(mark, timeZone) {
  return mark ? h('span', { class: 'news', title: `${strings.incidents.news.changed(mark.name, dateTime(mark.at, timeZone))} (${utcTitle(mark.at)})` },
    icon('record'), h('span', {}, `${mark.name}, ${time(mark.at, timeZone)}`)) : null;
}
