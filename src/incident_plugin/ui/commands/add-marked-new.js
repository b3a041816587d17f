// Adds the marked time of the selected camera to a new incident project.

import { addMarkedOfSelected } from '../add/marked.js';

/** @type {import('../../../../hooks/src/vms_hooks/page.d.ts').VmsCommandRun} */
export const run = (context) => addMarkedOfSelected(context, 'new');
