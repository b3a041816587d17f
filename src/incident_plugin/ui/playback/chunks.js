// Recorded video in pieces of ten seconds, aligned to UTC: every view item and every seek asks for the same ones.

/** Milliseconds. */
export const CHUNK = 10_000;

const AHEAD = 2;

/**
 * The piece that an instant lies in.
 * @param {number} at
 */
export function chunkAt(at) {
  return Math.floor(at / CHUNK);
}

/**
 * Which pieces to have for showing `at`, most urgent first; none that begins after `latest`.
 * @param {number} at
 * @param {number} latest
 * @param {number} rate of playing; backwards is negative
 */
export function wantedChunks(at, latest, rate) {
  const first = chunkAt(at);
  const step = rate < 0 ? -1 : 1;
  return Array.from({ length: AHEAD + 1 }, (_, i) => first + i * step).filter((k) => k * CHUNK < latest);
}
