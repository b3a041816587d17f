// What was done on this page and can be taken back, the last one first. Taking back is a change like any other.

/** @typedef {{title: string, run: () => Promise<boolean>}} Done */

/** Nobody counts back further. */
const MOST = 50;

/** Fires `change` whenever the last thing done is another one. */
export class Undo extends EventTarget {
  /** @type {Done[]} */
  #done = [];
  #busy = false;

  /** What would be taken back now. @returns {Done | undefined} */
  get last() {
    return this.#done.at(-1);
  }

  /** @param {string} title what was done, as people say it @param {() => Promise<boolean>} run takes it back; says whether it did */
  did(title, run) {
    this.#done = [...this.#done, { title, run }].slice(-MOST);
    this.#changed();
  }

  /** Takes the last thing back. @returns {Promise<string>} what was taken back; nothing when there was nothing or it failed */
  async back() {
    const last = this.last;
    if (!last || this.#busy) return '';
    this.#busy = true;
    try {
      const taken = await last.run();
      this.#done = this.#done.filter((one) => one !== last);
      this.#changed();
      return taken ? last.title : '';
    } finally {
      this.#busy = false;
    }
  }

  #changed() {
    this.dispatchEvent(new Event('change'));
  }
}
