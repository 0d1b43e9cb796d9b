// The whole way from a picture to what it shows, with the networks that a browser runs, in the
// engine that it runs them with. The folder of the browser checkpoint is in BROWSER_CHECKPOINT.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import test from 'node:test';

import { overlap, squared } from '../../fewshot_fer/web/static/on_device/boxes.js';
import { checked, priorOf, Trouble } from '../../fewshot_fer/web/static/on_device/checkpoint.js';
import { Recogniser } from '../../fewshot_fer/web/static/on_device/recogniser.js';
import { faces, numbers } from './numbers.js';

const folder = process.env.BROWSER_CHECKPOINT;
const seal = process.env.BROWSER_CHECKPOINT_SEAL;
/** @param {string} name */
async function fetches(name) {
  const data = await readFile(`${folder}/${name}`);
  return data.buffer.slice(data.byteOffset, data.byteOffset + data.length);
}

/** @param {Awaited<ReturnType<typeof checked>>} loaded */
async function recogniser({ checkpoint, files }) {
  const engine = await import(`${folder}/ort.mjs`);
  Object.assign(engine.env.wasm, { numThreads: 1, wasmBinary: files['ort.wasm'] });
  const networks = {};
  for (const name of ['pnet', 'rnet', 'onet', 'embedding']) {
    const session = await engine.InferenceSession.create(new Uint8Array(files[`${name}.onnx`]));
    networks[name] = async (data, dims) => Object.values(await session.run({ [session.inputNames[0]]: new engine.Tensor('float32', data, dims) }))[0];
  }
  return new Recogniser(priorOf(checkpoint, files), networks);
}

test('a face is found, embedded and named as by the server', { skip: !folder }, async () => {
  let progress = 0;
  const loaded = await checked(seal, fetches, (share) => { assert.ok(share >= progress); progress = share; });
  assert.equal(progress, 1);
  const made = await recogniser(loaded);
  for (const [i, { picture, box, followed, points, probability, vector, quality }] of faces.entries()) {
    const [found] = await made.detector.search(picture, 40);
    assert.ok(overlap(found.box, box) > 0.99, `box: ${overlap(found.box, box)}`);
    const off = Math.max(...found.points.flat().map((one, k) => Math.abs(one - points.flat()[k])));
    assert.ok(off < 0.05 && Math.abs(found.score - probability) < 1e-3, `points: off by ${off} pixels`);
    const seen = await made.examined(picture, found);
    assert.equal(seen.quality.flaw, quality.flaw);
    const dot = (a, b) => a.reduce((sum, one, k) => sum + one * b[k], 0);
    const nearness = dot(seen.vector, vector) / Math.sqrt(dot(seen.vector, seen.vector) * dot(vector, vector));
    assert.ok(nearness > 0.985, `vector: ${nearness}`);
    const [again] = await made.detector.follow(picture, [squared(found.box)]);
    assert.equal(again !== undefined, followed.length > 0);
    if (again) assert.ok(overlap(again.box, followed[0]) > 0.99);
    const fresh = await recogniser(loaded);
    const read = await fresh.read(picture, 0);
    assert.equal(read.best, numbers.people[0].readings[i].best);
    assert.equal(read.unsure, quality.flaw ?? numbers.people[0].readings[i].unsure);
    assert.equal(read.expression, read.unsure ? null : read.best);
  }
});

test('a face is searched for, followed, lost and found again', { skip: !folder }, async () => {
  const made = await recogniser(await checked(seal, fetches, () => {}));
  const searches = [];
  const search = made.detector.search.bind(made.detector);
  made.detector.search = (picture, least) => { searches.push(least); return search(picture, least); };
  const { picture } = faces[0];
  const empty = { ...picture, data: new Uint8ClampedArray(picture.data.length).fill(128) };
  const see = async (what, time) => [(await made.read(what, time)) !== null, searches.splice(0).length];
  assert.deepEqual(await see(picture, 0), [true, 1]);
  assert.deepEqual(await see(picture, 0.5), [true, 0], 'it is followed');
  assert.deepEqual(await see(picture, 1.6), [true, 1], 'others are looked for now and then');
  assert.deepEqual(await see(empty, 1.7), [false, 1], 'it is lost, and searched for at once');
  assert.deepEqual(await see(empty, 1.8), [false, 0], 'but not in every picture');
  assert.deepEqual(await see(empty, 2.0), [false, 1]);
  assert.deepEqual(await see(empty, 9.0), [false, 1]);
  assert.deepEqual(await see(empty, 9.5), [false, 0], 'and in the end rarely');
  assert.deepEqual(await see(picture, 10.1), [true, 1]);
});

test('no byte is used that the seal does not vouch for', { skip: !folder }, async () => {
  const altered = async (which) => {
    const spoilt = async (name) => {
      const data = await fetches(name);
      if (name === which) new Uint8Array(data)[data.byteLength >> 1] ^= 1;
      return data;
    };
    return checked(seal, spoilt, () => {});
  };
  for (const name of ['manifest.json', 'embedding.onnx', 'ort.wasm', 'ort.mjs', 'prior.safetensors']) {
    await assert.rejects(altered(name), (error) => error instanceof Trouble && error.code === 'altered' && error.where === name);
  }
  const cut = async (name) => (name === 'onet.onnx' ? (await fetches(name)).slice(0, 1000) : fetches(name));
  await assert.rejects(checked(seal, cut, () => {}), { code: 'altered', where: 'onet.onnx' });
});
