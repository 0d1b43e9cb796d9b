import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';

import { goOn, online, pass, sockets, stopTime } from './fakes.js';
import { Link } from '../../../fewshot_fer/web/static/link.js';

let heard;
let link;

beforeEach(() => {
  stopTime();
  sockets.length = 0;
  heard = { messages: [], pictures: [], opened: 0, lost: [] };
  link = new Link('live/7b', {
    message: (message) => heard.messages.push(message),
    picture: (jpeg) => heard.pictures.push(jpeg),
    open: () => { heard.opened += 1; },
    lost: (code, wait, tries) => heard.lost.push({ code, wait, tries }),
  });
});
afterEach(() => {
  link.close();
  goOn();
});

test('it asks beside the page, and over TLS where the page came so', () => {
  link.open();
  assert.equal(sockets[0].url, 'wss://school.example/live/7b');
});

test('messages, pictures and commands go through, and nothing is sent before it is open', () => {
  link.open();
  assert.equal(link.send({ do: 'end' }), false);
  sockets[0].accept();
  assert.equal(heard.opened, 1);
  assert.equal(link.send({ do: 'mark', text: 'x' }), true);
  assert.deepEqual(sockets[0].sent, ['{"do":"mark","text":"x"}']);
  sockets[0].say({ type: 'hello' });
  sockets[0].say(new Blob(['jpeg']));
  assert.deepEqual(heard.messages, [{ type: 'hello' }]);
  assert.equal(heard.pictures.length, 1);
});

test('opening it twice makes one line', () => {
  link.open();
  link.open();
  assert.equal(sockets.length, 1);
});

test('it comes back by itself, ever more patiently, until the server speaks', async () => {
  link.open();
  for (const [tries, base] of [500, 1000, 2000, 4000, 8000, 8000].entries()) {
    sockets.at(-1).close(1006);
    const { wait, ...told } = heard.lost.at(-1);
    assert.deepEqual(told, { code: 1006, tries });
    assert.ok(wait >= 0.8 * base && wait <= 1.2 * base, `${wait} after ${tries}`);
    await pass(wait - 1);
    assert.equal(sockets.length, tries + 1);
    await pass(2);
    assert.equal(sockets.length, tries + 2);
  }
  sockets.at(-1).accept();
  sockets.at(-1).say({ type: 'hello' });
  sockets.at(-1).close(1006);
  assert.equal(heard.lost.at(-1).tries, 0);
});

test('a network that is back is tried at once', () => {
  link.open();
  sockets[0].close(1006);
  online();
  assert.equal(sockets.length, 2);
});

test('whoever closes it while it is being lost is not called back', async () => {
  link.on.lost = () => link.close();
  link.open();
  sockets[0].close(4404);
  online();
  await pass(60_000);
  assert.equal(sockets.length, 1);
});

test('closing it is not losing it, and it can be opened again', async () => {
  link.open();
  sockets[0].accept();
  link.close();
  await pass(60_000);
  assert.deepEqual(heard.lost, []);
  assert.equal(sockets.length, 1);
  link.open();
  assert.equal(sockets.length, 2);
});

test('what an old line says late is not heard', () => {
  link.open();
  const [old] = sockets;
  link.close();
  link.open();
  old.say({ type: 'state' });
  assert.deepEqual(heard.messages, []);
});

test('a line on which nothing is heard after a picture is as good as cut', async () => {
  link.open();
  sockets[0].accept();
  link.send({ do: 'knocks' });
  await pass(60_000);
  assert.deepEqual(heard.lost, [], 'a command needs no answer');
  link.send(new Blob(['one']));
  await pass(11_000);
  sockets[0].say({ type: 'view' });
  await pass(11_000);
  assert.deepEqual(heard.lost, [], 'it was heard of in time');
  link.send(new Blob(['two']));
  await pass(12_000);
  assert.equal(heard.lost.length, 1);
  assert.equal(sockets[0].readyState, 3);
});
