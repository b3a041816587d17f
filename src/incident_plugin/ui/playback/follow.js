// Keeping a video element at the page's clock.

/** Seconds of difference: beyond the first it seeks, beyond the second it goes a little faster or slower. */
const SEEK = 0.25;
const NUDGE = 0.03;
/** How much faster or slower, at most. */
const MOST = 0.1;
/** Seconds: a time in whole milliseconds may lie just before the picture it names. */
const ROUNDING = 0.0005;

/**
 * Moves the video to `target`, or keeps it going beside it.
 * @param {HTMLVideoElement} video
 * @param {number} target seconds on the media time line
 * @param {number} rate 0 to stand still
 */
export function follow(video, target, rate) {
  if (rate <= 0) {
    if (!video.paused) video.pause();
    // A seek under way is not interrupted: when it is done, the next call goes on from there.
    if (!video.seeking && Math.abs(video.currentTime - target - ROUNDING) > 0.0002) video.currentTime = target + ROUNDING;
    return;
  }
  if (video.seeking) return;
  const ahead = video.currentTime - target;
  if (Math.abs(ahead) > SEEK * Math.max(1, rate)) {
    video.currentTime = target;
  } else {
    const nudge = Math.abs(ahead) > NUDGE ? Math.max(-MOST, Math.min(MOST, -ahead)) : 0;
    const wanted = Math.min(16, rate * (1 + nudge));
    if (Math.abs(video.playbackRate - wanted) > 0.001) video.playbackRate = wanted;
  }
  // Refused when the element just left the page, or another load began: the next call tries again.
  if (video.paused) video.play().catch(() => {});
}
