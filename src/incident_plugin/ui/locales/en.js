// Every text that operators read, in English. One nested section for each part of the interface.

import { admin } from './en/admin.js';
import { collections } from './en/collecting.js';
import { exportsTexts } from './en/exports.js';
import { incidents } from './en/incidents.js';
import { dashboard, list } from './en/list.js';
import { live } from './en/live.js';
import { add, drafts, projects } from './en/picking.js';
import { playback } from './en/playback.js';
import { recorders } from './en/recorders.js';

export const strings = {
  common: {
    cancel: 'Cancel',
    close: 'Close',
    save: 'Save',
    type: 'Type',
    description: 'Description',
    optional: 'optional',
    camera: 'Camera',
    start: 'Start',
    end: 'End',
    length: 'Length',
    /** @param {number} offset @param {number} uncertainty seconds */
    clock: (offset, uncertainty) => (Math.abs(offset) <= uncertainty
      ? `Recorder’s clock: right to ${uncertainty.toFixed(1)} s`
      : `Recorder’s clock: ${Math.abs(offset).toFixed(1)} s ${offset > 0 ? 'fast' : 'slow'} (± ${uncertainty.toFixed(1)} s); times here are corrected`),
  },
  admin,
  incidents,
  list,
  dashboard,
  exports: exportsTexts,
  projects,
  collections,
  drafts,
  add,
  playback,
  live,
  recorders,
};
