// What can be done to a whole project, from the list and from its page.

import { Problem, call, report } from '../common/api.js';
import { confirmed } from '../common/dialog.js';
import { h, icon } from '../common/dom.js';
import { may } from '../common/permissions.js';
import { dateTime } from '../common/time.js';
import { strings } from '../locales/en.js';
import { changeHold } from './hold-dialog.js';
import { createReport } from './report-dialog.js';

/** @typedef {import('../../../../hooks/src/vms_hooks/page.d.ts').VmsBridge} Bridge */
/** @typedef {import('../common/shapes.d.ts').LegalHold} LegalHold */
/** @typedef {{id: number, description: string, sequences: number, held?: boolean, hold?: LegalHold | null}} Subject */

/**
 * The buttons Create report, Send for export, Legal hold and Delete; only those that the principal may use.
 * @param {Bridge} bridge
 * @param {() => Subject | null} subject
 * @param {() => void} deleted called when the project is no more, by whomever it was deleted
 */
export function projectButtons(bridge, subject, deleted) {
  const texts = strings.incidents.actions;
  /** @param {string} right @param {string} label @param {Parameters<typeof icon>[0]} image @param {(subject: Subject) => unknown} run */
  const button = (right, label, image, run) => (may(bridge, right)
    ? [h('button', { type: 'button', class: right.includes('delete') ? 'danger' : '', onclick: () => {
      const chosen = subject();
      if (chosen) void run(chosen);
    } }, icon(image), label)]
    : []);
  return [
    ...button('projects.reports.view', texts.report, 'report', ({ id }) => createReport(bridge, id)),
    ...button('projects.exports.manage', texts.export, 'export', (chosen) => sendForExport(bridge, chosen)),
    ...button('projects.legal-hold.manage', texts.hold, 'lock', (chosen) => hold(bridge, chosen)),
    ...button('projects.delete.manage', texts.delete, 'trash', (chosen) => deleteProject(bridge, chosen, deleted)),
  ];
}

/** @param {Bridge} bridge @param {Subject} subject */
export async function sendForExport(bridge, { id, sequences }) {
  const texts = strings.incidents.actions;
  if (sequences === 0) {
    bridge.notify({ kind: 'warning', title: texts.nothingToSend(id), detail: texts.nothingToSendHint });
    return;
  }
  try {
    await call(bridge, 'POST', 'export-list', { projects: [id] });
    bridge.notify({ kind: 'success', title: texts.sent(id) });
    bridge.navigate({ tab: 'exports' });
  } catch (error) {
    report(bridge, error);
  }
}

/** @param {Bridge} bridge @param {Subject} subject @param {() => void} deleted */
async function deleteProject(bridge, { id, description, sequences }, deleted) {
  const texts = strings.incidents.actions;
  const [line] = description.split('\n');
  const short = line.length > 80 ? `${line.slice(0, 80)}…` : line;
  try {
    const { bin_days: days } = await call(bridge, 'GET', 'retention/expiring');
    if (!await confirmed(texts.deleteTitle, texts.deleteText(id, short, sequences, days), texts.delete)) return;
    const { restorable_until: until } = await call(bridge, 'DELETE', `projects/${id}`);
    bridge.notify({ kind: 'success', title: texts.deleted(id),
      ...(until && { detail: texts.restorable(dateTime(until, bridge.timeZone)), action: { label: texts.undo, run: () => void restore(bridge, id) } }) });
    deleted();
  } catch (error) {
    report(bridge, error);
    if (error instanceof Problem && error.status === 404) deleted();
  }
}

/** @param {Bridge} bridge @param {Subject} subject */
async function hold(bridge, { id, held = false, hold: known }) {
  try {
    await changeHold(bridge, id, held, known ? { by: known.by.name, reason: known.reason } : undefined);
  } catch (error) {
    report(bridge, error);
  }
}

/** Takes a deletion back. @param {Bridge} bridge @param {number} id */
async function restore(bridge, id) {
  try {
    await call(bridge, 'POST', `bin/${id}/restore`);
    bridge.notify({ kind: 'success', title: strings.incidents.actions.restored(id) });
    bridge.navigate({ tab: 'incidents', path: String(id) });
  } catch (error) {
    report(bridge, error);
  }
}
