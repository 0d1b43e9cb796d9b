// Takes pictures and sends them: one is on its way at a time, and the next is taken when its answer
// is there, so that nothing ever queues up. The picture is kept until then, because boxes are drawn
// on the very picture that was read.

import { toJpeg } from './camera.js';

/** @import { Camera, Canvas } from './camera.js' */
/** @import { Link } from './link.js' */
/** @typedef {[most: number, quality: number]} Size  the longest side, and the JPEG's quality */

const SHORTEST_MS = 33;
const AFTER_NOTHING_MS = 200; // It was not read: wait a little longer.
const NO_PICTURE_MS = 60;

export class Capture {
  /** No picture is taken while it rests. */
  resting = false;
  /** Milliseconds from one picture to the next, at least. */
  every = SHORTEST_MS;
  #flying = /** @type {{ canvas: Canvas | ImageBitmap, at: number } | null} */ (null);
  #busy = false;
  #shot = 0;

  /**
   * `took` is told the milliseconds from a picture to its answer; in the `background` pictures are
   * taken while the page is behind another window.
   * @param {Pick<Camera, 'on' | 'draw'> & Partial<Pick<Camera, 'grab'>>} camera
   * @param {() => Pick<Link<unknown, unknown>, 'ready' | 'send'> | null} line
   * @param {{ size: () => Size, took?: (ms: number) => void, background?: boolean }} how
   */
  constructor(camera, line, { size, took, background = false }) {
    this.camera = camera;
    this.line = line;
    this.size = size;
    this.took = took;
    this.background = background;
    const wake = () => void this.wake();
    this.after = background ? ticker(wake) : (/** @type {number} */ ms) => void setTimeout(wake, ms);
  }

  /** What was on its way is lost. */
  forget() {
    this.#flying = null;
  }

  /** An answer came; gives the picture that it speaks of. @param {boolean} read whether it was read at all */
  answered(read) {
    const flying = this.#flying;
    const now = performance.now();
    this.#flying = null;
    if (flying && read) this.took?.(now - flying.at);
    const wait = Math.max(read ? 0 : AFTER_NOTHING_MS, this.every - (now - this.#shot));
    if (wait <= 2) this.wake();
    else this.after(wait);
    return flying;
  }

  /** Take a picture, if it is time for one. */
  async wake() {
    if (!this.camera.on || !this.line()?.ready || this.resting || this.#busy || this.#flying) return;
    this.#busy = true;
    try {
      const [most, quality] = this.size();
      const at = performance.now();
      const shot = this.background ? await this.camera.grab?.(most, quality) : null;
      const drawn = shot ? null : this.camera.draw(most);
      const [canvas, jpeg] = shot ? [shot.picture, shot.jpeg] : [drawn, drawn && await toJpeg(drawn, quality)];
      if (canvas && jpeg && this.camera.on && this.line()?.send(jpeg)) {
        this.#flying = { canvas, at };
        this.#shot = at;
      }
    } finally {
      this.#busy = false;
    }
    if (!this.#flying) this.after(NO_PICTURE_MS);
  }
}

const LOOK_EVERY = 12; // pictures

/**
 * How large and how good pictures may be, by how long their answers take: it goes down the steps
 * where the way is slow, and up again, ever more carefully, where it is quick.
 */
export class Pace {
  delay = /** @type {number | null} milliseconds from a picture to its answer, smoothed */ (null);
  #count = 0;
  #quickFor = 0;
  #patience = 2;

  /** @param {Size[]} steps from the best down @param {{ slow?: number, quick?: number, step?: number }} limits in milliseconds */
  constructor(steps, { slow = 240, quick = 110, step = 0 } = {}) {
    this.steps = steps;
    this.slow = slow;
    this.quick = quick;
    this.step = step;
  }

  get size() {
    return this.steps[this.step];
  }

  /** @param {number} ms */
  took(ms) {
    this.delay = this.delay === null ? ms : this.delay + 0.15 * (ms - this.delay);
    if (++this.#count % LOOK_EVERY) return;
    const quick = this.delay < this.quick && this.step > 0;
    if (this.delay > this.slow && this.step < this.steps.length - 1) {
      // What was tried and was too much is tried again later and later.
      if (this.#quickFor === 0 && this.step > 0) this.#patience = Math.min(40, this.#patience * 2);
      this.step += 1;
    } else if (quick) {
      this.#quickFor += 1;
      if (this.#quickFor < this.#patience) return;
      this.step -= 1;
    }
    this.#quickFor = 0;
  }
}

/** A clock that browsers do not slow down when the page is behind another window. @param {() => void} call */
function ticker(call) {
  const worker = new Worker(new URL('ticker.js', import.meta.url));
  worker.onmessage = call;
  return (/** @type {number} */ ms) => worker.postMessage(ms);
}
