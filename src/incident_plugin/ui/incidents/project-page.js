// One incident project over the whole width: its state, its parts, what can be done to it.

import { Problem, call, report } from '../common/api.js';
import { followChanges } from '../common/changes.js';
import { focused, h, icon } from '../common/dom.js';
import { may } from '../common/permissions.js';
import { dateTime, time, utcTitle } from '../common/time.js';
import { whileVisible } from '../common/visible.js';
import { strings } from '../locales/en.js';
import { projectButtons } from './actions.js';
import { presence } from './presence.js';
import { projectHeader } from './project-header.js';
import { ProjectModel } from './project-model.js';
import { problemNote, skeleton, staleNote } from './states.js';
import { activityTab } from './tab-activity.js';
import { callsTab } from './tab-calls.js';
import { categoriesTab } from './tab-categories.js';
import { commentsTab } from './tab-comments.js';
import { detailsTab } from './tab-details.js';
import { exportsTab } from './tab-exports.js';
import { relatedTab } from './tab-related.js';
import { sequencesTab } from './tab-sequences.js';

/** @typedef {import('../../../../hooks/src/vms_hooks/page.d.ts').VmsBridge} Bridge */
/** @typedef {keyof typeof strings.incidents.project.tabs} TabName */
/** @typedef {{element: HTMLElement, update: () => void, seen?: () => Promise<void>, stop?: () => void, refuge?: HTMLElement}} TabView `refuge` gets the keyboard when what had it is gone */

/** How often the project is read again while changes are not heard of at once, and otherwise. Milliseconds. */
const READ_AGAIN = 5_000;
const READ_SELDOM = 120_000;

/** How much of what is seen of a part the page keys pass. */
const PAGE = 0.9;

/** In the manual's order. @type {Record<TabName, (model: ProjectModel) => TabView>} */
const TABS = {
  details: detailsTab, categories: categoriesTab, comments: commentsTab, sequences: sequencesTab, calls: callsTab, activity: activityTab,
  exports: exportsTab, related: relatedTab,
};

/** The parts that are written in. */
const WRITTEN = ['details', 'categories', 'comments', 'sequences', 'calls'];
/** Which permissions show a part; any of them. @type {Partial<Record<TabName, string[]>>} */
const RIGHTS = { exports: ['projects.exports.manage', 'projects.reports.view', 'projects.activity.view'], related: ['projects.details.view'] };

/** For a person who may see that projects exist, and no part of one. */
function notAvailable() {
  const { notAvailable: title, notAvailableHint: detail } = strings.incidents.project;
  return new Problem({ title, detail, status: 403 });
}

export class ProjectPage {
  #bridge;
  #model;
  /** @type {TabName[]} */
  #names;
  /** @type {TabName} */
  #current;
  #shown = '';
  /** @type {Map<TabName, TabView>} */
  #views = new Map();
  #logged = false;
  #state = h('span', { class: 'save-state', role: 'status' });
  #refusal = h('p', { class: 'refusal', role: 'alert', hidden: true });
  #save;
  #header;
  #presence;
  #buttons;
  #tabs;
  #notes = h('div', { class: 'stack' });
  #panel = h('div', { class: 'panel', role: 'tabpanel' });
  #content = h('div', {});
  #restored = h('p', { class: 'banner', role: 'status', hidden: true });
  #undoBar = h('div', { class: 'undo-bar', role: 'status', hidden: true });
  #live = false;
  /** What had the keyboard last. @type {HTMLElement | null} */
  #held = null;
  /** Stops hearing of changes. */
  #deaf;
  #reader;

  /** @param {import('../common/contributed.js').Context} context @param {number} id @param {string} tab */
  constructor({ bridge, clock }, id, tab) {
    const texts = strings.incidents.project;
    this.#bridge = bridge;
    this.#model = new ProjectModel(bridge, clock, id);
    this.#names = /** @type {TabName[]} */ (Object.keys(TABS)).filter((name) =>
      (RIGHTS[name] ?? [`projects.${name}.view`]).some((right) => may(bridge, right)));
    this.#current = this.#names[0];
    this.#save = h('button', { type: 'button', class: 'primary', title: texts.saveHint, onclick: () => this.#model.save() }, texts.save);
    // Who only looks has nothing to save.
    this.#save.hidden = !WRITTEN.some((part) => may(bridge, `projects.${part}.manage`));
    this.#buttons = h('div', { class: 'row tight' }, ...projectButtons(bridge, () => this.#subject(), () => this.#toList()));
    this.#tabs = h('div', { class: 'tabs', role: 'tablist', 'aria-label': texts.tabList,
      onkeydown: (/** @type {KeyboardEvent} */ event) => this.#arrows(event) }, ...this.#names.map((name) => this.#tab(name)));
    this.#header = projectHeader(this.#model);
    this.#presence = presence(bridge, id);
    this.#panel.append(this.#notes, this.#restored, this.#content);
    this.#content.append(skeleton(texts.loading));
    this.element = h('div', { class: 'page' },
      h('div', {}, h('div', { class: 'head' },
        h('button', { type: 'button', class: 'quiet', title: texts.back, 'aria-label': texts.back, onclick: () => this.#toList() }, icon('back')),
        h('h2', {}, texts.title(id)), this.#header.element, h('span', { class: 'grow' }), this.#presence.element, this.#state, this.#save, this.#buttons),
      this.#refusal),
      this.#tabs, this.#panel, this.#undoBar);
    this.element.addEventListener('pointerdown', () => { this.#held = null; });
    this.element.addEventListener('focusin', ({ target }) => { this.#held = /** @type {HTMLElement} */ (target); });
    this.#model.addEventListener('change', () => this.#draw());
    this.#model.addEventListener('refused', () => this.#refused());
    this.#model.undo.addEventListener('change', () => this.#drawUndo());
    this.show(tab);
    this.#reader = whileVisible(this.#panel, () => (this.#live ? READ_SELDOM : READ_AGAIN), () => this.#read());
    this.#deaf = followChanges(bridge, {
      project: ({ project }) => { if (project === id) this.#reader.again(); },
      properties: () => this.#reader.again(),
      missed: () => this.#reader.again(),
      live: (live) => { this.#live = live; },
    });
    addEventListener('pagehide', this.#leaving);
    void this.#restore();
  }

  get id() {
    return this.#model.id;
  }

  /** Puts the keyboard on the part that is shown. */
  focus() {
    /** @type {HTMLElement | null} */ (this.#tabs.querySelector('[tabindex="0"]'))?.focus();
  }

  stop() {
    this.#reader.stop();
    this.#deaf();
    this.#presence.stop();
    removeEventListener('pagehide', this.#leaving);
    this.#model.unsaved.flush();
    for (const view of this.#views.values()) view.stop?.();
  }

  /** Shows a part. @param {string} tab a name from the address; an unknown one shows the first */
  show(tab) {
    const name = this.#names.find((known) => known === tab) ?? this.#names[0];
    if (!name || name === this.#shown) return;
    this.#shown = this.#current = name;
    for (const element of this.#tabs.children) {
      const button = /** @type {HTMLElement} */ (element);
      const selected = button.dataset.tab === name;
      button.setAttribute('aria-selected', String(selected));
      button.tabIndex = selected ? 0 : -1;
      if (selected) this.#panel.setAttribute('aria-label', button.dataset.title ?? '');
    }
    this.#panel.scrollTop = 0;
    this.#model.news.shown(name);
    this.#draw();
    if (this.#model.project) void this.#views.get(name)?.seen?.();
  }

  async #read() {
    await this.#model.refresh();
    if (!this.#model.project) return;
    await this.#logOpening();
    await this.#views.get(this.#current)?.seen?.();
  }

  async #logOpening() {
    if (this.#logged) return;
    this.#logged = true;
    try {
      await call(this.#bridge, 'POST', `${this.#model.path}/opened`);
    } catch (error) {
      this.#logged = false;
      report(this.#bridge, error);
    }
  }

  #draw() {
    const { project } = this.#model;
    if (!this.#model.unsaved.size || this.#model.gone) this.#restored.hidden = true;
    const problem = this.#names.length ? this.#model.problem : notAvailable();
    this.#buttons.hidden = !project || this.#model.gone;
    this.#drawState();
    if (!project || !this.#names.length) {
      this.#content.replaceChildren(problem ? problemNote(problem, () => this.#reader.again()) : skeleton(strings.incidents.project.loading));
      return;
    }
    this.#header.update();
    this.#drawNotes();
    this.#drawCounts();
    const view = this.#view(this.#current);
    if (this.#content.firstChild !== view.element) {
      this.#content.replaceChildren(view.element);
      // In a narrow window the tabs are wider than it; what focus() reveals of one differs between browsers.
      this.#tabs.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    }
    view.update();
    this.#keepKeyboard(view.refuge);
  }

  /** The keyboard goes to a place nearby when what had it is gone or has nothing left to do. @param {HTMLElement} [refuge] the part's tab, where none is named */
  #keepKeyboard(refuge) {
    const held = this.#held;
    if (!held || (held.checkVisibility() && !held.matches(':disabled'))) return;
    const now = focused();
    if (now !== document.body && now !== held) return;
    if (refuge && refuge.checkVisibility() && !refuge.matches(':disabled')) refuge.focus({ preventScroll: true });
    else this.focus();
  }

  /** @param {TabName} name */
  #view(name) {
    let view = this.#views.get(name);
    if (!view) this.#views.set(name, (view = TABS[name](this.#model)));
    return view;
  }

  #drawNotes() {
    const texts = strings.incidents.project;
    const { problem, gone } = this.#model;
    if (!problem) this.#notes.replaceChildren();
    else if (gone) {
      this.#notes.replaceChildren(h('p', { class: 'banner error', role: 'alert' }, icon('warning'),
        h('span', {}, h('b', {}, texts.gone), ' ', problem.detail, ' ', this.#model.unsaved.size ? texts.goneHint : '')));
    } else this.#notes.replaceChildren(staleNote(texts.stale, problem));
  }

  #drawCounts() {
    const { project } = this.#model;
    const counts = { comments: project?.comment_count, sequences: project?.sequences.length, calls: project?.calls.length, related: project?.related.length };
    for (const [name, count] of Object.entries(counts)) {
      const badge = this.#tabs.querySelector(`[data-tab=${name}] .count`);
      if (badge) badge.textContent = count ? String(count) : '';
    }
    this.#model.news.shown(this.#current);
    for (const name of this.#names) {
      const dot = /** @type {HTMLElement | null} */ (this.#tabs.querySelector(`[data-tab=${name}] .dot`));
      if (dot) dot.hidden = !this.#model.news.has(name);
    }
  }

  /** The one word that is always true. */
  #drawState() {
    const texts = strings.incidents.project;
    const { state, savedAt, failure } = this.#model;
    const conflicts = [...this.#model.conflicts, ...this.#model.contested];
    const reason = conflicts.length ? strings.incidents.conflict.first : [failure?.title, failure?.detail].filter(Boolean).join(' ');
    const kind = conflicts.length && state !== 'saving' ? 'failed' : state;
    const [image, word] = /** @type {const} */ ({
      saved: ['check', savedAt ? texts.savedAt(time(savedAt, this.#bridge.timeZone)) : texts.saved],
      saving: ['clock', texts.saving],
      unsaved: ['edit', texts.unsaved],
      failed: ['warning', texts.notSaved(reason)],
    })[kind];
    const key = `${kind} ${word}`;
    this.#save.disabled = !this.#model.project || state === 'saved' || state === 'saving' || conflicts.length > 0 || this.#model.gone;
    this.#state.hidden = this.#save.hidden || !this.#model.project;
    const failed = kind === 'failed';
    if (kind !== 'saving') this.#drawRefusal(failed ? word : '', failed && !conflicts.length && !this.#model.gone);
    if (this.#state.dataset.key === key) return;
    this.#state.dataset.key = key;
    this.#state.className = `save-state ${kind}`;
    this.#state.title = !failed && savedAt ? utcTitle(savedAt) : '';
    this.#state.replaceChildren(...(failed ? [] : [icon(image), h('span', {}, word)]));
  }

  /** @param {string} word why something is not saved; nothing when it is @param {boolean} again whether it can be tried again */
  #drawRefusal(word, again) {
    const key = word && `${word} ${again}`;
    if ((this.#refusal.dataset.key ?? '') === key) return;
    this.#refusal.dataset.key = key;
    const height = this.#refusal.offsetHeight;
    this.#refusal.hidden = !word;
    this.#refusal.replaceChildren(icon('warning'), h('span', {}, word),
      ...(again ? [h('button', { type: 'button', onclick: () => this.#model.save() }, strings.incidents.project.retry)] : []));
    // What somebody is writing stays where it is, as far as there is something above it.
    this.#panel.scrollTop += this.#refusal.offsetHeight - height;
  }

  /** Who waits goes on at the entry that is wrong, which says so. What else was not saved is said above the parts; where that is not seen, by the host. */
  #refused() {
    /** @type {HTMLElement | null} */
    const wrong = this.#content.querySelector('input:invalid');
    if (wrong) {
      wrong.focus();
      wrong.closest('.field-row')?.scrollIntoView({ block: 'nearest' });
      return;
    }
    const { failure, conflicts } = this.#model;
    if (conflicts.length) {
      this.#toQuestion();
      return;
    }
    const root = this.element.getRootNode();
    const frame = root instanceof ShadowRoot ? root.host.getBoundingClientRect() : null;
    const { height, top, bottom } = this.#refusal.getBoundingClientRect();
    if (failure && !(height && frame && top >= frame.top && bottom <= frame.bottom)) report(this.#bridge, failure);
  }

  /** Shows what has to be chosen first. */
  #toQuestion() {
    this.#content.querySelector('.conflict:not([hidden])')?.scrollIntoView({ block: 'nearest' });
  }

  #subject() {
    const { project } = this.#model;
    return project && { id: project.id, description: String(project.fields.description ?? ''), sequences: project.sequences.length,
      held: project.hold !== null, hold: project.hold };
  }

  #toList() {
    this.#bridge.navigate({ tab: 'incidents', path: '' });
  }

  /** @param {TabName} name */
  #tab(name) {
    const title = strings.incidents.project.tabs[name];
    return h('button', { type: 'button', role: 'tab', 'data-tab': name, 'data-title': title,
      onclick: () => this.#go(name) }, title, h('span', { class: 'count' }),
      h('span', { class: 'dot', hidden: true, role: 'img', 'aria-label': strings.incidents.news.tab, title: strings.incidents.news.tab }));
  }

  /** @param {TabName} name */
  #go(name) {
    this.#bridge.navigate({ tab: 'incidents', path: `${this.id}/${name}` });
  }

  /** @param {KeyboardEvent} event */
  #arrows(event) {
    const place = this.#names.indexOf(this.#current);
    const last = this.#names.length - 1;
    const target = { ArrowRight: place === last ? 0 : place + 1, ArrowLeft: place === 0 ? last : place - 1, Home: 0, End: last }[event.key];
    const pages = { PageDown: 1, PageUp: -1 }[event.key];
    if (pages) this.#panel.scrollBy(0, pages * this.#panel.clientHeight * PAGE);
    if (target === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    this.#go(this.#names[target]);
    /** @type {HTMLElement} */ (this.#tabs.children[target]).focus();
  }

  #leaving = () => this.#model.unsaved.flush();

  /** Says that there are texts from before, and lets them go if they are not wanted. */
  async #restore() {
    if (!await this.#model.unsaved.restore()) return;
    const texts = strings.incidents.project;
    const close = () => { this.#restored.hidden = true; };
    this.#restored.replaceChildren(icon('info'), h('span', {}, texts.restored(dateTime(this.#model.unsaved.at, this.#bridge.timeZone))), h('span', { class: 'grow' }),
      h('button', { type: 'button', onclick: () => {
        this.#model.discard();
        close();
      } }, texts.discard),
      h('button', { type: 'button', class: 'quiet', title: strings.common.close, 'aria-label': strings.common.close, onclick: close }, icon('close')));
    this.#restored.hidden = false;
    this.#draw();
  }

  #drawUndo() {
    const { last } = this.#model.undo;
    this.#undoBar.hidden = !last;
    const texts = strings.incidents.undo;
    const back = h('button', { type: 'button', title: texts.hint, onclick: () => this.#takeBack() }, texts.undo);
    this.#undoBar.replaceChildren(icon('check'), h('span', { class: 'ellipsis' }, last?.title ?? ''), back,
      h('button', { type: 'button', class: 'quiet', title: strings.common.close, 'aria-label': strings.common.close, onclick: () => {
        this.#undoBar.hidden = true;
        this.#keepKeyboard(this.#views.get(this.#current)?.refuge);
      } }, icon('close')));
    this.#keepKeyboard(last ? back : this.#views.get(this.#current)?.refuge);
  }

  async #takeBack() {
    const title = await this.#model.undo.back();
    if (title) this.#bridge.notify({ kind: 'success', title: strings.incidents.undo.undone(title) });
  }

  /** Ctrl+S saves, Ctrl+Z takes back, wherever the keyboard is, while the page can be seen. @param {KeyboardEvent} event */
  keyed(event) {
    if (!(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey || !this.element.checkVisibility()) return;
    const key = event.key.toLowerCase();
    if (key === 's') {
      event.preventDefault();
      if (this.#save.disabled) this.#toQuestion();
      else void this.#model.save();
    } else if (key === 'z' && !writes(event) && this.#model.undo.last) {
      event.preventDefault();
      void this.#takeBack();
    }
  }
}

/** Whether the keyboard is where text is written: there the browser's own undo counts. @param {KeyboardEvent} event */
function writes(event) {
  const [target] = event.composedPath();
  if (target instanceof HTMLTextAreaElement) return true;
  return target instanceof HTMLInputElement && !['checkbox', 'radio', 'button'].includes(target.type);
}
