// Addresses of the page, below where the host is: /live, /playback?camera=..&at=.., /<tab>/<rest>.

import { root } from './api.js';
import { el } from './dom.js';

/** @import { VmsTarget } from 'vms-hooks/page' */

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

/** Shows links, of which one is current and in sight; the keyboard that was among them goes there. @param {HTMLElement} nav @param {HTMLElement[]} links */
export function showLinks(nav, links) {
  const held = nav.contains(document.activeElement);
  nav.replaceChildren(...links);
  const current = links.find((each) => each.ariaCurrent);
  if (held) current?.focus();
  else current?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
}

/**
 * A link within the page. With a key that opens a tab or a window it is the browser's.
 * @param {VmsTarget} target
 * @param {string} words
 * @param {() => void} go
 * @param {boolean} [current] whether this is what is shown
 */
export function link(target, words, go, current = false) {
  const onclick = (/** @type {MouseEvent} */ event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    go();
  };
  return el('a', { href: writeAddress(target), 'aria-current': current && 'page', onclick }, words);
}
