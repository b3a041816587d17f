// Telling operators that an incident project was written, with a way to it.

import { strings } from '../locales/en.js';

/** Cameras that a notice names. */
const NAMED = 3;

/**
 * @param {import('./api.js').Bridge} bridge
 * @param {string} title
 * @param {import('./shapes.d.ts').Project} project
 * @param {string[]} [warnings] what was kept otherwise than asked for
 * @param {string[]} [added] of each sequence that was added, the name of its camera; all of a new project
 */
export function announce(bridge, title, project, warnings = [],
  added = project.sequences.map(({ footage }) => footage.camera_name)) {
  const inAll = project.sequences.length;
  bridge.notify({
    kind: warnings.length ? 'warning' : 'success',
    title,
    detail: [which(added), ...(added.length < inAll ? [strings.projects.inAll(inAll)] : []), ...warnings].join('. '),
    action: { label: strings.projects.open, run: () => bridge.navigate({ tab: 'incidents', path: String(project.id) }) },
  });
}

/** @param {string[]} added names of cameras */
function which(added) {
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const camera of added) counts.set(camera, (counts.get(camera) ?? 0) + 1);
  const named = [...counts].slice(0, NAMED).map(([camera, count]) => (count > 1 ? `${camera} (${count})` : camera));
  return strings.projects.which(added.length, named, counts.size - named.length);
}
