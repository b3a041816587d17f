// How old a live picture is when it comes on screen: measured, by the server's clock.

/** Longest wait for the server's answer and for a picture, milliseconds. */
const PATIENCE = 2_000;

/** Ticks of RTP's clock in a millisecond (RFC 6184). */
const TICKS = 90;

/**
 * Gives the milliseconds from when the server had a picture to when it was on screen.
 *
 * The server tells when it had its newest picture, by RTP's clock and its own; half of the way there and back is
 * between that clock and ours. The browser tells which picture it shows.
 * @param {import('./picture.js').Picture} picture
 * @returns {Promise<number>} NaN when it could not be measured
 */
export async function delayOf({ video, ask }) {
  const shown = new Promise((resolve) => {
    video.requestVideoFrameCallback((_, frame) => resolve(frame));
  });
  const answered = ask?.().then((time) => ({ ...time, received: performance.now() }));
  const late = new Promise((resolve) => { setTimeout(resolve, PATIENCE); });
  const [frame, time] = await Promise.race([Promise.all([shown, answered]), late.then(() => [])]);
  if (frame?.rtpTimestamp === undefined || !time) return NaN;
  const difference = time.now - (time.sent + time.received) / 2;
  const behind = ((frame.rtpTimestamp - time.rtp) | 0) / TICKS;
  return frame.expectedDisplayTime + difference - (time.at + behind);
}
