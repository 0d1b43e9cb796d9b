// Learning a face while it is watched: how it differs, and how often its expressions occur, from
// looks that nobody labels. As lesson/watching.py and session_shift.py; gone with the page.

import { fitsOf, logSum, ratesOver, scoresOf } from './posterior.js';

/** @import { Known, Prior } from './posterior.js' */

const EVERY_S = 0.5; // Samples that follow closer say nearly the same.
const AGAIN_S = 5;
const FEWEST = 20;
const MOST = 120;
const SCORES = 600;
const SURE = 0.5;
const FEWEST_SURE = 5;
const ROUNDS = 3;
const SHARED = 0.5; // The share of a look's noise that the frames of one moment have in common.
const STRENGTH = 100;
const STEPS = 30;

export class Watching {
  /** How often each of the person's names is expected. */
  rates;
  #samples = /** @type {{ time: number, vector: Float32Array }[]} */ ([]);
  #learnt = -Infinity;
  #offset = /** @type {Float64Array | null} */ (null);
  #scores = /** @type {number[][]} */ ([]);
  #noted = 0;

  /** @param {Prior} prior @param {Known} known */
  constructor(prior, known) {
    this.prior = prior;
    this.known = known;
    this.rates = ratesOver(prior, known.person.names);
  }

  /** A vector as somebody who differs from nobody would have it. @param {Float32Array} vector */
  settled(vector) {
    const offset = this.#offset;
    return offset ? vector.map((one, d) => one - offset[d]) : vector;
  }

  /** A face that can be read well, as it came, and what it was read as. @param {Float32Array} vector @param {Record<string, number>} scores @param {number} time */
  see(vector, scores, time) {
    this.#note(scores);
    const last = this.#samples.at(-1);
    if (last && time - last.time < EVERY_S) return;
    this.#samples.push({ time, vector });
    this.#samples = this.#samples.slice(-MOST);
    if (this.#samples.length < FEWEST || time - this.#learnt < AGAIN_S) return;
    this.#learnt = time;
    this.#offset = offsetOf(this.prior, this.known, this.#samples.map((one) => one.vector));
  }

  /** @param {Record<string, number>} scores */
  #note(scores) {
    const { names } = this.prior;
    const even = names.map((name, i) => scores[name] / this.rates[i]);
    const all = even.reduce((sum, one) => sum + one, 0);
    this.#scores.push(even.map((one) => one / all));
    this.#scores = this.#scores.slice(-SCORES);
    this.#noted += 1;
    if (this.#noted % FEWEST) return;
    const everyday = learntRates(this.#scores, this.prior.everyday);
    this.rates = ratesOver({ ...this.prior, everyday }, this.known.person.names);
  }
}

/** How far this session moves every look. @param {Prior} prior @param {Known} known @param {Float32Array[]} vectors */
function offsetOf({ delta, sigma, anywhere, names: { length: basic } }, known, vectors) {
  const { person: { names, counts, width, log_modes: modes }, points } = known;
  let offset = new Float64Array(width);
  for (let round = 0; round < ROUNDS; round += 1) {
    const even = names.map(() => 1 / names.length);
    const sure = vectors.flatMap((vector) => {
      const fits = fitsOf(known, vector.map((one, d) => one - offset[d]));
      const scores = scoresOf(known, fits, even);
      return Math.max(...scores) < SURE ? [] : [{ vector, fits, scores }];
    });
    if (sure.length < FEWEST_SURE) return new Float64Array(width);
    const told = new Float64Array(width);
    const precision = Float64Array.from(sigma, (one) => 1 / one);
    for (let m = 0; m < modes.length; m += 1) {
      for (let c = 0; c < names.length; c += 1) {
        // Each label is shared among the modes as they fit.
        const weights = sure.map(({ fits, scores }) => scores[c] * Math.exp(fits[m][c] - logSum(fits.map((one) => one[c]))));
        const count = weights.reduce((sum, one) => sum + one, 0);
        if (count <= 1e-3) continue;
        const noise = count > 1 ? SHARED + (1 - SHARED) / count : 1 / count;
        for (let d = 0; d < width; d += 1) {
          const own = delta[d] + (c < basic ? 0 : anywhere[d]);
          const evidence = 1 / (own / (1 + own * counts[c]) + noise);
          let mean = 0;
          for (let i = 0; i < sure.length; i += 1) mean += weights[i] * sure[i].vector[d];
          told[d] += evidence * (mean / count - points[(m * names.length + c) * width + d]);
          precision[d] += evidence;
        }
      }
    }
    offset = told.map((one, d) => one / precision[d]);
  }
  return offset;
}

/** Expectation maximisation with a prior round `begun`: without it the likeliest expressions take all. @param {number[][]} scores @param {number[]} begun */
function learntRates(scores, begun) {
  let shares = begun;
  for (let step = 0; step < STEPS; step += 1) {
    const counts = begun.map(() => 0);
    for (const row of scores) {
      const fits = row.map((one, i) => one * shares[i]);
      const all = Math.max(fits.reduce((sum, one) => sum + one, 0), 1e-12);
      fits.forEach((one, i) => { counts[i] += one / all; });
    }
    shares = counts.map((one, i) => (one + STRENGTH * begun[i]) / (scores.length + STRENGTH));
  }
  return shares;
}
