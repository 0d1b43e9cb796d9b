// Fetches the browser checkpoint, and uses no byte of it that its seal does not vouch for.

import { tensors } from './numbers.js';
import { spreadOf } from './posterior.js';

/** @import { Failure } from './types.d.ts' */
/** @import { Prior } from './posterior.js' */
/** @typedef {(name: string) => Promise<ArrayBuffer>} Fetches throws a `Trouble` where there is none */
/** @typedef {Record<string, ArrayBuffer>} Files */

const FORMAT = 1;

export class Trouble extends Error {
  /** @param {Failure} code @param {string} [where] */
  constructor(code, where = '') {
    super(`${code} ${where}`);
    this.code = code;
    this.where = where;
  }
}

/**
 * Every file, checked; `seal` is the manifest's own hash.
 * @param {string} seal @param {Fetches} fetches @param {(share: number) => void} progress
 * @returns {Promise<{ checkpoint: string, files: Files }>}
 */
export async function checked(seal, fetches, progress) {
  const raw = await fetches('manifest.json');
  if (await hash(raw) !== seal) throw new Trouble('altered', 'manifest.json');
  const manifest = JSON.parse(new TextDecoder().decode(raw));
  if (manifest.format !== FORMAT) throw new Trouble('altered', 'manifest.json');
  const parts = /** @type {[string, { sha256: string, bytes: number }][]} */ (Object.entries(manifest.files));
  const all = parts.reduce((sum, [, { bytes }]) => sum + bytes, 0);
  let done = 0;
  const files = await Promise.all(parts.map(async ([name, { sha256, bytes }]) => {
    const data = await fetches(name);
    if (await hash(data) !== sha256) throw new Trouble('altered', name);
    progress((done += bytes) / all);
    return /** @type {const} */ ([name, data]);
  }));
  return { checkpoint: manifest.checkpoint, files: Object.fromEntries(files) };
}

/** @param {ArrayBuffer} data */
async function hash(data) {
  const found = new Uint8Array(await crypto.subtle.digest('SHA-256', data));
  return [...found].map((one) => one.toString(16).padStart(2, '0')).join('');
}

/** @param {string} checkpoint @param {Files} files @returns {Prior} */
export function priorOf(checkpoint, files) {
  const { names } = JSON.parse(new TextDecoder().decode(files['card.json']));
  const arrays = tensors(files['prior.safetensors']);
  const of = (/** @type {string} */ name) => arrays[`prior.${name}`].data;
  const { shape } = arrays['prior.means'];
  const width = shape[shape.length - 1];
  const modes = shape.length > 2 ? shape[0] : 1;
  const doubts = [...of('doubts')];
  const each = doubts.length / 2;
  // The third is the confidence that is asked for where expressions are not expected evenly.
  const asked = arrays['prior.everyday'] && each > 2 ? 2 : 0;
  return {
    checkpoint, names, width, modes, ...spreadOf(of('means'), modes, names.length, width),
    centre: of('centre'), whitening: of('whitening'), means: of('means'), beta: of('beta'),
    delta: of('delta'), sigma: of('sigma'), weight: of('weight'), allowance: of('allowance')[0],
    temperatures: [...of('temperatures')],
    confidences: [doubts[asked], doubts[each + asked]],
    distances: [doubts[1], doubts[each + 1]],
    everyday: arrays['prior.everyday'] ? [...of('everyday')] : names.map(() => 1 / names.length),
  };
}
