// The live class in the browser. Streamlit gives it a place and a class; pictures and what is seen
// in them go over a WebSocket of our own, so that no rerun of the page ever touches a frame.

import { Capture } from './capture.js';
import { Link } from './link.js';
import { Panel } from './panel.js';
import { Sheets } from './sheets.js';
import { Stage } from './stage.js';
import { Timeline } from './timeline.js';
import { clock, el, obstacle, show, summary, trouble, write } from './words.js';

const SPOKEN_MS = 10000;
const TOAST_MS = 6000;

let live = null;

export function mount(component, at) {
  live ??= new Live(component.data, at);
  live.adopt(component);
}

export function unmount(component) {
  live?.hide(component.parentElement);
}

class Live {
  #at;
  #place = null;
  #pictures = null;
  #shown = [];
  #spoken = 0;
  #rate = 0;
  #last = 0;

  constructor(data, at) {
    this.#at = at;
    this.data = data;
    this.class = data.class;
    this.own = null;
    this.each = false;
    this.now = null;
    this.students = [];
    this.#build();
    this.#connect();
  }

  // ---------------------------------------------------------------- its place on the page

  adopt({ data, parentElement, setTriggerValue }) {
    this.again = () => setTriggerValue('again', Date.now());
    this.pill?.remove();
    if (parentElement !== this.#place || !this.host.isConnected) {
      this.#place = parentElement;
      parentElement.append(this.host);
    }
    const ours = this.class === 'now' || data.class === this.class;
    if (!ours) this.#changeClass(data.class);
    else if (!this.link) this.#connect();
  }

  hide(place) {
    if (place !== this.#place) return;
    this.#place = null;
    this.host.remove();
    if (this.capture.on) this.#float();
    else {
      this.link?.close();
      this.link = null;
    }
  }

  // The teacher looks at another page while the camera is on: say so, and show the way back.
  #float() {
    this.pill = el('button', {
      type: 'button', text: '● The class is live. Back to it',
      style: 'position:fixed;right:1.2rem;bottom:1.2rem;z-index:1000;padding:.6rem 1rem;border:0;'
        + 'border-radius:2rem;background:#33658a;color:#fff;font:600 .95rem system-ui;cursor:pointer;'
        + 'box-shadow:0 2px 12px rgb(0 0 0/.3)',
      onclick: () => document.querySelector('[data-testid="stSidebarNavLink"]')?.click(),
    });
    document.body.append(this.pill);
  }

  #changeClass(id) {
    this.class = id;
    this.now = null;
    this.over = false;
    if (!this.capture.on) this.reason = null;
    this.timeline.reset();
    this.link?.close();
    this.#connect();
  }

  #build() {
    const { names, colours } = this.data;
    const send = (command) => this.link?.send(command);
    this.stage = new Stage({ colours, pick: (face) => this.#pick(face) });
    this.panel = new Panel({
      names, colours,
      answer: (knock, is) => send({ do: 'answer', knock, is }),
      chosen: (on) => {
        this.each = on;
        send({ do: 'each', on });
      },
    });
    this.timeline = new Timeline({ names, colours });
    this.sheets = new Sheets({ send, colours });
    const button = (text, click, kind = 'second') =>
      el('button', { type: 'button', class: kind, text, onclick: click });
    this.buttons = {
      mark: button('Mark a moment', () => this.sheets.mark()),
      pause: button('Pause', () => send({ do: this.now?.paused ? 'resume' : 'pause' })),
      recalibrate: button('Recalibrate', () => this.sheets.recalibrate()),
      invite: button('Invite', () => this.sheets.invite()),
      record: button('Record …', () => (this.now?.recording ? send({ do: 'stop_recording' }) : this.sheets.record())),
      end: button('End the class', () => this.sheets.end(this.now?.recording)),
    };
    this.title = el('h1', { text: 'Class' });
    this.pillState = el('span', { class: 'state', role: 'status' });
    this.banner = el('div', { class: 'banner', role: 'alert', hidden: true });
    this.toast = el('div', { class: 'toast', role: 'status', hidden: true });
    this.speed = el('span', { class: 'speed' });
    this.source = el('span', { class: 'source' });
    this.devices = el('select', {
      'aria-label': 'Which camera', hidden: true, onchange: () => this.start('camera', this.devices.value),
    });
    this.stop = button('Stop', () => this.#stopSource(), 'plain');
    this.foot = el('div', { class: 'foot' }, this.source, this.devices, this.stop, el('span', { class: 'gap' }), this.speed);
    this.welcome = el('div', { class: 'welcome' });
    this.speech = el('p', { class: 'unseen', role: 'status', 'aria-live': 'polite' });
    const root = el('div', { class: 'live' },
      el('header', { class: 'top' }, this.title, this.pillState, el('span', { class: 'gap' }),
        el('div', { class: 'actions', role: 'toolbar', 'aria-label': 'The class' }, ...Object.values(this.buttons))),
      this.banner,
      el('div', { class: 'columns' },
        el('div', { class: 'main' },
          el('div', { class: 'stage' }, this.stage.root, this.welcome, this.foot), this.timeline.root),
        this.panel.root),
      this.toast, this.sheets.root, this.speech);
    this.host = el('div', { class: 'fewshot-fer-live' });
    const shadow = this.host.attachShadow({ mode: 'open' });
    root.style.visibility = 'hidden';
    const style = el('link', { rel: 'stylesheet', href: `${this.#at}live.css` });
    style.onload = style.onerror = () => { root.style.visibility = ''; };
    shadow.append(style, root);
    this.#welcome();
    this.#controls();
  }

  // ---------------------------------------------------------------- the way to the server

  #connect() {
    const url = new URL(`live/${this.class}`, document.baseURI);
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    this.link = new Link(url.href);
    if (this.capture) this.capture.link = this.link;
    else this.capture = new Capture({ at: this.#at, link: this.link, ended: (kind) => this.#sourceEnded(kind) });
    const { link } = this;
    link.addEventListener('open', () => {
      show(this.banner, false);
      this.capture.wake();
    });
    link.addEventListener('lost', ({ detail }) => this.#lost(detail.wait));
    link.addEventListener('gone', () => this.#gone());
    link.addEventListener('picture', ({ detail }) => { this.#pictures = createImageBitmap(detail); });
    link.addEventListener('message', ({ detail }) => this.#hear(detail));
  }

  #lost(wait) {
    this.banner.replaceChildren(
      el('span', { text: `The connection to the server was lost. Trying again in ${Math.ceil(wait / 1000)} s …` }),
      el('button', { type: 'button', class: 'plain', text: 'Try now', onclick: () => this.link.retry() }));
    show(this.banner, true);
    this.#controls();
  }

  // The server knows the class no more, for it was started anew: go on with the one that it has.
  #gone() {
    this.link = null;
    if (this.over) return;
    this.banner.replaceChildren(el('span', { text: 'The server was started anew. Opening the class again …' }));
    show(this.banner, true);
    this.#changeClass('now');
  }

  #hear(message) {
    const does = {
      hello: () => this.#hello(message),
      view: () => this.#view(message),
      skipped: () => this.#skipped(message),
      state: () => this.#state(message),
      students: () => {
        this.students = message.students;
        this.sheets.enrolled?.(message.students);
      },
      marked: () => this.#say(`Marked${message.text ? `: ${message.text}` : ''}.`),
      recording: () => this.#say(message.each ? 'Recording the class and every student.' : 'Recording the class.'),
      recorded: () => this.#say('The recording is closed.'),
      invited: () => this.sheets.invited(message),
      uninvited: () => this.#say('The link leads nowhere now.'),
      knocks: () => this.panel.knocks(message.knocks),
      recalibrated: () => this.sheets.recalibrated(message),
      taken_back: () => this.#say('Taken back.'),
      ended: () => this.#ended(message),
      error: () => this.#error(message),
    }[message.type];
    does?.();
  }

  #hello(message) {
    this.class = message.class;
    this.own = message.source;
    this.each = this.each || message.each;
    if (this.each !== message.each) this.link.send({ do: 'each', on: this.each });
    this.link.send({ do: 'students' });
    this.ready = message.ready;
    if (this.capture.on) this.capture.wake();
    this.#welcome();
  }

  #error(message) {
    this.capture.answered(message);
    this.sheets.close();
    this.#say(`${message.what} ${message.next_step ?? ''}`.trim());
  }

  // ---------------------------------------------------------------- what is seen

  #view(message) {
    if (message.source === this.own) {
      const flown = this.capture.answered(message);
      if (flown) this.#draw(flown.canvas, message, performance.now() - flown.at);
      return;
    }
    const picture = this.#pictures;
    const { link } = this;
    this.#pictures = null;
    picture?.then((bitmap) => {
      if (!this.capture.on && this.link === link) this.#draw(bitmap, message, null);
      bitmap.close();
    });
  }

  #draw(picture, view, delay) {
    if (this.over) return; // It was on its way when the class ended.
    this.stage.draw(picture, view, this.each);
    this.reason = null;
    show(this.welcome, false);
    show(this.stage.root, true);
    const now = performance.now();
    this.#shown.push([now, delay]);
    while (this.#shown[0][0] < now - 3000) this.#shown.shift();
    if (now - this.#last > 500) {
      this.#last = now;
      this.#speed(picture, view);
    }
    this.picture = true;
  }

  #speed(picture, view) {
    const frames = this.#shown;
    const span = (frames.at(-1)[0] - frames[0][0]) / 1000;
    const rate = span > 0 ? (frames.length - 1) / span : 0;
    const delays = frames.map(([, delay]) => delay).filter((delay) => delay !== null).sort((a, b) => a - b);
    const delay = delays.length ? delays[Math.floor(delays.length / 2)] : view.ms;
    write(this.speed, `${rate.toFixed(rate < 9.5 ? 1 : 0)} pictures a second · ${delay.toFixed(0)} ms · ${picture.width} × ${picture.height}`);
    this.host.dataset.rate = rate.toFixed(2);
    this.host.dataset.delay = delay.toFixed(1);
    show(this.foot, true);
    write(this.source, this.capture.on ? this.capture.label : sourceName(view.source));
    show(this.stop, this.capture.on || view.source.startsWith('drawn:'));
  }

  #skipped(message) {
    this.capture.resting = message.reason === 'paused';
    this.capture.answered(message);
  }

  #state(message) {
    if (this.over) return; // It was on its way when the class ended.
    const before = this.now;
    this.now = message;
    const wasPaused = this.capture.resting;
    this.capture.resting = message.paused;
    if (wasPaused && !message.paused) this.capture.wake();
    this.panel.now(message);
    this.panel.state(message, this.each);
    this.timeline.state(message);
    this.link?.send({ do: 'knocks' });
    if (this.sheets.enrolled) this.link?.send({ do: 'students' });
    this.#controls();
    const pictures = message.sources.filter((one) => one.kind !== 'device');
    if (this.picture && !pictures.length && !this.capture.on) {
      this.picture = false;
      this.stage.clear();
    }
    if (!before || !this.picture) this.#welcome();
    if (performance.now() - this.#spoken > SPOKEN_MS && message.expected) {
      this.#spoken = performance.now();
      write(this.speech, summary(message));
    }
  }

  #controls() {
    const { now, buttons } = this;
    const there = Boolean(this.link?.open && now && !now.ended);
    for (const button of Object.values(buttons)) button.disabled = !there;
    write(buttons.pause, now?.paused ? 'Go on' : 'Pause');
    write(buttons.record, now?.recording ? 'Stop recording' : 'Record …');
    if (!now) return;
    write(this.title, now.name || (this.data.demo ? 'Drawn class' : 'Class'));
    const state = now.ended ? 'ended' : now.paused ? 'paused' : now.recording ? 'recording' : '';
    this.pillState.className = `state ${state}`;
    const what = now.each ? 'Recording the class and every student' : 'Recording the class';
    write(this.pillState, {
      ended: 'Ended', paused: now.recording ? 'Paused, also the recording' : 'Paused', recording: what,
    }[state] ?? 'Not recorded');
    this.stage.root.classList.toggle('paused', now.paused);
    const said = now.sources.map((one) => one.said && `${sourceName(one.key)}: ${one.said}`).find(Boolean);
    this.trouble ??= el('div', { class: 'banner soft', role: 'status' });
    const words = now.trouble ? `The record cannot be written just now: ${now.trouble}` : said;
    write(this.trouble, words ?? '');
    if (words && !now.paused && !now.ended) this.banner.after(this.trouble);
    else this.trouble.remove();
  }

  #pick(face) {
    this.link?.send({ do: 'students' });
    this.sheets.who(face, this.students);
  }

  // ---------------------------------------------------------------- sources

  async start(kind, device = null) {
    const reason = obstacle(kind);
    if (reason) {
      this.#welcome(reason);
      return;
    }
    this.#welcome({ what: kind === 'screen' ? 'Choose the window of the video call …' : 'Opening the camera …', next: 'The browser may ask first.', calm: true });
    try {
      await this.capture.start(kind, device);
    } catch (error) {
      this.#welcome(trouble(error, kind));
      return;
    }
    this.#shown = [];
    this.#welcome({ what: this.ready ? 'Looking …' : 'Preparing to read faces …', next: 'A moment, please.', calm: true });
    if (kind === 'camera') this.#listCameras();
    else show(this.devices, false);
  }

  async #listCameras() {
    const cameras = (await navigator.mediaDevices.enumerateDevices()).filter((one) => one.kind === 'videoinput');
    this.devices.replaceChildren(...cameras.map((one, k) =>
      el('option', { value: one.deviceId, text: one.label || `Camera ${k + 1}`, selected: one.deviceId === this.capture.device })));
    show(this.devices, cameras.length > 1);
  }

  #stopSource() {
    if (this.capture.on) {
      this.capture.stop();
      this.link?.send({ do: 'leave' });
    } else {
      this.link?.send({ do: 'stop_drawn' });
    }
    this.picture = false;
    this.stage.clear();
    this.#welcome(null);
  }

  #sourceEnded(kind) {
    this.#stopSource();
    this.#say(kind === 'screen' ? 'The window is not shared any more.' : 'The camera was unplugged or taken away.');
  }

  // What stands where the picture will be: what to do first, or why there is none.
  // The last reason stays until something else is tried.
  #welcome(said = this.reason) {
    const reason = said ?? null;
    this.reason = reason;
    if (this.over || (!reason && (this.picture || this.capture?.on))) return;
    const key = JSON.stringify([reason, this.now?.sources.length, Boolean(this.link?.open)]);
    if (key === this.welcomed && !this.welcome.hidden) return;
    this.welcomed = key;
    show(this.stage.root, false);
    show(this.foot, false);
    show(this.welcome, true);
    if (reason?.calm) {
      this.welcome.replaceChildren(el('span', { class: 'spinner', 'aria-hidden': 'true' }),
        el('h2', { text: reason.what }), el('p', { class: 'quiet', text: reason.next }));
      return;
    }
    const choice = (kind, icon, title, words, click) => el('button', { type: 'button', class: 'choice', 'data-kind': kind, onclick: click },
      svg(icon), el('b', { text: title }), el('small', { text: words }));
    const devices = this.now?.sources.filter((one) => one.kind === 'device').length ?? 0;
    this.welcome.replaceChildren(
      reason ? el('div', { class: 'problem', role: 'alert' }, el('b', { text: reason.what }), el('span', { text: reason.next })) : '',
      el('h2', { text: 'What shall be watched?' }),
      el('div', { class: 'choices' },
        choice('camera', ICONS.camera, 'Your camera', 'A room, or yourself to try it.', () => this.start('camera')),
        choice('screen', ICONS.screen, 'A window', 'The gallery of a video call.', () => this.start('screen')),
        choice('drawn', ICONS.drawn, 'A drawn class', 'Nobody real: to see how it works.', () => {
          this.link?.send({ do: 'drawn', students: 12 });
          this.#welcome({ what: 'Drawing a class …', next: 'A moment, please.', calm: true });
        })),
      el('p', { class: 'quiet', text: devices
        ? `${devices} ${devices === 1 ? 'student takes' : 'students take'} part from their own device. Their pictures are not shown here.`
        : 'Pictures go to this server only and are never stored.' }));
  }

  #ended(message) {
    this.over = true;
    this.capture.stop();
    this.picture = false;
    this.stage.clear();
    this.now = {
      sources: [], ...this.now, ended: true, recording: false, people: [], check_ins: [],
    };
    this.sheets.close();
    this.panel.now(this.now);
    this.panel.state(this.now, this.each);
    this.panel.knocks([]);
    write(this.speech, 'The class has ended.');
    this.#controls();
    show(this.stage.root, false);
    show(this.foot, false);
    show(this.welcome, true);
    this.welcomed = null;
    const report = message.session && el('a', { class: 'first', href: `sessions?session=${message.session}`, text: 'Open the report' });
    this.welcome.replaceChildren(
      el('h2', { text: `The class has ended after ${clock(message.seconds)}.` }),
      el('p', { class: 'quiet', text: message.trouble ?? (message.session ? 'It was recorded.' : 'Nothing was recorded.') }),
      el('div', { class: 'buttons' }, report || '', el('button', {
        type: 'button', class: 'second', text: 'Another class', onclick: () => this.again?.(),
      })));
  }

  #say(words) {
    write(this.toast, words);
    show(this.toast, true);
    clearTimeout(this.toasting);
    this.toasting = setTimeout(() => show(this.toast, false), TOAST_MS);
  }
}

function sourceName(key) {
  return { drawn: 'A drawn class', device: 'A student’s own device' }[key.split(':')[0]] ?? 'Shown from another browser';
}

const ICONS = {
  camera: 'M4 7h3l2-2h6l2 2h3v12H4zM12 10a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7z',
  screen: 'M3 5h18v12H3zM9 21h6M12 17v4M7 9h4v4H7zM13 9h4v4h-4z',
  drawn: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM8.5 10v.5M15.5 10v.5M8 14.5c1 1.5 2.4 2.2 4 2.2s3-.7 4-2.2',
};

function svg(d) {
  const at = 'http://www.w3.org/2000/svg';
  const root = document.createElementNS(at, 'svg');
  root.setAttribute('viewBox', '0 0 24 24');
  root.setAttribute('aria-hidden', 'true');
  const drawn = document.createElementNS(at, 'path');
  drawn.setAttribute('d', d);
  root.append(drawn);
  return root;
}
