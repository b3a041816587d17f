// Setting and lifting the legal hold of an incident project.

import { call } from '../common/api.js';
import { askReason } from '../admin/ask-reason.js';
import { strings } from '../locales/en.js';

/** @typedef {import('../../../../hooks/src/vms_hooks/page.d.ts').VmsBridge} Bridge */

/**
 * Asks for the reason and sets or lifts the hold; raises `Problem` for a refusal.
 * @param {Bridge} bridge
 * @param {number} id
 * @param {boolean} held whether there is a hold now
 * @param {{by: string, reason: string}} [hold] who set it and why, where that is known
 */
export async function changeHold(bridge, id, held, hold) {
  const texts = strings.admin.hold;
  const lifting = hold ? texts.liftText(hold.by, hold.reason) : '';
  const said = await askReason({
    title: held ? texts.liftTitle(id) : texts.setTitle(id), text: held ? lifting : texts.setText, label: texts.reason,
    action: held ? texts.lift : texts.set, needed: texts.reasonMissing, danger: held,
  });
  if (said === undefined) return;
  if (held) await call(bridge, 'POST', `projects/${id}/hold/lift`, { reason: said });
  else await call(bridge, 'PUT', `projects/${id}/hold`, { reason: said });
  bridge.notify({ kind: 'success', title: held ? texts.lifted(id) : texts.done(id) });
}
