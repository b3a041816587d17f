// Where a view item's recorded video comes from: streams of fragmented MP4, and what is recorded at all.

import { Problem, reached, request } from '../common/api.js';
import { Cutter } from './boxes.js';

/** @typedef {import('../common/api.js').Bridge} Bridge */
/** @typedef {import('./boxes.js').Part} Part */
/** @typedef {{start: number, end: number}} Span milliseconds since 1970, half-open */

/**
 * @typedef {object} Opened
 * @property {string} codec as in RFC 6381
 * @property {number} start of the first picture, milliseconds since 1970 with fractions
 * @property {boolean} hears whether the recording has sound, asked for or not
 * @property {string} recodedFrom how it was recorded, where it is coded anew for this browser
 * @property {AsyncIterable<Part>} parts as they arrive
 */

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** How far beyond the end the server looks for the end of the last group of pictures, milliseconds. */
const GROUP = 4_000;
const BROKEN = 'The connection broke while the video was read.';

export class Source {
  /** Server clock minus this computer's clock, in milliseconds; known to a second. */
  #skew = 0;
  /** Whether this browser plays the recording only as H.264, and whether it plays its sound. */
  #how = { h264: false, sound: true };

  /**
   * @param {Bridge} bridge
   * @param {string} camera
   * @param {Span} [limits] nothing outside is asked for
   */
  constructor(bridge, camera, limits) {
    this.bridge = bridge;
    this.camera = encodeURIComponent(camera);
    this.limits = limits;
  }

  /** The server's time, never ahead of it. */
  get now() {
    return Date.now() + this.#skew;
  }

  /** Where there can be no more video. */
  get latest() {
    return Math.min(this.now, this.limits?.end ?? Infinity);
  }

  /**
   * @param {number} start
   * @param {number} end
   * @param {{intra?: boolean, sound?: boolean, tail?: boolean}} how key pictures alone; with sound; with silence behind it
   * @param {AbortSignal} signal
   * @returns {Promise<Opened | null>} nothing where there is no picture
   */
  async open(start, end, { intra, sound, tail }, signal) {
    const query = between(start, end);
    const { h264 } = this.#how;
    const heard = sound && this.#how.sound;
    for (const [name, wanted] of Object.entries({ intra, sound: heard, tail: heard && tail, h264 })) {
      if (wanted) query.set(name, '1');
    }
    // Whole groups of pictures join without a seam; what is limited may be preserved to its end and no further.
    if (end + GROUP <= (this.limits?.end ?? Infinity)) query.set('groups', '1');
    const response = await request(this.bridge, 'GET', `video/${this.camera}?${query}`, undefined, { signal });
    this.#heard(response);
    if (response.status === 204 || !response.body) return null;
    return {
      codec: response.headers.get('Video-Codec') ?? '',
      start: precise(response.headers.get('Video-Start') ?? ''),
      hears: this.#how.sound && response.headers.has('Video-Sound'),
      recodedFrom: response.headers.get('Video-Recoded-From') ?? '',
      parts: this.#parts(response.body),
    };
  }

  /**
   * Another form is asked for from now on: this browser does not play this one.
   * @param {string} codec
   * @returns {boolean} whether there is another
   */
  otherwise(codec) {
    const [picture, sound] = codec.split(',');
    if (sound && MediaSource.isTypeSupported(`video/mp4; codecs="${picture}"`)) {
      this.#how.sound = false;
      return true;
    }
    if (this.#how.h264) return false;
    this.#how.h264 = true;
    return true;
  }

  /** @param {ReadableStream<Uint8Array>} body */
  async* #parts(body) {
    const cutter = new Cutter();
    const reader = body.getReader();
    for (;;) {
      const { done, value } = await reached(reader.read(), BROKEN);
      if (done) return;
      yield* cutter.push(value);
    }
  }

  /**
   * The key picture of an instant; nothing where there is none.
   * @param {number} at
   * @param {number} width pixels
   */
  async still(at, width) {
    const query = new URLSearchParams({ at: new Date(at).toISOString(), width: String(width) });
    const response = await request(this.bridge, 'GET', `stills/${this.camera}?${query}`);
    return response.status === 204 ? undefined : response.blob();
  }

  /**
   * What is recorded in the hour around an instant; nothing when the recorder does not say.
   * @param {number} at
   * @returns {Promise<Span[] | undefined>}
   */
  async around(at) {
    const hour = Math.floor(at / HOUR) * HOUR;
    return this.#told(this.#spans(hour, hour + HOUR));
  }

  /**
   * Where recording begins again after an instant, within a day.
   * @param {number} at
   */
  async next(at) {
    return (await this.#told(this.#spans(at, Math.min(at + DAY, this.now))))?.[0]?.start;
  }

  /**
   * @template T
   * @param {Promise<T>} asking
   */
  async #told(asking) {
    try {
      return await asking;
    } catch (error) {
      if (error instanceof Problem) return undefined;
      throw error;
    }
  }

  /**
   * @param {number} start
   * @param {number} end
   * @returns {Promise<Span[]>}
   */
  async #spans(start, end) {
    if (end <= start) return [];
    const response = await request(this.bridge, 'GET', `recorded/${this.camera}?${between(start, end)}`);
    this.#heard(response);
    const { spans } = await response.json();
    return spans.map((/** @type {{start: string, end: string}} */ span) => ({
      start: precise(span.start), end: precise(span.end),
    }));
  }

  /** @param {Response} response */
  #heard(response) {
    const date = Date.parse(response.headers.get('Date') ?? '');
    if (!Number.isNaN(date)) this.#skew = date - Date.now();
  }
}

/**
 * @param {number} start
 * @param {number} end
 */
function between(start, end) {
  return new URLSearchParams({ start: new Date(start).toISOString(), end: new Date(end).toISOString() });
}

/**
 * The instant in milliseconds, with the microseconds that `Date` would drop.
 * @param {string} text ISO 8601 in UTC
 */
export function precise(text) {
  const fraction = /\.\d{3}(\d+)/.exec(text)?.[1] ?? '';
  return Date.parse(text) + (fraction ? Number(`0.${fraction}`) : 0);
}
