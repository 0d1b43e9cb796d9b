// The scripts that read on a student's device give the numbers that Python gives (numbers.json).

import assert from 'node:assert/strict';
import test from 'node:test';

import { portrait, similarity } from '../../fewshot_fer/web/static/on_device/align.js';
import { grey, shrunk } from '../../fewshot_fer/web/static/on_device/images.js';
import { unpack } from '../../fewshot_fer/web/static/on_device/numbers.js';
import { known, learn, ratesOver, read, whitened } from '../../fewshot_fer/web/static/on_device/posterior.js';
import { assess } from '../../fewshot_fer/web/static/on_device/quality.js';
import { Smoother } from '../../fewshot_fer/web/static/on_device/smoothing.js';
import { Watching } from '../../fewshot_fer/web/static/on_device/watching.js';
import { faces, inflated, numbers, prior } from './numbers.js';

function near(found, wanted, most, what) {
  assert.equal(found.length, wanted.length, what);
  const worst = Math.max(...Array.from(found, (one, i) => Math.abs(one - wanted[i])));
  assert.ok(worst <= most, `${what}: off by ${worst}`);
}

function said(found, wanted, most = 1e-4) {
  assert.equal(found.best, wanted.best);
  assert.equal(found.unsure, wanted.unsure);
  near(Object.values(found.scores), Object.values(wanted.scores), most, 'scores');
  assert.deepEqual(Object.keys(found.scores), Object.keys(wanted.scores));
}

test('a face is aligned, and cut to what the network sees', () => {
  for (const { picture, points, matrix, portrait: thumb, square } of faces) {
    const found = similarity(points);
    near(found, matrix.flat(), 1e-4, 'matrix');
    const aligned = portrait(picture, found);
    const rgb = inflated(thumb);
    let off = 0;
    for (let i = 0; i < 48 * 48; i += 1) {
      const at = 4 * (4 * Math.floor(i / 48) * 192 + 4 * (i % 48));
      for (let k = 0; k < 3; k += 1) off += Math.abs(aligned.data[at + k] - rgb[3 * i + k]);
    }
    assert.ok(off / rgb.length < 0.3, `portrait: off by ${off / rgb.length} on average`);
    const seen = shrunk(grey(aligned, [36, 34, 156, 154]), 48).data;
    const mean = seen.reduce((sum, one, i) => sum + Math.abs(one - inflated(square)[i]), 0) / seen.length;
    assert.ok(mean < 0.3, `square: off by ${mean} on average`);
  }
});

test('the quality of a face, and its flaw', () => {
  for (const { picture, face, quality } of faces) {
    const matrix = similarity(face.points);
    const found = assess(picture, face, matrix, portrait(picture, matrix));
    assert.equal(found.flaw, quality.flaw);
    for (const [name, most] of Object.entries({ sharpness: 0.02, brightness: 0.3, contrast: 0.3, yaw: 0.01, pitch: 0.01, roll: 0.01, inside: 1e-4, mouth: 0.02, score: 0.03 })) {
      assert.ok(Math.abs(found[name] - quality[name]) <= most, `${name}: ${found[name]} and not ${quality[name]}`);
    }
  }
});

test('features are whitened', () => {
  for (const { features, vector } of faces) near(whitened(prior, features), vector, 1e-3, 'vector');
});

test('references teach, and vectors are read', () => {
  for (const { references, numbers: wanted, readings } of numbers.people) {
    const person = learn(prior, references.map((one) => ({ ...one, vector: unpack(one.vector) })));
    if (wanted) {
      near(unpack(person.points), unpack(wanted.points), 2e-4, 'points');
      near(unpack(person.scale), unpack(wanted.scale), 1e-5, 'scale');
      near(person.allowance, wanted.allowance, 1e-3, 'allowance');
      near(person.log_modes, wanted.log_modes, 1e-3, 'modes');
      for (const name of ['temperature', 'confidence', 'distance']) assert.ok(Math.abs(person[name] - wanted[name]) < 1e-4, name);
      assert.deepEqual([person.names, person.counts, person.width], [wanted.names, wanted.counts, wanted.width]);
    }
    for (const one of [person, ...(wanted ? [wanted] : [])]) {
      faces.forEach(({ vector }, i) => said(read(known(one), vector, ratesOver(prior, one.names), null), readings[i]));
    }
  }
});

test('readings are smoothed', () => {
  const anybody = known(learn(prior, []));
  const rates = ratesOver(prior, prior.names);
  const smoother = new Smoother();
  for (const { time, face, before, after } of numbers.smoothed) {
    const shown = smoother.shown(rates, time);
    if (before) said(shown, before, 1e-3);
    else assert.equal(shown, null);
    smoother.add(read(anybody, faces[face].vector, rates, null), rates, time);
    said(smoother.shown(rates, time), after, 1e-3);
  }
});

test('a face is learnt while it is watched', () => {
  const anybody = known(learn(prior, []));
  const watching = new Watching(prior, anybody);
  const wanted = new Map(numbers.watched.map((one) => [one.look, one]));
  for (let k = 0; k < 60; k += 1) {
    const z = faces[k % 3 ? 0 : 2].vector.map((one, d) => one + 0.6 * Math.sin(d));
    const reading = read(anybody, watching.settled(z), watching.rates, null);
    watching.see(z, reading.scores, 0.6 * k);
    const here = wanted.get(k);
    if (!here) continue;
    said(reading, here.said, 2e-3);
    near(watching.rates, here.rates, 1e-3, 'rates');
  }
});
