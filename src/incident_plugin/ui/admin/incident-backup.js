// Administration > Backup: everything in one file, sealed with a passphrase.

import { request } from '../common/api.js';
import { h, icon } from '../common/dom.js';
import { strings } from '../locales/en.js';
import { AdminSection, banner, download, refusal } from './section.js';

const SHORTEST = 12;

class IncidentBackupSection extends AdminSection {
  /** @override */
  async read() {
    const texts = strings.admin.backup;
    const first = h('input', { type: 'password', autocomplete: 'new-password', maxLength: 1000 });
    const second = h('input', { type: 'password', autocomplete: 'new-password', maxLength: 1000 });
    const told = h('div', {});
    const make = h('button', { type: 'submit', class: 'primary' }, icon('download'), texts.make);
    const form = h('form', { class: 'section', onsubmit: async (/** @type {Event} */ event) => {
      event.preventDefault();
      const wrong = first.value.length < SHORTEST ? texts.short : first.value === second.value ? '' : texts.differ;
      if (wrong) {
        told.replaceChildren(banner('error', wrong));
        (first.value.length < SHORTEST ? first : second).focus();
        return;
      }
      make.disabled = true;
      told.replaceChildren(h('p', { role: 'status' }, texts.making));
      try {
        const response = await request(/** @type {any} */ (this.bridge), 'POST', 'backup', { passphrase: first.value });
        const name = /filename="([^"]+)"/.exec(response.headers.get('Content-Disposition') ?? '')?.[1] ?? 'incident-backup.sealed';
        await download(response, name);
        told.replaceChildren(banner('green', h('b', {}, texts.made), ' ', texts.madeDetail));
        form.reset();
      } catch (error) {
        told.replaceChildren(refusal(error));
      } finally {
        make.disabled = false;
      }
    } },
    h('div', { class: 'inline' }, h('label', { class: 'field' }, texts.passphrase, first), h('label', { class: 'field' }, texts.again, second)),
    h('p', { class: 'dim' }, texts.short), h('div', {}, make));
    this.place.replaceChildren(h('p', { class: 'dim' }, texts.what), form, told,
      h('p', { class: 'dim' }, texts.restore), h('pre', { tabIndex: 0 }, 'incident-plugin backup restore --data DIRECTORY FILE'));
  }
}

customElements.define('incident-backup', IncidentBackupSection);
