// MTCNN: three networks that propose, refine and decide where faces are. As detector.py.

import { clipped, share, shifted, squared, suppress } from './boxes.js';
import { pooled } from './images.js';

/** @import { Box } from './types.d.ts' */
/** @import { Picture } from './images.js' */
/** @import { Point } from './align.js' */
/** Numbers and their shape in, the same out. @typedef {(data: Float32Array, dims: number[]) => Promise<{ data: Float32Array, dims: readonly number[] }>} Network */
/** @typedef {{ box: Box, points: Point[], score: number }} Face */

const WINDOW = 12;
const STRIDE = 2;
const FACTOR = 0.709;
const FINEST = WINDOW / 20;
const SURE = [0.6, 0.7, 0.7];
const SAME_FACE = 0.7;

/** Rounded as Python rounds: of windows that are all quite sure the first is the best. @param {number} odds */
const probability = (odds) => Math.fround(1 / Math.fround(1 + Math.fround(Math.exp(-odds))));

export class Detector {
  /** @param {{ pnet: Network, rnet: Network, onet: Network }} networks */
  constructor({ pnet, rnet, onet }) {
    this.proposer = pnet;
    this.refiner = rnet;
    this.decider = onet;
  }

  /** All faces from a size on, the surest first. @param {Picture} picture @param {number} least in pixels */
  async search(picture, least) {
    const proposed = await this.#propose(picture, least);
    const refined = await this.#ask(this.refiner, picture, proposed, 24, 5);
    const kept = suppress(
      refined.filter(({ score }) => score > SURE[1]), 0.7);
    return this.follow(picture, kept.map(({ box, said, at }) => squared(shifted(box, said, at + 1))));
  }

  /** The faces at some places. @param {Picture} picture @param {Box[]} places squares @returns {Promise<Face[]>} */
  async follow(picture, places) {
    const decided = await this.#ask(this.decider, picture, places, 48, 15);
    const faces = decided.filter(({ score }) => score > SURE[2]).map(({ box, score, said, at }) => {
      const [w, h] = [box[2] - box[0] + 1, box[3] - box[1] + 1];
      const points = [0, 1, 2, 3, 4].map((i) => /** @type {Point} */ (
        [said[at + 5 + i] * w + box[0] - 1, said[at + 10 + i] * h + box[1] - 1]));
      return { box: shifted(box, said, at + 1), points, score };
    });
    return suppress(faces, SAME_FACE, share);
  }

  /** @param {Picture} picture @param {number} least */
  async #propose(picture, least) {
    const { width, height } = picture;
    const sure = Math.log(SURE[0] / (1 - SURE[0]));
    const found = /** @type {{ box: Box, score: number, by: number[] }[]} */ ([]);
    for (let scale = FINEST; Math.min(width, height) * scale >= WINDOW; scale *= FACTOR) {
      // The sizes are the server's, without the finest: with others the same face has other points.
      if (WINDOW / (scale * FACTOR) <= least) continue;
      const [w, h] = [Math.floor(width * scale + 1), Math.floor(height * scale + 1)];
      const small = pooled(picture, [0, 0, width, height], w, h);
      const { data, dims } = await this.proposer(small, [1, h, w, 4]);
      const [rows, columns] = dims.slice(2);
      const layer = rows * columns;
      const here = /** @type {typeof found} */ ([]);
      for (let i = 0; i < layer; i += 1) {
        if (data[i] < sure) continue;
        const [x, y] = [(i % columns) * STRIDE + 1, Math.floor(i / columns) * STRIDE + 1];
        const box = /** @type {Box} */ ([x, y, x + WINDOW - 1, y + WINDOW - 1].map((one) => Math.floor(Math.fround(one / Math.fround(scale)))));
        here.push({ box, score: probability(data[i]), by: [1, 2, 3, 4].map((k) => data[k * layer + i]) });
      }
      found.push(...suppress(here, 0.5));
    }
    return suppress(found, 0.7).map(({ box, by }) => squared(shifted(box, by, 0, 0)));
  }

  /** What a network says of squares cut out of the picture. @param {Network} network @param {Picture} picture @param {Box[]} boxes @param {number} side @param {number} width */
  async #ask(network, picture, boxes, side, width) {
    const cuts = boxes.flatMap((box) => {
      const place = clipped(box, picture.width, picture.height);
      return place ? [{ box, place }] : [];
    });
    if (!cuts.length) return [];
    const batch = new Float32Array(cuts.length * side * side * 4);
    cuts.forEach(({ place }, i) =>
      pooled(picture, place, side, side, batch.subarray(i * side * side * 4, (i + 1) * side * side * 4)));
    const { data: said } = await network(batch, [cuts.length, side, side, 4]);
    return cuts.map(({ box }, i) => ({ box, score: probability(said[i * width]), said, at: i * width }));
  }
}
