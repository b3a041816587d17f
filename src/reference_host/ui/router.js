// Addresses of the page, below where the host is: /live, /playback?camera=..&at=.., /<tab>/<rest>.

import { root } from './api.js';

/** @typedef {import('../../../hooks/src/vms_hooks/page.d.ts').VmsTarget} VmsTarget */

/** @param {Location | URL} address @returns {Required<Pick<VmsTarget, 'tab' | 'path'>> & VmsTarget} */
export function readAddress(address) {
  const [tab, ...rest] = address.pathname.slice(root.length + 1).split('/').map(decodeURIComponent);
  const query = new URLSearchParams(address.search);
  const at = Date.parse(query.get('at') ?? '');
  return {
    tab: tab || 'live',
    path: rest.join('/'),
    camera: query.get('camera') ?? undefined,
    at: Number.isNaN(at) ? undefined : at,
  };
}

/** @param {VmsTarget} target */
export function writeAddress({ tab, path = '', camera, at }) {
  const query = new URLSearchParams();
  if (camera) query.set('camera', camera);
  if (at !== undefined) query.set('at', new Date(at).toISOString());
  const parts = [tab, ...path.split('/')].filter(Boolean).map(encodeURIComponent).join('/');
  return `${root}/${parts}${query.size > 0 ? `?${query}` : ''}`;
}
