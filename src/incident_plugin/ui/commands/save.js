// Saves the running collection as an incident project.

import { save } from '../collections/actions.js';

/** @type {import('../../../../hooks/src/vms_hooks/page.d.ts').VmsCommandRun} */
export const run = ({ bridge }) => save(bridge);
