import assert from 'node:assert/strict';
import { test } from 'node:test';

import { cut, grid, Seats, tile } from '../../../fewshot_fer/web/static/live/faces/tiles.js';

test('fifty tiles fit, and none is wasted by a whole row', () => {
  for (const count of [1, 2, 5, 12, 49, 50]) {
    const { columns, rows } = grid(count, 16 / 9);
    assert.ok(columns * rows >= count && columns * (rows - 1) < count, `${count}: ${columns} x ${rows}`);
    const [x, y, w, h] = tile(count - 1, { columns, rows }, 1280, 720);
    assert.ok(x >= 0 && y >= 0 && x + w <= 1280 && y + h <= 720);
  }
});

test('a tile shows the face, also at the picture’s edge, in its own shape', () => {
  for (const box of [[600, 300, 680, 400], [0, 0, 60, 70], [1230, 660, 1280, 720], [0, 0, 1280, 720]]) {
    const [x, y, w, h] = cut(box, [1280, 720], 1.5);
    assert.ok(x >= 0 && y >= 0 && x + w <= 1280.001 && y + h <= 720.001);
    assert.ok(Math.abs(w / h - 1.5) < 1e-6);
    if (box[2] - box[0] < 500) assert.ok(x <= box[0] && y <= box[1] && x + w >= box[2] && y + h >= box[3]);
  }
});

test('a face keeps its tile while others come and go, and for a moment when it is lost', () => {
  const seats = new Seats();
  assert.deepEqual(seats.of([7, 8, 9], 0).places, [0, 1, 2]);
  assert.deepEqual(seats.of([9, 7], 1000), { places: [2, 0], count: 3 });
  assert.deepEqual(seats.of([9, 8, 7, 3], 2000), { places: [2, 1, 0, 3], count: 4 });
  assert.deepEqual(seats.of([9, 3], 9000), { places: [0, 1], count: 2 });
});
