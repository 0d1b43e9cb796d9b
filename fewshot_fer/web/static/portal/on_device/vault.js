// References that never leave this device: in the browser's database, encrypted under a key that the
// server gives to nobody but who has signed in as this student. A file of them is encrypted alike.

/** @typedef {{ expression: string, vector: number[], portrait: string, light: boolean, checkpoint: string }} Kept  `light`: of today's light, and taken back with it */
/** @typedef {(mode: IDBTransactionMode) => IDBObjectStore} Table */
/** @typedef {{ iv: Uint8Array<ArrayBuffer>, data: ArrayBuffer }} Sealed */

/** What the browser keeps the student's choice under: several may share one. @param {string} student */
export const choiceOf = (student) => `fewshot-fer.stays.${student}`;

const [DATABASE, TABLE] = ['fewshot-fer', 'references'];
const MOST_BYTES = 20_000_000;
const text = new TextEncoder();

export class Vault {
  kept = /** @type {Kept[]} */ ([]);
  #key;
  #table;

  /** @param {string} student @param {CryptoKey} key @param {Table} table */
  constructor(student, key, table) {
    this.student = student;
    this.#key = key;
    this.#table = table;
  }

  /** Throws where the browser keeps nothing for pages, as in a private window. @param {string} student @param {string} secret 32 bytes in base64 */
  static async open(student, secret) {
    const raw = await crypto.subtle.importKey('raw', bytes(secret), 'HKDF', false, ['deriveKey']);
    const how = { name: 'HKDF', hash: 'SHA-256', salt: text.encode(student), info: text.encode('references') };
    const key = await crypto.subtle.deriveKey(how, raw, { name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
    const vault = new Vault(student, key, await database());
    const sealed = /** @type {Sealed | undefined} */ (await done(vault.#table('readonly').get(student)));
    // What another key has sealed is of another server, and of no use here.
    if (sealed) vault.kept = await vault.#opened(sealed).catch(() => []);
    return vault;
  }

  /** From now on these are kept. @param {Kept[]} kept */
  async keep(kept) {
    const sealed = await this.#sealed(kept);
    await done(this.#table('readwrite').put(sealed, this.student));
    this.kept = kept;
  }

  async forget() {
    await forget(this.student);
    this.kept = [];
  }

  /** All of it as a file, for another device of the same student. */
  async file() {
    const { iv, data } = await this.#sealed(this.kept);
    return new Blob([iv, data], { type: 'application/octet-stream' });
  }

  /** Keep what such a file holds; throws where it was altered, or is somebody else's. @param {Blob} file */
  async bring(file) {
    if (file.size > MOST_BYTES) throw new RangeError('too large');
    const whole = await file.arrayBuffer();
    await this.keep(await this.#opened({ iv: new Uint8Array(whole.slice(0, 12)), data: whole.slice(12) }));
  }

  /** @param {Kept[]} kept @returns {Promise<Sealed>} */
  async #sealed(kept) {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    return { iv, data: await crypto.subtle.encrypt(this.#how(iv), this.#key, text.encode(JSON.stringify(kept))) };
  }

  /** @param {Sealed} sealed @returns {Promise<Kept[]>} */
  async #opened({ iv, data }) {
    return JSON.parse(new TextDecoder().decode(await crypto.subtle.decrypt(this.#how(iv), this.#key, data)));
  }

  /** @param {Uint8Array<ArrayBuffer>} iv */
  #how(iv) {
    return { name: 'AES-GCM', iv, additionalData: text.encode(this.student) };
  }
}

/** Leave nothing of a student in this browser; needs no key. @param {string} student */
export async function leave(student) {
  localStorage.removeItem(choiceOf(student));
  await forget(student);
}

/** @param {string} student */
const forget = async (student) => done((await database())('readwrite').delete(student));

/** @returns {Promise<Table>} */
async function database() {
  const asked = indexedDB.open(DATABASE, 1);
  asked.onupgradeneeded = () => asked.result.createObjectStore(TABLE);
  const opened = await done(asked);
  return (mode) => opened.transaction(TABLE, mode).objectStore(TABLE);
}

/** @param {string} base64 */
const bytes = (base64) => Uint8Array.from(atob(base64), (one) => one.charCodeAt(0));

/** @template T @param {IDBRequest<T>} asked @returns {Promise<T>} */
const done = (asked) => new Promise((resolve, reject) => {
  asked.onsuccess = () => resolve(asked.result);
  asked.onerror = () => reject(asked.error);
});
