// The student's camera, as JPEG pictures of the size that the line can carry.

const QUALITY = 0.7;
const SMALLEST = 240;
const LARGEST = 480;

export class Camera {
  constructor(video) {
    this.video = video;
    this.canvas = document.createElement("canvas");
    this.width = 320;
    this.delay = null;
  }

  get running() {
    return Boolean(this.stream?.active);
  }

  async start(onEnded) {
    refuseWhatCannotWork();
    this.stream = await navigator.mediaDevices.getUserMedia({
      audio: false,
      video: { facingMode: "user", width: { ideal: 640 }, height: { ideal: 480 }, frameRate: { ideal: 24 } },
    });
    this.stream.getVideoTracks()[0].onended = onEnded;
    this.video.srcObject = this.stream;
    await this.video.play();
  }

  stop() {
    for (const track of this.stream?.getTracks() ?? []) {
      track.onended = null;
      track.stop();
    }
    this.stream = this.video.srcObject = null;
  }

  /** The picture of now as a JPEG blob; `fine` for pictures that are to teach. */
  async picture(fine = false) {
    const { videoWidth: w, videoHeight: h } = this.video;
    if (!w || !h) return null;
    const shrink = Math.min(1, (fine ? 640 : this.width) / Math.max(w, h));
    this.canvas.width = Math.max(32, Math.round(w * shrink));
    this.canvas.height = Math.max(32, Math.round(h * shrink));
    this.canvas.getContext("2d", { alpha: false }).drawImage(this.video, 0, 0, this.canvas.width, this.canvas.height);
    return new Promise((done) => this.canvas.toBlob(done, "image/jpeg", fine ? 0.9 : QUALITY));
  }

  /** Learn from a round trip: smaller pictures on a slow line, larger ones where there is room. */
  took(milliseconds) {
    this.delay = this.delay === null ? milliseconds : 0.8 * this.delay + 0.2 * milliseconds;
    if (this.delay > 500) this.width = Math.max(SMALLEST, this.width - 8);
    else if (this.delay < 90) this.width = Math.min(LARGEST, this.width + 4);
    else if (this.delay > 200 && this.width > 320) this.width -= 8;
  }
}

export class NoCamera extends Error {
  constructor(what, next) {
    super(what);
    this.next = next;
  }
}

function refuseWhatCannotWork() {
  if (!window.isSecureContext)
    throw new NoCamera(
      "This address has no HTTPS, so your browser keeps the camera closed.",
      "Ask your teacher for an address that begins with https://.",
    );
  if (!navigator.mediaDevices?.getUserMedia || !HTMLCanvasElement.prototype.toBlob)
    throw new NoCamera(
      "This browser cannot show your camera to a page.",
      "Use a current Firefox, Chrome, Edge or Safari. Inside another app, choose \"Open in browser\".",
    );
}

/** What went wrong with a camera, in words. */
export function inWords(error) {
  if (error instanceof NoCamera) return [error.message, error.next];
  switch (error.name) {
    case "NotAllowedError":
    case "SecurityError":
      return [
        "The camera was not allowed.",
        "Allow it with the symbol beside the address (on a phone: in the browser's settings for this page), then try again.",
      ];
    case "NotFoundError":
    case "OverconstrainedError":
      return ["No camera was found.", "Connect one, or open your link on a phone."];
    case "NotReadableError":
    case "AbortError":
      return [
        "The camera is there but gives no picture.",
        "Close other programs and pages that use it, such as a video call, then try again.",
      ];
    default:
      return ["The camera could not be opened.", "Load this page again. If that does not help, use another browser."];
  }
}
