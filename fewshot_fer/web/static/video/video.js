// A video with what was read in it drawn in, and a strip below that shows where and takes one there.

import { finder } from '../dom.js';
import { learn, speak } from '../say.js';
import { clock } from '../words.js';

/** @typedef {{ src: string, stack: string, length: number }} Data */
/** @typedef {{ data: Data, parentElement: Element }} Component */

const STEP_S = 5;
await learn('class/');
const players = /** @type {WeakMap<Element, ReturnType<typeof player>>} */ (new WeakMap());

/** Streamlit calls this whenever the page ran again. @param {Component} component */
export function mount(component) {
  const made = players.get(component.parentElement) ?? player(component.parentElement);
  players.set(component.parentElement, made);
  made.adopt(component.data);
}

/** @param {Component} component */
export function unmount(component) {
  players.get(component.parentElement)?.leave();
}

/** @param {Element} root */
function player(root) {
  speak(root);
  const find = finder(root);
  const [strip, stack, head] = ['strip', 'stack', 'head'].map((id) => find(id));
  const video = find('video', HTMLVideoElement);
  let [src, length, dragging] = ['', 1, false];

  /** The whole file, since a stream that cannot be asked for parts cannot be sought in. @param {string} from */
  async function load(from) {
    const answer = await fetch(from);
    if (answer.ok) video.src = URL.createObjectURL(await answer.blob());
  }

  /** @param {number} seconds */
  function go(seconds) {
    video.currentTime = Math.max(0, Math.min(length, seconds));
    tell();
  }

  function tell() {
    head.style.left = `${(100 * video.currentTime) / length}%`;
    strip.setAttribute('aria-valuenow', String(Math.round(video.currentTime)));
    strip.setAttribute('aria-valuetext', clock(video.currentTime));
  }

  /** @param {PointerEvent} event */
  function point({ clientX }) {
    const { left, width } = strip.getBoundingClientRect();
    go((length * (clientX - left)) / width);
  }

  strip.onpointerdown = (event) => {
    dragging = true;
    strip.setPointerCapture(event.pointerId);
    point(event);
  };
  strip.onpointermove = (event) => dragging && point(event);
  strip.onpointerup = strip.onpointercancel = () => { dragging = false; };
  strip.onkeydown = (event) => {
    const step = { ArrowLeft: -STEP_S, ArrowRight: STEP_S }[event.key];
    if (!step) return;
    event.preventDefault();
    go(video.currentTime + step);
  };
  video.ontimeupdate = tell;

  return {
    /** @param {Data} data */
    adopt(data) {
      length = data.length || 1;
      strip.setAttribute('aria-valuemax', String(Math.round(length)));
      if (data.src === src) return;
      src = data.src;
      stack.innerHTML = data.stack; // An SVG that the server drew.
      load(src);
      tell();
    },
    leave: () => URL.revokeObjectURL(video.src),
  };
}
