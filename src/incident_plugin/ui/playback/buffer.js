// Fills a video element with the pictures that are wanted, by Media Source Extensions (W3C).

import { Problem } from '../common/api.js';
import { Delivered, nextPart } from './parts.js';

/** @typedef {import('./boxes.js').Part} Part */
/** @typedef {import('./source.js').Opened} Opened */
/** @typedef {import('./source.js').Source} Source */
/** @typedef {{at: number, end: number}} Picture instants: when it was taken, and when the next one was */

/** The browser cannot play what the recorder delivers. */
export class Unplayable extends Error {
  /** @param {string} codec */
  constructor(codec) {
    super(codec);
    this.codec = codec;
  }
}

/** Seconds on the media time line before the place where the buffer was opened: so far back one may seek. */
const ROOM = 6 * 3600;
/** Milliseconds of video kept before and after the playhead. */
const KEPT = { before: 20_000, after: 60_000 };
const KEPT_INTRA = { before: 120_000, after: 600_000 };
const KEPT_LITTLE = { before: 4_000, after: 12_000 };
/**
 * Milliseconds that the playhead must rest before the next part is asked for, once one was given up: somebody drags
 * the timeline, and recorders are slow to stop what they began.
 */
const REST = 150;
/** Milliseconds within which moves that follow one another are a drag; a single click does not wait. */
const DRAGGING = 400;
/** Milliseconds until what failed, or was not recorded yet, is asked for anew. */
const AGAIN = { failed: 3_000, growing: 1_000 };
/** Recorders write some seconds behind the present: what is younger may still grow, milliseconds. */
const SETTLED = 10_000;
/** Milliseconds: names of instants are rounded to whole ones. */
const ROUNDING = 1;

export class VideoBuffer {
  #media = new MediaSource();
  /** @type {SourceBuffer | undefined} */
  #buffer;
  #mime = '';
  #delivered = new Delivered();
  /** @type {Picture[]} */
  #pictures = [];
  /** @type {{from: number, to: number, reached: number, abort: AbortController} | undefined} */
  #loading;
  /** Until it is there all the same: asking again says nothing new. @type {{from: number, to: number, error: unknown, again: number} | undefined} */
  #failed;
  /** Where nothing was recorded yet when it was asked for last. */
  #edge = Infinity;
  #growAt = 0;
  #closed = false;
  #restUntil = 0;
  #movedAt = -Infinity;
  #at = NaN;
  /** Whether there is sound to hear, once that is known. @type {boolean | undefined} */
  hasSound;
  /** How the video was recorded, where it is coded anew for this browser. */
  recodedFrom = '';

  /**
   * @param {HTMLVideoElement} video
   * @param {Source} source
   * @param {number} at an instant near which the operator looks
   * @param {{intra: boolean, sound: boolean}} how key pictures alone, for playing fast; sound, for somebody who hears it
   * @param {() => void} changed called when pictures came or failed
   */
  constructor(video, source, at, { intra, sound }, changed) {
    this.changed = changed;
    this.video = video;
    this.source = source;
    this.intra = intra;
    this.sound = sound;
    this.origin = Math.floor(at) - ROOM * 1000;
    this.url = URL.createObjectURL(this.#media);
    this.opened = new Promise((resolve) => this.#media.addEventListener('sourceopen', resolve, { once: true }));
    video.src = this.url;
  }

  /**
   * Seconds on the video element's time line.
   * @param {number} at
   */
  toMedia(at) {
    return (at - this.origin) / 1000;
  }

  /**
   * Whether an instant is near enough to the others for this buffer.
   * @param {number} at
   */
  reaches(at) {
    const media = this.toMedia(at);
    return media > KEPT.before / 1000 && media < 2 * ROOM;
  }

  /**
   * Whether the picture of an instant is there.
   * @param {number} at
   */
  covers(at) {
    const media = this.toMedia(at);
    const { buffered } = this.video;
    for (let i = 0; i < buffered.length; i += 1) {
      if (buffered.start(i) <= media + ROUNDING / 1000 && media < buffered.end(i)) return true;
    }
    return false;
  }

  /**
   * What is known of an instant whose picture is not there: `gap` nothing is recorded, `edge` nothing yet.
   * @param {number} at
   * @returns {{state: 'loading' | 'gap' | 'edge' | 'failed', error?: unknown}}
   */
  of(at) {
    const failed = this.#failed;
    if (failed && failed.from <= at && at < failed.to) return { state: 'failed', error: failed.error };
    if (this.#delivered.has(at)) return { state: 'gap' };
    if (at >= this.#edge) return { state: 'edge' };
    return { state: 'loading' };
  }

  /**
   * From when on nothing can be had, after an instant whose picture is there, and why.
   * @param {number} at
   */
  endAfter(at) {
    const failed = this.#failed;
    return failed && failed.from > at && failed.error instanceof Problem ? { at: failed.from, error: failed.error } : undefined;
  }

  /**
   * The picture before or after the one that is shown at an instant, or that one.
   * @param {number} at
   * @param {1 | 0 | -1} direction
   */
  beside(at, direction) {
    const shown = this.#pictures.findLastIndex((picture) => picture.at <= at + ROUNDING);
    return shown < 0 ? undefined : this.#pictures[shown + direction];
  }

  /**
   * Brings what is wanted for a playhead, and lets go of everything else that is on its way.
   * @param {number} at
   */
  want(at) {
    if (this.#closed) return;
    const now = performance.now();
    const wasThere = this.#at;
    this.#at = at;
    const moved = Math.abs(at - wasThere) > 2 * DRAGGING;
    const left = moved && this.#failed && (at < this.#failed.from || at >= this.#failed.to);
    if (left && !(this.#failed?.error instanceof Unplayable)) this.#failed = undefined;
    const next = this.#next(now);
    const loading = this.#loading;
    const given = loading && next && !(loading.from <= next.from && next.from < loading.to);
    const dragged = moved && now - this.#movedAt < DRAGGING;
    if (moved) this.#movedAt = now;
    if (given) loading.abort.abort();
    if (dragged && (given || now < this.#restUntil)) this.#restUntil = now + REST;
    if (!loading && next && now >= this.#restUntil) void this.#load(next);
  }

  /** Asks anew for what failed. */
  retry() {
    this.#failed = undefined;
    this.want(this.#at);
  }

  close() {
    this.#closed = true;
    this.#loading?.abort.abort();
    this.video.removeAttribute('src');
    this.video.load();
    URL.revokeObjectURL(this.url);
  }

  /** @param {number} now */
  #next(now) {
    const { source } = this;
    const next = nextPart(this.#delivered, this.#at, {
      intra: this.intra, earliest: source.limits?.start ?? -Infinity, latest: source.latest });
    if (!next || next.to <= next.from) return undefined;
    const failed = this.#failed;
    const waits = failed && (now <= failed.again || failed.error instanceof Unplayable);
    if (waits && next.from < failed.to && failed.from < next.to) return undefined;
    if (now < this.#growAt && next.to > source.now - SETTLED && next.from >= this.#edge) return undefined;
    return next;
  }

  /** @param {import('./parts.js').Part} part */
  async #load({ from, to }) {
    const abort = new AbortController();
    const loading = this.#loading = { from, to, reached: from, abort };
    if (to + SETTLED < this.source.now) this.#edge = Infinity;
    try {
      const tail = this.#delivered.nextAfter(from) > to;
      const opened = await this.source.open(from, to, { intra: this.intra, sound: this.sound, tail }, abort.signal);
      abort.signal.throwIfAborted();
      if (opened) await this.#append(opened, loading);
      this.#came(loading);
      if (this.#failed && from < this.#failed.to && this.#failed.from < to) this.#failed = undefined;
    } catch (error) {
      const otherwise = error instanceof Unplayable && this.source.otherwise(error.codec);
      if (!abort.signal.aborted && !otherwise) {
        this.#failed = { from: loading.reached, to, error, again: performance.now() + AGAIN.failed };
      }
    }
    // What was not read to its end is wanted no more.
    abort.abort();
    this.#loading = undefined;
    if (this.#closed) return;
    this.changed();
    this.want(this.#at);
  }

  /** @param {{from: number, to: number, reached: number}} loading */
  #came({ from, to, reached }) {
    if (to + SETTLED < this.source.now) {
      this.#delivered.add(from, Math.max(to, reached));
      this.#edge = Infinity;
    } else {
      this.#edge = reached;
      this.#growAt = performance.now() + AGAIN.growing;
    }
  }

  /**
   * @param {Opened} opened
   * @param {{from: number, to: number, reached: number, abort: AbortController}} loading
   */
  async #append({ start, codec, parts, hears, recodedFrom }, loading) {
    const buffer = await this.#prepared(codec);
    // Key pictures alone come without sound: nothing is learned of it then.
    if (!this.intra) this.hasSound = hears;
    this.recodedFrom = recodedFrom;
    await this.#evict(buffer, this.intra ? KEPT_INTRA : KEPT);
    buffer.timestampOffset = this.toMedia(start);
    for await (const { data, pictures } of parts) {
      loading.abort.signal.throwIfAborted();
      await this.#put(buffer, data);
      if (pictures.length === 0) continue;
      this.#note(pictures.map(({ at, length }) => ({ at: start + at * 1000, end: start + (at + length) * 1000 })));
      const last = pictures.at(-1);
      if (last) loading.reached = Math.max(loading.reached, start + (last.at + last.length) * 1000);
      // Key pictures before the start are there too.
      this.#delivered.add(Math.min(start, loading.from), loading.reached);
      this.changed();
    }
  }

  /** @param {Picture[]} pictures of one fragment, in order */
  #note(pictures) {
    const first = pictures[0]?.at ?? 0;
    const end = pictures.at(-1)?.end ?? 0;
    const others = this.#pictures.filter((picture) => picture.at < first - ROUNDING || picture.at >= end - ROUNDING);
    this.#pictures = [...others, ...pictures].sort((a, b) => a.at - b.at);
  }

  /**
   * @param {SourceBuffer} buffer
   * @param {Uint8Array<ArrayBuffer>} data
   */
  async #put(buffer, data) {
    try {
      await this.#done(buffer, () => buffer.appendBuffer(data));
    } catch (error) {
      if (!(error instanceof DOMException && error.name === 'QuotaExceededError')) throw error;
      await this.#evict(buffer, KEPT_LITTLE);
      await this.#done(buffer, () => buffer.appendBuffer(data));
    }
  }

  /** @param {string} codec */
  async #prepared(codec) {
    const mime = `video/mp4; codecs="${codec}"`;
    if (!MediaSource.isTypeSupported(mime)) throw new Unplayable(codec);
    await this.opened;
    if (!this.#buffer) {
      this.#media.duration = 3 * ROOM;
      this.#buffer = this.#media.addSourceBuffer(mime);
    } else if (mime !== this.#mime) {
      this.#buffer.changeType(mime);
    }
    this.#mime = mime;
    return this.#buffer;
  }

  /**
   * Lets go of what lies far from the playhead, groups of pictures as a whole.
   * @param {SourceBuffer} buffer
   * @param {{before: number, after: number}} kept milliseconds
   */
  async #evict(buffer, { before, after }) {
    const from = this.#at - before;
    const to = this.#at + after;
    let removed = false;
    for (const [start, end] of [[0, this.toMedia(from)], [this.toMedia(to), 3 * ROOM]]) {
      if (start === undefined || end === undefined || end <= start || !overlaps(buffer.buffered, start, end)) continue;
      await this.#done(buffer, () => buffer.remove(start, end));
      removed = true;
    }
    if (!removed) return;
    // Pictures that refer to removed ones go with them: what is left is what the browser says.
    const left = first(buffer.buffered, this.toMedia(from));
    this.#delivered.keep(Math.max(from, left === undefined ? from : left * 1000 + this.origin), to);
    this.#pictures = this.#pictures.filter(({ at }) => from <= at && at < to);
  }

  /**
   * @param {SourceBuffer} buffer
   * @param {() => void} begin
   * @returns {Promise<void>}
   */
  #done(buffer, begin) {
    return new Promise((resolve, reject) => {
      const ended = new AbortController();
      const settle = (/** @type {() => void} */ how) => {
        ended.abort();
        how();
      };
      const { signal } = ended;
      buffer.addEventListener('updateend', () => settle(resolve), { signal });
      buffer.addEventListener('error', () => settle(() => reject(new Error('the pictures could not be read'))), { signal });
      this.#media.addEventListener('sourceclose', () => settle(() => reject(new Error('closed'))), { signal });
      try {
        begin();
      } catch (error) {
        settle(() => reject(error));
      }
    });
  }
}

/**
 * @param {TimeRanges} ranges
 * @param {number} start
 * @param {number} end
 */
function overlaps(ranges, start, end) {
  for (let i = 0; i < ranges.length; i += 1) if (ranges.start(i) < end && start < ranges.end(i)) return true;
  return false;
}

/**
 * Where the first range begins that ends after an instant.
 * @param {TimeRanges} ranges
 * @param {number} after
 */
function first(ranges, after) {
  for (let i = 0; i < ranges.length; i += 1) if (ranges.end(i) > after) return ranges.start(i);
  return undefined;
}
