// Texts of the live picture.

export const live = {
  connecting: 'Connecting',
  lost: 'Picture lost',
  retrying: 'Trying again.',
  denied: 'No permission',
  deniedDetail: 'You may not watch this camera live. Ask an administrator if you need it.',
  unsupported: 'Cannot be shown here',
  noH264: 'This browser cannot play H.264 video, which live view needs. Use a current Chrome, Edge, Firefox or Safari.',
  unreachable: 'The server cannot be reached.',
  interrupted: 'The connection to the server was interrupted.',
  stalled: 'No new picture has come for a few seconds.',
  noMedia: 'The server answers, but its video does not arrive. A firewall may block UDP from the server.',
  answered: 'The server answered {status}.',
};
