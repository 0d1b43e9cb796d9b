// The reader's own thread: pictures come in, labels go out. Vectors leave it only when a page asks
// for a reference that stays on this device.

import { checked, priorOf, Trouble } from './checkpoint.js';
import { learn } from './posterior.js';
import { Recogniser } from './recogniser.js';

/** @import { Person, Reference } from './types.d.ts' */
/** @import { Files } from './checkpoint.js' */
/** @import { Network } from './detector.js' */
/** @typedef {{ numThreads: number, wasmBinary: ArrayBuffer }} Wasm */
/** @typedef {{ run: (feeds: object) => Promise<Record<string, { data: Float32Array, dims: readonly number[] }>>, inputNames: string[], outputNames: string[] }} Session */
/** @typedef {{ env: { wasm: Wasm, logLevel: string }, Tensor: new (kind: string, data: Float32Array, dims: number[]) => object, InferenceSession: { create: (model: Uint8Array) => Promise<Session> } }} Engine */

const NETWORKS = /** @type {const} */ (['pnet', 'rnet', 'onet', 'embedding']);
let recogniser = /** @type {Recogniser} */ (/** @type {unknown} */ (null));
let canvas = new OffscreenCanvas(1, 1);

const DOES = {
  /** @param {string} base */
  async open(base) {
    if (!crypto.subtle) throw new Trouble('insecure');
    const seal = base.replace(/\/$/, '').split('/').pop() ?? '';
    const { checkpoint, files } = await checked(seal, (name) => fetched(`${base}${name}`, name), progress);
    const networks = await opened(base, files);
    recogniser = new Recogniser(priorOf(checkpoint, files), networks);
  },
  /** @param {ImageBitmap} bitmap @param {number} at */
  read: (bitmap, at) => recogniser.read(pixels(bitmap), at / 1000),
  /** @param {ImageBitmap} bitmap */
  async look(bitmap) {
    const seen = await recogniser.look(pixels(bitmap));
    if (!seen) return null;
    const { aligned, ...rest } = seen;
    return { ...rest, portrait: await jpeg(aligned) };
  },
  /** @param {Person | null} person */
  person(person) {
    if (person && person.checkpoint !== recogniser.prior.checkpoint) throw new Trouble('other-checkpoint');
    recogniser.person(person);
  },
  /** @param {Reference[]} references */
  make(references) {
    const { prior } = recogniser;
    const fits = references.every(({ vector }) => vector.length === prior.width && [...vector].every(Number.isFinite));
    if (!fits) throw new Trouble('other-checkpoint');
    return learn(prior, references);
  },
};

let before = Promise.resolve();
onmessage = ({ data }) => { before = before.then(() => answer(data)); };

/** One thing after the other: the networks' memory is one. @param {{ id: number, does: string, given: unknown[] }} asked */
async function answer({ id, does, given }) {
  try {
    postMessage({ id, done: await /** @type {Record<string, Function>} */ (DOES)[does](...given) });
  } catch (error) {
    const { code, where, message } = /** @type {Trouble} */ (error);
    const memory = error instanceof RangeError || /memory/i.test(message);
    postMessage({ id, failed: code ?? (memory ? 'memory' : 'failed'), where: where ?? message });
  }
}

/** @param {number} share */
const progress = (share) => postMessage({ progress: share });

/** @param {string} address @param {string} name */
async function fetched(address, name) {
  const answer = await fetch(address).catch(() => null);
  if (!answer?.ok) throw new Trouble('missing', name);
  return answer.arrayBuffer().catch(() => { throw new Trouble('missing', name); });
}

/** @param {string} base @param {Files} files */
async function opened(base, files) {
  const engine = /** @type {Engine} */ (await import(`${base}ort.mjs`));
  Object.assign(engine.env.wasm, { numThreads: 1, wasmBinary: files['ort.wasm'] });
  engine.env.logLevel = 'error';
  const networks = /** @type {Record<typeof NETWORKS[number], Network>} */ ({});
  for (const name of NETWORKS) {
    const session = await engine.InferenceSession.create(new Uint8Array(files[`${name}.onnx`]));
    const [[input], [output]] = [session.inputNames, session.outputNames];
    networks[name] = async (data, dims) => (await session.run({ [input]: new engine.Tensor('float32', data, dims) }))[output];
  }
  return networks;
}

/** @param {ImageBitmap} bitmap */
function pixels(bitmap) {
  const { width, height } = bitmap;
  if (canvas.width !== width || canvas.height !== height) canvas = new OffscreenCanvas(width, height);
  const context = /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext('2d', { willReadFrequently: true, alpha: false }));
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  return context.getImageData(0, 0, width, height);
}

/** @param {{ data: Uint8ClampedArray | Uint8Array, width: number, height: number }} picture */
function jpeg({ data, width, height }) {
  const small = new OffscreenCanvas(width, height);
  /** @type {OffscreenCanvasRenderingContext2D} */ (small.getContext('2d')).putImageData(new ImageData(Uint8ClampedArray.from(data), width, height), 0, 0);
  return small.convertToBlob({ type: 'image/jpeg', quality: 0.95 });
}
