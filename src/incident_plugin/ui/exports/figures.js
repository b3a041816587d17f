// Sizes and lengths of time as people read them.

import { strings } from '../locales/en.js';

/** @param {number} bytes */
export function fileSize(bytes) {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'];
  const step = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  return new Intl.NumberFormat('en-GB', { style: 'unit', unit: units[step], unitDisplay: 'short', maximumFractionDigits: step ? 1 : 0 })
    .format(bytes / 1000 ** step);
}

/** About how long: seconds below a minute, minutes below an hour. @param {number} seconds */
export function timeLeft(seconds) {
  const texts = strings.exports;
  if (seconds < 60) return texts.seconds(Math.max(1, Math.round(seconds)));
  if (seconds < 5400) return texts.minutes(Math.round(seconds / 60));
  return texts.hours((seconds / 3600).toFixed(1));
}
