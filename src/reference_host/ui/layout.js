// Which camera each view item shows, and which view item is selected. One layout for live and playback.

export const VIEW_ITEMS = 4;

/** Fires `change` when a camera or the selection changes; kept per browser tab, and as the start of the next one. */
export class Layout extends EventTarget {
  #key;
  /** @type {(string | null)[]} */
  slots = Array.from({ length: VIEW_ITEMS }, () => null);
  selected = 0;

  /** Whether the operator has never arranged a view here. */
  #untouched;

  /** @param {string} principal */
  constructor(principal) {
    super();
    this.#key = `vms.layout.${principal}`;
    const kept = read(sessionStorage, this.#key) ?? read(localStorage, this.#key);
    this.#untouched = kept === null;
    if (kept) this.slots = this.slots.map((_, slot) => kept.slots[slot] ?? null);
    this.selected = kept?.selected ?? 0;
  }

  /** Fills a view that nobody has arranged yet. @param {string[]} cameras */
  begin(cameras) {
    if (!this.#untouched || cameras.length === 0) return;
    this.slots = this.slots.map((_, slot) => cameras[slot] ?? null);
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
    this.slots = this.slots.map((_, slot) => slots[slot] ?? null);
    this.#changed();
  }

  /** @param {number} slot */
  select(slot) {
    if (slot === this.selected || slot < 0 || slot >= VIEW_ITEMS) return;
    this.selected = slot;
    this.#changed();
  }

  /** Shows a camera where it already is, or else in the selected view item. @param {string} camera */
  show(camera) {
    const slot = this.slots.indexOf(camera);
    if (slot >= 0) this.select(slot);
    else this.assign(this.selected, camera);
  }

  #changed() {
    this.#untouched = false;
    const kept = JSON.stringify({ slots: this.slots, selected: this.selected });
    sessionStorage.setItem(this.#key, kept);
    localStorage.setItem(this.#key, kept);
    this.dispatchEvent(new Event('change'));
  }
}

/** @param {Storage} storage @param {string} key @returns {{slots: (string | null)[], selected: number} | null} */
function read(storage, key) {
  try {
    const kept = JSON.parse(storage.getItem(key) ?? 'null');
    return Array.isArray(kept?.slots) && Number.isInteger(kept.selected) ? kept : null;
  } catch {
    return null;
  }
}
