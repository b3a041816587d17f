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
import { duration } from '../common/time.js';

/** @param {number} offset seconds */
function far(offset) {
  const seconds = Math.abs(offset);
  return seconds < 60 ? `${seconds.toFixed(1)} s` : duration(seconds * 1000);
}

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
      : `Recorder’s clock: ${far(offset)} ${offset > 0 ? 'fast' : 'slow'} (± ${uncertainty.toFixed(1)} s); times here are corrected`),
    clockName: 'Recorder’s clock',
    clockNameShort: 'Clock',
    /** @param {number} offset seconds */
    clockOff: (offset) => `${far(offset)} ${offset > 0 ? 'fast' : 'slow'}`,
    clockHint: 'A time that stands in the picture is the recorder’s. All other times here are corrected.',
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
