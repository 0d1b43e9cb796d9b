// The live class in the browser. Streamlit gives it a place and a class; pictures and what is seen
// in them go over a WebSocket of our own, so that no rerun of the page ever touches a frame.

import { button, el, finder, show, write } from '../dom.js';
import { Link } from '../link.js';
import { learn, say, speak } from '../say.js';
import { noticed, summary } from '../words.js';
import { classes } from './classes.js';
import { controls } from './controls.js';
import { float } from './float.js';
import { keys } from './keys.js';
import { panel } from './panel.js';
import { people } from './faces/people.js';
import { pictures } from './pictures.js';
import { sheets } from './sheets.js';
import { signals } from './signals.js';
import { Store } from './store.js';
import { timeline } from './timeline.js';

/** @import { FromClass, State, ToClass } from '../messages.d.ts' */
/** @typedef {Link<FromClass, ToClass>} Line */
/** @typedef {{ class: string, names: string[], colours: Record<string, string>, demo: boolean, classes: string[] }} Data */
/** @typedef {{ data: Data, parentElement: Element, setTriggerValue: (name: string, value: unknown) => void }} Component */
/** @typedef {Live['page']} Page  what every part of the page is made of */

const SPOKEN_MS = 10000;
const TOAST_MS = 6000;
const NO_CLASS = 4404; // The server knows the class no more: it was started anew.
const OTHER = '#a0522d'; // The colour of a student's own expression.
await learn('class/');
const HTML = await (await fetch(new URL('live.html', import.meta.url))).text();

let live = /** @type {Live | null} */ (null);

/** @param {Component} component */
export function mount(component) {
  live ??= new Live(component.data);
  live.adopt(component);
}

/** @param {Component} component */
export function unmount(component) {
  live?.hide(component.parentElement);
}

class Live {
  #link = /** @type {Line | null} */ (null);
  #place = /** @type {Element | null} */ (null);
  #back = /** @type {HTMLElement | null} */ (null);
  #again = (/** @type {unknown} */ _how = Date.now()) => {};
  #spoken = 0;
  #toasting = /** @type {import('../link.js').Timer} */ (undefined);

  /** @param {Data} data */
  constructor({ class: id, names, colours, demo, classes: own }) {
    this.host = el('div', { class: 'fewshot-fer-live', style: 'visibility:hidden' });
    const root = this.host.attachShadow({ mode: 'open' });
    const shown = () => { this.host.style.visibility = ''; };
    root.innerHTML = HTML;
    speak(root);
    root.prepend(el('link', { rel: 'stylesheet', href: new URL('live.css', import.meta.url).href, onload: shown, onerror: shown }));
    this.store = new Store(id);
    this.page = {
      root, find: finder(root), store: this.store, names, classes: own, unnamed: say(demo ? 'Drawn class' : 'Class'),
      colour: (/** @type {string} */ name) => colours[name] ?? OTHER,
      send: (/** @type {ToClass} */ command) => void this.#link?.send(command),
    };
    this.sheets = sheets(this.page);
    this.timeline = timeline(this.page);
    const pick = (/** @type {import('./faces/stage.js').Picked} */ face) => {
      this.page.send({ do: 'students' });
      this.sheets.who(face);
    };
    this.pictures = pictures(this.page, () => this.#link, {
      pick, changed: () => this.#render(), seen: (picture, view) => {
        this.sheets.enrol.see(picture, view);
        seen();
      }, tell: (words) => this.#tell(words), again: () => this.#again(),
    });
    const seen = people(this.page, { pick, point: this.pictures.point });
    this.float = float(this.page);
    this.signals = signals(this.page);
    this.parts = [this.signals.render, controls(this.page, this.sheets, this.signals.said, () => this.#link?.open()), this.pictures.render, panel(this.page), seen,
      this.float.render, () => this.#views(),
      classes(this.page, this.sheets.open, (name) => {
        this.sheets.close();
        this.#again({ class: name });
      })];
    keys(this.page, this.#keys());
    this.#render();
  }

  #render() {
    this.parts.forEach((render) => render());
  }

  // ---------------------------------------------------------------- how it is looked at

  /** @returns {import('./keys.js').Key[]} */
  #keys() {
    const { find, store } = this.page;
    const press = (/** @type {string} */ id) => () => find(id).click();
    const turn = (/** @type {'tiles' | 'projector'} */ what) => () => {
      store[what] = !store[what];
      this.pictures.redraw();
      this.#render();
    };
    find('tiles').onclick = turn('tiles');
    find('projector').onclick = turn('projector');
    find('help').onclick = () => this.sheets.keys();
    find('minding').onclick = () => this.sheets.signals();
    find('keep').onclick = () => this.page.send({ do: 'keep' });
    return [
      ['m', say('Mark this moment'), press('mark')], ['p', say('Pause, or go on'), press('pause')],
      ['r', say('Record, or stop recording'), press('record')], ['c', say('Recalibrate'), press('recalibrate')],
      ['l', say('Title of this lesson'), press('rename')],
      ['i', say('Invite students’ own devices'), press('invite')], ['e', say('End the class (asks first)'), press('end')],
      ['s', say('Show each student, or nobody'), press('each')], ['t', say('Faces as tiles, or in their picture'), turn('tiles')],
      ['/', say('Find a student'), () => find('seek').focus()], ['h', say('Projector: hide everything personal'), turn('projector')],
      ['k', say('Keep the faces of this moment, to teach an expression'), press('keep')],
      ['n', say('Tell me when so many show something'), press('minding')],
      ['w', say('Small window above all others'), () => this.float.toggle()],
      ['x', say('Only a part of the picture'), press('crop')], ['q', say('Stop the camera or window'), press('stop')],
      ['?', say('These keys'), () => this.sheets.keys()],
    ];
  }

  #views() {
    const { find, store } = this.page;
    find('tiles').setAttribute('aria-pressed', String(store.tiles));
    find('projector').setAttribute('aria-pressed', String(store.projector));
    find('live').classList.toggle('projector', store.projector);
  }

  // ---------------------------------------------------------------- its place on the page

  /** @param {Component} component */
  adopt({ data, parentElement, setTriggerValue }) {
    this.#again = (how = Date.now()) => setTriggerValue('again', how);
    this.#back?.remove();
    if (parentElement !== this.#place || !this.host.isConnected) {
      this.#place = parentElement;
      parentElement.append(this.host);
    }
    const { id } = this.store;
    if (id !== 'now' && data.class !== id) this.#change(data.class);
    else if (!this.#link) this.#connect();
  }

  /** @param {Element} place */
  hide(place) {
    if (place !== this.#place) return;
    this.#place = null;
    this.host.remove();
    if (this.pictures.camera.on) this.#float();
    else this.#disconnect();
  }

  // The teacher looks at another page while the camera is on: say so, and show the way back.
  #float() {
    this.#back = button(`● ${say('The class is live. Back to it')}`, '', () =>
      /** @type {HTMLElement | null} */ (document.querySelector('[data-testid="stSidebarNavLink"]'))?.click());
    this.#back.style.cssText = 'position:fixed;right:1.2rem;bottom:1.2rem;z-index:1000;padding:.6rem 1rem;border:0;'
      + 'border-radius:2rem;background:var(--first);color:var(--on-first);font:600 .95rem var(--font);cursor:pointer;'
      + 'box-shadow:var(--shadow)';
    document.body.append(this.#back);
  }

  // ---------------------------------------------------------------- the line to the server

  #connect() {
    const { capture, coming } = this.pictures;
    this.#link = new Link(`live/${this.store.id}`, {
      open: () => {
        this.store.way = 'open';
        capture.forget();
        capture.wake();
        this.#render();
      },
      picture: coming,
      message: (message) => this.#hear(message),
      lost: (code, wait) => {
        this.store.way = wait;
        if (code === NO_CLASS) this.#gone();
        else this.#render();
      },
    });
    this.#link.open();
  }

  #disconnect() {
    this.#link?.close();
    this.#link = null;
  }

  #gone() {
    this.#disconnect();
    if (this.store.ended) return;
    this.store.way = 'anew';
    this.#change('now');
  }

  /** @param {string} id */
  #change(id) {
    this.store.change(id);
    this.timeline.reset();
    this.#disconnect();
    this.#connect();
    if (this.pictures.camera.on) this.#render();
    else this.pictures.blank(null);
  }

  /** @param {FromClass} message */
  #hear(message) {
    const { camera, capture } = this.pictures;
    if (message.type === 'view') return void this.pictures.hear(message);
    this.store.hear(message);
    switch (message.type) {
      case 'hello':
        if (this.#link) this.#link.path = `live/${message.class}`; // It may be held elsewhere next time.
        if (this.store.each !== message.each) this.page.send({ do: 'each', on: this.store.each });
        this.page.send({ do: 'students' });
        this.signals.mind();
        break;
      case 'skipped':
        capture.resting = message.reason === 'paused';
        capture.answered(false);
        break;
      case 'state': if (!this.store.ended) this.#state(message); break;
      case 'students':
      case 'photographs': this.sheets.refresh(); break;
      case 'reach': this.sheets.reach(message); break;
      case 'invited': this.sheets.invited(message); break;
      case 'recalibrated': this.sheets.recalibrated(message); break;
      case 'ended':
        camera.stop();
        this.pictures.blank(null);
        this.sheets.close();
        write(this.page.find('speech'), say('The class has ended.'));
        break;
      case 'error':
        if (message.code === 'picture') capture.answered(false);
        this.sheets.close();
    }
    this.#tell(news(message));
    this.#render();
  }

  /** @param {State} state */
  #state(state) {
    const { camera, capture, blank } = this.pictures;
    capture.resting = state.paused;
    capture.wake();
    this.timeline.hear(state);
    this.page.send({ do: 'knocks' });
    if (this.sheets.refresh()) this.page.send({ do: 'students' });
    if (this.store.seen && !camera.on && state.sources.every(({ kind }) => kind === 'device')) blank(null);
    if (performance.now() - this.#spoken < SPOKEN_MS || !state.expected) return;
    this.#spoken = performance.now();
    write(this.page.find('speech'), summary(state));
  }

  /** @param {string | null} words */
  #tell(words) {
    if (!words) return;
    const toast = this.page.find('toast');
    write(toast, words);
    show(toast, true);
    clearTimeout(this.#toasting);
    this.#toasting = setTimeout(() => show(toast, false), TOAST_MS);
  }
}

/** What is said for a moment where something happened. @param {FromClass} message */
function news(message) {
  switch (message.type) {
    case 'marked': return message.text ? say('Marked: {text}.', { text: message.text }) : say('Marked.');
    case 'recording': return say(message.each ? 'Recording the class and every student.' : 'Recording the class.');
    case 'recorded': return say('The recording is closed.');
    case 'uninvited': return say('The link leads nowhere now.');
    case 'taken_back': return say('Taken back.');
    case 'kept': return kept(message.students);
    case 'noticed': return noticed(message);
    case 'error': return `${message.what} ${message.next_step ?? ''}`.trim();
    default: return null;
  }
}

/** @param {number} students */
function kept(students) {
  return students ? say('The faces of this moment wait on the page “Expressions”: {count} of students who agreed to pictures.', { count: students })
    : say('Nobody is seen clearly just now who is recognised and agreed to pictures.');
}
