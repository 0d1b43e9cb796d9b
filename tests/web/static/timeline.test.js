import assert from 'node:assert/strict';
import { test } from 'node:test';

import { joined } from '../../../fewshot_fer/web/static/live/timeline.js';

const STEP = 5;
const lesson = (count, shares = { happy: 1 }, coverage = 1) =>
  Array.from({ length: count }, (_, k) => [STEP * k, shares, coverage]);

test('of nothing there are no columns', () => {
  assert.deepEqual(joined([], STEP), []);
});

test('a short lesson is shown stretch by stretch, and a gap stays one', () => {
  const columns = joined([[0, { happy: 1 }, 0.5], [15, { sad: 1 }, 1]], STEP);
  assert.deepEqual(columns, [
    { start: 0, length: 5, shares: { happy: 1 }, coverage: 0.5 },
    { start: 15, length: 5, shares: { sad: 1 }, coverage: 1 },
  ]);
});

test('a long lesson never has too many columns, and begins and ends where it did', () => {
  for (const count of [180, 181, 500, 2000, 20_000]) {
    const columns = joined(lesson(count), STEP);
    assert.ok(columns.length <= 181, `${columns.length} of ${count}`);
    assert.equal(columns[0].start, 0);
    const { start, length } = columns.at(-1);
    assert.ok(start <= STEP * (count - 1) && start + length >= STEP * count);
  }
});

test('joined, a stretch weighs by how much of the class was clearly read in it', () => {
  const half = lesson(400).map(([start], k) => (k % 2 ? [start, { sad: 1 }, 0.2] : [start, { happy: 1 }, 0.6]));
  const near = (a, b) => Math.abs(a - b) < 1e-9;
  const columns = joined(half, STEP);
  assert.equal(columns.length, 100);
  for (const { shares, coverage } of columns) {
    assert.ok(near(shares.happy, 0.75) && near(shares.sad, 0.25) && near(coverage, 0.4), JSON.stringify(shares));
  }
});

test('where nothing was clearly read there are no shares, and no number that is none', () => {
  for (const { shares, coverage } of joined(lesson(400, { happy: 1 }, 0), STEP)) {
    assert.deepEqual([shares, coverage], [{ happy: 0 }, 0]);
  }
});
