// The line to the server: one WebSocket that comes back by itself and says how it is.

const WAITS = [0.5, 1, 2, 4, 8, 15];
const PATIENCE = 12000; // milliseconds without an answer to a picture

export class Line {
  /** `on.state(words, kind)`, `on.message(object)`, `on.bye(object)`: what the page does then. */
  constructor(path, on) {
    this.address = `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}${path}`;
    this.on = on;
    this.tries = 0;
    this.wanted = false;
    this.waiting = null;
    addEventListener("online", () => this.wanted && !this.socket && this.open());
  }

  get ready() {
    return this.socket?.readyState === WebSocket.OPEN;
  }

  open() {
    this.wanted = true;
    clearTimeout(this.waiting);
    this.on.state(this.tries ? "Connecting again…" : "Connecting…", "trying");
    const socket = new WebSocket(this.address);
    this.socket = socket;
    socket.onmessage = (event) => {
      this.tries = 0;
      this.sentAt = null;
      const message = JSON.parse(event.data);
      if (message.type === "bye") this.end(message);
      else this.on.message(message);
    };
    socket.onclose = () => socket === this.socket && this.lost();
  }

  send(what) {
    if (!this.ready) return false;
    if (typeof what !== "string" && !(what instanceof Blob)) what = JSON.stringify(what);
    this.socket.send(what);
    if (what instanceof Blob) this.sentAt = performance.now();
    return true;
  }

  /** A line that answers no more is as good as cut. */
  check() {
    if (this.sentAt && performance.now() - this.sentAt > PATIENCE) {
      const socket = this.socket;
      this.lost();
      socket?.close();
    }
  }

  close() {
    this.wanted = false;
    clearTimeout(this.waiting);
    const socket = this.socket;
    this.socket = this.sentAt = null;
    socket?.close(1000);
  }

  end(message) {
    this.close();
    this.on.bye(message);
  }

  async lost() {
    this.socket = this.sentAt = null;
    this.on.message({ type: "lost" });
    if (!this.wanted) return;
    if (this.tries && (await this.isOver())) return;
    const wait = WAITS[Math.min(this.tries++, WAITS.length - 1)] * (0.75 + Math.random() / 2);
    const why = navigator.onLine === false ? "Your device is offline." : "Connection lost.";
    this.on.state(`${why} Trying again…`, "trying");
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.wanted && this.open(), wait * 1000);
  }

  /** A browser does not say why a WebSocket was refused, a plain request does. */
  async isOver() {
    try {
      const answer = await fetch("/me/facts", { cache: "no-store", redirect: "manual" });
      if (answer.ok) return false;
      if (![401, 403, 404, 410].includes(answer.status)) return false;
      this.end({
        why: "over",
        what: "Your time in this class is over.",
        next_step: "Open your teacher's link again, or ask for a new one.",
      });
      return true;
    } catch {
      return false;
    }
  }
}
