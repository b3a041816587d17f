// Which camera each view item shows, how many are shown, and which is selected. One layout for live and playback.

/** How many view items a view can have: a square each. */
export const SIZES = [1, 4, 9, 16];
const MOST = 16;
const USUAL = 4;

/**
 * Fires `change` when a camera, the selection or the size changes; kept per browser tab, and as the start of the
 * next one. A view of one shows the selected view item alone; cameras that are not shown keep their places.
 */
export class Layout extends EventTarget {
  #key;
  /** Cameras of all places, shown or not. @type {(string | null)[]} */
  slots = Array.from({ length: MOST }, () => null);
  selected = 0;
  size = USUAL;
  /** The size to go back to from one view item alone. */
  #before = USUAL;

  /** Whether the operator has never arranged a view here. */
  #untouched;

  /** @param {string} principal */
  constructor(principal) {
    super();
    this.#key = `vms.layout.${principal}`;
    const kept = read(sessionStorage, this.#key) ?? read(localStorage, this.#key);
    this.#untouched = kept === null;
    if (kept) this.slots = this.slots.map((_, slot) => kept.slots[slot] ?? null);
    this.size = SIZES.includes(kept?.size ?? 0) ? Number(kept?.size) : USUAL;
    this.selected = Math.min(kept?.selected ?? 0, (this.size === 1 ? MOST : this.size) - 1);
  }

  /** Places that are shown, in order. @returns {number[]} */
  get shown() {
    return this.size === 1 ? [this.selected] : this.slots.slice(0, this.size).map((_, slot) => slot);
  }

  /** Cameras that are shown, in order. @returns {(string | null)[]} */
  get cameras() {
    return this.shown.map((slot) => this.slots[slot] ?? null);
  }

  /** @param {number} size one of `SIZES` */
  resize(size) {
    if (size === this.size) return;
    if (size === 1) this.#before = this.size;
    else if (this.selected >= size) this.selected = 0;
    this.size = size;
    this.#changed();
  }

  /** Shows the selected view item alone, or all of them again. */
  toggleAlone() {
    this.resize(this.size === 1 ? this.#before : 1);
  }

  /** Fills a view that nobody has arranged yet. @param {string[]} cameras */
  begin(cameras) {
    if (!this.#untouched || cameras.length === 0) return;
    this.slots = this.slots.map((_, slot) => (slot < this.size ? cameras[slot] ?? null : null));
    this.#changed();
  }

  /** @param {number} slot @param {string | null} camera */
  assign(slot, camera) {
    if (this.slots[slot] === camera) return;
    this.slots = this.slots.with(slot, camera);
    this.#changed();
  }

  /** Shows a saved view. @param {(string | null)[]} slots */
  restore(slots) {
    this.size = SIZES.find((size) => size >= slots.length) ?? MOST;
    if (this.size === 1) this.slots = this.slots.with(this.selected, slots[0] ?? null);
    else this.slots = this.slots.map((camera, slot) => (slot < this.size ? slots[slot] ?? null : camera));
    if (this.size > 1 && this.selected >= this.size) this.selected = 0;
    this.#changed();
  }

  /** @param {number} slot */
  select(slot) {
    if (slot === this.selected || slot < 0 || slot >= (this.size === 1 ? MOST : this.size)) return;
    this.selected = slot;
    this.#changed();
  }

  /** Shows a camera where it already is, or else in the selected view item. @param {string} camera */
  show(camera) {
    const slot = this.slots.indexOf(camera);
    if (slot >= 0 && (this.size === 1 || slot < this.size)) this.select(slot);
    else this.assign(this.selected, camera);
  }

  #changed() {
    this.#untouched = false;
    const kept = JSON.stringify({ slots: this.slots, selected: this.selected, size: this.size });
    sessionStorage.setItem(this.#key, kept);
    localStorage.setItem(this.#key, kept);
    this.dispatchEvent(new Event('change'));
  }
}

/** @param {Storage} storage @param {string} key @returns {{slots: (string | null)[], selected: number, size?: number} | null} */
function read(storage, key) {
  try {
    const kept = JSON.parse(storage.getItem(key) ?? 'null');
    return Array.isArray(kept?.slots) && Number.isInteger(kept.selected) ? kept : null;
  } catch {
    return null;
  }
}
