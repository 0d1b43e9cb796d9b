import assert from 'node:assert/strict';
import { test } from 'node:test';

import { called, clock, largest, letters, percent, summary, told } from '../../../fewshot_fer/web/static/words.js';

test('shares are whole percents', () => {
  assert.deepEqual([0, 0.004, 0.005, 0.256, 1].map(percent), ['0 %', '0 %', '1 %', '26 %', '100 %']);
});

test('times are read like a clock, and never before the beginning', () => {
  assert.deepEqual([-3, 0, 59.9, 61, 3600, 36_061].map(clock), ['0:00', '0:00', '0:59', '1:01', '1:00:00', '10:01:01']);
});

test('the largest come first, and what nobody shows is left out', () => {
  assert.deepEqual(largest({ sad: 0.2, fear: 0.001, happy: 0.7, angry: 0 }), [['happy', 0.7], ['sad', 0.2]]);
});

test('a class in a sentence', () => {
  assert.equal(summary({ shares: {}, sure: 0, expected: 0 }), 'No face is seen.');
  assert.equal(summary({ shares: {}, sure: 0, expected: 3 }), '0 of 3 clearly read.');
  const shares = { sad: 0.1, happy: 0.6, fear: 0.25, angry: 0.05 };
  assert.equal(summary({ shares, sure: 20, expected: 24 }), 'happy 60 %, fear 25 %, sad 10 %. 20 of 24 clearly read.');
});

test('every expression has a letter of its own, and always the same', () => {
  const found = letters(['surprise', 'sad', 'neutral', 'happy', 'fear', 'disgust', 'angry', 'bored']);
  assert.equal(new Set(Object.values(found)).size, 8);
  assert.deepEqual([found.sad, found.surprise, found.happy], ['S', 'U', 'H']);
});

test('a letter is of the word that is read beside it', () => {
  const words = { angry: 'wütend', fear: 'Angst', surprise: 'überrascht', sad: 'दुखी', happy: '高兴' };
  const found = letters(Object.keys(words), (name) => words[name]);
  assert.deepEqual(found, { angry: 'W', fear: 'A', happy: '高', sad: 'द', surprise: 'Ü' });
});

test('a face has one label, wherever it stands', () => {
  assert.deepEqual([told({ expression: 'sad' }), told({ expression: null, best: 'sad' }), told({})], ['sad', 'unsure', 'looking …']);
  assert.deepEqual([called({ name: 'Ada', track: 3 }), called({ name: null, track: 3 })], ['Ada', 'Face 3']);
});
