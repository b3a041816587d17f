// The frame around every tab: tabs, clock, principal's menu, the status area and the tab that is shown.

import { Administration } from './administration.js';
import { Contributed, toolbarItems } from './contributed.js';
import { button, el, icon } from './dom.js';
import { changePassword } from './own-password.js';
import { link, showLinks } from './router.js';
import { ADMINISTRATION } from './shell.js';
import { day, utcText, zonedTime } from './time.js';
import { VideoTab } from './video-tab.js';
import { Warnings } from './warnings.js';

/** @import { Shell } from './shell.js' */
/** @typedef {{path: string, title: string, make: () => TabContent}} TabEntry */
/** @typedef {{node: HTMLElement, arrive?: (path: string) => void}} TabContent */

const STATUS_BAR = 'vms.status-bar/1';

export class Frame extends HTMLElement {
  #shell;
  #main = el('main', { tabindex: -1 });
  #nav = el('nav', { 'aria-label': 'Tabs' });
  #time = el('time', { class: 'clock' });
  #trouble = el('p', { class: 'status-note', role: 'status', hidden: true });
  /** @type {Map<string, TabContent>} */
  #made = new Map();
  /** Where each tab was left. @type {Map<string, string>} */
  #left = new Map();

  /** @param {Shell} shell @param {() => void} showShortcuts */
  constructor(shell, showShortcuts) {
    super();
    this.#shell = shell;
    this.tabs = entries(shell);
    this.append(
      el('header', { class: 'top-bar' }, button('Go to the content (F6)', () => this.enter(), { class: 'skip' }), this.#nav, this.#time, ...principalMenu(shell, showShortcuts)),
      el('div', { class: 'status-area' }, this.#trouble, new Warnings(), ...toolbarItems(shell, STATUS_BAR, 'status', { clock: shell.live })),
      this.#main, shell.notices,
    );
    shell.addEventListener('navigate', () => this.#draw());
    shell.reporter.addEventListener('change', () => this.#drawTrouble());
    setInterval(() => this.#drawTime(), 250);
    this.#drawTime();
  }

  /** The view of the tab that is shown, if it has one. @returns {VideoTab | null} */
  get video() {
    const node = this.#made.get(this.#shell.address.tab)?.node;
    return node instanceof VideoTab ? node : null;
  }

  /** Gives the keyboard to what the tab shows, past all that comes before it on every page. */
  enter() {
    /** @type {HTMLElement} */ (this.#main.querySelector('.admin-page') ?? this.#main).focus();
  }

  /** @param {string} path */
  open(path) {
    const left = path === this.#shell.address.tab ? '' : (this.#left.get(path) ?? '');
    this.#shell.navigate({ tab: path, path: left });
  }

  #draw() {
    const { tab, path } = this.#shell.address;
    this.#left.set(tab, path);
    const entry = this.tabs.find((each) => each.path === tab);
    document.title = `${entry?.title ?? 'Not found'} · ${this.#shell.session.site.name}`;
    showLinks(this.#nav, this.tabs.map((each) => link({ tab: each.path }, each.title, () => this.open(each.path), each === entry)));
    const content = entry ? this.#content(entry) : { node: nowhere() };
    if (content.node.parentNode !== this.#main) this.#main.replaceChildren(content.node);
    content.arrive?.(path);
  }

  /** @param {TabEntry} entry */
  #content(entry) {
    const content = this.#made.get(entry.path) ?? entry.make();
    this.#made.set(entry.path, content);
    return content;
  }

  #drawTime() {
    const zone = this.#shell.timeZone;
    const { now } = this.#shell.live;
    const text = zonedTime(now, zone);
    if (this.#time.textContent === text) return;
    this.#time.textContent = text;
    this.#time.dateTime = new Date(now).toISOString();
    this.#time.title = `${day(now, zone)}, ${zone}\n${utcText(now)}`;
  }

  #drawTrouble() {
    const { trouble } = this.#shell.reporter;
    this.#trouble.hidden = trouble === '';
    this.#trouble.replaceChildren(icon('warning'), el('span', {}, el('strong', {}, 'Your view is not recorded yet. '), trouble));
  }
}

/** @param {Shell} shell @returns {TabEntry[]} */
function entries(shell) {
  const video = (/** @type {'live' | 'playback'} */ mode) => () => ({ node: new VideoTab(shell, mode) });
  const administrator = shell.contributions.permissions.includes(ADMINISTRATION);
  return [
    { path: 'live', title: 'Live', make: video('live') },
    { path: 'playback', title: 'Playback', make: video('playback') },
    ...shell.contributions.tabs.map((tab) => ({ ...tab, make: () => contributed(shell, tab) })),
    ...(administrator ? [{ path: 'administration', title: 'Administration', make: () => administration(shell) }] : []),
  ];
}

/** @param {Shell} shell @returns {TabContent} */
function administration(shell) {
  const node = new Administration(shell);
  return { node, arrive: (path) => node.arrive(path) };
}

/** @param {Shell} shell @param {import('./types.d.ts').Drawn} tab @returns {TabContent} */
function contributed(shell, tab) {
  const context = (/** @type {string} */ path) => shell.context(tab.plugin, 'tab', { path, clock: shell.live });
  const element = new Contributed(tab, context(shell.address.path));
  element.place.classList.add('tab');
  element.place.append(el('div', { class: 'skeleton' }));
  return {
    node: element.place,
    arrive: (path) => { if (path !== element.context.path) element.context = context(path); },
  };
}

function nowhere() {
  return el('div', { class: 'empty page' }, icon('info'), el('h1', {}, 'This information is not available to you.'),
    el('p', {}, 'There is no such tab, or your role does not include it. Choose a tab above.'));
}

/** @param {Shell} shell @param {() => void} showShortcuts */
function principalMenu(shell, showShortcuts) {
  const themed = () => { shell.theme = shell.theme === 'dark' ? 'light' : 'dark'; };
  const item = (/** @type {string} */ words, /** @type {() => void} */ run) =>
    button(words, () => { menu.hidePopover(); run(); }, { class: 'quiet' });
  const menu = el(
    'div', { id: 'principal-menu', class: 'menu', popover: 'auto' },
    item('Change between dark and light', themed), item('Keyboard shortcuts', showShortcuts), item('Change password', () => changePassword(shell)),
    item('Sign out', () => void shell.signOut()), item('End all my sessions', () => void shell.signOut(true)),
  );
  const { name } = shell.session.principal;
  const opener = el('button', { type: 'button', class: 'quiet principal', popovertarget: 'principal-menu' }, icon('person'), el('span', { title: name }, name));
  // Left by Tab it would cover where the keyboard went.
  menu.addEventListener('focusout', ({ relatedTarget }) => {
    if (relatedTarget instanceof Node && relatedTarget !== opener && !menu.contains(relatedTarget)) menu.hidePopover();
  });
  return [opener, menu];
}

customElements.define('host-frame', Frame);
