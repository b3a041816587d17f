// Administration > Evidence: the certificate that packages are signed with, former ones, and the time-stamp authority.

import { AdminSection, banner, refusal } from '../admin/section.js';
import { call } from '../common/api.js';
import { confirmed, showDialog } from '../common/dialog.js';
import { h } from '../common/dom.js';
import { refill } from '../common/keyed.js';
import { may } from '../common/permissions.js';
import { date } from '../common/time.js';
import { strings } from '../locales/en.js';
import { field } from './settings.js';
import { evidenceSheet } from './style.js';

/** @typedef {{fingerprint: string, subject: string, issuer: string, not_before: string, not_after: string, current: boolean, fault: string}} Certificate */

class EvidenceSection extends AdminSection {
  /** @type {Certificate[]} */
  #certificates = [];
  #authority = '';
  /** @type {HTMLElement | null} */
  #note = null;

  constructor() {
    super();
    this.root.adoptedStyleSheets.push(evidenceSheet);
  }

  /** @override */
  async read() {
    this.#take(await call(/** @type {any} */ (this.bridge), 'GET', 'evidence-keys'));
  }

  /** @param {{certificates: Certificate[], authority: string}} known */
  #take({ certificates, authority }) {
    this.#certificates = certificates;
    this.#authority = authority;
    this.#draw();
  }

  #draw() {
    const texts = strings.exports.keys;
    const bridge = /** @type {NonNullable<typeof this.bridge>} */ (this.bridge);
    const manages = may(bridge, 'properties.manage');
    const [current] = this.#certificates;
    const former = this.#certificates.slice(1);
    /** @param {Certificate} one */
    const described = (one) => h('dl', { class: 'facts' },
      h('dt', {}, texts.fingerprint), h('dd', {}, h('code', {}, one.fingerprint)),
      h('dt', {}, texts.subject), h('dd', {}, one.subject),
      h('dt', {}, texts.issuer), h('dd', {}, one.issuer === one.subject ? texts.itself : one.issuer),
      h('dt', {}, texts.valid), h('dd', {}, `${date(one.not_before, bridge.timeZone)} – ${date(one.not_after, bridge.timeZone)}`));
    refill(this.place, [
      ...(this.#note ? [this.#note] : []),
      h('h3', {}, texts.current),
      current ? described(current) : h('p', { class: 'dim' }, texts.none),
      ...(current?.fault ? [banner('error', current.fault)] : []),
      h('p', { class: 'dim' }, texts.publish),
      ...(manages ? [h('div', { class: 'row' },
        h('button', { type: 'button', onclick: () => void this.#renew() }, texts.renew),
        h('button', { type: 'button', onclick: () => void this.#own() }, texts.own))] : []),
      h('h3', {}, texts.authority),
      h('p', {}, this.#authority || texts.noAuthority),
      ...(manages ? [h('div', { class: 'row' }, h('button', { type: 'button', onclick: () => void this.#name() }, texts.change))] : []),
      ...(former.length ? [h('h3', {}, texts.former), ...former.map(described)] : [])]);
  }

  async #renew() {
    const texts = strings.exports.keys;
    if (await confirmed(texts.renew, texts.renewText, texts.renew)) await this.#do('POST', 'evidence-keys/renew');
  }

  async #own() {
    const texts = strings.exports.keys;
    const file = h('input', { type: 'file', accept: '.pem,.p12,.pfx', required: true });
    const passphrase = h('input', { type: 'password', autocomplete: 'off' });
    const chosen = await showDialog(texts.own, (/** @type {(yes: boolean) => void} */ done) => [
      h('form', { method: 'dialog', class: 'stack', onsubmit: (/** @type {Event} */ event) => { event.preventDefault(); done(true); } },
        h('p', { class: 'dim' }, texts.ownText), field('file', texts.file, file), field('passphrase', texts.passphrase, passphrase),
        h('footer', {}, h('button', { type: 'submit', class: 'primary' }, texts.use)))]);
    if (!chosen || !file.files?.[0]) return;
    const bytes = new Uint8Array(await file.files[0].arrayBuffer());
    const text = Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
    await this.#do('POST', 'evidence-keys', { file: btoa(text), passphrase: passphrase.value });
  }

  async #name() {
    const texts = strings.exports.keys;
    const address = h('input', { type: 'url', placeholder: 'http://' });
    address.value = this.#authority;
    const certificates = h('textarea', { rows: 6 });
    const chosen = await showDialog(texts.authority, (/** @type {(yes: boolean) => void} */ done) => [
      h('form', { method: 'dialog', class: 'stack', onsubmit: (/** @type {Event} */ event) => { event.preventDefault(); done(true); } },
        field('address', texts.address, address), field('certificates', texts.certificates, certificates),
        h('footer', {}, h('button', { type: 'submit', class: 'primary' }, texts.use)))]);
    if (chosen) await this.#do('PUT', 'evidence-keys/authority', { address: address.value, certificates: certificates.value });
  }

  /** @param {string} method @param {string} path @param {unknown} [body] */
  async #do(method, path, body) {
    const texts = strings.exports.keys;
    try {
      const known = await call(/** @type {any} */ (this.bridge), method, path, body);
      this.#note = banner('green', texts.changed);
      this.#take(known);
    } catch (error) {
      this.#note = refusal(error);
      this.#draw();
    }
  }
}

customElements.define('incident-evidence', EvidenceSection);
