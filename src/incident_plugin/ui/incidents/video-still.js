// Keeping the picture that is shown: as a file, or on the clipboard.

import { call, Problem } from '../common/api.js';
import { h } from '../common/dom.js';
import { may } from '../common/permissions.js';
import { capture, copy, keep, mayCopy } from '../live/snapshot.js';
import { strings } from '../locales/en.js';

/** @typedef {import('../../../../hooks/src/vms_hooks/page.d.ts').VmsBridge} Bridge */
/** @typedef {import('../playback/incident-playback.js').IncidentPlayback} Picture */
/** @typedef {import('../live/snapshot.js').Shot} Shot */

/**
 * The buttons; none for those who may not.
 * @param {Bridge} bridge
 * @param {() => Picture | undefined} picture the one that counts
 * @param {() => number} at
 * @param {HTMLElement} told where the outcome is said
 */
export function keepers(bridge, picture, at, told) {
  if (!may(bridge, 'cameras.snapshots.manage')) return [];
  const texts = strings.incidents.video;
  const button = (/** @type {string} */ label, /** @type {(shot: Shot) => Promise<string>} */ act) =>
    h('button', { type: 'button', onclick: () => void kept(act) }, label);

  /** @param {(shot: Shot) => Promise<string>} act */
  async function kept(act) {
    const view = picture();
    const camera = view?.vms?.camera;
    if (!view || !camera || view.showing !== 'picture') {
      told.textContent = texts.noPicture;
      return;
    }
    // Taken at the press: the picture moves on while the server is asked.
    const shot = capture(view.video, camera.name, view.pictureAt(at()), bridge.timeZone);
    try {
      await call(bridge, 'POST', `snapshots/${encodeURIComponent(camera.id)}`);
      told.textContent = `${await act(shot)}: ${shot.name}`;
    } catch (error) {
      told.textContent = error instanceof Problem ? `${error.title} ${error.detail}` : texts.notKept;
    }
  }
  return [button(texts.keepFile, keep), ...(mayCopy() ? [button(texts.keepCopy, copy)] : [])];
}
