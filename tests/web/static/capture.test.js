import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';

import { goOn, pass, stopTime } from './fakes.js';
import { Capture, Pace } from '../../../fewshot_fer/web/static/capture.js';

const CANVAS = { convertToBlob: async () => new Blob(['jpeg']) };
let camera;
let line;
let took;
let capture;

beforeEach(() => {
  stopTime();
  camera = { on: true, asked: [], picture: CANVAS, draw(most) { this.asked.push(most); return this.picture; } };
  line = { ready: true, sent: 0, send() { this.sent += 1; return true; } };
  took = [];
  capture = new Capture(camera, () => line, { size: () => [640, 0.7], took: (ms) => took.push(ms) });
});
afterEach(goOn);

describe('one picture is on its way at a time', () => {
  test('the next is taken when the answer is there', async () => {
    await capture.wake();
    await capture.wake();
    await pass(5000);
    assert.equal(line.sent, 1);
    const flown = capture.answered(true);
    await pass(0);
    assert.equal(flown.canvas, CANVAS);
    assert.deepEqual(took, [5000]);
    assert.equal(line.sent, 2);
    assert.deepEqual(camera.asked, [640, 640]);
  });

  test('a quick answer is not followed more often than is allowed', async () => {
    capture.every = 250;
    await capture.wake();
    await pass(20);
    capture.answered(true);
    await pass(229);
    assert.equal(line.sent, 1);
    await pass(2);
    assert.equal(line.sent, 2);
  });

  test('what was not read teaches nothing about the way, and is followed a little later', async () => {
    await capture.wake();
    await pass(50);
    capture.answered(false);
    await pass(199);
    assert.deepEqual([took, line.sent], [[], 1]);
    await pass(2);
    assert.equal(line.sent, 2);
  });

  test('what was on its way on a line that was cut is lost', async () => {
    await capture.wake();
    capture.forget();
    await capture.wake();
    assert.equal(line.sent, 2);
  });
});

describe('no picture is taken', () => {
  for (const [why, set] of [
    ['while it rests', () => { capture.resting = true; }],
    ['while the camera is off', () => { camera.on = false; }],
    ['while there is no line', () => { line.ready = false; }],
  ]) {
    test(why, async () => {
      set();
      await capture.wake();
      await pass(5000);
      assert.equal(line.sent, 0);
    });
  }

  test('before the camera has one; then it is looked for again', async () => {
    camera.picture = null;
    await capture.wake();
    assert.equal(line.sent, 0);
    camera.picture = CANVAS;
    await pass(60);
    assert.equal(line.sent, 1);
  });
});

describe('the pace', () => {
  const STEPS = [[1280, 0.8], [960, 0.75], [640, 0.6]];
  const many = (pace, count, ms) => { for (let k = 0; k < count; k += 1) pace.took(ms); };

  test('a slow way makes pictures smaller, down to the last step', () => {
    const pace = new Pace(STEPS);
    assert.deepEqual(pace.size, STEPS[0]);
    many(pace, 12, 400);
    assert.deepEqual(pace.size, STEPS[1]);
    many(pace, 200, 400);
    assert.deepEqual(pace.size, STEPS[2]);
  });

  test('a way that is neither slow nor quick leaves them as they are', () => {
    const pace = new Pace(STEPS, { step: 1 });
    many(pace, 500, 180);
    assert.deepEqual(pace.size, STEPS[1]);
  });

  test('a quick way makes them larger again, but not at once', () => {
    const pace = new Pace(STEPS, { step: 2 });
    many(pace, 12, 50);
    assert.deepEqual(pace.size, STEPS[2]);
    many(pace, 12, 50);
    assert.deepEqual(pace.size, STEPS[1]);
  });

  test('what was tried and was too much is tried again later', () => {
    const rise = (pace) => {
      let count = 0;
      pace.delay = 20;
      for (const { step } = pace; pace.step === step; count += 1) pace.took(20);
      return count;
    };
    assert.equal(rise(new Pace(STEPS, { step: 2 })), 24);
    const pace = new Pace(STEPS, { step: 1 });
    many(pace, 12, 2000);
    assert.equal(pace.step, 2);
    assert.equal(rise(pace), 48);
  });
});
