// The Incidents tab, in English.

const NUMBER = new Intl.NumberFormat('en-GB');

/** @param {number} n @param {string} one @param {string} several */
const counted = (n, one, several) => `${NUMBER.format(n)} ${n === 1 ? one : several}`;

/** So many changed fields are named. */
const NAMED = 3;

/** @param {number} n */
const sequencesOf = (n) => counted(n, 'sequence', 'sequences');

export const incidents = {
  list: {
    title: 'Incident projects',
    id: 'ID',
    status: 'Status',
    type: 'Type',
    owner: 'Owner',
    sequences: 'Sequences',
    created: 'Created',
    clearFilter: 'Show all',
    /** @param {number} total @param {boolean} capped */
    count: (total, capped) => (capped
      ? `more than ${NUMBER.format(10_000)} incident projects`
      : counted(total, 'incident project', 'incident projects')),
    newer: 'Newer',
    older: 'Older',
    /** @param {number} page */
    page: (page) => `Page ${page}`,
    loading: 'Loading incident projects',
    empty: 'No incident projects yet',
    emptyHint: 'Start one in Live, or add recorded sequences to a new one in Playback.',
    noMatch: 'No incident project matches this filter',
    retry: 'Retry',
    stale: 'This list may be out of date:',
  },
  preview: {
    title: 'Preview',
    nothing: 'Select an incident project to see what is in it.',
    lastActivity: 'Last activity',
    noDescription: 'No description',
    comments: 'Comments',
    calls: 'Calls',
  },
  actions: {
    open: 'Open',
    report: 'Create report',
    export: 'Send for export',
    delete: 'Delete',
    deleteTitle: 'Delete incident project',
    /** @param {number} id @param {string} description @param {number} sequences @param {number} days */
    deleteText: (id, description, sequences, days) =>
      `Incident project ${id}${description ? ` “${description}”` : ''} is deleted with its comments, calls and `
      + `${sequencesOf(sequences)}. The recorded video itself stays on the recorder. `
      + (days ? `The incident project waits in the recycle bin for up to ${days} ${days === 1 ? 'day' : 'days'} and can be restored from there.` : 'This cannot be undone.'),
    /** @param {string} at */
    restorable: (at) => `It is in the recycle bin and can be restored until ${at}.`,
    undo: 'Undo',
    hold: 'Legal hold',
    /** @param {number} id */
    restored: (id) => `Incident project ${id} is back.`,
    /** @param {number} id */
    deleted: (id) => `Incident project ${id} was deleted.`,
    /** @param {number} id */
    sent: (id) => `The sequences of incident project ${id} are in the export list.`,
    /** @param {number} id */
    nothingToSend: (id) => `Incident project ${id} has no sequences to export.`,
    nothingToSendHint: 'Add sequences to it in Live or Playback first. A report can be made without sequences.',
  },
  project: {
    back: 'All incident projects',
    /** @param {number | string} id */
    title: (id) => `Incident project ${id}`,
    notAvailable: 'This information is not available to you.',
    notAvailableHint: 'Your permissions include no part of incident projects. Ask your system administrators.',
    loading: 'Loading incident project',
    tabs: {
      details: 'Main details',
      categories: 'Categories',
      comments: 'Comments',
      sequences: 'Sequence list',
      calls: 'Calls',
      activity: 'Activity logs',
      exports: 'Exports & reports',
      related: 'Related',
    },
    tabList: 'Parts of the incident project',
    save: 'Save',
    saveHint: 'Save (Ctrl+S)',
    saved: 'Saved',
    /** @param {string} at */
    savedAt: (at) => `Saved ${at}`,
    saving: 'Saving',
    unsaved: 'Not saved yet',
    /** @param {string} reason */
    notSaved: (reason) => `Not saved: ${reason}`,
    retry: 'Retry',
    gone: 'This incident project no longer exists.',
    goneHint: 'What you had not saved is still in this browser and can be copied from here.',
    stale: 'Changes by others are not shown at the moment:',
    /** @param {string} names */
    alsoOpenBy: (names) => `also open by ${names}`,
    owner: 'Owner',
    noOwner: 'No owner',
    high: 'High priority',
    hold: 'Legal hold',
    keptUntil: 'Kept until',
    /** @param {number} days */
    retention: (days) => (days ? `${counted(days, 'day', 'days')} left` : 'retention ends today'),
    /** @param {string} at */
    restored: (at) => `What you entered and had not saved, last at ${at}, is here again. Look at it, then save it.`,
    discard: 'Discard it',
  },
  news: {
    /** @param {string} name @param {string} at */
    changed: (name, at) => `Changed by ${name}, ${at}`,
    tab: 'Changed by somebody else',
  },
  history: {
    open: 'Earlier values',
    /** @param {string} name */
    title: (name) => `History: ${name}`,
    loading: 'Loading history',
    none: 'It was never changed.',
    when: 'When',
    who: 'Who',
    before: 'Before',
    after: 'After',
  },
  undo: {
    undo: 'Undo',
    hint: 'Undo (Ctrl+Z)',
    /** @param {string} title */
    undone: (title) => `Undone: ${title}`,
    /** @param {string[]} names */
    fields: (names) => `${names.slice(0, NAMED).join(', ')}${names.length > NAMED ? ` and ${names.length - NAMED} more` : ''} changed`,
    comment: 'Comment deleted',
    call: 'Call deleted',
    note: 'Note changed',
    /** @param {number} n */
    sequences: (n) => `${sequencesOf(n)} removed`,
    /** @param {number} id */
    linked: (id) => `Related to incident project ${id}`,
    /** @param {number} id */
    unlinked: (id) => `No longer related to incident project ${id}`,
  },
  fields: {
    id: 'ID',
    createdBy: 'Created by',
    created: 'Created',
    startAndEnd: 'Start and end time',
    noSequences: 'No sequences',
    status: 'Status',
    owner: 'Owner',
    priority: 'Priority',
    priorities: { low: 'Low', normal: 'Normal', high: 'High' },
    none: 'Not chosen',
    take: 'Take',
    release: 'Release',
    handOver: 'Hand over…',
    /** @param {number} id */
    handOverTitle: (id) => `Hand over incident project ${id}`,
    handOverHint: 'Your colleague becomes the owner and is told.',
    colleaguesLoading: 'Loading colleagues',
    noColleagues: 'Nobody else has worked with incident projects here yet.',
    /** @param {number} id @param {string} name */
    handedOver: (id, name) => `Incident project ${id} was handed over to ${name}.`,
    /** @param {string} name */
    willBeTold: (name) => `${name} is told at once, or when they next sign in.`,
    unowned: 'Nobody',
    noLongerOffered: 'no longer offered',
    yes: 'Yes',
    no: 'No',
    badTime: 'Enter date and time as 2026-03-01 14:05:00; also 14:05, yesterday 14:05, -5m.',
    pick: 'Pick date and time',
    timeFormat: 'YYYY-MM-DD hh:mm:ss',
    skipped: 'Clocks go forward over this time: it does not exist. Choose another.',
    which: 'Clocks go back: which of the two hours?',
    notWhole: 'Enter a whole number.',
    notDecimal: 'Enter a number, such as 12.50.',
    nothingDefined: 'The administrator has not defined categories or incident data.',
    categories: 'Categories',
    data: 'Incident data',
    notUsed: 'No longer used at this site: it takes no new value.',
    unsavedMark: 'Not saved yet',
  },
  conflict: {
    title: 'Somebody else changed this meanwhile. Which value shall stay?',
    /** @param {string} name @param {string} at */
    by: (name, at) => `saved by ${name}, ${at}`,
    theirs: 'Saved now',
    mine: 'Yours, not saved',
    empty: 'nothing',
    keepMine: 'Keep mine',
    keepTheirs: 'Keep theirs',
    first: 'choose between the two values first.',
  },
  failures: {
    /** @param {string} what */
    save: (what) => `Cannot save ${what}. Try again later.`,
    removeAll: 'Cannot remove all sequences. Try again later.',
    report: 'Cannot generate report. Try again later.',
    action: 'Cannot perform this action. Try again later.',
    project: 'incident project',
    comment: 'comment',
    call: 'call',
    note: 'note',
    owner: 'owner',
    relation: 'related project',
    undo: 'Cannot undo this.',
  },
  comments: {
    add: 'Add comment',
    addHint: 'Add comment (Ctrl+Enter)',
    /** @param {number} missing @param {number} all */
    notShown: (missing, all) => `${NUMBER.format(missing)} older of ${NUMBER.format(all)} comments are not shown.`,
    /** @param {number} n */
    older: (n) => `Show ${NUMBER.format(n)} older`,
    all: 'Show all',
    /** @param {number} n */
    showAll: (n) => `Show all ${NUMBER.format(n)} characters`,
    showLess: 'Show less',
    text: 'New comment',
    edit: 'Edit',
    delete: 'Delete',
    edited: 'edited',
    editing: 'Edit comment',
    empty: 'No comments yet. Write what the video does not show.',
    deleteTitle: 'Delete comment',
    /** @param {string} author @param {string} at @param {string} text */
    deleteText: (author, at, text) => `The comment by ${author} of ${at} is deleted: “${text}”. The activity log keeps its text.`,
  },
  calls: {
    add: 'Add call',
    edit: 'Edit',
    delete: 'Delete',
    made: 'Made',
    received: 'Received',
    direction: 'Direction',
    number: 'Number',
    person: 'Person',
    time: 'Time',
    duration: 'Duration (min:sec)',
    outcome: 'Outcome',
    note: 'Note',
    loggedBy: 'Logged by',
    actions: 'Actions',
    empty: 'No calls yet. Log whom you called, and who called you.',
    form: 'Call',
    saveHint: 'Save (Ctrl+Enter)',
    badDuration: 'Enter minutes and seconds, such as 2:30.',
    badTime: 'Enter the date and time of the call.',
    deleteTitle: 'Delete call',
    /** @param {string} who @param {string} at */
    deleteText: (who, at) => `The call${who ? ` with ${who}` : ''} of ${at} is deleted. The activity log keeps what it said.`,
  },
  sequences: {
    recorder: 'Recorder',
    video: 'Video',
    note: 'Note',
    addNote: 'Add note',
    /** @param {string} camera */
    noteTitle: (camera) => `Note on the sequence of ${camera}`,
    recorderAway: 'Whether video is still there cannot be told for every sequence.',
    states: {
      checking: 'checking',
      available: 'available',
      /** @param {number} days */
      expires: (days) => (days ? `expires in ${counted(days, 'day', 'days')}` : 'expires today'),
      partlyGone: 'partly gone',
      gone: 'gone',
      preserved: 'preserved',
      unknown: 'not known',
      asOf: '(last known)',
      /** @param {number} seconds */
      missing: (seconds) => `${counted(seconds, 'second', 'seconds')} of it are no longer on the recorder.`,
      /** @param {string} at @param {string} utc */
      until: (at, utc) => `The recorder keeps it until about ${at} (${utc}).`,
      /** @param {string} at */
      checkedAt: (at) => `The recorder was asked ${at}.`,
      /** @param {string} day */
      exported: (day) => `exported ${day}`,
    },
    addedBy: 'Added by',
    added: 'Added',
    unconfirmed: 'End not confirmed',
    unconfirmedHint: 'The browser was lost while this was collected: the end is the last confirmed view and a margin.',
    view: 'View video',
    remove: 'Remove',
    removeHint: 'Remove what is selected (Delete)',
    removeAll: 'Remove all',
    select: 'Select',
    selectAll: 'Select all',
    empty: 'No sequences yet. Add them with “Add to incident project” in Live or Playback.',
    /** @param {number} n @param {string} length */
    total: (n, length) => `${sequencesOf(n)}, ${length} in all`,
    removeTitle: 'Remove sequences',
    /** @param {number} project @param {string[]} names */
    removeText: (project, names) => `${sequencesOf(names.length)} ${names.length === 1 ? 'is' : 'are'} removed from incident project `
      + `${project}: ${names.slice(0, 5).join('; ')}${names.length > 5 ? '; and more' : ''}. The recorded video itself stays on the recorder.`,
    removeAllTitle: 'Remove all sequences',
    /** @param {number} project @param {number} n */
    removeAllText: (project, n) => `All ${sequencesOf(n)} are removed from incident project ${project}. `
      + 'The recorded video itself stays on the recorder.',
  },
  activity: {
    number: 'No.',
    time: 'Time',
    who: 'Who',
    what: 'What',
    kind: 'Kind',
    kinds: {
      '': 'Everything', project: 'Project', field: 'Fields', comment: 'Comments', call: 'Calls', sequence: 'Sequences', view: 'Live view', video: 'Video viewed',
      export: 'Exports', report: 'Reports', hold: 'Legal hold',
    },
    everybody: 'Everybody',
    machine: 'Save as JSON',
    machineHint: 'Saves the whole log for programs: JSON Lines, with hashes',
    /** @param {number} n */
    more: (n) => `Show ${n} more`,
    noMatch: 'No entry matches this filter.',
    /** @param {number} n */
    shown: (n) => `${NUMBER.format(n)} match.`,
    loading: 'Loading activity logs',
    /** @param {number} n */
    whole: (n) => `${counted(n, 'entry', 'entries')}. The chain of entries is whole.`,
    fault: 'This activity log was changed outside the program.',
    before: 'Before',
    after: 'After',
  },
  exported: {
    loading: 'Loading exports and reports',
    mine: 'My exports',
    sent: 'Sent for export, exported',
    reports: 'Reports',
    noExports: 'You have no export of this incident project.',
    nothingSent: 'Nothing of it was sent for export yet.',
    noReports: 'No report was made yet.',
    show: 'Show',
    /** @param {number} n */
    sequences: (n) => sequencesOf(n),
    states: { queued: 'Waiting', running: 'Running', done: 'Done', failed: 'Failed', cancelled: 'Cancelled', waiting: 'Password needed', expired: 'Files removed' },
  },
  related: {
    loading: 'Loading related incident projects',
    title: 'Related incident projects',
    none: 'None yet. Link projects that have to do with one another: the link is shown in both.',
    link: 'Link incident project',
    linkThis: 'Link',
    /** @param {number} id @param {number} other */
    whyTitle: (id, other) => `Link incident projects ${id} and ${other}`,
    why: 'What do they have to do with one another?',
    whyHint: 'same van, follow-up…',
    itself: 'This is the incident project that is open.',
    chooseAnother: 'Choose another one.',
    /** @param {number} id */
    unlinkFrom: (id) => `Unlink incident project ${id}`,
    sameVideo: 'Same video in other incident projects',
    noSameVideo: 'No other incident project has video of the same camera and time.',
    sameVideoWhy: 'same video',
    deleted: 'deleted, or not available to you',
    /** @param {number} n */
    andMore: (n) => `and ${n} more`,
  },
  video: {
    /** @param {number} id */
    title: (id) => `View video: incident project ${id}`,
    play: 'Play',
    pause: 'Pause',
    back: 'Back one second',
    forward: 'Forward one second',
    seek: 'Position',
    playAll: 'Play all in turn',
    list: 'Sequences',
    beside: 'Beside it, at the same time',
    facts: 'Gaps and clocks',
    noGaps: 'Recorded without gaps',
    /** @param {number} n @param {string} length @param {string} where */
    gaps: (n, length, where) => `${n === 1 ? '1 gap' : `${n} gaps`}, ${length} in all: ${where}`,
    gapsUnknown: 'The recorder does not say now whether there are gaps.',
    clockUnknown: 'The recorder’s clock is not known now.',
    keepFile: 'Save picture',
    keepCopy: 'Copy picture',
    noPicture: 'There is no picture at this time.',
    notKept: 'The browser did not keep the picture. Save it as a file instead, or allow it in the browser.',
    /** @param {string} at @param {string} zone */
    at: (at, zone) => `${at} ${zone}`,
    noPlayer: 'The video player could not be loaded.',
  },
  preserve: {
    title: 'Preserve video',
    hint: 'Copies the video of all sequences into the evidence vault, so that the recorder’s retention can no longer destroy it.',
    byRules: 'as the site’s rules say',
    /** @param {number} n @param {number} all */
    kept: (n, all) => `${n} of ${all} kept`,
    /** @param {number} part */
    making: (part) => `copying, ${Math.floor(part * 100)} %`,
    again: 'Try again',
  },
  report: {
    /** @param {number} id */
    title: (id) => `Report: incident project ${id}`,
    showUserNames: 'Show user names',
    print: 'Print',
    save: 'Save',
    generating: 'Generating report',
    /** @param {number} part */
    percent: (part) => `${Math.floor(part * 100)} %`,
    cancelled: 'The report was cancelled. Nothing was kept of it.',
    again: 'Create report',
    periodTitle: 'Period report',
    period: 'Period report',
    saveTable: 'Save as CSV',
    heading: 'Title',
    language: 'Language',
    incomplete: 'Report generated but not all information is included.',
    incompleteHint: 'The report itself names what is missing.',
    noPreview: 'This browser or site does not show PDF files inside the page. Print and Save work.',
    preview: 'Preview of the report',
    retry: 'Retry',
  },
};
