// Every text that operators read, in English. One nested section for each part of the interface.

import { exportsTexts } from './en/exports.js';
import { incidents } from './en/incidents.js';

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
  },
  incidents,
  exports: exportsTexts,
};
