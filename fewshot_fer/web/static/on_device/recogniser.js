// From a picture to what it shows, for one face: found, followed, aligned, judged, read, smoothed.
// Nothing of a browser is in here; networks are handed in.

import { portrait, SIDE, similarity } from './align.js';
import { size, squared } from './boxes.js';
import { Detector } from './detector.js';
import { grey, shrunk } from './images.js';
import { known, learn, read, whitened } from './posterior.js';
import { assess, doubtsOf } from './quality.js';
import { Smoother } from './smoothing.js';
import { Watching } from './watching.js';

/** @import { Box, Person, Read } from './types.d.ts' */
/** @import { Picture } from './images.js' */
/** @import { Face, Network } from './detector.js' */
/** @import { Prior } from './posterior.js' */

const SEARCH_S = 1.5; // Before somebody's own camera new faces are rare.
const AGAIN_S = [0.2, 1]; // How often a face that is gone is searched for: at first, and then.
const PATIENT_S = 3;
const LEAST = 40; // The smallest face that is searched for, in pixels; a device's owner is near.
const SMALLER = 0.6;
/** Rows and columns of a portrait that the network sees. As embedder.py. */
const SEEN = /** @type {Box} */ ([36, 34, 156, 154]);
const SQUARE = 48;

export class Recogniser {
  #face = /** @type {Face | null} */ (null);
  #searched = -Infinity;
  #seen = -Infinity;
  #smoother = new Smoother();
  #known;
  #watching;

  /** @param {Prior} prior @param {{ pnet: Network, rnet: Network, onet: Network, embedding: Network }} networks */
  constructor(prior, networks) {
    this.prior = prior;
    this.detector = new Detector(networks);
    this.network = networks.embedding;
    this.#known = known(learn(prior, []));
    this.#watching = new Watching(prior, this.#known);
  }

  /** Whose face it is; null: anybody's. @param {Person | null} person */
  person(person) {
    this.#known = known(person ?? learn(this.prior, []));
    this.#watching = new Watching(this.prior, this.#known);
    this.#smoother = new Smoother();
  }

  /** @param {Picture} picture @param {number} time in seconds; does not go back @returns {Promise<Read | null>} */
  async read(picture, time) {
    const face = this.#face = await this.#follow(picture, time);
    if (!face) return null;
    this.#seen = time;
    const { quality, vector } = await this.examined(picture, face);
    const { rates } = this.#watching;
    const reading = read(this.#known, this.#watching.settled(vector), rates, quality.flaw);
    if (!quality.flaw) this.#watching.see(vector, reading.scores, time);
    this.#smoother.add(reading, rates, time);
    const shown = /** @type {NonNullable<ReturnType<Smoother['shown']>>} */ (this.#smoother.shown(rates, time));
    const { score, flaw } = quality;
    return { box: face.box, expression: shown.unsure ? null : shown.best, ...shown, quality: score, flaw };
  }

  /** The one clear face of a picture that may become a reference, whatever was seen before. @param {Picture} picture */
  async look(picture) {
    const faces = (await this.detector.search(picture, LEAST)).filter(({ score }) => score >= 0.9);
    if (!faces.length) return null;
    const { quality, vector, aligned } = await this.examined(picture, faces[0]);
    const doubts = [...(faces.length > 1 ? ['several-faces'] : []), ...doubtsOf(quality)];
    const { scores } = read(this.#known, vector, this.#watching.rates, null);
    return { box: faces[0].box, quality: quality.score, doubts, vector, aligned, scores };
  }

  /** A face's portrait, quality and vector. @param {Picture} picture @param {Face} face */
  async examined(picture, face) {
    const matrix = similarity(face.points);
    const aligned = matrix && portrait(picture, matrix);
    const quality = assess(picture, face, matrix, aligned);
    const black = { data: new Uint8ClampedArray(SIDE * SIDE * 4), width: SIDE, height: SIDE };
    const square = shrunk(grey(aligned ?? black, SEEN), SQUARE);
    const { data } = await this.network(square.data, [1, 1, SQUARE, SQUARE]);
    return { quality, vector: whitened(this.prior, data), aligned: aligned ?? black, square: square.data };
  }

  /** The owner's face: where it was a moment ago, else searched for. @param {Picture} picture @param {number} time */
  async #follow(picture, time) {
    const before = this.#face;
    const found = before ? await this.detector.follow(picture, [squared(before.box)]) : [];
    const rest = time - this.#seen > PATIENT_S ? AGAIN_S[1] : AGAIN_S[0];
    const lost = before !== null && !found.length;
    if (!lost && time - this.#searched < (found.length ? SEARCH_S : rest)) return found[0] ?? null;
    this.#searched = time;
    const least = found.length ? Math.max(LEAST, SMALLER * size(found[0].box)) : LEAST;
    const faces = await this.detector.search(picture, least);
    // The largest is theirs.
    return [...found, ...faces].sort((a, b) => size(b.box) - size(a.box))[0] ?? null;
  }
}
