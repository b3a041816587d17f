// A still of what a live picture shows, named by camera and time.

import { localText, zoneName } from '../common/zoned.js';
import { strings } from '../locales/en.js';

/** @typedef {{name: string, picture: Promise<Blob>}} Shot */

/**
 * Takes the picture that is on screen now.
 * @param {HTMLVideoElement} video
 * @param {string} camera
 * @param {number} at
 * @param {string} timeZone
 * @returns {Shot}
 */
export function capture(video, camera, at, timeZone) {
  const canvas = document.createElement('canvas');
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  canvas.getContext('2d')?.drawImage(video, 0, 0);
  const picture = new Promise((/** @type {(blob: Blob) => void} */ resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('no picture'))), 'image/png');
  });
  return { name: `${named(camera)} ${fileTime(at, timeZone)}.png`, picture };
}

/** Saves it as a file. @param {Shot} shot */
export async function keep(shot) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(await shot.picture);
  link.download = shot.name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  return strings.live.saved;
}

/** Whether the browser lets pages fill the clipboard: only over a secure connection. */
export function mayCopy() {
  return Boolean(navigator.clipboard?.write) && typeof ClipboardItem === 'function';
}

/** Puts it on the clipboard. @param {Shot} shot */
export async function copy(shot) {
  await navigator.clipboard.write([new ClipboardItem({ 'image/png': shot.picture })]);
  return strings.live.copied;
}

/** The camera's name without what no file may have in its name. @param {string} camera */
function named(camera) {
  return camera.replace(/[\p{C}\p{Zl}\p{Zp}<>:"/\\|?*]/gu, ' ').replace(/\s+/g, ' ').replace(/^[ .]+|[ .]+$/g, '').slice(0, 80) || 'camera';
}

/** @param {number} at @param {string} timeZone */
function fileTime(at, timeZone) {
  const [day, time] = localText(at, timeZone).split('T');
  return `${day} ${time?.replaceAll(':', '.')} ${zoneName(at, timeZone).replace(/[^\w+-]/g, '')}`;
}
