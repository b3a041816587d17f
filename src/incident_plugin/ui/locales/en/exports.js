// The Exports tab, in English.

/** @param {number} n */
const sequencesOf = (n) => `${n} ${n === 1 ? 'sequence' : 'sequences'}`;

export const exportsTexts = {
  list: 'Export list',
  project: 'Incident project',
  remove: 'Remove',
  removeAll: 'Remove all',
  removeAllTitle: 'Remove all from the export list',
  /** @param {number} n */
  removeAllText: (n) => `${sequencesOf(n)} are taken off the export list. They stay in their incident projects.`,
  start: 'Start export',
  empty: 'The export list is empty',
  emptyHint: 'Choose an incident project on the Incidents tab and select “Send for export”.',
  /** @param {number} n @param {string} length */
  total: (n, length) => `${sequencesOf(n)}, ${length} of video`,
  jobs: 'Exports',
  noJobs: 'No exports yet.',
  loading: 'Loading',
  retry: 'Retry',
  stale: 'This may be out of date:',
  states: { queued: 'Waiting', running: 'Exporting', done: 'Done', failed: 'Failed', cancelled: 'Cancelled', waiting: 'Password needed', expired: 'Files removed' },
  /** @param {string} percent */
  progress: (percent) => `${percent} %`,
  cancel: 'Cancel',
  cancelTitle: 'Cancel export',
  /** @param {string} at */
  cancelText: (at) => `The export of ${at} is stopped and its files are not kept. The incident projects are not changed.`,
  keepGoing: 'Go on exporting',
  downloadAll: 'Download all (ZIP)',
  download: 'Download',
  again: 'Add to export list again',
  failedHint: 'The sequences are still in their incident projects: add them to the export list again and start a new export.',
  /** @param {string} projects @param {number} n */
  of: (projects, n) => `Incident project ${projects}: ${sequencesOf(n)}`,
  finished: 'finished',
  by: 'by',
  file: 'File',
  size: 'Size',
  sha256: 'SHA-256',
  delivered: 'Delivered',
  nothingDelivered: 'The recorder had no video',
  gaps: 'Gaps',
  noGaps: 'None',
  clockOffset: 'Clock offset',
  notMeasured: 'Not measured: the recorder did not answer',
  /** @param {string} offset @param {string} uncertainty */
  offset: (offset, uncertainty) => `${offset} s ± ${uncertainty} s`,
  copy: 'Copy',
  copied: 'Copied',
};
