// Fills a video element with the pieces that are wanted, by Media Source Extensions (W3C).

import { CHUNK } from './chunks.js';

/** @typedef {import('./source.js').Piece} Piece */
/** @typedef {import('./source.js').Source} Source */

/**
 * @typedef {object} Loaded
 * @property {'loading' | 'loaded' | 'empty' | 'failed'} state
 * @property {boolean} final whether it will not grow any more
 * @property {number} at when that was, by `performance.now()`
 * @property {unknown} [error]
 */

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
/** Seconds of video kept before and after the playhead. */
const KEPT = { before: 20, after: 45 };
/**
 * Milliseconds that the playhead must rest before the next piece is asked for, once one was given up: somebody drags
 * the timeline, and recorders are slow to stop what they began.
 */
const REST = 150;
/** Milliseconds within which moves that follow one another are a drag; a single click does not wait. */
const DRAGGING = 400;
/** Milliseconds until a piece is asked for anew. */
const AGAIN = { failed: 5_000, growing: 1_000 };
/** Milliseconds before the end of what is there when a growing piece is asked for anew. */
const SOON = 3_000;

export class VideoBuffer {
  #media = new MediaSource();
  /** @type {SourceBuffer | undefined} */
  #buffer;
  #mime = '';
  /** @type {Map<number, Loaded>} */
  #chunks = new Map();
  /** @type {number[]} */
  #wanted = [];
  /** @type {{chunk: number, abort: AbortController} | undefined} */
  #loading;
  #closed = false;
  #restUntil = 0;
  #movedAt = -Infinity;
  #at = 0;

  /**
   * @param {HTMLVideoElement} video
   * @param {Source} source
   * @param {number} at an instant near which the operator looks
   * @param {() => void} changed called when pieces came or failed
   */
  constructor(video, source, at, changed) {
    this.changed = changed;
    this.video = video;
    this.source = source;
    this.origin = Math.floor(at / CHUNK) * CHUNK - ROOM * 1000;
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
    return media > KEPT.before && media < 2 * ROOM;
  }

  /**
   * Whether the picture of an instant is there.
   * @param {number} at
   */
  covers(at) {
    const media = this.toMedia(at);
    const { buffered } = this.video;
    for (let i = 0; i < buffered.length; i += 1) {
      if (buffered.start(i) <= media + 0.001 && media < buffered.end(i)) return true;
    }
    return false;
  }

  /**
   * What is known of a piece.
   * @param {number} chunk
   */
  of(chunk) {
    return this.#chunks.get(chunk);
  }

  /**
   * Brings these pieces, in this order, and lets go of every other one that is on its way.
   * @param {number[]} chunks
   * @param {number} at the playhead
   */
  want(chunks, at) {
    if (this.#closed) return;
    const moved = chunks[0] !== this.#wanted[0];
    const dragged = moved && performance.now() - this.#movedAt < DRAGGING;
    if (moved) this.#movedAt = performance.now();
    this.#wanted = chunks;
    this.#at = at;
    for (const [chunk, { state }] of this.#chunks) {
      if (state === 'failed' && !chunks.includes(chunk)) this.#chunks.delete(chunk);
    }
    const next = this.#next();
    const given = this.#loading && next !== this.#loading.chunk;
    if (given) this.#loading?.abort.abort();
    if (dragged && (given || performance.now() < this.#restUntil)) this.#restUntil = performance.now() + REST;
    if (!this.#loading && next !== undefined && performance.now() >= this.#restUntil) void this.#load(next);
  }

  /** Asks anew for what failed. */
  retry() {
    for (const [chunk, { state }] of this.#chunks) if (state === 'failed') this.#chunks.delete(chunk);
    this.want(this.#wanted, this.#at);
  }

  close() {
    this.#closed = true;
    this.#wanted = [];
    this.#loading?.abort.abort();
    this.video.removeAttribute('src');
    this.video.load();
    URL.revokeObjectURL(this.url);
  }

  #next() {
    return this.#wanted.find((chunk) => {
      const known = this.#chunks.get(chunk);
      if (!known || known.state === 'loading') return true;
      const age = performance.now() - known.at;
      if (known.state === 'failed') return age > AGAIN.failed && !(known.error instanceof Unplayable);
      return !known.final && age > AGAIN.growing && this.#lacks(chunk);
    });
  }

  /**
   * Whether the playhead is about to run out of a piece.
   * @param {number} chunk
   */
  #lacks(chunk) {
    const soon = Math.min(this.#at + SOON, (chunk + 1) * CHUNK - 1);
    return soon >= chunk * CHUNK && !this.covers(soon);
  }

  /** @param {number} chunk */
  async #load(chunk) {
    const abort = new AbortController();
    const before = this.#chunks.get(chunk);
    this.#loading = { chunk, abort };
    // What failed or grows is shown as such until there is something better.
    if (!before) this.#note(chunk, { state: 'loading', final: false });
    try {
      const { piece, final } = await this.source.piece(chunk, abort.signal);
      abort.signal.throwIfAborted();
      if (piece) await this.#append(piece);
      this.#note(chunk, { state: piece ? 'loaded' : 'empty', final });
    } catch (error) {
      if (abort.signal.aborted) {
        if (before) this.#chunks.set(chunk, before);
        else this.#chunks.delete(chunk);
      } else {
        this.#note(chunk, { state: 'failed', final: false, error });
      }
    }
    this.#loading = undefined;
    if (this.#closed) return;
    this.changed();
    this.want(this.#wanted, this.#at);
  }

  /**
   * @param {number} chunk
   * @param {Omit<Loaded, 'at'>} what
   */
  #note(chunk, what) {
    this.#chunks.set(chunk, { ...what, at: performance.now() });
  }

  /** @param {Piece} piece */
  async #append({ data, codec, start }) {
    const buffer = await this.#prepared(codec);
    await this.#evict(buffer, KEPT.before, KEPT.after);
    buffer.timestampOffset = this.toMedia(start);
    try {
      await this.#done(buffer, () => buffer.appendBuffer(data));
    } catch (error) {
      if (!(error instanceof DOMException && error.name === 'QuotaExceededError')) throw error;
      await this.#evict(buffer, 2, CHUNK / 1000);
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
   * Lets go of what lies far from the playhead.
   * @param {SourceBuffer} buffer
   * @param {number} before seconds
   * @param {number} after seconds
   */
  async #evict(buffer, before, after) {
    const nearest = this.#wanted[0];
    if (nearest === undefined) return;
    const media = this.toMedia(nearest * CHUNK);
    for (const [start, end] of [[0, media - before], [media + CHUNK / 1000 + after, 3 * ROOM]]) {
      if (start === undefined || end === undefined || end <= start || !overlaps(buffer.buffered, start, end)) continue;
      await this.#done(buffer, () => buffer.remove(start, end));
      for (const chunk of this.#chunks.keys()) {
        const from = this.toMedia(chunk * CHUNK);
        if (from < end && from + CHUNK / 1000 > start) this.#chunks.delete(chunk);
      }
    }
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

