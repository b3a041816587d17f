// Whether and how loud recorded sound is heard: one setting for the page, kept by the browser. It begins silent.

const KEPT = 'incident.sound';

class Hearing extends EventTarget {
  muted = true;
  volume = 1;

  constructor() {
    super();
    const kept = Number(localStorage.getItem(KEPT) ?? '1');
    if (kept >= 0 && kept <= 1) this.volume = kept;
  }

  /** @param {{muted?: boolean, volume?: number}} change */
  set({ muted = this.muted, volume = this.volume }) {
    this.muted = muted;
    this.volume = volume;
    localStorage.setItem(KEPT, String(volume));
    this.dispatchEvent(new Event('change'));
  }

  /** Tells that what can be heard may have changed. */
  changed() {
    this.dispatchEvent(new Event('change'));
  }
}

export const hearing = new Hearing();
