// Keeps the newest picture of a track and makes a JPEG of it when asked: in a worker, which browsers
// do not slow down when the page is behind other windows.

const UNDER_WAY_MS = 500;
let newest = /** @type {VideoFrame | null} */ (null);

/** @param {ReadableStream<VideoFrame>} frames */
async function read(frames) {
  const reader = frames.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    newest?.close();
    newest = value ?? null;
    if (done) return;
  }
}

/** Chromium never says that a stream which was stopped early is done, and does hand its frame over. */
function end() {
  newest?.close();
  self.close();
}

self.onmessage = async ({ data }) => {
  if (data.frames) return void read(data.frames);
  if (data.over) return void setTimeout(end, UNDER_WAY_MS);
  const { most, quality, part } = data;
  const frame = newest?.clone();
  if (!frame) return self.postMessage({});
  const [x, y, w, h] = part;
  const [wide, tall] = [w * frame.displayWidth, h * frame.displayHeight];
  const zoom = Math.min(1, most / Math.max(wide, tall));
  const [width, height] = [wide, tall].map((side) => Math.max(32, Math.round(side * zoom)));
  const canvas = new OffscreenCanvas(width, height);
  canvas.getContext('2d', { alpha: false })
    ?.drawImage(frame, x * frame.displayWidth, y * frame.displayHeight, wide, tall, 0, 0, width, height);
  frame.close();
  const jpeg = await canvas.convertToBlob({ type: 'image/jpeg', quality });
  const picture = canvas.transferToImageBitmap();
  self.postMessage({ jpeg, picture }, { transfer: [picture] });
};
