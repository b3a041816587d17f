// Creates an incident project without sequences.

import { createEmpty } from '../collections/actions.js';

/** @type {import('../../../../hooks/src/vms_hooks/page.d.ts').VmsCommandRun} */
export const run = ({ bridge }) => createEmpty(bridge);
