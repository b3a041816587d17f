// Recorder administration, in English.

/** @param {number} n @param {string} one @param {string} more */
const counted = (n, one, more) => `${n} ${n === 1 ? one : more}`;

export const recorders = {
  title: 'Recorders',
  loading: 'Loading recorders',
  add: 'Add recorder',
  search: 'Search network',
  edit: 'Edit',
  test: 'Test',
  remove: 'Remove',
  cameras: 'Cameras',
  retry: 'Retry',
  stale: 'This may be out of date:',
  empty: 'No recorder yet',
  emptyHint: 'Live pictures and recorded video come from recorders that speak ONVIF. Search the network, or add one by its address.',
  name: 'Name',
  nameHint: 'What operators call it, such as “Warehouse”.',
  address: 'Address',
  addressHint: 'Name or IP address, such as 192.0.2.7 or https://nvr.example/onvif/device_service.',
  username: 'User name',
  password: 'Password',
  passwordKept: 'unchanged',
  /** @param {string} secret */
  passwordElsewhere: (secret) => `This host keeps passwords itself: have it entered in the host's secret store under the name “${secret}”.`,
  passwordElsewhereNew: 'This host keeps passwords itself. After adding, this page names the secret under which the password is to be entered there.',
  noPassword: 'no password',
  tls: 'Certificate',
  tlsChoices: {
    verify: 'Must be trusted by this server',
    pinned: 'Only this one, confirmed by its fingerprint',
    accept: 'Any (not recommended)',
  },
  tlsWarning: 'Somebody who gets between this server and the recorder could pretend to be the recorder.',
  fingerprint: 'Fingerprint (SHA-256)',
  confirmCertificate: 'Confirm this certificate',
  editTitle: 'Edit recorder',
  addTitle: 'Add recorder',
  addAction: 'Add',
  saving: 'Saving …',
  /** @param {string} name */
  added: (name) => `“${name}” was added.`,
  /** @param {string} name */
  changed: (name) => `“${name}” was changed and is used in the new way.`,
  /** @param {string} name */
  removed: (name) => `“${name}” was removed.`,
  removeTitle: 'Remove recorder',
  /** @param {string} name */
  removeText: (name) => `“${name}” is not used any more and its password is forgotten. Its live pictures end. Incident projects keep their sequences; their video can be seen again when the recorder is added again.`,
  fixed: 'Set up in the site’s configuration file',
  states: { well: 'Answers', fault: 'Does not answer as it should', unknown: 'Not asked yet' },
  /** @param {string} at */
  since: (at) => `since ${at}`,
  /** @param {string} seconds @param {string} bound */
  clock: (seconds, bound) => `clock ${seconds} s (± ${bound} s)`,
  /** @param {string} why */
  noEvents: (why) => `${why} Pictures and recorded video do not need its events.`,
  /** @param {number} days */
  retention: (days) => `keeps video for ${counted(days, 'day', 'days')}`,
  user: 'user',
  searchTitle: 'Search network',
  searching: 'Asking who is there …',
  searchNone: 'No recorder answered. Some do not answer searches, and networks behind a router are not searched: add those by their address.',
  /** @param {number} n */
  searchFound: (n) => `${counted(n, 'device', 'devices')} answered. Who answers may call itself anything: check the address before you enter a password.`,
  choose: 'Add …',
  camerasTitle: 'Cameras of',
  camerasHint: 'Where the host knows a camera under an id of its own, enter that id: both are then one camera. Cameras of several recorders with the same id at the host are shown as one camera, with the video of all of them.',
  camerasLoading: 'Asking the recorder …',
  camera: 'Camera',
  id: 'Id',
  hostId: 'Id at the host',
  recorded: 'Recorded',
  ptz: 'PTZ',
  yes: 'yes',
  no: 'no',
  noCameras: 'The recorder names no camera that you may see.',
  testTitle: 'Test',
  testOf: 'Test recorder',
  testRun: 'Run the test again',
  testWell: 'Everything works.',
  testWarnings: 'It works, but there is something to know.',
  testFailed: 'It does not work yet. The first step that failed says what to do.',
  testStopped: 'The test was interrupted.',
  testing: 'Testing …',
  engineer: 'Details for engineers',
  copy: 'Copy for support',
  copied: 'Copied.',
  stepStates: { running: 'Trying …', passed: 'Passed', warning: 'Passed, with a remark', failed: 'Failed', skipped: 'Not tried' },
  /** @type {Record<string, string>} */
  steps: {
    resolve: 'Name',
    tcp: 'Connection',
    tls: 'Encryption',
    soap: 'ONVIF',
    clock: 'Clock',
    'sign-in': 'Sign-in',
    services: 'Services',
    cameras: 'Cameras',
    stream: 'Live picture',
    search: 'Search',
    replay: 'Recorded video',
  },
  /** @param {number} seconds */
  took: (seconds) => `${seconds.toFixed(1)} s`,
};
