// Where a picked sequence goes: the draft sequence list, a new incident project, or an existing one.

import { call, titled } from '../common/api.js';
import { chooseProject } from '../common/choose-project.js';
import { askDetails } from '../common/details-dialog.js';
import { announce } from '../common/notices.js';
import { made } from '../common/making.js';
import { dateTime, duration, endTime } from '../common/time.js';
import { showDrafts } from '../drafts/drafts-dialog.js';
import { strings } from '../locales/en.js';
import { picks } from './picks.js';

/** @typedef {import('../common/api.js').Bridge} Bridge */
/** @typedef {import('../common/shapes.d.ts').Wanted} Wanted */
/** @typedef {import('../common/shapes.d.ts').Written} Written */
/** @typedef {import('./picks.js').Camera} Camera */
/** @typedef {import('./picks.js').Destination} Destination */
/** @typedef {{cameras: Camera[], start: number, end: number}} Chosen */

/**
 * Takes the sequences to where they go. Refusals before a dialog is open are raised; those in a dialog are shown there.
 * @type {Record<Destination, (bridge: Bridge, chosen: Chosen) => Promise<boolean>>} whether they got there
 */
export const finish = {
  async draft(bridge, chosen) {
    const { warnings } = await titled(strings.projects.cannotAdd,
      picks.whileAdding(chosen.cameras, call(bridge, 'POST', 'drafts', { footage: wanted(chosen) })));
    bridge.notify({
      kind: warnings.length ? 'warning' : 'success',
      title: strings.drafts.added,
      detail: [described(bridge, chosen), ...warnings].join('. '),
      action: { label: strings.drafts.view, run: () => void showDrafts(bridge) },
    });
    return true;
  },

  async new(bridge, chosen) {
    /** @type {Written | undefined} */
    const written = await askDetails(bridge, {
      title: strings.projects.create,
      note: described(bridge, chosen),
      remember: 'picked sequence',
      submit: (details) => titled(strings.projects.cannotCreate,
        made(bridge, 'projects', { ...details, footage: wanted(chosen), drafts: null })),
    });
    return told(bridge, written, chosen, (id) => strings.projects.created(id));
  },

  async existing(bridge, chosen) {
    /** @type {Written | undefined} */
    const written = await chooseProject(bridge, (id) => titled(strings.projects.cannotAdd,
      made(bridge, `projects/${id}/sequences`, { footage: wanted(chosen), drafts: null })));
    return told(bridge, written, chosen, (id) => strings.projects.added(id));
  },
};

/**
 * @param {Bridge} bridge
 * @param {Written | undefined} written
 * @param {Chosen} chosen
 * @param {(id: number) => string} title
 */
function told(bridge, written, { cameras }, title) {
  if (!written) return false;
  bridge.refreshTimeline();
  announce(bridge, title(written.project.id), written.project, written.warnings, cameras.map(({ name }) => name));
  return true;
}

/**
 * @param {Chosen} chosen
 * @returns {Wanted[]}
 */
function wanted({ cameras, start, end }) {
  return cameras.map(({ id }) => ({
    camera: id, start: new Date(start).toISOString(), end: new Date(end).toISOString(),
  }));
}

/**
 * @param {Bridge} bridge
 * @param {Chosen} chosen
 */
function described({ timeZone }, { cameras, start, end }) {
  const names = cameras.map((camera) => camera.name).join(', ');
  return strings.add.sequence(names, dateTime(start, timeZone), endTime(end, start, timeZone), duration(end - start));
}
