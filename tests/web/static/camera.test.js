import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';

import './fakes.js';
import { Camera, NoCamera, obstacle } from '../../../fewshot_fer/web/static/camera.js';

const stream = () => {
  const track = Object.assign(new EventTarget(), { stopped: false, stop() { this.stopped = true; } });
  return { track, getTracks: () => [track], getVideoTracks: () => [track] };
};
const refusal = (name) => async () => { throw Object.assign(new Error('no'), { name }); };
let media;
let camera;
let ended;

beforeEach(() => {
  media = { getUserMedia: async () => stream(), getDisplayMedia: async () => stream() };
  globalThis.window = { isSecureContext: true, WebSocket };
  Object.defineProperty(globalThis, 'navigator', { value: { mediaDevices: media }, configurable: true });
  ended = 0;
  const video = { play: async () => {}, videoWidth: 1280, videoHeight: 720, readyState: 4 };
  camera = new Camera(() => { ended += 1; }, { video });
});

test('what a browser lacks is said before it is asked', () => {
  assert.equal(obstacle(), null);
  delete media.getDisplayMedia;
  assert.match(obstacle('screen').what, /cannot share a window/);
  assert.equal(obstacle('camera'), null);
  window.isSecureContext = false;
  assert.match(obstacle().next, /https:/);
  window.isSecureContext = true;
  Object.defineProperty(globalThis, 'navigator', { value: {}, configurable: true });
  assert.match(obstacle().what, /cannot show a camera/);
});

test('every refusal of a browser has words and a next step', async () => {
  const said = async (name, kind) => {
    media.getUserMedia = media.getDisplayMedia = refusal(name);
    return camera.start(kind).then(() => assert.fail('it was refused'), (error) => error);
  };
  for (const name of ['NotAllowedError', 'SecurityError', 'NotFoundError', 'OverconstrainedError', 'NotReadableError', 'AbortError', 'X']) {
    for (const kind of ['camera', 'screen']) {
      const error = await said(name, kind);
      assert.ok(error instanceof NoCamera && error.what && error.next, name);
    }
  }
  assert.equal((await said('SecurityError', 'camera')).what, (await said('NotAllowedError', 'camera')).what);
  assert.notEqual((await said('NotAllowedError', 'screen')).what, (await said('NotAllowedError', 'camera')).what);
  assert.match((await said('X', 'camera')).what, /X/);
});

test('where another camera is refused, the one that was on goes on', async () => {
  const first = stream();
  media.getUserMedia = async () => first;
  await camera.start();
  media.getUserMedia = refusal('NotReadableError');
  await assert.rejects(camera.start('camera', 'other'), NoCamera);
  assert.deepEqual([camera.on, first.track.stopped], [true, false]);
});

test('a camera that is taken away is told of, one that was changed or stopped is not', async () => {
  const streams = [stream(), stream()];
  media.getUserMedia = async () => streams.shift();
  const [first, second] = streams;
  await camera.start();
  await camera.start('camera', 'other');
  assert.equal(first.track.stopped, true);
  first.track.dispatchEvent(new Event('ended'));
  assert.equal(ended, 0);
  second.track.dispatchEvent(new Event('ended'));
  assert.equal(ended, 1);
  camera.stop();
  second.track.dispatchEvent(new Event('ended'));
  assert.deepEqual([camera.on, second.track.stopped, ended], [false, true, 1]);
});

test('a picture is as large as is asked for at most, and stays until the next but one', async () => {
  globalThis.OffscreenCanvas = class {
    constructor(width, height) { Object.assign(this, { width, height }); }
    getContext() { return { drawImage() {} }; }
  };
  assert.equal(camera.draw(640), null);
  await camera.start();
  const [one, two, three, four] = [640, 640, 640, 4000].map((most) => camera.draw(most));
  assert.deepEqual([one.width, one.height], [640, 360]);
  assert.notEqual(two, one);
  assert.equal(three, one);
  assert.deepEqual([four.width, four.height], [1280, 720]);
});

test('a worker is told when it is over, and what it still says is not of the camera after it', async () => {
  const workers = [];
  globalThis.MediaStreamTrackProcessor = class {
    readable = 'pictures';
  };
  globalThis.Worker = class {
    posted = [];
    constructor() { workers.push(this); }
    postMessage(data) { this.posted.push(data); }
  };
  const streams = [stream(), stream()];
  const [first] = streams;
  media.getUserMedia = async () => streams.shift();
  await camera.start();
  camera.stop();
  assert.equal(first.track.stopped, true);
  await camera.start();
  assert.deepEqual(workers.map((one) => one.posted), [[{ frames: 'pictures' }, { over: true }], [{ frames: 'pictures' }]]);
  const shot = camera.grab(640, 0.8);
  workers[0].onmessage({ data: { jpeg: 'old' } });
  workers[1].onmessage({ data: { jpeg: 'new' } });
  assert.deepEqual(await shot, { jpeg: 'new' });
  delete globalThis.MediaStreamTrackProcessor;
});
