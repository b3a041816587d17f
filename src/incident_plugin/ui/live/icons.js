// Symbols of the live picture's tools, on a grid of 16 by 16, drawn with the colour of the text.

const SVG = 'http://www.w3.org/2000/svg';

const OUTLINES = {
  heard: 'M2.5 6.5v3h2.500L8.500 12.500v-9L5 6.500zM11 5.500a3.500 3.500 0 0 1 0 5M12.800 3.700a6 6 0 0 1 0 8.600',
  muted: 'M2.500 6.500v3h2.500L8.500 12.500v-9L5 6.500zM11 6l3.500 4M14.500 6L11 10',
  picture: 'M2 5h3l1-1.500h4L11 5h3v8H2zM8 6.500a2.300 2.300 0 1 0 0 4.600a2.300 2.300 0 1 0 0-4.600z',
  move: 'M8 2v12M2 8h12M6 4l2-2 2 2M6 12l2 2 2-2M4 6L2 8l2 2M12 6l2 2-2 2',
  presets: 'M8 14s4.500-4.300 4.500-7.500a4.500 4.500 0 0 0-9 0C3.500 9.700 8 14 8 14zM8 5v3M6.500 6.500h3',
  full: 'M2.500 6V2.500H6M10 2.500h3.500V6M13.500 10v3.500H10M6 13.500H2.500V10',
  part: 'M6 2.500V6H2.500M13.500 6H10V2.500M10 13.500V10h3.500M2.500 10H6v3.500',
  nearer: 'M8 3v10M3 8h10',
  farther: 'M3 8h10',
};

/** @typedef {keyof typeof OUTLINES} Symbol */

/** @param {Symbol} symbol */
export function drawn(symbol) {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 16 16');
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS(SVG, 'path');
  path.setAttribute('d', OUTLINES[symbol]);
  svg.append(path);
  return svg;
}
