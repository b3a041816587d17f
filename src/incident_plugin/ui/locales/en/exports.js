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
  behind: 'It begins when the exports before it are done.',
  /** @param {string} recorder @param {string} camera @param {string} since */
  waitsFor: (recorder, camera, since) => `No video has come from the recorder “${recorder}” (camera ${camera}) since ${since}.`,
  /** @param {string} at */
  nextTry: (at) => `It is asked again at ${at}. What has come is kept.`,
  asked: 'It is being asked now. What has come is kept.',
  cancel: 'Cancel',
  cancelTitle: 'Cancel export',
  /** @param {string} at */
  cancelText: (at) => `The export of ${at} is stopped and its files are not kept. The incident projects are not changed.`,
  keepGoing: 'Go on exporting',
  downloadAll: 'Download all (ZIP)',
  /** @param {number} part @param {number} of */
  downloadPart: (part, of) => `Download part ${part} of ${of}`,
  download: 'Download',
  again: 'Add to export list again',
  failedHint: 'The sequences are still in their incident projects: add them to the export list again and start a new export.',
  /** @param {string} projects @param {number} n */
  of: (projects, n) => `Incident project ${projects}: ${sequencesOf(n)}`,
  finished: 'finished',
  by: 'by',
  /** @param {number} n */
  exhibits: (n) => `${n} ${n === 1 ? 'exhibit' : 'exhibits'}`,
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
  /** @param {number} n */
  seconds: (n) => `${n} s`,
  /** @param {number} n */
  minutes: (n) => `${n} min`,
  /** @param {string} n */
  hours: (n) => `${n} h`,
  /** @param {string} time */
  left: (time) => `about ${time} left`,
  edit: 'Trim and comment',
  trimmed: 'trimmed',
  comment: 'Comment',
  /** @param {string} at */
  already: (at) => `Already exported ${at}`,
  /** @param {string} at @param {string} name @param {boolean} available */
  alreadyTitle: (at, name, available) => `${at}: ${name}${available ? '' : ' (its files are not here, or another person’s)'}`,
  tryAgain: 'Try again',
  enterPassword: 'Enter password',
  passwordTitle: 'Password of the export',
  passwordText: 'The password was kept nowhere. The video is fetched; with the password the export is finished.',
  goOn: 'Go on',
  removeFiles: 'Remove files',
  removeFilesTitle: 'Remove the files of this export',
  removeFilesText: 'The files are removed from the server. What was exported, to whom it was handed over, and the hashes stay in the history.',
  /** @param {number} files @param {string} size */
  packageOf: (files, size) => `${files} ${files === 1 ? 'file' : 'files'}, ${size}`,
  opensInParts: 'Whoever gets it puts all parts into one folder and opens the first with 7-Zip.',
  opensWithPassword: 'The ZIP has a password (AES-256): 7-Zip opens it, the file manager of Windows does not.',
  signedBy: 'Fingerprint of the signer',
  sealedBy: 'SHA-256 of the list of files',
  stampedAt: 'Time stamp',
  /** @param {string} at */
  keptUntil: (at) => `files kept until ${at}`,
  handOver: 'Hand over',
  printReceipt: 'Receipt',
  /** @param {string} at @param {string} whom @param {string} by */
  handedOver: (at, whom, by) => `Handed over ${at} to ${whom} by ${by}`,
  keys: {
    current: 'Certificate that packages are signed with',
    former: 'Former certificates',
    none: 'There is none yet: a key is made with the first signed export.',
    publish: 'Publish the fingerprint where those who receive evidence find it independently of the evidence.',
    fingerprint: 'Fingerprint (SHA-256)',
    subject: 'Made for',
    issuer: 'Certified by',
    itself: 'itself',
    valid: 'Valid',
    renew: 'Make a new key',
    renewText: 'From now on packages are signed with the new key. The old certificate is kept, so that old packages stay verifiable; its private key is removed. Publish the new fingerprint.',
    own: 'Use the site’s own key',
    ownText: 'PEM with the key and all certificates up to the root, or PKCS #12.',
    file: 'File',
    passphrase: 'Passphrase, if it has one',
    use: 'Use it',
    authority: 'Time-stamp authority',
    noAuthority: 'None: packages get no time stamp.',
    address: 'Address; empty for none',
    certificates: 'Its certificates up to the root (PEM)',
    change: 'Change',
    changed: 'Changed. It counts from the next export on.',
  },
  receipt: {
    title: 'Hand over the export',
    recipient: 'Received by',
    organisation: 'Organisation',
    reference: 'Their reference',
    means: 'By what means',
    meansExample: 'USB stick, download, …',
    note: 'Note',
    save: 'Note the handover',
  },
  item: {
    /** @param {string} camera */
    title: (camera) => `Trim and comment: ${camera}`,
    start: 'Start',
    end: 'End',
    whole: 'Whole sequence',
    comment: 'Comment for those who receive it',
    save: 'Save',
    noTime: 'This is no time. Type it as 2026-03-01 12:03:07.',
    reversed: 'The end is not after the start.',
    /** @param {string} now @param {string} own */
    length: (now, own) => `${now} of a sequence of ${own}`,
    /** @param {string} which @param {number} step */
    move: (which, step) => `${which}: ${Math.abs(step)} s ${step < 0 ? 'earlier' : 'later'}`,
  },
  settings: {
    title: 'Settings',
    preset: 'Preset',
    noPreset: 'As set below',
    delivered: 'Evidence package (delivered)',
    /** @param {string} name */
    ofSite: (name) => `${name} (site)`,
    keep: 'Keep as preset',
    keepTitle: 'Keep these settings as a preset',
    presetName: 'Name',
    forSite: 'For everybody at this site',
    save: 'Save',
    removePreset: 'Remove this preset',
    /** @param {string} name */
    removeOwn: (name) => `Your preset “${name}” is removed. Exports that were made with it are not changed.`,
    /** @param {string} name */
    removeOfSite: (name) => `The preset “${name}” is removed for everybody at this site. Exports that were made with it are not changed.`,
    replaces: 'It replaces the preset of this name.',
    format: 'Format',
    package: 'Evidence package',
    media: 'Media files',
    stills: 'Still images',
    container: 'Video files',
    split: 'Size of parts',
    whole: 'In one piece',
    sign: 'Sign the package',
    seal: 'Seal each file (ONVIF)',
    report: 'Include the report',
    userNames: 'Show user names',
    courtCopy: 'Add a copy for any player (H.264)',
    stillPictures: 'Still pictures',
    oneStill: 'The first of each sequence',
    /** @param {number} seconds */
    stillEvery: (seconds) => `One every ${seconds < 60 ? `${seconds} s` : `${seconds / 60} min`}`,
    sound: 'Include recorded sound',
    noSound: 'Include recorded sound: this site does not let it leave',
    burnIn: 'Burn the time into that copy',
    encrypted: 'Protect with a password (AES-256 ZIP)',
    password: 'Password',
    passwordAgain: 'Password again',
    passwordHint: 'It is kept nowhere: without it nobody can open the export. Send it apart from the files.',
    /** @param {number} n */
    passwordShort: (n) => `The password needs at least ${n} characters.`,
    passwordForeign: 'Use letters without accents, digits and signs: 7-Zip under Windows reads others otherwise, and could not open the export.',
    passwordsDiffer: 'The passwords are not the same.',
    /** @param {string} size @param {string} time @param {string} free empty for nothing @param {boolean} measured */
    estimate: (size, time, free, measured) => `About ${size}, ${time}; ${free ? `${free} are` : 'nothing is'} free.${measured ? '' : ' The size is a guess: not every camera was exported before.'}`,
    noRoom: 'There is not enough room on the disk of the server.',
  },
};
