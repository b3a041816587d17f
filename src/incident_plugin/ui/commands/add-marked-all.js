// Adds the marked time of all cameras in the view to the draft sequence list.

import { addMarked } from '../add/marked.js';

/** @type {import('../../../../hooks/src/vms_hooks/page.d.ts').VmsCommandRun} */
export const run = (context) => addMarked(context, context.bridge.view().cameras);
