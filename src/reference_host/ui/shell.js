// What the parts of the page share: who is signed in, what is contributed, the clocks, the layout, the address.

import { call, root, signInAgain, wordsOf } from './api.js';
import { LiveClock, PlaybackClock } from './clock.js';
import { loadCommand } from './contributed.js';
import { Layout } from './layout.js';
import { Notices } from './notices.js';
import { keepKeys } from './own-keys.js';
import { missing } from './requirements.js';
import { readAddress, writeAddress } from './router.js';
import { Shortcuts } from './shortcuts.js';
import { THEME } from './theme.js';
import { ViewReporter, clientId } from './view-reporter.js';

/** @import { VmsBridge, VmsCamera, VmsContext, VmsTarget } from 'vms-hooks/page' */
/** @import { Contributions, Runnable, Session } from './types.d.ts' */

/** Playback begins this long before now, milliseconds. */
const PLAYBACK_BEGINS = 60_000;
const MODE = 'vms.mode';

export const ADMINISTRATION = 'host.administration';

/** Fires `navigate` when the address changes, `cameras` when the list of cameras does, `refresh-timeline` on request. */
export class Shell extends EventTarget {
  /**
   * @param {Session} session
   * @param {Contributions} contributions
   * @param {{cameras: VmsCamera[], incomplete: string[], starting: boolean}} list
   * @param {LiveClock} live
   * @param {string} client
   * @param {Record<string, string>} keys chosen by the operator, by command
   */
  constructor(session, contributions, list, live, client, keys) {
    super();
    this.session = session;
    this.contributions = contributions;
    this.cameras = list.cameras;
    this.camerasIncomplete = list.incomplete;
    this.camerasStarting = list.starting;
    this.live = live;
    this.playback = new PlaybackClock(live, live.now - PLAYBACK_BEGINS);
    this.layout = new Layout(session.principal.id);
    this.layout.begin(list.cameras.map((camera) => camera.id));
    this.reporter = new ViewReporter(client);
    this.notices = new Notices();
    this.shortcuts = new Shortcuts();
    this.keys = keys;
    this.address = readAddress(location);
    this.mode = lastMode(client);
    /** @type {Map<string, VmsBridge>} */
    this.bridges = new Map(contributions.plugins.map(({ id, base }) => [id, this.#bridge(id, base)]));
  }

  static async load() {
    const live = new LiveClock();
    /** @type {Session} */
    const session = await call('/api/session');
    if (!session.principal) return signInAgain();
    const [contributions, cameras, client, { keys }] = await Promise.all([
      call('/api/contributions'), call('/api/cameras'), clientId(session.principal.id), call('/api/keys'), live.measure(),
    ]);
    return new Shell(session, contributions, cameras, live, client, keys);
  }

  get timeZone() {
    return this.session.site.time_zone;
  }

  /** The key of a command: the operator's, or the one proposed. @param {Runnable} command */
  keyOf(command) {
    return this.keys[command.id] ?? command.shortcut;
  }

  /** Gives a command another key, on every computer of the operator. @param {Runnable} command @param {string} chosen */
  async chooseKey(command, chosen) {
    const { [command.id]: _, ...others } = this.keys;
    const keys = chosen === command.shortcut ? others : { ...others, [command.id]: chosen };
    await keepKeys(keys);
    this.keys = keys;
    this.shortcuts.change(command.id, chosen);
  }

  /** The clock of the tab that is shown. */
  get clock() {
    return this.address.tab === 'playback' ? this.playback : this.live;
  }

  get theme() {
    return document.documentElement.dataset.theme === 'light' ? 'light' : 'dark';
  }

  set theme(theme) {
    document.documentElement.dataset.theme = theme;
    localStorage.setItem(THEME, theme);
  }

  /** @param {string | null} id @returns {VmsCamera | null} */
  camera(id) {
    return this.cameras.find((camera) => camera.id === id) ?? null;
  }

  /** Cameras in the order of the view items, each once; one that is away just now is left out. @returns {VmsCamera[]} */
  get viewed() {
    return [...new Set(this.layout.cameras)].map((id) => this.camera(id)).filter((camera) => camera !== null);
  }

  /** @param {VmsTarget} target */
  navigate(target) {
    const address = writeAddress(target);
    if (address !== location.pathname + location.search) history.pushState(null, '', address);
    this.arrived();
  }

  /** Takes the address of the browser as the place to be. */
  arrived() {
    this.address = readAddress(location);
    const { tab, camera, at } = this.address;
    if (tab === 'live' || tab === 'playback') {
      this.mode = tab;
      sessionStorage.setItem(`${MODE}.${this.reporter.client}`, tab);
      if (camera && this.camera(camera)) this.layout.show(camera);
      if (tab === 'playback' && at !== undefined) this.playback.seek(at);
    }
    this.dispatchEvent(new Event('navigate'));
    this.reportView();
  }

  reportView() {
    this.reporter.report(this.mode
      ? { mode: this.mode, cameras: this.viewed.map(({ id }) => id) } : { mode: 'other', cameras: [] });
  }

  /** Asks for the cameras anew: one may be back. While the server is starting none leaves the view. */
  async reloadCameras() {
    const { cameras, incomplete, starting } = await call('/api/cameras');
    this.camerasStarting = starting;
    const now = [starting ? this.cameras : cameras, incomplete];
    if (JSON.stringify(now) === JSON.stringify([this.cameras, this.camerasIncomplete])) return;
    [this.cameras, this.camerasIncomplete] = now;
    this.layout.begin(this.cameras.map((camera) => camera.id));
    this.dispatchEvent(new Event('cameras'));
    this.reportView();
  }

  /** @param {boolean} [everywhere] every session of the account, not only this one */
  async signOut(everywhere = false) {
    try {
      await call(everywhere ? '/api/sessions' : '/api/session', { method: 'DELETE' });
    } catch (error) {
      this.complain(error);
      return;
    }
    location.assign(`${root}/sign-in`);
  }

  /** Tells the operator what was refused. @param {unknown} error */
  complain(error) {
    const [title, detail] = wordsOf(error);
    this.notices.show({ kind: 'error', title, detail });
  }

  /** @param {string} plugin @param {VmsContext['mode']} mode @param {{camera?: VmsCamera, path?: string, clock?: VmsContext['clock']}} [more] */
  context(plugin, mode, more = {}) {
    const bridge = /** @type {VmsBridge} */ (this.bridges.get(plugin));
    return { mode, bridge, clock: this.clock, ...more };
  }

  /** @param {string} id @param {unknown} [args] */
  async run(id, args) {
    const command = this.contributions.commands.find((each) => each.id === id);
    if (!command) throw new Error(`no plug-in contributes the command ${id}`);
    const { tab } = this.address;
    const mode = tab === 'live' || tab === 'playback' ? tab : 'tab';
    const context = this.context(command.plugin, mode, { camera: this.selected ?? undefined });
    await (await loadCommand(command.module))(context, args);
  }

  /** Runs a command for the operator, who is told when that fails. @param {Runnable} command */
  async runForOperator({ id, plugin, title, when }) {
    const detail = missing(this, when);
    if (detail) {
      this.notices.show({ kind: 'info', title: `"${title}" cannot be done here.`, detail });
      return;
    }
    try {
      await this.run(id);
    } catch (error) {
      console.warn(`${id} failed:`, error);
      this.notices.show({
        kind: 'error',
        title: `"${title}" failed.`,
        detail: `The plug-in "${plugin}" could not do it. Look whether it was done before you do it again.`,
      });
    }
  }

  /** @param {string} plugin @param {string} base @returns {VmsBridge} */
  #bridge(plugin, base) {
    const shell = this;
    const url = (/** @type {string} */ path) => base + path.replace(/^\/+/, '');
    return {
      contract: this.contributions.contract,
      client: this.reporter.client,
      principal: this.session.principal,
      locale: 'en-GB',
      timeZone: this.timeZone,
      get theme() { return shell.theme; },
      permissions: new Set(this.contributions.permissions),
      cameras: () => this.cameras,
      view: () => this.#view(),
      run: (command, args) => this.run(command, args),
      navigate: (target) => this.navigate(target),
      notify: (notice) => this.notices.show(notice),
      fetch: (path, init) => fetch(url(path), init),
      url,
      refreshTimeline: () => { this.dispatchEvent(new Event('refresh-timeline')); },
    };
  }

  /** The selected view item's camera. */
  get selected() {
    return this.camera(this.layout.slots[this.layout.selected]);
  }

  #view() {
    return { mode: this.mode ?? 'live', cameras: this.mode ? this.viewed : [], selected: this.mode && this.selected };
  }
}

/**
 * The kind of pictures this browser tab showed last, also before it was loaded again: a tab without pictures does
 * not end the view that the operator came from.
 * @param {string} client
 * @returns {'live' | 'playback' | null}
 */
function lastMode(client) {
  const kept = sessionStorage.getItem(`${MODE}.${client}`);
  return kept === 'live' || kept === 'playback' ? kept : null;
}
