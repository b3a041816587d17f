// Which camera each view item shows, and which view item is selected. One layout for live and playback.

export const VIEW_ITEMS = 4;

/** Fires `change` when a camera or the selection changes; kept per browser tab, and as the start of the next one. */
export class Layout extends EventTarget {
  #key;
  /** @type {(string | null)[]} */
  slots = Array.from({ length: VIEW_ITEMS }, () => null);
  selected = 0;

  /** @param {string} principal @param {string[]} cameras ids of all cameras the principal may see */
  constructor(principal, cameras) {
    super();
    this.#key = `vms.layout.${principal}`;
    const kept = read(sessionStorage, this.#key) ?? read(localStorage, this.#key);
    this.slots = this.slots.map((_, slot) => {
      const camera = kept ? kept.slots[slot] : cameras[slot];
      return camera !== undefined && cameras.includes(camera) ? camera : null;
    });
    this.selected = kept?.selected ?? 0;
  }

  /** Cameras in the order of the view items, each once. @returns {string[]} */
  get cameras() {
    return [...new Set(this.slots.filter((camera) => camera !== null))];
  }

  /** @param {number} slot @param {string | null} camera */
  assign(slot, camera) {
    if (this.slots[slot] === camera) return;
    this.slots = this.slots.with(slot, camera);
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
    const kept = JSON.stringify({ slots: this.slots, selected: this.selected });
    sessionStorage.setItem(this.#key, kept);
    localStorage.setItem(this.#key, kept);
    this.dispatchEvent(new Event('change'));
  }
}

/** @param {Storage} storage @param {string} key @returns {{slots: string[], selected: number} | null} */
function read(storage, key) {
  try {
    const kept = JSON.parse(storage.getItem(key) ?? 'null');
    return Array.isArray(kept?.slots) && Number.isInteger(kept.selected) ? kept : null;
  } catch {
    return null;
  }
}
