// Cuts a stream of fragmented MP4 (ISO/IEC 14496-12) into what can be appended at once, and reads when each picture is.

/** @typedef {{at: number, length: number}} Picture seconds from the stream's first picture */
/** @typedef {{data: Uint8Array<ArrayBuffer>, pictures: Picture[]}} Part the head, or one whole fragment */

const SCALE = 90_000;
const VIDEO = 1;
/** Bytes before and of each entry of a run as our server writes them: duration, size, flags, composition offset. */
const RUN_HEAD = 20;
const ENTRY = 16;
const ALL_FIELDS = 0x01000f01;

export class Cutter {
  #rest = new Uint8Array(0);

  /**
   * @param {Uint8Array} bytes as they arrive
   * @returns {Part[]} what is complete now
   */
  push(bytes) {
    const all = new Uint8Array(this.#rest.length + bytes.length);
    all.set(this.#rest);
    all.set(bytes, this.#rest.length);
    const view = new DataView(all.buffer);
    /** @type {Part[]} */
    const parts = [];
    let begin = 0;
    for (const { kind, end } of boxes(view, 0, all.length)) {
      if (end > all.length) break;
      if (kind !== 'mdat' && kind !== 'moov') continue;
      parts.push({ data: all.slice(begin, end), pictures: kind === 'mdat' ? pictures(view, begin, end) : [] });
      begin = end;
    }
    this.#rest = all.slice(begin);
    return parts;
  }
}

/**
 * @param {DataView} view
 * @param {number} from
 * @param {number} to
 */
function* boxes(view, from, to) {
  let at = from;
  while (at + 8 <= to) {
    const size = view.getUint32(at);
    if (size < 8) throw new Error('these bytes are no video');
    const kind = String.fromCharCode(...[4, 5, 6, 7].map((i) => view.getUint8(at + i)));
    yield { kind, at, end: at + size };
    at += size;
  }
}

/**
 * The pictures of a fragment, in the order in which they are shown.
 * @param {DataView} view
 * @param {number} from
 * @param {number} to
 */
function pictures(view, from, to) {
  /** @type {Picture[]} */
  const found = [];
  for (const moof of boxes(view, from, to)) {
    if (moof.kind !== 'moof') continue;
    for (const traf of boxes(view, moof.at + 8, moof.end)) {
      if (traf.kind !== 'traf') continue;
      const inside = new Map([...boxes(view, traf.at + 8, traf.end)].map(({ kind, at }) => [kind, at]));
      const [tfhd, tfdt, trun] = ['tfhd', 'tfdt', 'trun'].map((kind) => inside.get(kind));
      if (tfhd === undefined || tfdt === undefined || trun === undefined) continue;
      if (view.getUint32(tfhd + 12) === VIDEO && view.getUint32(trun + 8) === ALL_FIELDS) found.push(...run(view, tfdt, trun));
    }
  }
  return found.sort((a, b) => a.at - b.at);
}

/**
 * @param {DataView} view
 * @param {number} tfdt
 * @param {number} trun
 */
function* run(view, tfdt, trun) {
  let decoded = Number(view.getBigUint64(tfdt + 12));
  const count = view.getUint32(trun + 12);
  for (let i = 0; i < count; i += 1) {
    const entry = trun + RUN_HEAD + i * ENTRY;
    const length = view.getUint32(entry);
    yield { at: (decoded + view.getInt32(entry + 12)) / SCALE, length: length / SCALE };
    decoded += length;
  }
}
