// What is in the selected project, without opening it.

import { Problem, call } from '../common/api.js';
import { h, icon } from '../common/dom.js';
import { may } from '../common/permissions.js';
import { dateTime, duration, utcTitle } from '../common/time.js';
import { valueLabel } from '../common/value-label.js';
import { strings } from '../locales/en.js';
import { projectButtons } from './actions.js';
import { choices, shownValue } from './field-names.js';
import { moment, sentence } from './said.js';
import { PictureStrip } from '../list/picture-strip.js';

/** @typedef {import('../../../../hooks/src/vms_hooks/page.d.ts').VmsBridge} Bridge */
/** @typedef {import('../common/shapes.d.ts').ProjectSummary} ProjectSummary */
/** @typedef {import('../common/shapes.d.ts').IncidentProperties} IncidentProperties */
/** @typedef {import('../common/shapes.d.ts').ActivityLog} ActivityLog */

/** Arrow keys pass over projects faster than anybody reads their last activity. */
const AFTER_SELECTION = 150;

export class Preview {
  #bridge;
  /** @type {ProjectSummary | null} */
  #project = null;
  #shown = '';
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #content = h('div', { class: 'stack' });
  #activity = h('dd', {});
  #buttons;
  #strip;

  /**
   * @param {Bridge} bridge
   * @param {(id: number) => void} open
   * @param {() => void} deleted
   */
  constructor(bridge, open, deleted) {
    this.#bridge = bridge;
    const subject = () => this.#project;
    this.#strip = new PictureStrip(bridge);
    this.#buttons = h('div', { class: 'buttons', hidden: true },
      h('button', { type: 'button', class: 'primary', onclick: () => this.#project && open(this.#project.id) }, strings.incidents.actions.open),
      ...projectButtons(bridge, subject, deleted));
    this.element = h('aside', { class: 'preview', 'aria-label': strings.incidents.preview.title }, this.#content, this.#buttons);
  }

  /** @param {ProjectSummary | null} project @param {IncidentProperties} properties */
  show(project, properties) {
    const state = JSON.stringify([project, properties]);
    if (state === this.#shown) return;
    this.#shown = state;
    this.#project = project;
    this.#buttons.hidden = project === null;
    clearTimeout(this.#timer);
    this.#activity = h('dd', {});
    this.#strip.show(project);
    if (!project) {
      this.#content.replaceChildren(h('p', { class: 'empty' }, strings.incidents.preview.nothing));
      return;
    }
    this.#content.replaceChildren(...this.#facts(project, properties));
    if (may(this.#bridge, 'projects.activity.view')) this.#timer = setTimeout(() => this.#lastActivity(project.id), AFTER_SELECTION);
  }

  /** Somebody did something to a project: its last activity is another one now. @param {number} id */
  heard(id) {
    if (this.#project?.id !== id || !may(this.#bridge, 'projects.activity.view')) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#lastActivity(id), AFTER_SELECTION);
  }

  /** @param {ProjectSummary} project @param {IncidentProperties} properties */
  #facts(project, properties) {
    const { list, fields, preview, project: page } = strings.incidents;
    const zone = this.#bridge.timeZone;
    /** @param {string} field @param {string | null} value */
    const label = (field, value) => (value === null ? fields.none
      : valueLabel(choices(field, properties).find(({ id }) => id === value) ?? { name: String(shownValue(field, value, properties)) }));
    /** @param {string | null} at */
    const instant = (at) => (at === null ? '–' : h('time', { title: utcTitle(at) }, dateTime(at, zone)));
    const length = project.start && project.end ? ` (${duration(Date.parse(project.end) - Date.parse(project.start))})` : '';
    /** @type {[string, (Node | string)[]][]} */
    const facts = [
      [list.status, [label('status', project.status)]],
      [list.type, [label('type', project.type)]],
      [fields.priority, [label('priority', project.priority)]],
      [list.owner, [project.owner ?? fields.unowned]],
      [strings.common.start, [instant(project.start)]],
      [strings.common.end, [instant(project.end), length]],
      [list.sequences, [String(project.sequences)]],
      [fields.created, [instant(project.created_at), `, ${project.created_by}`]],
    ];
    return [
      h('h2', {}, page.title(project.id)),
      this.#strip.element,
      project.description ? h('p', { class: 'written', dir: 'auto' }, project.description) : h('p', { class: 'dim' }, preview.noDescription),
      h('dl', { class: 'facts' }, facts.flatMap(([name, value]) => [h('dt', {}, name), h('dd', {}, ...value)]),
        may(this.#bridge, 'projects.activity.view') ? [h('dt', {}, preview.lastActivity), this.#activity] : []),
    ];
  }

  /** @param {number} id */
  async #lastActivity(id) {
    const target = this.#activity;
    try {
      const { entries } = /** @type {ActivityLog} */ (await call(this.#bridge, 'GET', `projects/${id}/activity?limit=1`));
      const [last] = entries;
      const zone = this.#bridge.timeZone;
      if (last) target.replaceChildren(...sentence(last.said, zone), h('div', { class: 'dim small' }, `${last.actor.name}, `, moment(last.at, zone)));
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      target.replaceChildren(h('span', { class: 'dim' }, icon('warning'), ' ', error.title));
    }
  }
}
