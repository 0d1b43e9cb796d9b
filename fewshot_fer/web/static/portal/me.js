// The student's page: camera, line, label, and the panel that teaches; this file joins them.

import { Camera, NoCamera } from '../camera.js';
import { Capture, Pace } from '../capture.js';
import { el, finder, show, write } from '../dom.js';
import { Link } from '../link.js';
import { say } from '../say.js';
import { coach as coaching } from './coach.js';
import { card } from './on_device/card.js';
import { Here } from './on_device/here.js';
import * as reading from './reading.js';

/** @import { Bye, Device, FromPortal, Known, Pacing, ToPortal } from '../messages.d.ts' */
/** @import { Size } from '../capture.js' */

const FINE = /** @type {Size} for pictures that are to teach */ ([640, 0.9]);
const RATED_MS = 3000;
const OVER = [401, 403, 404, 410];
const find = finder(document);
const [switchOn, teach, adjust] = ['on', 'teach', 'adjust'].map((id) => find(id, HTMLButtonElement));
const [undo, pause, cover, recording] = ['undo', 'pause', 'off', 'recording'].map((id) => find(id));
const video = find('video', HTMLVideoElement);

const pace = new Pace([[480, 0.7], [400, 0.7], [320, 0.7], [280, 0.7], [240, 0.7]], { slow: 500, quick: 90, step: 2 });
const camera = new Camera(() => off(say('The camera was taken away'), say('It was unplugged, or another program took it.')),
  { video, width: 640, height: 480 });
const link = /** @type {Link<FromPortal & Pacing, ToPortal>} */ (new Link('/me/live', { message: hear, lost }));
const coach = coaching((command) => (here.way === 'here' ? here.coach.obey(command, performance.now()) : link.send(command)), () => here.way === 'here');
const here = new Here(/** @type {{ policy: Device['policy'], student: string }} */ (/** @type {unknown} */ (find('where').dataset)), camera, link, { changed: whereChanged, view: seenHere, coached: (event) => coach.hear(event) });
const where = card(here);
const capture = new Capture(camera, () => link, {
  size: () => (coach.busy ? FINE : pace.size), took: (ms) => coach.busy || pace.took(ms),
});
const arrivals = /** @type {number[]} when answers came */ ([]);
let expressions = /** @type {Known['expressions']} */ ([]);
let calibration = /** @type {string | null} the adjustment that can be undone */ (null);
let lock = /** @type {WakeLockSentinel | undefined} */ (undefined);
let ratedAt = 0;

async function on() {
  trouble();
  switchOn.disabled = true;
  try {
    await camera.start();
  } catch (error) {
    camera.stop();
    if (!(error instanceof NoCamera)) throw error;
    return trouble(error.what, window.isSecureContext ? error.next : say('Ask your teacher for an address that begins with https://.'));
  } finally {
    switchOn.disabled = false;
  }
  show(cover, false);
  show(pause, true);
  keepAwake();
  connect();
}

/** @param {string} title @param {string} words */
function off(title, words) {
  link.close();
  camera.stop();
  here.coach.obey({ do: 'stop' }, 0);
  coach.close();
  lock?.release();
  write(find('off-title'), title);
  write(find('off-words'), words);
  show(cover, true);
  teach.disabled = adjust.disabled = true;
  here.stop();
  [undo, recording, pause].forEach((one) => show(one, false));
  state(say('Off'));
  reading.clear(say('Your label appears here when your camera is on.'));
}

async function keepAwake() {
  // A nicety: without it the phone may go to sleep.
  lock = await navigator.wakeLock?.request('screen').catch(() => undefined);
}

function connect() {
  if (!link.ready) state(say('Connecting…'), 'trying');
  link.open();
}

/** @param {number} _code @param {number} _wait @param {number} tries */
function lost(_code, _wait, tries) {
  capture.forget();
  here.coach.obey({ do: 'stop' }, 0);
  coach.lost();
  teach.disabled = adjust.disabled = true;
  reading.clear(say('No label while there is no connection.'));
  state(say(navigator.onLine ? 'Connection lost. Trying again…' : 'Your device is offline. Trying again…'), 'trying');
  if (tries) askWhetherOver();
}

/** A browser does not say why a WebSocket was refused, a plain request does. */
async function askWhetherOver() {
  const answer = await fetch('/me/facts', { cache: 'no-store', redirect: 'manual' }).catch(() => null);
  const [what, next_step] = [say('Your time in this class is over.'), say("Open your teacher's link again, or ask for a new one.")];
  if (answer && OVER.includes(answer.status)) bye({ type: 'bye', why: 'ended', what, next_step });
}

/** @param {FromPortal & Pacing} got */
function hear(got) {
  if (got.every) capture.every = got.every;
  if (got.frame) {
    capture.answered(got.type !== 'error');
    if (here.way === 'server') rate();
  }
  switch (got.type) {
    case 'hello':
      reading.know(got.expressions);
      facts(got);
      trouble();
      break;
    case 'device': here.hear(got); break;
    case 'heard':
      recorded(got.recording);
      if (got.paused && !here.paused) reading.clear(say('Your teacher has paused the class.'));
      here.paused = got.paused;
      break;
    case 'facts': facts(got); break;
    case 'view':
      recorded(got.recording);
      if (got.paused) reading.clear(say('Your teacher has paused the class.'));
      else reading.show(got);
      break;
    case 'coach': got.events.forEach(coach.hear); break;
    case 'error':
      if (coach.busy) coach.failed(got);
      else trouble(got.what, got.next_step);
      break;
    case 'bye':
      bye(got);
  }
}

/** The line is over for a reason that a new try would not change. @param {Bye} message */
function bye({ why, what, next_step }) {
  link.close();
  capture.forget();
  if (why === 'idle' && camera.on) {
    if (document.hidden) state(say('Paused while you look elsewhere'));
    else connect();
    return;
  }
  off(what, next_step);
  if (why === 'removed') void here.leave();
  if (why === 'taken over' || why === 'full') write(switchOn, say('Use this device'));
  if (why === 'ended' || why === 'removed') show(switchOn, false);
  cover.setAttribute('role', 'alert');
}

/** @param {Known} known */
function facts({ facts: lines, expressions: named, calibration: newest }) {
  expressions = named;
  coach.know(known());
  calibration = newest;
  show(undo, newest);
  find('facts').replaceChildren(...lines.flatMap(([what, much]) => [el('dt', { text: what }), el('dd', { text: much })]));
}

/** @param {string | null | undefined} words */
function recorded(words) {
  show(recording, words);
  write(find('recorded'), words ?? '');
}

/** Where pictures are read is another place now, or more is known of it. */
function whereChanged() {
  where();
  capture.resting = document.hidden || here.way !== 'server';
  coach.know(known());
  if (here.way === 'here') show(undo, here.kept.some(({ light }) => light));
  if (here.progress !== null) state(say('Get ready…'), 'trying');
  if (here.way === 'nowhere' && camera.on && link.ready) {
    reading.clear(say('You are not read.'));
    state(say('Not read'));
  }
  teach.disabled = adjust.disabled = !camera.on || !link.ready || here.way === 'nowhere' || (here.way === 'here' && !here.vault);
  if (here.way === 'here' && !here.own) adjust.disabled = true; // It would go with references of which there are none here.
  capture.wake();
}

/** @param {import('../messages.d.ts').OwnView} view */
function seenHere(view) {
  if (coach.busy) return;
  reading.show(view);
  rate();
}

/** The expressions, and how many references of each there are where this student is read. */
function known() {
  return here.way !== 'here' ? expressions : expressions.map((one) => ({ ...one, count: here.kept.filter(({ expression }) => expression === one.name).length }));
}

/** @param {string} words @param {'' | 'live' | 'trying'} kind */
function state(words, kind = '') {
  write(find('line'), words); // Said once, and not again with every number beside it.
  write(find('rate'), '');
  find('dot').className = `dot ${kind}`;
}

function rate() {
  if (here.way === 'here') return state(say('Read on this device'), 'live');
  const now = performance.now();
  arrivals.push(now);
  while (arrivals[0] < now - RATED_MS) arrivals.shift();
  if (find('line').textContent === say('Live') && now - ratedAt < 1000) return;
  ratedAt = now;
  state(say('Live'), 'live');
  const seconds = Math.max(0.5, (now - arrivals[0]) / 1000);
  if (arrivals.length > 3) write(find('rate'), say('{count} a second', { count: Math.round((arrivals.length - 1) / seconds) }));
}

/** @param {string} [what] @param {string | null} [next] */
function trouble(what = '', next = '') {
  show(find('trouble'), what);
  write(find('trouble-what'), what);
  write(find('trouble-next'), next ?? '');
}

where();
switchOn.onclick = on;
switchOn.disabled = false; // Until now a click would have been lost.
pause.onclick = () => off(say('Your camera is off'), say('Nothing is sent until you switch it on.'));
teach.onclick = coach.offerTeach;
adjust.onclick = coach.offerAdjust;
undo.onclick = () => (here.way === 'here' ? here.coach.obey({ do: 'undo', calibration: null }, performance.now()) : link.send({ do: 'undo', calibration }));
document.addEventListener('visibilitychange', () => {
  capture.resting = document.hidden || here.way !== 'server';
  if (document.hidden || !camera.on) return;
  keepAwake();
  connect();
  capture.wake();
});
addEventListener('pagehide', () => link.close());
addEventListener('pageshow', (event) => event.persisted && camera.on && connect());
// A phone that is turned, and another camera, change the picture's shape.
video.onresize = () => {
  const { videoWidth: w, videoHeight: h } = video;
  if (w && h) find('stage').style.aspectRatio = String(Math.max(w / h, 0.75));
};
