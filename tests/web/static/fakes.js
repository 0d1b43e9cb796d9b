// What browsers have and Node does not, as far as the scripts of these tests need it.

import { mock } from 'node:test';

/** The sockets that were opened, the newest last. @type {FakeSocket[]} */
export const sockets = [];

export class FakeSocket {
  static OPEN = 1;
  readyState = 0;
  sent = [];

  constructor(url) {
    this.url = url;
    sockets.push(this);
  }

  send(what) {
    this.sent.push(what);
  }

  close(code = 1000) {
    if (this.readyState === 3) return;
    this.readyState = 3;
    this.onclose?.({ code });
  }

  // What the other side does.
  accept() {
    this.readyState = 1;
    this.onopen?.();
  }

  say(message) {
    this.onmessage?.({ data: message instanceof Blob ? message : JSON.stringify(message) });
  }
}

const events = new EventTarget();
export const online = () => events.dispatchEvent(new Event('online'));

Object.assign(globalThis, {
  WebSocket: FakeSocket,
  document: { baseURI: 'https://school.example/sessions' },
  addEventListener: events.addEventListener.bind(events),
  removeEventListener: events.removeEventListener.bind(events),
});

let now = 0;

/** Time stands still, until `pass`. */
export function stopTime() {
  now = 0;
  mock.timers.enable({ apis: ['setTimeout'] });
  mock.method(performance, 'now', () => now);
}

/** So much time passes; whatever waits for promises is done. @param {number} ms */
export async function pass(ms) {
  now += ms;
  mock.timers.tick(ms);
  for (let k = 0; k < 10; k += 1) await Promise.resolve();
}

export function goOn() {
  mock.timers.reset();
  mock.restoreAll();
}
