// The WebSocket to the server, one for all pages: it comes back by itself, more and more patiently.

const WAITS_MS = [500, 1000, 2000, 4000, 8000];
const PATIENCE_MS = 12000; // A picture was sent, and then nothing at all was heard.
const CUT = 1006; // As browsers call it when a line ends without a word.

/** @typedef {ReturnType<typeof setTimeout> | undefined} Timer */

/** @template Said, Command */
export class Link {
  #socket = /** @type {WebSocket | null} */ (null);
  #tries = 0;
  #again = /** @type {Timer} */ (undefined);
  #watch = /** @type {Timer} */ (undefined);

  /**
   * Nothing happens before `open`. `lost` is told the code, how long until the next try, and which
   * it was since the server spoke last; where it calls `close`, there is no next one.
   * @param {string} path
   * @param {{ message: (said: Said) => void, picture?: (jpeg: Blob) => void, open?: () => void, lost: (code: number, wait: number, tries: number) => void }} on
   */
  constructor(path, on) {
    this.path = path;
    this.on = on;
  }

  get ready() {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  open = () => {
    if (this.#socket) return;
    clearTimeout(this.#again);
    addEventListener('online', this.open);
    const url = new URL(this.path, document.baseURI);
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    const socket = this.#socket = new WebSocket(url.href);
    socket.onopen = () => this.on.open?.();
    socket.onmessage = ({ data }) => {
      if (socket !== this.#socket) return;
      this.#tries = 0;
      this.#heard();
      if (typeof data === 'string') this.on.message(JSON.parse(data));
      else this.on.picture?.(data);
    };
    socket.onclose = ({ code }) => socket === this.#socket && this.#lost(code);
  };

  /** Whether it could be sent. @param {Command | Blob} what */
  send(what) {
    if (!this.#socket || !this.ready) return false;
    const picture = what instanceof Blob;
    this.#socket.send(picture ? what : JSON.stringify(what));
    if (picture) this.#watch ??= setTimeout(() => this.#lost(CUT), PATIENCE_MS);
    return true;
  }

  close() {
    clearTimeout(this.#again);
    removeEventListener('online', this.open);
    this.#drop();
  }

  #heard() {
    clearTimeout(this.#watch);
    this.#watch = undefined;
  }

  #drop() {
    const socket = this.#socket;
    this.#socket = null;
    this.#heard();
    socket?.close();
  }

  /** @param {number} code */
  #lost(code) {
    this.#drop();
    // A little chance, so that a whole school does not come back in the same moment.
    const wait = WAITS_MS[Math.min(this.#tries, WAITS_MS.length - 1)] * (0.8 + 0.4 * Math.random());
    this.#again = setTimeout(this.open, wait);
    this.on.lost(code, wait, this.#tries++);
  }
}
