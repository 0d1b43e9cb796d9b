// Turns the readings of single looks into an expression that one can believe: a hidden Markov
// filter. As lesson/smoothing.py, where it is explained.

/** @import { Reading } from './posterior.js' */

const CHANGE_RATE = 0.3;
const CORRELATION_S = 0.15;
const DOUBT = 0.03;
const CLEAR = 0.7;
const SURE = 0.5;
const STALE_S = 2;

export class Smoother {
  #names = /** @type {string[]} */ ([]);
  #likely = /** @type {number[]} */ ([]);
  #shown = 0;
  #time = 0;
  #unsure = 0;
  #why = /** @type {string | null} */ (null);

  /** @param {Reading} reading made with these rates @param {number[]} rates @param {number} time in seconds; does not go back */
  add({ scores, unsure }, rates, time) {
    const [names, values] = [Object.keys(scores), Object.values(scores)];
    if (names.join() !== this.#names.join()) {
      this.#names = names;
      this.#likely = shares(values);
      this.#shown = best(values);
      this.#time = time;
      this.#unsure = unsure ? 1 : 0;
      this.#why = unsure;
      return;
    }
    // The rates are in the belief already: they do not count again with every picture.
    const even = shares(values.map((one, i) => one / rates[i]));
    const since = Math.max(0, time - this.#time);
    const news = 1 - Math.exp(-since / CORRELATION_S);
    const before = this.#expected(since, rates);
    this.#likely = shares(before.map((one, i) => one * ((1 - DOUBT) * even[i] + DOUBT / names.length) ** news));
    this.#unsure += news * ((unsure ? 1 : 0) - this.#unsure);
    this.#why = unsure ?? this.#why;
    this.#time = Math.max(time, this.#time);
    const first = best(this.#likely);
    if (this.#likely[first] >= CLEAR) this.#shown = first;
  }

  /** What is believed at a time; null before the first look. @param {number[]} rates @param {number} time @returns {Reading | null} */
  shown(rates, time) {
    if (!this.#names.length) return null;
    const unseen = time - this.#time;
    const likely = this.#expected(Math.max(0, unseen), rates);
    const close = likely[this.#shown] < SURE ? 'close' : null;
    return {
      best: this.#names[this.#shown],
      scores: Object.fromEntries(this.#names.map((name, i) => [name, likely[i]])),
      unsure: unseen > STALE_S ? 'not-read' : this.#unsure > 0.5 ? this.#why : close,
    };
  }

  /** The belief some time later, without another sample. @param {number} since @param {number[]} rates */
  #expected(since, rates) {
    const others = Math.max(1, this.#names.length - 1);
    const left = 1 - Math.exp((-CHANGE_RATE * since * (others + 1)) / others);
    return this.#likely.map((one, i) => (1 - left) * one + left * rates[i]);
  }
}

/** @param {number[]} values */
function shares(values) {
  const all = values.reduce((sum, one) => sum + one, 0);
  return values.map((one) => one / all);
}

/** @param {number[]} values */
const best = (values) => values.indexOf(Math.max(...values));
