// Begins to collect from the live view.

import { start } from '../collections/actions.js';

/** @type {import('../../../../hooks/src/vms_hooks/page.d.ts').VmsCommandRun} */
export const run = ({ bridge }) => start(bridge);
