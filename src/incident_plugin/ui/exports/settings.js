// How an export is made: format and options, presets, a password, and what it will take.

import { call, report } from '../common/api.js';
import { confirmed, showDialog } from '../common/dialog.js';
import { h, icon } from '../common/dom.js';
import { may } from '../common/permissions.js';
import { strings } from '../locales/en.js';
import { fileSize, timeLeft } from './figures.js';

/** @typedef {import('../../../../hooks/src/vms_hooks/page.d.ts').VmsBridge} VmsBridge */
/** @typedef {import('../common/shapes.d.ts').ExportSettings} ExportSettings */
/** @typedef {import('../common/shapes.d.ts').ExportPresets} ExportPresets */
/** @typedef {import('../common/shapes.d.ts').ExportEstimate} ExportEstimate */

/** @type {ExportSettings} */
const DELIVERED = {
  format: 'package', container: 'mp4', sign: true, report: true, user_names: false, court_copy: false, burn_in_time: true,
  stills_every: null, sound: false, encrypted: false, split_size: null,
};
export const SHORTEST_PASSWORD = 8;
/** Seconds from one still picture to the next. */
const STEPS = [1, 5, 10, 60, 600];
/** Bytes: a CD, a file system without large files, a DVD, a large DVD. */
const SIZES = [700_000_000, 4_000_000_000, 4_700_000_000, 8_500_000_000];

export class SettingsForm {
  /** @type {VmsBridge} */
  #bridge;
  /** @type {ExportSettings} */
  #settings = { ...DELIVERED };
  /** @type {ExportPresets} */
  #presets = { site: [], mine: [], sound: true };
  #changed;
  #preset = h('select', { id: 'preset', onchange: () => this.#choose() });
  #format = this.#select('format', [['package', strings.exports.settings.package], ['media', strings.exports.settings.media], ['stills', strings.exports.settings.stills]]);
  #container = this.#select('container', [['mp4', 'MP4'], ['mkv', 'MKV']]);
  #split = h('select', { id: 'split', onchange: () => this.#set({ split_size: this.#split.value ? Number(this.#split.value) : null }) },
    h('option', { value: '' }, strings.exports.settings.whole), ...SIZES.map((size) => h('option', { value: String(size) }, fileSize(size))));
  #stills = h('select', { id: 'stills', onchange: () => this.#set({ stills_every: this.#stills.value ? Number(this.#stills.value) : null }) },
    h('option', { value: '' }, strings.exports.settings.oneStill),
    ...STEPS.map((step) => h('option', { value: String(step) }, strings.exports.settings.stillEvery(step))));
  #sign = this.#box('sign', strings.exports.settings.sign);
  #report = this.#box('report', strings.exports.settings.report);
  #names = this.#box('user_names', strings.exports.settings.userNames);
  #court = this.#box('court_copy', strings.exports.settings.courtCopy);
  #burn = this.#box('burn_in_time', strings.exports.settings.burnIn);
  #sound = this.#box('sound', strings.exports.settings.sound);
  #encrypted = this.#box('encrypted', strings.exports.settings.encrypted);
  #password = h('input', { type: 'password', id: 'password', autocomplete: 'new-password', oninput: () => this.#changed() });
  #again = h('input', { type: 'password', id: 'again', autocomplete: 'new-password', oninput: () => this.#changed() });
  #passwords = h('div', { class: 'row passwords', hidden: true },
    field('password', strings.exports.settings.password, this.#password), field('again', strings.exports.settings.passwordAgain, this.#again),
    h('p', { class: 'dim small' }, strings.exports.settings.passwordHint));
  #remove = h('button', { type: 'button', class: 'quiet', hidden: true, title: strings.exports.settings.removePreset,
    'aria-label': strings.exports.settings.removePreset, onclick: () => this.#removePreset() }, icon('trash'));
  #estimate = h('p', { class: 'estimate', role: 'status' });
  #wrong = h('p', { class: 'amber', role: 'status' });
  #containerField = field('container', strings.exports.settings.container, this.#container);
  #stillsField = field('stills', strings.exports.settings.stillPictures, this.#stills);

  /** @param {VmsBridge} bridge @param {() => void} changed @param {() => void} start what Enter in a password does */
  constructor(bridge, changed, start) {
    this.#bridge = bridge;
    this.#changed = changed;
    const texts = strings.exports.settings;
    this.element = h('section', { class: 'settings', 'aria-label': texts.title },
      h('div', { class: 'head' }, h('h2', {}, texts.title), h('span', { class: 'grow' }),
        field('preset', texts.preset, this.#preset), this.#remove,
        h('button', { type: 'button', onclick: () => this.#keep() }, texts.keep)),
      h('div', { class: 'row fields' }, field('format', texts.format, this.#format), this.#containerField, this.#stillsField, field('split', texts.split, this.#split)),
      h('div', { class: 'row boxes' }, ...[this.#sign, this.#report, this.#names, this.#court, this.#burn, this.#sound, this.#encrypted].map(({ label }) => label)),
      this.#passwords, this.#wrong, this.#estimate);
    this.#passwords.addEventListener('keydown', ({ key }) => { if (key === 'Enter') start(); });
    this.#draw();
  }

  get settings() {
    return { ...this.#settings, sound: this.#settings.sound && this.#presets.sound };
  }

  get password() {
    return this.#settings.encrypted ? this.#password.value : '';
  }

  /** What keeps an export from being started; nothing when nothing does. */
  get problem() {
    const texts = strings.exports.settings;
    if (!this.#settings.encrypted) return '';
    if (this.#password.value.length < SHORTEST_PASSWORD) return texts.passwordShort(SHORTEST_PASSWORD);
    if (!/^[ -~]+$/.test(this.#password.value)) return texts.passwordForeign;
    return this.#password.value === this.#again.value ? '' : texts.passwordsDiffer;
  }

  forgetPassword() {
    this.#password.value = '';
    this.#again.value = '';
  }

  async load() {
    try {
      this.#presets = await call(this.#bridge, 'GET', 'export-presets');
      this.#draw();
    } catch {
      // The delivered settings are there in any case; the list says that the server does not answer.
    }
  }

  /** @param {ExportEstimate | null} estimate @param {string} problem */
  tell(estimate, problem) {
    const texts = strings.exports.settings;
    const fits = !estimate || estimate.size <= estimate.free;
    this.#estimate.classList.toggle('error', !fits);
    this.#estimate.textContent = [
      estimate ? texts.estimate(fileSize(estimate.size), timeLeft(estimate.seconds), estimate.free ? fileSize(estimate.free) : '', estimate.measured) : '',
      fits ? '' : texts.noRoom,
    ].filter(Boolean).join(' ');
    this.#wrong.textContent = problem;
    this.#wrong.hidden = !problem;
  }

  /** @param {Partial<ExportSettings>} change */
  #set(change) {
    this.#settings = { ...this.#settings, ...change };
    this.#draw();
    this.#changed();
  }

  #draw() {
    const given = this.#settings;
    const packaged = given.format === 'package';
    this.#format.value = given.format;
    this.#container.value = given.container;
    this.#containerField.hidden = given.format === 'stills';
    this.#stillsField.hidden = given.format === 'media';
    this.#stills.value = given.stills_every === null ? '' : String(given.stills_every);
    this.#split.value = given.split_size === null ? '' : String(given.split_size);
    this.#sign.show(given.sign, packaged || (given.format === 'media' && given.container === 'mp4'));
    this.#sign.text.textContent = packaged ? strings.exports.settings.sign : strings.exports.settings.seal;
    this.#report.show(given.report, packaged);
    this.#names.show(given.user_names, packaged && may(this.#bridge, 'projects.user-names.view'));
    this.#court.show(given.court_copy, given.format !== 'stills');
    this.#burn.show(given.burn_in_time, given.format !== 'stills' && given.court_copy);
    this.#sound.show(given.sound && this.#presets.sound, given.format !== 'stills');
    this.#sound.box.disabled = !this.#presets.sound;
    this.#sound.text.textContent = this.#presets.sound ? strings.exports.settings.sound : strings.exports.settings.noSound;
    this.#encrypted.show(given.encrypted, true);
    this.#passwords.hidden = !given.encrypted;
    const chosen = this.#shownPreset();
    const texts = strings.exports.settings;
    this.#preset.replaceChildren(h('option', { value: '' }, texts.noPreset), h('option', { value: 'delivered' }, texts.delivered),
      ...['site', 'mine'].flatMap((whose) => this.#presets[/** @type {'site' | 'mine'} */ (whose)].map(({ name }) => h('option', { value: `${whose}:${name}` },
        whose === 'site' ? texts.ofSite(name) : name))));
    this.#preset.value = chosen;
    const [whose] = chosen.split(':');
    this.#remove.hidden = !(whose === 'mine' || (whose === 'site' && may(this.#bridge, 'properties.manage')));
  }

  /** Settings by the values of their options. @returns {Map<string, ExportSettings>} */
  #offered() {
    const { site, mine } = this.#presets;
    return new Map([['delivered', DELIVERED],
      .../** @type {[string, ExportSettings][]} */ (site.map(({ name, settings }) => [`site:${name}`, settings])),
      .../** @type {[string, ExportSettings][]} */ (mine.map(({ name, settings }) => [`mine:${name}`, settings]))]);
  }

  /** The preset that the settings are: the chosen one, if they still are, or another one; nothing for none. */
  #shownPreset() {
    const keys = /** @type {(keyof ExportSettings)[]} */ (Object.keys(DELIVERED));
    const same = [...this.#offered()].filter(([, settings]) => keys.every((key) => settings[key] === this.#settings[key])).map(([value]) => value);
    return same.includes(this.#preset.value) ? this.#preset.value : same[0] ?? '';
  }

  #choose() {
    const kept = this.#offered().get(this.#preset.value);
    if (kept) this.#settings = { ...kept };
    this.#draw();
    this.#changed();
  }

  async #keep() {
    const texts = strings.exports.settings;
    const { settings } = this;
    const all = h('input', { type: 'checkbox', onchange: () => tell() });
    const name = h('input', { id: 'name', maxLength: 200, required: true, autofocus: true, oninput: () => tell() });
    const told = h('p', { class: 'dim', role: 'status' });
    const tell = () => {
      const known = this.#presets[all.checked ? 'site' : 'mine'].some((one) => one.name === name.value.trim());
      told.textContent = known ? texts.replaces : '';
    };
    const wanted = await showDialog(texts.keepTitle, (/** @type {(yes: boolean) => void} */ done) => [
      h('form', { method: 'dialog', class: 'stack', onsubmit: (/** @type {Event} */ event) => { event.preventDefault(); done(true); } },
        field('name', texts.presetName, name),
        may(this.#bridge, 'properties.manage') ? h('label', { class: 'row' }, all, texts.forSite) : h('span', {}), told,
        h('footer', {}, h('button', { type: 'submit', class: 'primary' }, texts.save))),
    ]);
    if (!wanted) return;
    await this.#presetCall('PUT', 'export-presets', { name: name.value, settings, whose: all.checked ? 'site' : 'mine' });
  }

  async #removePreset() {
    const texts = strings.exports.settings;
    const [whose, ...rest] = this.#preset.value.split(':');
    const name = rest.join(':');
    if (!await confirmed(texts.removePreset, whose === 'site' ? texts.removeOfSite(name) : texts.removeOwn(name), texts.removePreset)) return;
    await this.#presetCall('POST', 'export-presets/remove', { name, whose });
    this.#preset.focus();
  }

  /** @param {string} method @param {string} path @param {unknown} body */
  async #presetCall(method, path, body) {
    try {
      this.#presets = await call(this.#bridge, method, path, body);
      this.#draw();
    } catch (error) {
      report(this.#bridge, error);
    }
  }

  /** @param {'format' | 'container'} name @param {[string, string][]} options */
  #select(name, options) {
    const select = h('select', { id: name, onchange: () => this.#set({ [name]: select.value }) },
      ...options.map(([value, text]) => h('option', { value }, text)));
    return select;
  }

  /** @param {'sign' | 'report' | 'user_names' | 'court_copy' | 'burn_in_time' | 'sound' | 'encrypted'} name @param {string} title */
  #box(name, title) {
    const box = h('input', { type: 'checkbox', onchange: () => this.#set({ [name]: box.checked }) });
    const text = h('span', {}, title);
    const label = h('label', { class: 'row box' }, box, text);
    return { box, label, text, show: (/** @type {boolean} */ checked, /** @type {boolean} */ offered) => {
      box.checked = checked;
      label.hidden = !offered;
    } };
  }
}

/** @param {string} id @param {string} title @param {HTMLElement} control */
export function field(id, title, control) {
  control.id = id;
  return h('label', { class: 'field', htmlFor: id }, title, control);
}
