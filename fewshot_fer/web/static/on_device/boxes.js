// Box arithmetic: (x0, y0, x1, y1); in places MTCNN counts a side as x1 - x0 + 1. As boxes.py.

/** @import { Box } from './types.d.ts' */
/** @typedef {{ box: Box, score: number }} Scored */

/** @param {number} a0 @param {number} a1 @param {number} b0 @param {number} b1 */
const common = (a0, a1, b0, b1) => Math.max(0, Math.min(a1, b1) - Math.max(a0, b0));

/** @param {Box} a @param {Box} b @param {number} extra of a side's length, as MTCNN counts at its end */
const areas = (a, b, extra) => [
  common(a[0], a[2] + extra, b[0], b[2] + extra) * common(a[1], a[3] + extra, b[1], b[3] + extra),
  ...[a, b].map((one) => (one[2] - one[0] + extra) * (one[3] - one[1] + extra)),
];

/** Intersection over union. @param {Box} one @param {Box} other */
export function overlap(one, other) {
  const [shared, a, b] = areas(one, other, 0);
  return a + b - shared > 0 ? shared / (a + b - shared) : 0;
}

/** Intersection over the smaller area. @param {Box} one @param {Box} other */
export function share(one, other) {
  const [shared, a, b] = areas(one, other, 1);
  return Math.min(a, b) > 0 ? shared / Math.min(a, b) : 0;
}

/**
 * Who is left, best first, when nobody may be more like a better one than `limit`.
 * @template {Scored} T @param {T[]} found @param {number} limit @param {typeof overlap} likeness
 */
export function suppress(found, limit, likeness = overlap) {
  const kept = /** @type {T[]} */ ([]);
  for (const one of [...found].sort((a, b) => b.score - a.score)) {
    if (kept.every((better) => likeness(better.box, one.box) <= limit)) kept.push(one);
  }
  return kept;
}

/** A square with the same centre and the longer side. @param {Box} box @returns {Box} */
export function squared([x0, y0, x1, y1]) {
  const side = Math.max(x1 - x0, y1 - y0);
  const [x, y] = [x0 + (x1 - x0 - side) / 2, y0 + (y1 - y0 - side) / 2];
  return [x, y, x + side, y + side];
}

/** Corners moved by fractions of the sides. @param {Box} box @param {ArrayLike<number>} by @param {number} at @returns {Box} */
export function shifted([x0, y0, x1, y1], by, at, extra = 1) {
  const [w, h] = [x1 - x0 + extra, y1 - y0 + extra];
  return [x0 + by[at] * w, y0 + by[at + 1] * h, x1 + by[at + 2] * w, y1 + by[at + 3] * h];
}

/** Whole pixels inside the picture, as MTCNN cuts them; null: nothing is left. @param {Box} box @param {number} width @param {number} height @returns {Box | null} */
export function clipped(box, width, height) {
  const [x0, y0, x1, y1] = box.map((one) => Math.trunc(Number.isFinite(one) ? one : -1));
  const [left, top] = [Math.max(x0, 1) - 1, Math.max(y0, 1) - 1];
  const [right, bottom] = [Math.min(x1, width), Math.min(y1, height)];
  return right > left && bottom > top ? [left, top, right, bottom] : null;
}

/** The longer side. @param {Box} box */
export const size = ([x0, y0, x1, y1]) => Math.max(x1 - x0, y1 - y0);
