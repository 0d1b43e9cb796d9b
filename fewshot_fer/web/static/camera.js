// A camera or a shared window; where there is none, why, in plain words.

import { say } from './say.js';

/** @typedef {'camera' | 'screen'} Kind */
/** @typedef {HTMLCanvasElement | OffscreenCanvas} Canvas */
/** @typedef {{ picture: ImageBitmap, jpeg: Blob }} Shot */

/** What happened and what to do next, by the name of a browser's error or by what it lacks. @type {Record<string, [string, string]>} */
const TROUBLES = {
  https: [say('Browsers give a camera only to pages with HTTPS, or on the very machine that serves them.'),
    say('Open this page as https://…, or on the server itself as http://localhost. Whoever runs the server can start it with --self-signed.')],
  old: [say('This browser cannot show a camera to a page.'),
    say('Use a current Chrome, Edge, Firefox or Safari. Inside another app, choose “Open in browser”.')],
  'no sharing': [say('This browser cannot share a window.'),
    say('Phones and tablets never can. On a computer, use a current Chrome, Edge, Firefox or Safari.')],
  NotAllowedError: [say('The browser does not let this page use the camera.'),
    say('Click the camera sign beside the address (on a phone: the browser’s settings for this page), choose “Allow”, then try again.')],
  NotFoundError: [say('No camera was found.'), say('Plug one in or switch it on, then try again.')],
  NotReadableError: [say('The camera is there, but gives no picture.'), say('Close other programs and pages that use it, then try again.')],
  'screen NotAllowedError': [say('No window was shared.'), say('Try again and choose the window of the video call.')],
  'screen NotReadableError': [say('The window cannot be read.'), say('Try again, or choose another window.')],
};
const SAME = /** @type {Record<string, string>} */ (
  { SecurityError: 'NotAllowedError', OverconstrainedError: 'NotFoundError', AbortError: 'NotReadableError' });

export class NoCamera extends Error {
  /** @param {string} name @param {Kind} kind */
  constructor(name, kind) {
    const known = SAME[name] ?? name;
    const unknown = [say('It did not work ({name}).', { name }), say('Try again, or load the page anew.')];
    const [what, next] = TROUBLES[`${kind} ${known}`] ?? TROUBLES[known] ?? unknown;
    super(what);
    this.what = what;
    this.next = next;
  }
}

/** Why this browser, on this page, cannot give one; null: nothing speaks against it. @param {Kind} kind */
export function obstacle(kind = 'camera') {
  const media = /** @type {Partial<MediaDevices> | undefined} */ (navigator.mediaDevices);
  if (!window.isSecureContext) return new NoCamera('https', kind);
  if (kind === 'screen' && !media?.getDisplayMedia) return new NoCamera('no sharing', kind);
  return media?.getUserMedia && window.WebSocket ? null : new NoCamera('old', kind);
}

export class Camera {
  kind = /** @type {Kind} */ ('camera');
  /** The part of the picture that is used, in shares of its sides; null: all of it. @type {[x: number, y: number, width: number, height: number] | null} */
  part = null;
  #stream = /** @type {MediaStream | null} */ (null);
  #canvases = /** @type {Canvas[]} */ ([]);
  #grabber = /** @type {Worker | null} */ (null);
  #waiting = /** @type {((shot: Shot | null) => void) | null} */ (null);

  /** `ended`: it was taken away. @param {() => void} ended @param {{ video?: HTMLVideoElement, width?: number, height?: number }} how */
  constructor(ended, { video = document.createElement('video'), width = 1280, height = 720 } = {}) {
    this.ended = ended;
    this.video = Object.assign(video, { muted: true, playsInline: true });
    this.size = { width: { ideal: width }, height: { ideal: height }, frameRate: { ideal: 30 } };
  }

  get on() {
    return this.#stream !== null;
  }

  get track() {
    return this.#stream?.getVideoTracks()[0];
  }

  /** Throws `NoCamera`; what was on before goes on then. @param {Kind} kind @param {string} [device] */
  async start(kind = 'camera', device) {
    const reason = obstacle(kind);
    if (reason) throw reason;
    const which = device ? { deviceId: { exact: device } } : { facingMode: 'user' };
    try {
      const stream = kind === 'screen'
        ? await navigator.mediaDevices.getDisplayMedia({ video: { frameRate: 15 } })
        : await navigator.mediaDevices.getUserMedia({ video: { ...this.size, ...which } });
      this.stop();
      this.kind = kind;
      this.part = null;
      this.#stream = this.video.srcObject = stream;
      this.track?.addEventListener('ended', () => stream === this.#stream && this.ended());
      await this.video.play();
      this.#follow();
    } catch (error) {
      throw new NoCamera(/** @type {Error} */ (error).name, kind);
    }
  }

  /** Where browsers let a worker read the track, pictures come at full speed also behind other windows. */
  #follow() {
    const Processor = /** @type {{ MediaStreamTrackProcessor?: new (of: { track?: MediaStreamTrack }) => { readable: ReadableStream } }} */ (
      /** @type {unknown} */ (globalThis)).MediaStreamTrackProcessor;
    if (!Processor || !this.track) return;
    const { readable } = new Processor({ track: this.track });
    const worker = this.#grabber = new Worker(new URL('grabber.js', import.meta.url));
    worker.onmessage = ({ data }) => {
      if (worker !== this.#grabber) return; // Of the camera before.
      this.#waiting?.(data.jpeg ? data : null);
      this.#waiting = null;
    };
    worker.postMessage({ frames: readable }, [readable]);
  }

  /** The picture of now and its JPEG, made in a worker; null: there is no worker, or no picture yet. @param {number} most @param {number} quality @returns {Promise<Shot | null>} */
  grab(most, quality) {
    if (!this.#grabber || this.#waiting) return Promise.resolve(null);
    this.#grabber.postMessage({ most, quality, part: this.part ?? [0, 0, 1, 1] });
    return new Promise((done) => { this.#waiting = done; });
  }

  stop() {
    this.#grabber?.postMessage({ over: true }); // Terminated, it would leave the frame open that it holds.
    this.#grabber = null;
    this.#waiting?.(null);
    this.#waiting = null;
    this.#stream?.getTracks().forEach((track) => track.stop());
    this.#stream = this.video.srcObject = null;
  }

  /** The picture of now, at most so wide and high; it stays as it is until the next but one. @param {number} most */
  draw(most) {
    const { videoWidth, videoHeight, readyState } = this.video;
    if (!this.on || readyState < 2 || !videoWidth) return null;
    const [x, y, w, h] = this.part ?? [0, 0, 1, 1];
    const [wide, tall] = [w * videoWidth, h * videoHeight];
    const zoom = Math.min(1, most / Math.max(wide, tall));
    const [width, height] = [wide, tall].map((side) => Math.max(32, Math.round(side * zoom)));
    let canvas = this.#canvases.length > 1 ? this.#canvases.shift() : undefined;
    if (canvas?.width !== width || canvas.height !== height) canvas = blank(width, height);
    this.#canvases.push(canvas);
    const context = canvas.getContext('2d', { alpha: false, willReadFrequently: true });
    /** @type {CanvasRenderingContext2D} */ (context).drawImage(this.video, x * videoWidth, y * videoHeight, wide, tall, 0, 0, width, height);
    return canvas;
  }
}

/** @param {number} width @param {number} height @returns {Canvas} */
const blank = (width, height) => (typeof OffscreenCanvas === 'undefined'
  ? Object.assign(document.createElement('canvas'), { width, height }) : new OffscreenCanvas(width, height));

/** @param {Canvas} canvas @param {number} quality @returns {Promise<Blob | null>} */
export function toJpeg(canvas, quality) {
  const type = 'image/jpeg';
  if ('convertToBlob' in canvas) return canvas.convertToBlob({ type, quality });
  return new Promise((done) => canvas.toBlob(done, type, quality));
}
