// The logo of reports, and incident properties as files.

import { Problem, call, request } from '../common/api.js';
import { confirmed, showDialog } from '../common/dialog.js';
import { h, icon } from '../common/dom.js';
import { strings } from '../locales/en.js';
import { download, refusal } from './section.js';
import { adminSheet } from './style.js';

/** @typedef {import('../../../../hooks/src/vms_hooks/page.d.ts').VmsBridge} Bridge */
/** @typedef {import('../common/shapes.d.ts').IncidentProperties} IncidentProperties */

const LARGEST = 500_000;
/** As the server has it. A larger picture is not sent: a proxy before the server refuses it with a number alone. */
const LARGEST_LOGO = 512 * 1024;

/** @param {Bridge} bridge @param {boolean} editable */
export function logoField(bridge, editable) {
  const texts = strings.admin.properties;
  const place = h('div', { class: 'logo' });
  const told = h('div', {});
  const chosen = picker('image/png,image/jpeg', texts.chooseLogo, async (file) => {
    await done(put(file));
  });
  /** @param {File} file */
  async function put(file) {
    if (file.size > LARGEST_LOGO) throw new Problem({ title: texts.logoRefused, detail: texts.logoTooLarge(file.size), status: 413 });
    await request(bridge, 'PUT', 'properties/logo', undefined, { body: file });
  }
  const remove = h('button', { type: 'button', hidden: true, onclick: async () => {
    if (await confirmed(texts.removeLogo, texts.logoText, texts.removeLogo)) await done(call(bridge, 'DELETE', 'properties/logo'));
  } }, texts.removeLogo);
  /** @param {Promise<unknown>} doing */
  async function done(doing) {
    try {
      await doing;
      told.replaceChildren();
      await show();
    } catch (error) {
      told.replaceChildren(refusal(error));
    }
  }
  async function show() {
    try {
      const response = await request(bridge, 'GET', 'properties/logo');
      const none = response.status === 204;
      place.replaceChildren(none ? h('span', { class: 'dim' }, texts.noLogo) : picture(await response.blob(), texts.logoText));
      remove.hidden = none || !editable;
    } catch (error) {
      place.replaceChildren(refusal(error));
      remove.hidden = true;
    }
  }
  void show();
  chosen.hidden = !editable;
  return h('fieldset', {}, h('legend', {}, texts.logo), h('p', { class: 'dim' }, texts.logoHint), place, told, h('div', { class: 'inline' }, chosen, remove));
}

/**
 * @param {Bridge} bridge
 * @param {boolean} editable
 * @param {(properties: IncidentProperties) => void} take what a file makes of the properties
 */
export function filesTab(bridge, editable, take) {
  const texts = strings.admin.properties;
  const told = h('div', {});
  /** @param {'toml' | 'json'} form */
  const out = async (form) => {
    try {
      await download(await request(bridge, 'GET', `properties/file?form=${form}`), `incident-properties.${form}`);
      told.replaceChildren();
    } catch (error) {
      told.replaceChildren(refusal(error));
    }
  };
  const into = picker('.toml,.json', texts.importFile, async (file) => {
    try {
      if (file.size > LARGEST) throw new Problem({ title: texts.tooLarge, status: 413 });
      const form = file.name.toLowerCase().endsWith('.json') ? 'json' : 'toml';
      const proposal = await call(bridge, 'POST', 'properties/preview', { form, text: await file.text() });
      told.replaceChildren();
      if (await previewed(proposal.changes)) take(proposal.properties);
    } catch (error) {
      told.replaceChildren(refusal(error));
    }
  });
  into.hidden = !editable;
  return [h('p', { class: 'dim' }, texts.filesHint), h('div', { class: 'inline' },
    h('button', { type: 'button', onclick: () => void out('toml') }, icon('download'), texts.exportToml),
    h('button', { type: 'button', onclick: () => void out('json') }, icon('download'), texts.exportJson), into), told];
}

/** @param {string[]} changes */
async function previewed(changes) {
  const texts = strings.admin.properties;
  return Boolean(await showDialog(texts.preview, (/** @type {(yes: boolean) => void} */ done) => [
    changes.length ? h('ul', { class: 'changes' }, ...changes.map((change) => h('li', {}, change))) : h('p', {}, texts.previewNothing),
    changes.length ? h('p', { class: 'dim' }, texts.applyHint) : '',
    h('footer', {}, h('button', { type: 'button', autofocus: true, onclick: () => done(false) }, strings.common.cancel),
      ...(changes.length ? [h('button', { type: 'button', class: 'primary', onclick: () => done(true) }, texts.apply(changes.length))] : [])),
  ], { sheets: [adminSheet] }));
}

/** A button that asks for a file. @param {string} accept @param {string} label @param {(file: File) => Promise<void>} chosen */
function picker(accept, label, chosen) {
  const input = h('input', { type: 'file', accept, hidden: true, 'aria-label': label, onchange: async () => {
    const [file] = input.files ?? [];
    input.value = '';
    if (file) await chosen(file);
  } });
  return h('span', {}, input, h('button', { type: 'button', onclick: () => input.click() }, icon('folder'), label));
}

/** @param {Blob} blob @param {string} alt */
function picture(blob, alt) {
  const src = URL.createObjectURL(blob);
  const forget = () => URL.revokeObjectURL(src);
  return h('img', { alt, src, onload: forget, onerror: forget });
}
