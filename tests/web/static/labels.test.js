import assert from 'node:assert/strict';
import { test } from 'node:test';

import { laid, overlap, SIGN, Steady, TALL } from '../../../fewshot_fer/web/static/live/faces/labels.js';

/** A gallery of tiles, a face in the middle of each. */
function gallery(columns, rows, [width, height], face = 0.45) {
  const [wide, tall] = [width / columns, height / rows];
  return Array.from({ length: columns * rows }, (_, k) => {
    const [x, y] = [(k % columns) * wide, Math.floor(k / columns) * tall];
    const half = (face * Math.min(wide, tall)) / 2;
    const [cx, cy] = [x + wide / 2, y + tall / 2];
    return { box: [cx - half, cy - half, cx + half, cy + half], widths: { whole: 90 + (k % 5) * 14, what: 60 + (k % 3) * 10 } };
  });
}

/** No label lies on another face, on another label or outside. */
function assertClear(faces, labels, [width, height]) {
  labels.forEach(({ rect }, k) => {
    if (rect[0] === rect[2]) return; // Nothing is drawn.
    assert.ok(rect[0] >= 0 && rect[1] >= 0 && rect[2] <= width && rect[3] <= height, `label ${k} is inside`);
    faces.forEach(({ box }, other) => assert.ok(other === k || !overlap(rect, box), `label ${k} lies on face ${other}`));
    labels.forEach((one, other) => assert.ok(other === k || !overlap(rect, one.rect), `labels ${k} and ${other}`));
  });
}

for (const room of [[720, 405], [1180, 664], [356, 200], [1600, 900]]) {
  for (const [columns, rows] of [[7, 7], [4, 3], [9, 6], [1, 1], [2, 1]]) {
    test(`${columns} x ${rows} faces in ${room} pixels: no label lies on another face`, () => {
      const faces = gallery(columns, rows, room);
      assertClear(faces, laid(faces, room), room);
    });
  }
}

test('twelve faces have their whole labels, forty-nine in little room have signs', () => {
  assert.ok(laid(gallery(4, 3, [1180, 664]), [1180, 664]).every(({ form }) => form === 'whole'));
  const small = laid(gallery(7, 7, [480, 270]), [480, 270]);
  assert.ok(small.every(({ form, rect }) => form === 'sign' && rect[2] - rect[0] === SIGN));
});

test('a crowd in which faces touch loses only the labels that find no room', () => {
  const faces = Array.from({ length: 30 }, (_, k) => {
    const [x, y] = [40 + (k % 10) * 52 + (k % 3) * 7, 60 + Math.floor(k / 10) * 58 + (k % 4) * 5];
    return { box: [x, y, x + 50, y + 56], widths: { whole: 100, what: 70 } };
  });
  assertClear(faces, laid(faces, [640, 300]), [640, 300]);
});

test('labels get poorer at once and richer only after a while', () => {
  const [wide, narrow] = [[1180, 664], [480, 270]];
  const steady = new Steady();
  const forms = (room) => new Set(steady.laid(gallery(7, 7, room), room).map(({ form }) => form));
  assert.ok(forms(narrow).has('sign'));
  assert.deepEqual([...forms(wide)], ['sign']);
  for (let k = 0; k < 10; k += 1) forms(wide);
  assert.ok(!forms(wide).has('sign'));
  assert.equal(TALL, 20);
});
