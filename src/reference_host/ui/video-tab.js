// The tabs Live and Playback: camera tree, view, pane, and in playback the timeline below.

import { CameraTree } from './camera-tree.js';
import { el, icon } from './dom.js';
import { edge } from './edge.js';
import { SidePane } from './side-pane.js';
import { Timeline } from './timeline.js';
import { Transport } from './transport.js';
import { ViewGrid } from './view-grid.js';

/** @import { Shell } from './shell.js' */

const TREE_OPEN = 'vms.tree.open';

export class VideoTab extends HTMLElement {
  #shell;
  #frame = 0;
  /** Tells how tall the timeline is: what floats over the page stays above it. */
  #measured = new ResizeObserver(([entry]) => {
    document.documentElement.style.setProperty('--timeline-height', `${Math.round(entry.borderBoxSize[0].blockSize)}px`);
  });
  #step = () => this.#tick();

  /** @param {Shell} shell @param {'live' | 'playback'} mode */
  constructor(shell, mode) {
    super();
    this.#shell = shell;
    this.mode = mode;
    this.grid = new ViewGrid(shell, mode);
    this.timeline = mode === 'playback' ? new Timeline(shell) : null;
    this.transport = this.timeline ? new Transport(shell, this.timeline) : null;
    const tree = new CameraTree(shell);
    const toggle = el(
      'button', { type: 'button', class: 'quiet tree-toggle', title: 'Cameras', 'aria-label': 'Cameras', onclick: () => show(tree.hidden) },
      icon('tree'),
    );
    const show = (/** @type {boolean} */ open) => {
      tree.hidden = !open;
      toggle.setAttribute('aria-expanded', String(open));
      localStorage.setItem(TREE_OPEN, open ? 'yes' : 'no');
    };
    this.findCamera = () => {
      show(true);
      tree.enter();
    };
    show(localStorage.getItem(TREE_OPEN) !== 'no' && matchMedia('(min-width: 900px)').matches);
    this.append(
      el('div', { class: 'workspace' }, el('div', { class: 'left' }, toggle, tree, edge(tree, 'tree', 1, 'Width of the camera list')), this.grid, new SidePane(shell, mode)),
      ...(this.timeline && this.transport ? [el('section', { class: 'timeline-area', 'aria-label': 'Timeline' }, this.transport, this.timeline)] : []),
    );
  }

  connectedCallback() {
    if (this.mode === 'live') return;
    this.#shell.playback.addEventListener('change', this.#step);
    const area = this.querySelector('.timeline-area');
    if (area) this.#measured.observe(area);
    this.#tick();
  }

  disconnectedCallback() {
    this.#shell.playback.removeEventListener('change', this.#step);
    cancelAnimationFrame(this.#frame);
    this.#measured.disconnect();
  }

  /** Draws what depends on the playhead: on every change, and on every frame while it runs. */
  #tick() {
    cancelAnimationFrame(this.#frame);
    const { playback } = this.#shell;
    const at = playback.now;
    for (const item of this.grid.shown) item.tick(at);
    this.timeline?.tick(at);
    this.transport?.tick(at);
    if (!playback.paused) this.#frame = requestAnimationFrame(this.#step);
  }
}

customElements.define('host-video-tab', VideoTab);
