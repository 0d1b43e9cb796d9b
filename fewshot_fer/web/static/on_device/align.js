// Face alignment: the portrait, 192 x 192, whose middle the network sees. As align.py.

import { halved } from './images.js';

/** @import { Box } from './types.d.ts' */
/** @import { Picture } from './images.js' */
/** @typedef {[x: number, y: number]} Point */
/** x' = a x + b y + c, y' = d x + e y + f. @typedef {[a: number, b: number, c: number, d: number, e: number, f: number]} Matrix */

export const SIDE = 192;
export const INNER = 128;
export const MARGIN = (SIDE - INNER) / 2;
const TEMPLATE = [[0.305, 0.380], [0.688, 0.377], [0.481, 0.591], [0.338, 0.771], [0.654, 0.771]]
  .map(([x, y]) => [x * INNER + MARGIN, y * INNER + MARGIN]);
const WEIGHTS = [1, 1, 0.5, 0.1, 0.1].map((one) => one / 2.7);

/** Least-squares turn, scale and shift of five points onto the template's; null: there is none. @param {Point[]} points @returns {Matrix | null} */
export function similarity(points) {
  const mean = (/** @type {number[][]} */ of, /** @type {number} */ axis) =>
    of.reduce((sum, point, i) => sum + WEIGHTS[i] * point[axis], 0);
  const [mx, my, tx, ty] = [mean(points, 0), mean(points, 1), mean(TEMPLATE, 0), mean(TEMPLATE, 1)];
  let [along, across, spread] = [0, 0, 0];
  points.forEach(([px, py], i) => {
    const [x, y, u, v] = [px - mx, py - my, TEMPLATE[i][0] - tx, TEMPLATE[i][1] - ty];
    along += WEIGHTS[i] * (x * u + y * v);
    across += WEIGHTS[i] * (x * v - y * u);
    spread += WEIGHTS[i] * (x * x + y * y);
  });
  const [cos, sin] = [along / spread, across / spread];
  const face = INNER / Math.hypot(cos, sin);
  if (!(spread > 1e-9 && face >= 1 && face < 1e5)) return null;
  return [cos, -sin, tx - cos * mx + sin * my, sin, cos, ty - sin * mx - cos * my];
}

/** A face by its points, upright; what lies outside the picture repeats its border. @param {Picture} picture @param {Matrix} matrix @returns {Picture} */
export function portrait(picture, matrix) {
  const [part, [a, b, c, d, e, f]] = partOf(picture, matrix);
  const { data, width, height } = part;
  // Back from the portrait into the picture.
  const size = a * e - b * d;
  const [ia, ib, id, ie] = [e / size, -b / size, -d / size, a / size];
  const out = new Uint8ClampedArray(SIDE * SIDE * 4).fill(255);
  const right = width - 1;
  const bottom = height - 1;
  for (let v = 0, at = 0; v < SIDE; v += 1) {
    for (let u = 0; u < SIDE; u += 1, at += 4) {
      const x = ia * (u - c) + ib * (v - f);
      const y = id * (u - c) + ie * (v - f);
      const left = Math.floor(x);
      const top = Math.floor(y);
      const wx = x - left;
      const wy = y - top;
      const x0 = 4 * clip(left, right);
      const x1 = 4 * clip(left + 1, right);
      const y0 = 4 * width * clip(top, bottom);
      const y1 = 4 * width * clip(top + 1, bottom);
      for (let k = 0; k < 3; k += 1) {
        const above = data[y0 + x0 + k] + wx * (data[y0 + x1 + k] - data[y0 + x0 + k]);
        const below = data[y1 + x0 + k] + wx * (data[y1 + x1 + k] - data[y1 + x0 + k]);
        out[at + k] = above + wy * (below - above);
      }
    }
  }
  return { data: out, width: SIDE, height: SIDE };
}

/** @param {number} value @param {number} end */
const clip = (value, end) => (value < 0 ? 0 : value > end ? end : value);

/** What of a picture is needed, smaller where a face is large, and the matrix for that. @param {Picture} picture @param {Matrix} matrix @returns {[Picture, Matrix]} */
function partOf(picture, [a, b, c, d, e, f]) {
  const factor = Math.floor(1 / Math.hypot(a, d));
  if (factor < 2) return [picture, [a, b, c, d, e, f]];
  const size = a * e - b * d;
  const corners = [[0, 0], [SIDE, 0], [0, SIDE], [SIDE, SIDE]].map(([u, v]) =>
    [(e * (u - c) - b * (v - f)) / size, (a * (v - f) - d * (u - c)) / size]);
  const [xs, ys] = [corners.map(([x]) => x), corners.map(([, y]) => y)];
  const box = /** @type {Box} */ ([
    clip(Math.floor(Math.min(...xs)) - 2, picture.width), clip(Math.floor(Math.min(...ys)) - 2, picture.height),
    clip(Math.ceil(Math.max(...xs)) + 3, picture.width), clip(Math.ceil(Math.max(...ys)) + 3, picture.height)]);
  if (box[2] - box[0] < factor || box[3] - box[1] < factor) return [picture, [a, b, c, d, e, f]];
  const [left, top] = box;
  const [sc, sf] = [c + a * left + b * top, f + d * left + e * top];
  // Pixel centres lie at halves: x_old + 1/2 = factor * (x_new + 1/2).
  const half = factor / 2 - 0.5;
  return [halved(picture, box, factor),
    [a * factor, b * factor, sc + (a + b) * half, d * factor, e * factor, sf + (d + e) * half]];
}
