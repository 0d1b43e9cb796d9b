// A guide before the teacher's camera. One picture is on its way at a time; the server says what to
// change, and takes the sharpest of a second. The page is told when something was taken.

const LONGEST = 960;
const QUALITY = 0.88;
const PATIENCE_MS = 10000;
const HOST = 'fewshotFerGuide';

/** Streamlit calls this whenever the page ran again: what is under way goes on. */
export function mount(component) {
  const root = component.parentElement;
  clearTimeout(root[HOST]?.leaving);
  root[HOST] ??= new Guide(root);
  root[HOST].component = component;
  root[HOST].whole.dataset.expressions = component.data.expressions.join(' ');
}

export function unmount(component) {
  const guide = component.parentElement[HOST];
  if (guide) guide.leaving = setTimeout(() => guide.stop(), 400);
}

class Guide {
  constructor(root) {
    const find = (selector) => root.querySelector(selector);
    this.root = root;
    this.whole = find('.guide');
    this.stage = find('.stage');
    this.video = find('video');
    this.asks = find('.ask');
    this.says = find('.say');
    this.progress = find('progress');
    this.buttons = { start: find('.start'), skip: find('.skip'), stop: find('.stop') };
    this.canvas = document.createElement('canvas');
    this.buttons.start.onclick = () => this.start();
    this.buttons.skip.onclick = () => this.send({ do: 'skip' });
    this.buttons.stop.onclick = () => this.stop('');
    addEventListener('pagehide', () => this.stop());
  }

  async start() {
    const { does, expressions } = this.component.data;
    if (does === 'teach' && !expressions.length) return this.say('Choose at least one expression.');
    this.buttons.start.disabled = true;
    this.say('Opening the camera…');
    try {
      refuseWhatCannotWork();
      this.stream = await navigator.mediaDevices.getUserMedia({
        audio: false,
        video: { facingMode: 'user', width: { ideal: 1280 }, height: { ideal: 720 } },
      });
      this.stream.getVideoTracks()[0].onended = () => this.stop('The camera was closed.');
      this.video.srcObject = this.stream;
      await this.video.play();
      this.connect();
    } catch (error) {
      this.stop(inWords(error));
    } finally {
      this.buttons.start.disabled = false;
    }
  }

  connect() {
    const at = new URL('guide', document.baseURI);
    at.protocol = at.protocol === 'https:' ? 'wss:' : 'ws:';
    const socket = new WebSocket(at.href);
    this.socket = socket;
    socket.onopen = () => {
      const { does, expressions, ticket } = this.component.data;
      this.send({ do: does, expressions, ticket });
      this.running(true);
      this.picture();
    };
    socket.onmessage = ({ data }) => this.hear(JSON.parse(data));
    socket.onclose = () => {
      if (socket === this.socket) this.stop('The connection was lost. Start again; what was taken is kept.');
    };
    this.watch = setInterval(() => {
      if (this.sent && performance.now() - this.sent > PATIENCE_MS) this.stop('No answer comes. Start again.');
    }, 1000);
  }

  send(what) {
    if (this.socket?.readyState !== WebSocket.OPEN) return;
    this.socket.send(what instanceof Blob ? what : JSON.stringify(what));
  }

  async picture() {
    const { video, canvas } = this;
    if (!this.stream || this.sent) return;
    if (video.videoWidth) {
      const zoom = Math.min(1, LONGEST / Math.max(video.videoWidth, video.videoHeight));
      canvas.width = Math.round(video.videoWidth * zoom);
      canvas.height = Math.round(video.videoHeight * zoom);
      canvas.getContext('2d', { alpha: false }).drawImage(video, 0, 0, canvas.width, canvas.height);
      const blob = await new Promise((done) => canvas.toBlob(done, 'image/jpeg', QUALITY));
      if (blob && this.socket?.readyState === WebSocket.OPEN) {
        this.sent = performance.now();
        this.send(blob);
        return;
      }
    }
    setTimeout(() => this.picture(), 60);
  }

  hear(message) {
    this[`on_${message.type}`]?.(message);
    // Advice answers a picture; then the next one may go.
    if (['live', 'progress', 'error'].includes(message.type)) {
      this.sent = null;
      setTimeout(() => this.picture(), 30);
    }
  }

  on_ask({ words }) {
    this.asks.textContent = words;
    this.whole.classList.remove('took', 'good');
  }

  on_live({ good, what, next_step, left }) {
    this.whole.classList.toggle('good', good);
    if (!good) this.say(`${what} ${next_step}`);
    else this.say(left > 0 ? 'Good.' : 'Good. Hold it.');
  }

  on_progress({ good, what, next_step, share }) {
    this.progress.hidden = false;
    this.progress.value = share;
    this.whole.classList.toggle('good', good);
    this.say(good ? 'Good. Hold it.' : `${what} ${next_step}`);
  }

  on_took({ expression }) {
    this.whole.classList.add('took');
    this.say(`Taken: ${expression}.`);
    this.component.setTriggerValue('took', expression);
  }

  on_skipped({ expression, what }) {
    this.say(`Skipped ${expression}. ${what}`);
  }

  on_error({ what, next_step }) {
    this.say(`${what} ${next_step}`);
  }

  on_over({ taken }) {
    this.stop(taken ? 'Done.' : 'Nothing could be taken. Mind the advice, and start again.');
    if (taken) this.component.setTriggerValue('took', 'all');
  }

  say(words) {
    if (this.says.textContent !== words) this.says.textContent = words;
  }

  running(on) {
    this.stage.hidden = this.buttons.stop.hidden = !on;
    this.buttons.skip.hidden = !on || this.component.data.does !== 'teach';
    this.buttons.start.hidden = on;
    if (!on) this.progress.hidden = true;
  }

  stop(words) {
    clearInterval(this.watch);
    for (const track of this.stream?.getTracks() ?? []) {
      track.onended = null;
      track.stop();
    }
    const socket = this.socket;
    this.stream = this.socket = this.video.srcObject = this.sent = null;
    socket?.close();
    this.whole.classList.remove('good', 'took');
    this.running(false);
    if (words !== undefined) this.say(words);
  }
}

function refuseWhatCannotWork() {
  if (!window.isSecureContext) {
    throw new Error('This address has no HTTPS, so the browser keeps the camera closed. Open the page on this machine, or start the app with a certificate.');
  }
  if (!navigator.mediaDevices?.getUserMedia) {
    throw new Error('This browser cannot show a camera to a page. Use a current Firefox, Chrome, Edge or Safari.');
  }
}

function inWords(error) {
  switch (error.name) {
    case 'NotAllowedError':
    case 'SecurityError':
      return 'The camera was not allowed. Allow it with the symbol beside the address, then start again.';
    case 'NotFoundError':
    case 'OverconstrainedError':
      return 'No camera was found. Connect one, or drop files instead.';
    case 'NotReadableError':
    case 'AbortError':
      return 'The camera is there but gives no picture. Close other programs that use it, then start again.';
    default:
      return error.message;
  }
}
