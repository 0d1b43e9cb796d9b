// The WebSocket to the server. It comes back by itself, more and more patiently, and says so.

const WAITS = [500, 1000, 2000, 4000, 8000];
const NO_CLASS = 4404;

export class Link extends EventTarget {
  #socket = null;
  #tries = 0;
  #timer = null;
  #closed = false;
  #url;

  constructor(url) {
    super();
    this.#url = url;
    window.addEventListener('online', this.#again);
    this.#connect();
  }

  get open() {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  // Bytes that the way has not taken yet.
  get waiting() {
    return this.#socket?.bufferedAmount ?? 0;
  }

  send(what) {
    if (!this.open) return false;
    this.#socket.send(typeof what === 'string' || what instanceof Blob ? what : JSON.stringify(what));
    return true;
  }

  close() {
    this.#closed = true;
    clearTimeout(this.#timer);
    window.removeEventListener('online', this.#again);
    this.#socket?.close();
  }

  #again = () => {
    if (this.#closed || this.open || this.#socket?.readyState === WebSocket.CONNECTING) return;
    clearTimeout(this.#timer);
    this.#connect();
  };

  retry() {
    this.#again();
  }

  #connect() {
    const socket = new WebSocket(this.#url);
    socket.binaryType = 'blob';
    this.#socket = socket;
    socket.onopen = () => {
      this.#tries = 0;
      this.#tell('open');
    };
    socket.onmessage = ({ data }) => {
      if (typeof data === 'string') this.#tell('message', JSON.parse(data));
      else this.#tell('picture', data);
    };
    socket.onclose = ({ code }) => {
      if (this.#closed || socket !== this.#socket) return;
      if (code === NO_CLASS) {
        this.#tell('gone');
        return;
      }
      // A little chance, so that a whole school does not come back in the same moment.
      const wait = WAITS[Math.min(this.#tries, WAITS.length - 1)] * (0.8 + 0.4 * Math.random());
      this.#tries += 1;
      this.#tell('lost', { wait });
      this.#timer = setTimeout(this.#again, wait);
    };
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
