// Reads a student's face on the student's own device. Pictures and vectors go no farther than the
// worker; the page that opens it gets labels, scores and boxes.

/** @import { Failure, Look, Person, Read, Reference } from './types.d.ts' */

/** The smallest module that needs SIMD: one function with an i8x16.splat. */
const SIMD = Uint8Array.of(
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11);

/** Why reading here does not work; what to say of it is the page's. */
export class DeviceError extends Error {
  /** @param {Failure} code @param {string} [where] the file, if it is about one */
  constructor(code, where = '') {
    super(where ? `${code}: ${where}` : code);
    this.code = code;
    this.where = where;
  }
}

export class DeviceReader {
  #worker;
  #asked = 0;
  #waiting = /** @type {Map<number, { done: (answer: any) => void, failed: (error: DeviceError) => void }>} */ (new Map());

  /** @param {(share: number) => void} [progress] */
  constructor(progress) {
    this.#worker = new Worker(new URL('worker.js', import.meta.url), { type: 'module' });
    this.#worker.onmessage = ({ data }) => {
      if (data.progress !== undefined) return progress?.(data.progress);
      const asker = this.#waiting.get(data.id);
      this.#waiting.delete(data.id);
      if (data.failed) asker?.failed(new DeviceError(data.failed, data.where));
      else asker?.done(data.done ?? null);
    };
    this.#worker.onerror = (event) => {
      event.preventDefault();
      this.close(new DeviceError('failed', event.message));
    };
  }

  /**
   * Loads and checks everything; throws `DeviceError`.
   * @param {string} base the address of the browser checkpoint, as the server gives it
   * @param {{ onProgress?: (share: number) => void }} [how]
   */
  static async open(base, { onProgress } = {}) {
    if (!isSecureContext) throw new DeviceError('insecure');
    if (typeof OffscreenCanvas === 'undefined' || !globalThis.WebAssembly?.validate(SIMD)) throw new DeviceError('no-simd');
    const reader = new DeviceReader(onProgress);
    try {
      await reader.#ask('open', [new URL(base, location.href).href]);
      return reader;
    } catch (error) {
      reader.close();
      throw error;
    }
  }

  /**
   * What a picture shows, smoothed over time; null: no face. The bitmap is handed over and closed.
   * @param {ImageBitmap} bitmap @param {number} at milliseconds, of any clock that does not go back
   * @returns {Promise<Read | null>}
   */
  read(bitmap, at) {
    return this.#ask('read', [bitmap, at], [bitmap]);
  }

  /**
   * A picture as a reference: what is wrong with it, its vector and portrait, all of which stay here.
   * @param {ImageBitmap} bitmap @returns {Promise<Look | null>} null: no face
   */
  look(bitmap) {
    return this.#ask('look', [bitmap], [bitmap]);
  }

  /** From now on faces are read as this person's; null: as anybody's. @param {Person | null} person @returns {Promise<void>} */
  setPerson(person) {
    return this.#ask('person', [person]);
  }

  /** What references made here say of somebody. @param {Reference[]} references @returns {Promise<Person>} */
  makePerson(references) {
    return this.#ask('make', [references]);
  }

  /** Whoever waits for an answer gets this one. */
  close(error = new DeviceError('failed', 'closed')) {
    this.#worker.terminate();
    this.#waiting.forEach(({ failed }) => failed(error));
    this.#waiting.clear();
  }

  /** @param {string} does @param {unknown[]} given @param {Transferable[]} [over] @returns {Promise<any>} */
  #ask(does, given, over = []) {
    const id = this.#asked += 1;
    this.#worker.postMessage({ id, does, given }, over);
    return new Promise((done, failed) => { this.#waiting.set(id, { done, failed }); });
  }
}
