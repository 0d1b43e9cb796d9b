// Takes pictures from a camera or a shared window: one is on its way at a time, and the next is
// taken when its answer is there, so that nothing ever queues up. The picture is kept until then,
// because the boxes are drawn on the very picture that was read.

const SHORTEST_MS = 33;
const LOST_MS = 8000;
// Longest side and JPEG quality, from the best way to the worst. A shared window keeps its size
// longer: the faces in it are small.
const LEVELS = {
  camera: [[1280, 0.8], [960, 0.75], [800, 0.65], [640, 0.6], [480, 0.5]],
  screen: [[1920, 0.8], [1920, 0.6], [1600, 0.6], [1280, 0.6], [1280, 0.4]],
};
const SLOW_MS = 240;
const QUICK_MS = 110;
const LOOK_EVERY = 12;

export class Capture {
  kind = null;
  level = 0;
  #stream = null;
  #video = null;
  #canvases = [];
  #turn = 0;
  #flying = null;
  #shot = 0;
  #delay = null;
  #count = 0;
  #patience = 2;
  #quickFor = 0;
  #busy = false;

  constructor({ at, link, ended }) {
    this.link = link;
    this.ended = ended;
    this.resting = false;
    try {
      this.ticker = new Worker(`${at}ticker.js`);
      this.ticker.onmessage = () => this.#next();
    } catch {
      this.ticker = null;
    }
  }

  get on() {
    return this.#stream !== null;
  }

  get label() {
    return this.#stream?.getVideoTracks()[0]?.label || (this.kind === 'screen' ? 'shared window' : 'camera');
  }

  get device() {
    return this.#stream?.getVideoTracks()[0]?.getSettings().deviceId;
  }

  // Milliseconds from taking a picture to its answer, smoothed.
  get delay() {
    return this.#delay;
  }

  async start(kind, device = null) {
    const size = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 } };
    const stream = kind === 'screen'
      ? await navigator.mediaDevices.getDisplayMedia({ video: { frameRate: 15 }, audio: false })
      : await navigator.mediaDevices.getUserMedia({
        video: device ? { ...size, deviceId: { exact: device } } : { ...size, facingMode: 'user' },
        audio: false,
      });
    this.stop();
    this.kind = kind;
    this.#stream = stream;
    const [track] = stream.getVideoTracks();
    track.addEventListener('ended', () => {
      if (this.#stream === stream) this.ended(kind);
    });
    const video = document.createElement('video');
    video.muted = true;
    video.playsInline = true;
    video.srcObject = stream;
    this.#video = video;
    this.level = 0;
    this.#delay = null;
    await video.play();
    this.#next();
  }

  stop() {
    this.#stream?.getTracks().forEach((track) => track.stop());
    if (this.#video) this.#video.srcObject = null;
    this.#stream = this.#video = this.kind = this.#flying = null;
  }

  dispose() {
    this.stop();
    this.ticker?.terminate();
    this.ticker = null;
  }

  // The way is there again, or the class goes on.
  wake() {
    this.#flying = null;
    this.#next();
  }

  // An answer: gives the picture that it speaks of, and what the way there and back took.
  answered(message) {
    const flying = this.#flying;
    this.#flying = null;
    if (flying && message.type === 'view') this.#learn(performance.now() - flying.at);
    this.#later(message.type === 'view' ? 0 : 200);
    return flying;
  }

  #later(least) {
    const wait = Math.max(least, SHORTEST_MS - (performance.now() - this.#shot));
    if (wait <= 2) this.#next();
    else if (this.ticker) this.ticker.postMessage(wait);
    else setTimeout(() => this.#next(), wait);
  }

  async #next() {
    if (!this.on || this.resting || this.#busy || !this.link.open) return;
    if (this.#flying && performance.now() - this.#flying.at < LOST_MS) return;
    const video = this.#video;
    if (video.readyState < 2 || !video.videoWidth) {
      this.#later(50);
      return;
    }
    this.#busy = true;
    this.#shot = performance.now();
    try {
      const [side, quality] = LEVELS[this.kind][this.level];
      const canvas = this.#draw(video, side);
      const blob = await toBlob(canvas, quality);
      if (blob && video === this.#video && this.link.send(blob)) {
        this.#flying = { canvas, at: this.#shot, bytes: blob.size };
      }
    } finally {
      this.#busy = false;
    }
    if (!this.#flying) this.#later(100);
  }

  #draw(video, side) {
    const zoom = Math.min(1, side / Math.max(video.videoWidth, video.videoHeight));
    const width = Math.round(video.videoWidth * zoom);
    const height = Math.round(video.videoHeight * zoom);
    this.#turn = 1 - this.#turn;
    let canvas = this.#canvases[this.#turn];
    if (!canvas || canvas.width !== width || canvas.height !== height) {
      canvas = typeof OffscreenCanvas === 'undefined'
        ? Object.assign(document.createElement('canvas'), { width, height })
        : new OffscreenCanvas(width, height);
      this.#canvases[this.#turn] = canvas;
    }
    canvas.getContext('2d', { alpha: false, willReadFrequently: true }).drawImage(video, 0, 0, width, height);
    return canvas;
  }

  #learn(took) {
    this.#delay = this.#delay === null ? took : this.#delay + 0.15 * (took - this.#delay);
    this.#count += 1;
    if (this.#count % LOOK_EVERY) return;
    const worst = LEVELS[this.kind].length - 1;
    if (this.#delay > SLOW_MS && this.level < worst) {
      // What was tried and was too much is tried again later and later.
      if (this.#quickFor === 0 && this.level > 0) this.#patience = Math.min(40, this.#patience * 2);
      this.level += 1;
      this.#quickFor = 0;
    } else if (this.#delay < QUICK_MS && this.level > 0) {
      this.#quickFor += 1;
      if (this.#quickFor >= this.#patience) {
        this.level -= 1;
        this.#quickFor = 0;
      }
    } else {
      this.#quickFor = 0;
    }
  }
}

function toBlob(canvas, quality) {
  if (canvas.convertToBlob) return canvas.convertToBlob({ type: 'image/jpeg', quality });
  return new Promise((done) => canvas.toBlob(done, 'image/jpeg', quality));
}
