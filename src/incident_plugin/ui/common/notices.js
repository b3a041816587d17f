// Telling operators that an incident project was written, with a way to it.

import { strings } from '../locales/en.js';

/**
 * @param {import('./api.js').Bridge} bridge
 * @param {string} title
 * @param {import('./shapes.d.ts').Project} project
 * @param {string[]} [warnings] what was kept otherwise than asked for
 */
export function announce(bridge, title, project, warnings = []) {
  bridge.notify({
    kind: warnings.length ? 'warning' : 'success',
    title,
    detail: [strings.projects.sequences(project.sequences.length), ...warnings].join('. '),
    action: { label: strings.projects.open, run: () => bridge.navigate({ tab: 'incidents', path: String(project.id) }) },
  });
}
