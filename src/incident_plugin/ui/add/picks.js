// Picking a sequence, step by step, for each camera: kept for the page, so that it goes on when the operator
// changes from live to playback or scrolls the view.

/** @typedef {import('../../../../hooks/src/vms_hooks/page.d.ts').VmsCamera} Camera */
/** @typedef {import('../../../../hooks/src/vms_hooks/page.d.ts').VmsClock} Clock */
/** @typedef {import('../../../../hooks/src/vms_hooks/page.d.ts').VmsView} View */

/** @typedef {'draft' | 'new' | 'existing'} Destination */
/**
 * `offer-*`: the operator is asked to select a time; `seek-*`: they move the timeline; `confirm`: both are chosen.
 * @typedef {'offer-start' | 'seek-start' | 'offer-end' | 'seek-end' | 'confirm'} Step
 */

/**
 * @typedef {object} Pick
 * @property {Camera} camera
 * @property {Destination} destination
 * @property {Step} step
 * @property {number | null} start milliseconds since 1970
 * @property {number | null} end
 * @property {boolean} arriving the operator is on the way to playback, where it is offered at once
 */

/** Fires `change` when a pick changed. The times of the one changed last are the marks of the clock. */
class Picks extends EventTarget {
  /** @type {Map<string, Pick>} */
  #picks = new Map();
  /** Cameras of which a sequence is on its way to the server. @type {Set<string>} */
  #adding = new Set();
  /** @type {Clock | undefined} */
  #clock;
  /** The marks as this module set them; others were set by the operator's keys. */
  #mirrored = { start: /** @type {number | null} */ (null), end: /** @type {number | null} */ (null) };
  /** @type {() => View | undefined} */
  #view = () => undefined;

  /** @param {string} camera */
  of(camera) {
    return this.#picks.get(camera);
  }

  /** @param {string} camera */
  isAdding(camera) {
    return this.#adding.has(camera);
  }

  /**
   * Lets the view items of these cameras say that sequences are being added: a recorder may take seconds.
   * @template T
   * @param {Camera[]} cameras
   * @param {Promise<T>} adding
   * @returns {Promise<T>}
   */
  async whileAdding(cameras, adding) {
    for (const { id } of cameras) this.#adding.add(id);
    this.dispatchEvent(new Event('change'));
    try {
      return await adding;
    } finally {
      for (const { id } of cameras) this.#adding.delete(id);
      this.dispatchEvent(new Event('change'));
    }
  }

  /**
   * Begins; marks that the operator's keys set are taken over.
   * @param {Camera} camera
   * @param {Destination} destination
   * @param {Clock} clock
   * @param {() => View} view
   */
  begin(camera, destination, clock, view) {
    this.#view = view;
    this.#use(clock);
    const others = this.#areMirrored(clock) && this.#picks.size > 0;
    const { start, end } = others ? { start: null, end: null } : marks(clock);
    this.#set({ camera, destination, start, end, arriving: false, step: nextStep(start, end) });
  }

  /**
   * Begins in live: the operator is taken to playback and asked there. Live and playback may have a clock each.
   * @param {Camera} camera
   * @param {Destination} destination
   * @param {() => View} view
   */
  beginElsewhere(camera, destination, view) {
    this.#view = view;
    this.#set({ camera, destination, start: null, end: null, arriving: true, step: 'offer-start' });
  }

  /**
   * The operator goes to look for a time.
   * @param {string} camera
   * @param {'start' | 'end'} which
   */
  seek(camera, which) {
    this.#change(camera, { step: which === 'start' ? 'seek-start' : 'seek-end' });
  }

  /**
   * The operator found it: the time is what the clock shows.
   * @param {string} camera
   * @param {Clock} clock
   */
  take(camera, clock) {
    const pick = this.#picks.get(camera);
    if (!pick) return;
    this.#use(clock);
    const at = Math.round(clock.now);
    if (pick.step === 'seek-start') this.#change(camera, { start: at, step: pick.end === null ? 'offer-end' : 'confirm' });
    if (pick.step === 'seek-end') this.#change(camera, { end: at, step: 'confirm' });
    this.#mirror(camera);
  }

  /**
   * @param {string} camera
   * @param {Clock} clock
   */
  arrived(camera, clock) {
    this.#use(clock);
    this.#change(camera, { arriving: false });
  }

  /**
   * Ends. What was added takes its marks along; what was given up leaves marks that the operator's keys set.
   * @param {string} camera
   * @param {{added?: boolean}} [how]
   */
  end(camera, { added = false } = {}) {
    const pick = this.#picks.get(camera);
    if (!pick) return;
    this.#picks.delete(camera);
    const { start, end } = marks(this.#clock);
    if (pick.start === start && pick.end === end && (added || this.#areMirrored(this.#clock))) this.#setMarks(null, null);
    if (this.#picks.size === 0) this.#letGo();
    this.dispatchEvent(new Event('change'));
  }

  /** @param {Clock | undefined} clock */
  #areMirrored(clock) {
    const { start, end } = marks(clock);
    return start === this.#mirrored.start && end === this.#mirrored.end;
  }

  /** @param {string} camera */
  #mirror(camera) {
    const pick = this.#picks.get(camera);
    if (pick) this.#setMarks(pick.start, pick.end);
  }

  /**
   * @param {number | null} start
   * @param {number | null} end
   */
  #setMarks(start, end) {
    this.#mirrored = { start, end };
    this.#clock?.setMarks(start, end);
  }

  /** Keys `[` and `]` in the middle of a pick count for the selected camera's. */
  #marked = () => {
    if (this.#areMirrored(this.#clock)) return;
    const pick = this.#picks.get(this.#view()?.selected?.id ?? '');
    const { start, end } = marks(this.#clock);
    this.#mirrored = { start, end };
    if (!pick) return;
    this.#set({ ...pick, start: start ?? pick.start, end: end ?? pick.end,
      step: nextStep(start ?? pick.start, end ?? pick.end) });
  };

  #escaped = (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== 'Escape' || event.defaultPrevented || inUpperLayer(event)) return;
    const camera = this.#view()?.selected?.id ?? '';
    const pick = this.#picks.get(camera) ?? [...this.#picks.values()].at(-1);
    if (pick) this.end(pick.camera.id);
  };

  /** @param {Clock} clock */
  #use(clock) {
    if (this.#clock === clock) return;
    this.#letGo();
    this.#clock = clock;
    this.#mirrored = { start: null, end: null };
    clock.addEventListener('change', this.#marked);
    document.addEventListener('keydown', this.#escaped);
  }

  #letGo() {
    this.#clock?.removeEventListener('change', this.#marked);
    document.removeEventListener('keydown', this.#escaped);
    this.#clock = undefined;
  }

  /**
   * @param {string} camera
   * @param {Partial<Pick>} change
   */
  #change(camera, change) {
    const pick = this.#picks.get(camera);
    if (pick) this.#set({ ...pick, ...change });
  }

  /** @param {Pick} pick */
  #set(pick) {
    this.#picks.set(pick.camera.id, pick);
    this.dispatchEvent(new Event('change'));
  }
}

/** @param {Clock | undefined} clock */
function marks(clock) {
  return { start: clock?.markStart ?? null, end: clock?.markEnd ?? null };
}

/**
 * @param {number | null} start
 * @param {number | null} end
 * @returns {Step}
 */
function nextStep(start, end) {
  if (start === null) return 'offer-start';
  return end === null ? 'offer-end' : 'confirm';
}

/**
 * Whether a dialog or popover is open around the focus: Escape closes that first.
 * @param {KeyboardEvent} event
 */
function inUpperLayer(event) {
  return event.composedPath().some((node) => node instanceof HTMLElement
    && (node instanceof HTMLDialogElement || (node.popover !== null && node.matches(':popover-open'))));
}

export const picks = new Picks();
