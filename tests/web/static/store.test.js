import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';

import { Store } from '../../../fewshot_fer/web/static/live/store.js';

const HELLO = { type: 'hello', class: 'c1', source: 'gallery:1', each: false, ready: true };
const STATE = { type: 'state', paused: false, recording: true, sources: [{ key: 'gallery:1', kind: 'gallery' }] };
const ENDED = { type: 'ended', session: 3, seconds: 60, trouble: null };
let store;

beforeEach(() => {
  store = new Store('now');
  store.hear(HELLO);
});

test('the server says which class it is, and it can be told what to do once its state is known', () => {
  assert.deepEqual([store.id, store.own, store.running], ['c1', 'gallery:1', false]);
  store.hear(STATE);
  assert.equal(store.running, true);
  store.way = 2000;
  assert.equal(store.running, false);
});

test('what this page chose to see is not forgotten when the line comes back', () => {
  store.each = true;
  store.hear(HELLO);
  assert.equal(store.each, true);
});

test('what was on its way when the class ended changes nothing', () => {
  store.hear(STATE);
  store.drew();
  store.hear({ type: 'knocks', knocks: [{ id: 'k', name: 'Ada' }] });
  store.hear(ENDED);
  store.hear({ ...STATE, paused: true });
  assert.deepEqual([store.running, store.seen, store.knocks, store.sources], [false, false, [], []]);
  assert.equal(store.now.paused, false);
});

test('of another class nothing of the old one is left', () => {
  store.hear(STATE);
  store.hear(ENDED);
  store.change('c2');
  assert.deepEqual([store.id, store.now, store.ended, store.running], ['c2', null, null, false]);
});

test('a picture that is drawn takes the place of what was said instead', () => {
  const notice = { what: 'No camera was found.', next: 'Plug one in.' };
  store.blank(notice);
  assert.deepEqual([store.seen, store.notice], [false, notice]);
  store.drew();
  assert.deepEqual([store.seen, store.notice], [true, null]);
});
