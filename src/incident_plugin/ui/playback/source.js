// Where a view item's recorded video comes from: pieces of fragmented MP4, and what is recorded at all.

import { Problem, reached, request } from '../common/api.js';
import { CHUNK } from './chunks.js';

/** @typedef {import('../common/api.js').Bridge} Bridge */
/** @typedef {{start: number, end: number}} Span milliseconds since 1970, half-open */

/**
 * @typedef {object} Piece
 * @property {ArrayBuffer} data
 * @property {string} codec as in RFC 6381
 * @property {number} start of the first picture, milliseconds since 1970 with fractions
 */

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

export class Source {
  /** Server clock minus this computer's clock, in milliseconds; known to a second. */
  #skew = 0;

  /**
   * @param {Bridge} bridge
   * @param {string} camera
   */
  constructor(bridge, camera) {
    this.bridge = bridge;
    this.camera = encodeURIComponent(camera);
  }

  /** The server's time, never ahead of it. */
  get now() {
    return Date.now() + this.#skew;
  }

  /**
   * @param {number} chunk
   * @param {AbortSignal} signal
   * @returns {Promise<{piece: Piece | null, final: boolean}>} no piece: no picture; final: it will not grow any more
   */
  async piece(chunk, signal) {
    const start = chunk * CHUNK;
    const end = Math.min(start + CHUNK, this.now);
    if (end <= start) return { piece: null, final: false };
    const response = await request(this.bridge, 'GET', `video/${this.camera}?${between(start, end)}`, undefined, { signal });
    this.#heard(response);
    // Recorders write some seconds behind the present.
    const final = start + 2 * CHUNK < this.now;
    if (response.status === 204) return { piece: null, final };
    const data = await reached(response.arrayBuffer(), 'The connection broke while the video was read.');
    return { piece: { data, codec: response.headers.get('Video-Codec') ?? '', start: precise(response.headers.get('Video-Start') ?? '') }, final };
  }

  /**
   * What is recorded in the hour around an instant; nothing when the recorder does not say.
   * @param {number} at
   * @returns {Promise<Span[] | undefined>}
   */
  async around(at) {
    const hour = Math.floor(at / HOUR) * HOUR;
    try {
      return await this.#spans(hour, hour + HOUR);
    } catch (error) {
      if (error instanceof Problem) return undefined;
      throw error;
    }
  }

  /**
   * Where recording begins again after an instant, within a day.
   * @param {number} at
   */
  async next(at) {
    try {
      const spans = await this.#spans(at, Math.min(at + DAY, this.now));
      return spans[0]?.start;
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
