// Pictures as numbers, resampled by area: the plain mean of the pixels that a new one covers.

/** @import { Box } from './types.d.ts' */
/** RGBA, as a canvas gives them. @typedef {{ data: Uint8ClampedArray | Uint8Array, width: number, height: number }} Picture */
/** @typedef {{ data: Float32Array, width: number, height: number }} Grey */

/** Half goes to the even number, as OpenCV rounds. @param {number} value */
export function round(value) {
  const low = Math.floor(value);
  const rest = value - low;
  return rest > 0.5 || (rest === 0.5 && low % 2 === 1) ? low + 1 : low;
}

/**
 * Part of a picture as PyTorch's adaptive average pooling makes it `width` x `height`, in four
 * channels of which the last is empty. As sampling.py, but summed as it goes: one face is small.
 * @param {Picture} picture @param {Box} box whole pixels inside it @param {number} width @param {number} height
 * @param {Float32Array} [out]
 */
export function pooled({ data, width: stride }, [x0, y0, x1, y1], width, height, out = new Float32Array(width * height * 4)) {
  const w = x1 - x0;
  const h = y1 - y0;
  const starts = new Int32Array(width);
  const ends = new Int32Array(width);
  for (let i = 0; i < width; i += 1) {
    starts[i] = x0 + Math.floor((i * w) / width);
    ends[i] = x0 + Math.ceil(((i + 1) * w) / width);
  }
  let at = 0;
  for (let j = 0; j < height; j += 1) {
    const top = y0 + Math.floor((j * h) / height);
    const bottom = y0 + Math.ceil(((j + 1) * h) / height);
    for (let i = 0; i < width; i += 1, at += 4) {
      let r = 0;
      let g = 0;
      let b = 0;
      for (let y = top; y < bottom; y += 1) {
        for (let k = 4 * (y * stride + starts[i]), end = 4 * (y * stride + ends[i]); k < end; k += 4) {
          r += data[k];
          g += data[k + 1];
          b += data[k + 2];
        }
      }
      const many = (bottom - top) * (ends[i] - starts[i]);
      out[at] = r / many;
      out[at + 1] = g / many;
      out[at + 2] = b / many;
    }
  }
  return out;
}

/** Shades of grey of a part. @param {Picture} picture @param {Box} box whole pixels inside it @returns {Grey} */
export function grey({ data, width: stride }, [x0, y0, x1, y1]) {
  const [width, height] = [x1 - x0, y1 - y0];
  const out = new Float32Array(width * height);
  for (let y = 0, at = 0; y < height; y += 1) {
    for (let x = 0, k = 4 * ((y + y0) * stride + x0); x < width; x += 1, k += 4, at += 1) {
      out[at] = (9798 * data[k] + 19235 * data[k + 1] + 3735 * data[k + 2] + 16384) >> 15;
    }
  }
  return { data: out, width, height };
}

/** Smaller, by area, to whole shades. @param {Grey} picture @param {number} side @returns {Grey} */
export function shrunk({ data, width, height }, side) {
  const across = weights(width, side);
  const down = weights(height, side);
  const out = new Float32Array(side * side);
  for (let j = 0; j < side; j += 1) {
    for (let i = 0; i < side; i += 1) {
      let sum = 0;
      for (const [y, v] of down[j]) for (const [x, u] of across[i]) sum += u * v * data[y * width + x];
      out[j * side + i] = round(sum);
    }
  }
  return { data: out, width: side, height: side };
}

/** Which old pixels each new one covers, and how much of it each is. @param {number} length @param {number} count */
function weights(length, count) {
  const step = length / count;
  return Array.from({ length: count }, (_, i) => {
    const [start, end] = [i * step, (i + 1) * step];
    const found = /** @type {[at: number, share: number][]} */ ([]);
    for (let k = Math.floor(start); k < end - 1e-9; k += 1) {
      found.push([k, (Math.min(k + 1, end) - Math.max(k, start)) / step]);
    }
    return found;
  });
}

/** A smaller picture, by whole-number averaging. @param {Picture} picture @param {Box} box @param {number} factor @returns {Picture} */
export function halved(picture, [x0, y0, x1, y1], factor) {
  const width = Math.max(1, Math.floor((x1 - x0) / factor));
  const height = Math.max(1, Math.floor((y1 - y0) / factor));
  const whole = /** @type {Box} */ ([x0, y0, Math.min(x1, x0 + width * factor), Math.min(y1, y0 + height * factor)]);
  const means = pooled(picture, whole, width, height);
  const data = new Uint8Array(means.length);
  for (let i = 0; i < data.length; i += 1) data[i] = round(means[i]);
  return { data, width, height };
}
