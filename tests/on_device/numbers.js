// numbers.json, with its pictures as a canvas has them.

import { readFileSync } from 'node:fs';
import { inflateSync } from 'node:zlib';

import { priorOf } from '../../fewshot_fer/web/static/on_device/checkpoint.js';
import { unpack } from '../../fewshot_fer/web/static/on_device/numbers.js';

const here = (path) => new URL(path, import.meta.url);
const bytes = (path) => { const data = readFileSync(here(path)); return data.buffer.slice(data.byteOffset, data.byteOffset + data.length); };
export const numbers = JSON.parse(readFileSync(here('numbers.json'), 'utf-8'));
export const inflated = (text) => Uint8Array.from(inflateSync(Buffer.from(text, 'base64')));

const EXPRESSION = '../../checkpoints/expression';
export const prior = priorOf(numbers.checkpoint, {
  'card.json': bytes(`${EXPRESSION}/card.json`), 'prior.safetensors': bytes(`${EXPRESSION}/prior.safetensors`) });

/** RGB as Python has it to RGBA as a canvas has it. */
export function canvas({ pixels, width, height }) {
  const rgb = inflated(pixels);
  const data = new Uint8ClampedArray(4 * width * height).fill(255);
  for (let i = 0; i < width * height; i += 1) data.set(rgb.subarray(3 * i, 3 * i + 3), 4 * i);
  return { data, width, height };
}

export const faces = numbers.faces.map((one) => ({
  ...one, picture: canvas(one), vector: unpack(one.vector), features: unpack(one.features),
  face: { box: one.box, points: one.points, score: one.probability } }));
