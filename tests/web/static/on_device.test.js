import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';

import { goOn, pass, stopTime } from './fakes.js';

const kept = new Map();
Object.assign(document, { documentElement: { lang: 'en' }, hidden: false });
Object.assign(globalThis, {
  createImageBitmap: async () => ({}),
  localStorage: { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => kept.set(key, value) },
});
const { Here } = await import('../../../fewshot_fer/web/static/portal/on_device/here.js');

const PERSON = { checkpoint: 'c0ffee' };
const told = (policy, base = '/on_device/') => ({ type: 'device', policy, base, key: 'AAAA', student: 's1', person: PERSON });
const HAPPY = {
  box: [10, 10, 90, 110], expression: 'happy', best: 'happy', unsure: null, quality: 0.87654, flaw: null,
  scores: { happy: 0.90004, neutral: 0.09996, sad: 0.00001 },
};
let camera;
let link;
let reader;
let here;
let fails;

beforeEach(() => {
  stopTime();
  kept.clear();
  document.hidden = false;
  fails = null;
  camera = { on: true, draw: () => ({ width: 640, height: 480 }) };
  link = { ready: true, sent: [], send(what) { this.sent.push(what); return true; } };
  reader = { reads: 0, face: HAPPY, async read() { this.reads += 1; return this.face; }, async setPerson(person) { this.person = person; }, close() {} };
  const open = async () => {
    if (fails) throw Object.assign(new Error(), { code: fails });
    return reader;
  };
  here = new Here({ policy: 'allowed', student: 's1' }, camera, link, { changed() {}, view() {}, coached() {} }, async () => ({ DeviceReader: { open } }));
});
afterEach(() => {
  camera.on = false;
  goOn();
});

/** Also what is done in other threads, as to make a key. @param {number} ms */
async function passes(ms) {
  for (let gone = 0; gone < ms; gone += 10) {
    await pass(10);
    await new Promise((done) => { setImmediate(done); });
  }
}

/** It reads on this device. */
async function begins() {
  await here.hear(told('required'));
  while (!reader.reads) await passes(10);
}

describe('where pictures are read', () => {
  test('nowhere until it is known what the class wants', () => assert.equal(here.way, 'nowhere'));

  for (const [policy, choice, way] of [
    ['off', null, 'server'], ['allowed', null, 'server'], ['preferred', null, 'here'], ['required', null, 'here'],
    ['off', 'yes', 'nowhere'], ['allowed', 'yes', 'here'], ['preferred', 'no', 'server'], ['required', 'no', 'here'],
  ]) {
    test(`${policy}, and the student chose ${choice}: ${way}`, async () => {
      if (choice) kept.set('fewshot-fer.stays.s1', choice);
      await here.hear(told(policy));
      assert.equal(here.way, way);
    });
  }

  for (const [policy, choice, way] of [['allowed', 'yes', 'nowhere'], ['preferred', null, 'server'], ['preferred', 'yes', 'nowhere'], ['required', null, 'nowhere']]) {
    test(`a device that cannot read, ${policy}, chosen ${choice}: ${way}`, async () => {
      fails = 'no-simd';
      if (choice) kept.set('fewshot-fer.stays.s1', choice);
      await here.hear(told(policy));
      await passes(50);
      assert.equal(here.failure, 'no-simd');
      assert.equal(here.way, way);
      assert.deepEqual(link.sent, []);
    });
  }
});

describe('whose references say how the student is read', () => {
  const reference = (light = false) => ({ expression: 'happy', vector: [0], portrait: '', light, checkpoint: 'c0ffee' });

  for (const [theirs, kept, by] of [
    [0, [], 'theirs'], [0, [reference()], 'own'], [0, [reference(true)], 'own'], [3, [reference(true)], 'theirs'],
    [3, [reference(), reference()], 'theirs'], [2, [reference(), reference()], 'own'],
    [0, [{ ...reference(), checkpoint: 'older' }], 'theirs'],
  ]) {
    test(`${theirs} of the teacher, ${kept.map(({ light, checkpoint }) => `${light ? 'light' : 'taught'} ${checkpoint}`)} here: ${by}`, async () => {
      const person = { ...PERSON, counts: [theirs, 0] };
      here.vault = { kept };
      reader.makePerson = async () => 'own';
      await here.hear({ ...told('required'), person });
      while (!reader.reads) await passes(10);
      assert.equal(reader.person, by === 'own' ? 'own' : person);
    });
  }
});

describe('what goes out', () => {
  test('a label, about once a second, and nothing of the picture', async () => {
    await begins();
    await passes(10000);
    assert.ok(link.sent.length >= 10 && link.sent.length <= 14, `${link.sent.length}`);
    assert.deepEqual(link.sent[3], { do: 'report', checkpoint: 'c0ffee', face: {
      pixels: 100, best: 'happy', unsure: null, quality: 0.877, scores: { happy: 0.9, neutral: 0.1 },
    } });
    assert.ok(reader.reads > 60);
    const bytes = link.sent.reduce((sum, one) => sum + JSON.stringify(one).length + 8, 0);
    assert.ok(bytes / 10 < 500, `${bytes / 10} bytes a second`);
  });

  test('nothing is read or said while the page is hidden', async () => {
    await begins();
    document.hidden = true;
    const [reads, sent] = [reader.reads, link.sent.length];
    await passes(5000);
    assert.ok(reader.reads - reads <= 1);
    assert.equal(link.sent.length, sent);
  });

  test('in a pause nothing is read, and the end of it is heard of', async () => {
    await begins();
    here.paused = true;
    await passes(200);
    const { reads } = reader;
    link.sent = [];
    await passes(5000);
    assert.equal(reader.reads, reads);
    assert.ok(link.sent.length >= 3);
    assert.ok(link.sent.every(({ face }) => face === null));
  });

  test('a face that is gone is looked for once a second', async () => {
    reader.face = null;
    await begins();
    await passes(4000);
    const { reads } = reader;
    await passes(5000);
    assert.ok(reader.reads - reads <= 6, `${reader.reads - reads}`);
  });
});
