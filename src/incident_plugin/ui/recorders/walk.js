// The test of a recorder, shown step by step while it runs.

import { Problem, request } from '../common/api.js';
import { h, icon } from '../common/dom.js';
import { strings } from '../locales/en.js';

/** @typedef {import('../common/api.js').Bridge} Bridge */
/** @typedef {import('../common/shapes.d.ts').WalkedStep} WalkedStep */

/** @type {Record<string, string>} */
const SYMBOLS = { running: 'clock', passed: 'check', warning: 'warning', failed: 'close', skipped: 'ring' };

export class Walk {
  #texts = strings.recorders;
  #list = h('ol', {});
  #summary = h('p', { role: 'status', 'aria-live': 'polite' });
  #engineer = h('input', { type: 'checkbox', onchange: () => this.element.classList.toggle('engineer', this.#engineer.checked) });
  #copy = h('button', { type: 'button', onclick: () => void this.#copied() }, this.#texts.copy);
  /** @type {Map<string, WalkedStep>} */
  #steps = new Map();
  #abort = new AbortController();
  #running = false;
  #bridge;
  #confirm;

  /**
   * @param {Bridge} bridge
   * @param {(fingerprint: string) => void} confirm called when the administrator confirms the certificate that was met
   */
  constructor(bridge, confirm) {
    this.#bridge = bridge;
    this.#confirm = confirm;
    this.element = h('section', { class: 'walk', hidden: true, 'aria-label': this.#texts.testTitle },
      h('div', { class: 'row' }, this.#summary, h('span', { class: 'grow' }),
        h('label', { class: 'row' }, this.#engineer, this.#texts.engineer), this.#copy),
      this.#list);
  }

  get running() {
    return this.#running;
  }

  /** Ends a test that runs. */
  stop() {
    this.#abort.abort();
  }

  /** Runs the test of what was entered; raises `Problem` when it cannot begin. @param {object} entered */
  async run(entered) {
    this.stop();
    const abort = new AbortController();
    this.#abort = abort;
    this.#steps.clear();
    this.#list.replaceChildren();
    this.element.hidden = false;
    this.#copy.disabled = true;
    this.#running = true;
    this.#say(this.#texts.testing, 'running');
    try {
      const response = await request(this.#bridge, 'POST', 'recorder-test', entered, { signal: abort.signal });
      for await (const line of lines(response)) this.#show(JSON.parse(line));
      this.#conclude();
    } catch (error) {
      if (abort.signal.aborted) return;
      this.element.hidden = this.#steps.size === 0;
      this.#say(this.#texts.testStopped, 'failed');
      throw error instanceof Problem ? error : new Problem({ title: this.#texts.testStopped, status: 0, detail: String(error) });
    } finally {
      if (abort === this.#abort) this.#running = false;
    }
  }

  /** @param {WalkedStep} step */
  #show(step) {
    const texts = this.#texts;
    const title = texts.steps[step.step] ?? step.step;
    const item = h('li', { 'data-step': step.step, 'data-state': step.state },
      h('span', { class: step.state }, icon(/** @type {any} */ (SYMBOLS[step.state]))),
      h('b', {}, title),
      h('div', { class: 'said' },
        h('p', {}, h('span', { class: `small ${step.state}` }, /** @type {Record<string, string>} */ (texts.stepStates)[step.state]), step.said ? ` · ${step.said}` : ''),
        step.remedy ? h('p', { class: 'dim' }, step.remedy) : null,
        step.fingerprint ? h('div', { class: 'row' }, h('span', { class: 'small' }, `${texts.fingerprint}: ${grouped(step.fingerprint)}`),
          step.state === 'passed' ? null : h('button', { type: 'button', onclick: () => this.#confirm(step.fingerprint) }, texts.confirmCertificate)) : null,
        step.technical ? h('code', {}, step.technical) : null),
      h('span', { class: 'took' }, step.state === 'running' || step.state === 'skipped' ? '' : texts.took(step.seconds)));
    const before = this.#list.querySelector(`[data-step="${CSS.escape(step.step)}"]`);
    if (before) before.replaceWith(item);
    else this.#list.append(item);
    this.#steps.set(step.step, step);
  }

  #conclude() {
    const states = new Set([...this.#steps.values()].map(({ state }) => state));
    this.#copy.disabled = false;
    if (states.has('failed')) this.#say(this.#texts.testFailed, 'failed');
    else if (states.has('warning')) this.#say(this.#texts.testWarnings, 'warning');
    else this.#say(this.#texts.testWell, 'passed');
  }

  /** @param {string} text @param {string} state */
  #say(text, state) {
    this.#summary.className = `state ${state}`;
    this.#summary.replaceChildren(icon(/** @type {any} */ (SYMBOLS[state])), text);
  }

  async #copied() {
    const text = [...this.#steps.values()]
      .map(({ step, state, said, remedy, technical, seconds }) => `${step}: ${state} (${seconds} s)\n  ${[said, remedy, technical].filter(Boolean).join('\n  ')}`)
      .join('\n');
    await navigator.clipboard.writeText(text);
    this.#bridge.notify({ kind: 'info', title: this.#texts.copied, detail: '' });
  }
}

/** A fingerprint in groups that people can compare. @param {string} digits */
function grouped(digits) {
  return (digits.toUpperCase().match(/../g) ?? []).join(':');
}

/** @param {Response} response */
async function* lines(response) {
  const reader = /** @type {ReadableStream<Uint8Array>} */ (response.body).getReader();
  const decoder = new TextDecoder();
  let kept = '';
  for (;;) {
    const { done, value } = await reader.read();
    kept += done ? decoder.decode() : decoder.decode(value, { stream: true });
    const parts = kept.split('\n');
    kept = parts.pop() ?? '';
    yield* parts.filter(Boolean);
    if (done) return;
  }
}
