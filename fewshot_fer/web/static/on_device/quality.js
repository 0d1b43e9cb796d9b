// Face image quality: how good a face is to read an expression from, and why not. As quality.py.

import { INNER, MARGIN, SIDE } from './align.js';
import { size } from './boxes.js';
import { grey, shrunk } from './images.js';

/** @import { Box } from './types.d.ts' */
/** @import { Grey, Picture } from './images.js' */
/** @import { Matrix, Point } from './align.js' */
/** @import { Face } from './detector.js' */
/**
 * @typedef {{ size: number, sharpness: number, brightness: number, contrast: number, yaw: number,
 *   pitch: number, roll: number, inside: number, certainty: number, mouth: number, score: number,
 *   flaw: string | null }} Quality
 */

const SMALL_SIDE = 64;
const POOR = 0.5;

/** @param {Picture} picture @param {Face} face @param {Matrix | null} matrix @param {Picture | null} aligned its portrait */
export function assess(picture, face, matrix, aligned) {
  const shades = aligned && grey(aligned, [0, 0, SIDE, SIDE]);
  const light = shades ? lightOf(shades) : { sharpness: 0, brightness: 0, contrast: 0 };
  const measured = {
    size: size(face.box), ...light, ...poseOf(face.points, matrix),
    inside: shareInside(face.box, picture), certainty: face.score, mouth: shades ? mouthOf(shades) : 1,
  };
  const factors = factorsOf(measured);
  if (!shades) factors['no-points'] = 0;
  const [[worst, left]] = Object.entries(factors).sort(([, a], [, b]) => a - b);
  const score = Object.values(factors).reduce((product, one) => product * one, 1);
  return /** @type {Quality} */ ({ ...measured, score, flaw: left < POOR ? worst : null });
}

/** @param {Omit<Quality, 'score' | 'flaw'>} of @returns {Record<string, number>} how much is left of the score for each flaw */
function factorsOf({ size: pixels, sharpness, brightness, contrast, yaw, pitch, roll, inside, certainty, mouth }) {
  return {
    small: fromTo(pixels, 16, 48),
    blurred: fromTo(sharpness, 0.1, 0.45),
    dark: fromTo(brightness, 15, 55),
    bright: fromTo(-brightness, -245, -215),
    flat: fromTo(contrast, 4, 16),
    turned: Math.min(fromTo(-Math.abs(yaw), -50, -25), fromTo(-Math.abs(pitch), -50, -25)),
    tilted: fromTo(-Math.abs(roll), -80, -40),
    'cut-off': fromTo(inside, 0.5, 0.9),
    'hardly-a-face': fromTo(certainty, 0.6, 0.9),
    'mouth-hidden': mouth,
  };
}

/** Why a face may not teach, the most telling first: stricter than to be read. As `Rules` of gate.py. @param {Quality} of @returns {string[]} */
export function doubtsOf({ size: pixels, sharpness, brightness, contrast, yaw, pitch, roll, inside }) {
  return Object.entries({
    small: pixels < 48,
    'cut-off': inside < 0.75,
    dark: brightness < 40,
    bright: brightness > 225,
    flat: contrast < 12,
    blurred: sharpness < 0.28,
    turned: Math.max(Math.abs(yaw), Math.abs(pitch)) > 30,
    tilted: Math.abs(roll) > 35,
  }).flatMap(([code, wrong]) => (wrong ? [code] : []));
}

/** @param {Grey} shades of a portrait */
function lightOf(shades) {
  const { data } = shrunk(part(shades, MARGIN, MARGIN + INNER, MARGIN, MARGIN + INNER), SMALL_SIDE);
  const brightness = meanOf(data);
  const contrast = spreadOf(data);
  const mirrored = (/** @type {number} */ at) => (at < 0 ? 1 : at >= SMALL_SIDE ? SMALL_SIDE - 2 : at);
  let edges = 0;
  for (let y = 0; y < SMALL_SIDE; y += 1) {
    for (let x = 0; x < SMALL_SIDE; x += 1) {
      const row = y * SMALL_SIDE;
      edges += Math.abs(data[row + mirrored(x - 1)] + data[row + mirrored(x + 1)]
        + data[mirrored(y - 1) * SMALL_SIDE + x] + data[mirrored(y + 1) * SMALL_SIDE + x] - 4 * data[row + x]);
    }
  }
  return { sharpness: Math.min(1, edges / data.length / (contrast + 1e-3) / 0.3), brightness, contrast };
}

/** 1 when lips darken the middle of the lower face, or it has as much detail as the eyes. @param {Grey} shades of a portrait */
function mouthOf(shades) {
  const lips = part(shades, 110, 150, 81, 112);
  const rows = Array.from({ length: lips.height }, (_, y) => meanOf(lips.data.subarray(y * lips.width, (y + 1) * lips.width)));
  const beside = (/** @type {number} */ at) => rows[at < 0 ? 1 : at >= rows.length ? rows.length - 2 : at];
  const column = rows.map((_, y) => (beside(y - 1) + rows[y] + beside(y + 1)) / 3);
  const sorted = [...column].sort((a, b) => a - b);
  const median = (sorted[sorted.length / 2 - 1] + sorted[sorted.length / 2]) / 2;
  const line = (median - sorted[0]) / (spreadOf(part(shades, MARGIN, MARGIN + INNER, MARGIN, MARGIN + INNER).data) + 1);
  const detail = Math.log((spreadOf(part(shades, 105, 150, 50, 142).data) + 1)
    / (spreadOf(part(shades, 60, 95, 40, 152).data) + 1));
  return Math.max(fromTo(line, 0.2, 0.4), fromTo(detail, -0.3, -0.1));
}

/** Degrees: positive to the right of the picture, downwards, clockwise. @param {Point[]} points @param {Matrix | null} matrix */
function poseOf(points, matrix) {
  if (!matrix) return { yaw: 0, pitch: 0, roll: 0 };
  const middle = (/** @type {Point} */ a, /** @type {Point} */ b) => [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
  const dot = (/** @type {number[]} */ a, /** @type {number[]} */ b) => a[0] * b[0] + a[1] * b[1];
  const from = (/** @type {number[]} */ a, /** @type {number[]} */ b) => [b[0] - a[0], b[1] - a[1]];
  const eyes = middle(points[0], points[1]);
  const [across, down, nose] = [from(points[0], points[1]), from(eyes, middle(points[3], points[4])), from(eyes, points[2])];
  const way = dot(nose, down) / dot(down, down);
  const aside = [nose[0] - way * down[0], nose[1] - way * down[1]];
  const degrees = (/** @type {number} */ angle) => (Number.isFinite(angle) ? (angle * 180) / Math.PI : 0);
  const pitch = (way - 0.55) / 0.01;
  return {
    yaw: degrees(Math.atan2(dot(aside, across) / dot(across, across), 0.6)),
    pitch: Number.isNaN(pitch) ? 0 : Math.min(Math.max(pitch, -90), 90),
    roll: degrees(-Math.atan2(matrix[3], matrix[0])),
  };
}

/** @param {Box} box @param {Picture} picture */
function shareInside([x0, y0, x1, y1], { width, height }) {
  const within = (/** @type {number} */ value, /** @type {number} */ end) => Math.min(Math.max(value, 0), end);
  const area = (x1 - x0) * (y1 - y0);
  const seen = (within(x1, width) - within(x0, width)) * (within(y1, height) - within(y0, height));
  return area > 0 ? seen / area : 0;
}

/** @param {Grey} shades @param {number} top @param {number} bottom @param {number} left @param {number} right @returns {Grey} */
function part({ data, width }, top, bottom, left, right) {
  const out = new Float32Array((bottom - top) * (right - left));
  for (let y = top; y < bottom; y += 1) out.set(data.subarray(y * width + left, y * width + right), (y - top) * (right - left));
  return { data: out, width: right - left, height: bottom - top };
}

/** @param {Float32Array} values */
const meanOf = (values) => values.reduce((sum, one) => sum + one, 0) / values.length;

/** @param {Float32Array} values */
function spreadOf(values) {
  const mean = meanOf(values);
  return Math.sqrt(values.reduce((sum, one) => sum + (one - mean) ** 2, 0) / values.length);
}

/** @param {number} value @param {number} useless @param {number} good */
const fromTo = (value, useless, good) => Math.min(Math.max((value - useless) / (good - useless), 0), 1);
