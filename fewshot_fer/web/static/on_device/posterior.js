// What references say of a person, and what a sample of them shows. As prior.py, posterior.py and
// prototypes.py, where the mathematics is explained.

import { pack, unpack } from './numbers.js';

/** @import { Person, Reference } from './types.d.ts' */
/**
 * What all people have in common; arrays as in prior.py, flat.
 * @typedef {{ checkpoint: string, names: string[], width: number, modes: number,
 *   centre: Float32Array, whitening: Float32Array, means: Float32Array, beta: Float32Array,
 *   delta: Float32Array, sigma: Float32Array, weight: Float32Array, middle: Float64Array,
 *   anywhere: Float64Array, allowance: number, temperatures: number[],
 *   confidences: number[], distances: number[], everyday: number[] }} Prior  pairs are of nobody and of
 *   somebody well known
 */
/** @typedef {{ person: Person, points: Float32Array, scale: Float32Array }} Known a person whose numbers are unpacked */
/** @typedef {{ best: string, scores: Record<string, number>, unsure: string | null }} Reading */

const GONE = Math.log(1e-3); // A mode that is less likely is not looked at.
const TEMPERED = 4;

/** Features to a vector of the whitened space. @param {Prior} prior @param {Float32Array} features */
export function whitened({ centre, whitening, width }, features) {
  const out = new Float64Array(width);
  centre.forEach((middle, i) => {
    const value = features[i] - middle;
    for (let d = 0, at = i * width; d < width; d += 1, at += 1) out[d] += value * whitening[at];
  });
  return Float32Array.from(out);
}

/**
 * The exact posterior of every mode from references; none at all: anybody. A name that is not one
 * of the basic ones is a new expression, which may lie anywhere that expressions lie.
 * @param {Prior} prior @param {Reference[]} references @returns {Person}
 */
export function learn(prior, references) {
  const { width, modes, weight, beta } = prior;
  const given = distinct(references);
  const more = [...new Set(given.map(({ expression }) => expression))].filter((name) => !prior.names.includes(name));
  const names = [...prior.names, ...more.sort()];
  const counts = names.map((name) => given.filter(({ expression }) => expression === name).length);
  const { means, delta } = extended(prior, names.length);
  const many = names.length * width;
  const points = new Float64Array(modes * many);
  const variance = new Float64Array(many);
  const misfit = new Float64Array(modes);
  for (let d = 0; d < width; d += 1) {
    const sums = names.map((name) => given.reduce((sum, { expression, vector }) => sum + (expression === name ? vector[d] : 0), 0));
    const evidence = counts.map((n, c) => (n ? 1 / (delta[c * width + d] + 1 / n) : 0));
    const gain = evidence.map((one, c) => delta[c * width + d] * one);
    const precision = 1 / beta[d] + evidence.reduce((sum, one) => sum + one, 0);
    for (let m = 0; m < modes; m += 1) {
      const rest = counts.map((n, c) => (n ? sums[c] / n - means[m * many + c * width + d] : 0));
      const told = evidence.reduce((sum, one, c) => sum + one * rest[c], 0);
      const offset = told / precision;
      misfit[m] += weight[d] * (evidence.reduce((sum, one, c) => sum + one * rest[c] ** 2, 0) - told * offset);
      names.forEach((_, c) => {
        const at = m * many + c * width + d;
        points[at] = means[at] + offset + gain[c] * (rest[c] - offset);
      });
    }
    names.forEach((_, c) => {
      variance[c * width + d] = delta[c * width + d] * (1 - gain[c]) + (1 - gain[c]) ** 2 / precision;
    });
  }
  return summed(prior, names, counts, points, variance, [...misfit].map((one) => (-0.5 * one) / TEMPERED));
}

/** @param {Prior} prior @param {string[]} names @param {number[]} counts @param {Float64Array} points @param {Float64Array} variance @param {number[]} fits @returns {Person} */
function summed(prior, names, counts, points, variance, fits) {
  const { width, weight, beta, delta, temperatures, confidences, distances } = prior;
  const basic = Float64Array.from(weight, (_, d) => {
    let sum = 0;
    for (let c = 0; c < prior.names.length; c += 1) sum += variance[c * width + d];
    return sum / prior.names.length;
  });
  const total = (/** @type {ArrayLike<number>} */ of) => weight.reduce((sum, one, d) => sum + one * of[d], 0);
  const doubt = total(basic) / total(beta.map((one, d) => one + delta[d]));
  const scale = Float32Array.from(weight, (one, d) => Math.sqrt(one / (1 + basic[d])));
  const farther = names.map((_, c) => scale.reduce((sum, one, d) => sum + one * one * variance[c * width + d], 0));
  const all = logSum(fits);
  const alive = fits.map((one) => one - all).flatMap((log, m) => (log > GONE ? [{ log, m }] : []));
  const left = logSum(alive.map(({ log }) => log));
  const many = names.length * width;
  const between = (/** @type {number[]} */ [none, well]) => well + (none - well) * doubt;
  return {
    checkpoint: prior.checkpoint,
    names, width, counts,
    points: pack(Float32Array.from(alive.flatMap(({ m }) => [...points.subarray(m * many, (m + 1) * many)]))),
    log_modes: alive.map(({ log }) => log - left),
    scale: pack(scale),
    allowance: farther.map((one) => prior.allowance * (one - Math.min(...farther))),
    temperature: between(temperatures),
    confidence: between(confidences),
    distance: between(distances),
  };
}

/** A reference given twice is one reference. @param {Reference[]} references */
function distinct(references) {
  return [...new Map(references.map((one) => [`${one.expression} ${one.vector.join()}`, one])).values()];
}

/** Means and spreads of the basic expressions and of new ones. @param {Prior} prior @param {number} count */
function extended({ names: { length: basic }, width, modes, means, delta, middle, anywhere }, count) {
  const out = { means: new Float64Array(modes * count * width), delta: new Float64Array(count * width) };
  for (let c = 0; c < count; c += 1) {
    for (let d = 0; d < width; d += 1) {
      out.delta[c * width + d] = delta[d] + (c < basic ? 0 : anywhere[d]);
      for (let m = 0; m < modes; m += 1) {
        out.means[(m * count + c) * width + d] = c < basic ? means[(m * basic + c) * width + d] : middle[d];
      }
    }
  }
  return out;
}

/** Where expressions lie on average, and how far from there. @param {Float32Array} means @param {number} modes @param {number} names @param {number} width */
export function spreadOf(means, modes, names, width) {
  const middle = new Float64Array(width);
  const anywhere = new Float64Array(width);
  for (let d = 0; d < width; d += 1) {
    for (let m = 0; m < modes; m += 1) {
      const of = Array.from({ length: names }, (_, c) => means[(m * names + c) * width + d]);
      middle[d] += mean(of) / modes;
      anywhere[d] += mean(of.map((one) => (one - mean(of)) ** 2)) / modes;
    }
  }
  return { middle, anywhere };
}

/** @param {Person} person @returns {Known} */
export const known = (person) => ({ person, points: unpack(person.points), scale: unpack(person.scale) });

/**
 * Name what a vector shows.
 * @param {Known} known @param {Float32Array} vector @param {number[]} rates how often each of the
 * person's names is expected @param {string | null} flaw what is wrong with the face, if anything
 * @returns {Reading}
 */
export function read(known, vector, rates, flaw) {
  const { person, person: { names } } = known;
  const fits = fitsOf(known, vector);
  const scores = scoresOf(known, fits, rates);
  const best = scores.indexOf(Math.max(...scores));
  const far = Math.min(...squaresOf(fits)) > person.distance;
  const close = scores[best] < person.confidence;
  return {
    best: names[best],
    scores: Object.fromEntries(names.map((name, c) => [name, scores[c]])),
    unsure: flaw ?? (far ? 'far' : close ? 'close' : null),
  };
}

/** Log likelihoods of a vector, by mode and name. @param {Known} known @param {Float32Array} vector */
export function fitsOf({ person: { names, width, log_modes: modes }, points, scale }, vector) {
  return modes.map((log, m) => names.map((_, c) => {
    let sum = 0;
    for (let d = 0, at = (m * names.length + c) * width; d < width; d += 1, at += 1) {
      sum += ((vector[d] - points[at]) * scale[d]) ** 2;
    }
    return log - 0.5 * sum;
  }));
}

/** Squared distances from names: minus twice the log likelihood over all modes. @param {number[][]} fits */
const squaresOf = (fits) => fits[0].map((_, c) => -2 * logSum(fits.map((one) => one[c])));

/** Probabilities of names. @param {Known} known @param {number[][]} fits @param {number[]} rates */
export function scoresOf({ person: { allowance, temperature } }, fits, rates) {
  const logits = squaresOf(fits).map((square, c) => (-0.5 * (square - allowance[c])) / temperature + Math.log(rates[c]));
  const all = logSum(logits);
  return logits.map((one) => Math.exp(one - all));
}

/** How often each of a person's names is expected; those that are not basic as often as others on average. @param {Pick<Prior, 'names' | 'everyday'>} prior @param {string[]} names */
export function ratesOver({ names: basic, everyday }, names) {
  const rates = names.map((name) => everyday[basic.indexOf(name)] ?? 1 / basic.length);
  const all = rates.reduce((sum, one) => sum + one, 0);
  return rates.map((one) => one / all);
}

/** @param {number[]} logs */
export function logSum(logs) {
  const most = Math.max(...logs);
  return most + Math.log(logs.reduce((sum, one) => sum + Math.exp(one - most), 0));
}

/** @param {number[]} values */
const mean = (values) => values.reduce((sum, one) => sum + one, 0) / values.length;
