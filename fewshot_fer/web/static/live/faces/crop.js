// Only a part of the camera's picture or of the shared window: drawn with the pointer, before it is sent.

import { show, write } from '../../dom.js';
import { say } from '../../say.js';

const LEAST = 0.08; // of a side

/** @param {import('../live.js').Page} page @param {import('../../camera.js').Camera} camera */
export function crop({ find }, camera) {
  const [ask, layer, rectangle] = ['crop', 'cropping', 'crop-part'].map((id) => find(id));
  let from = /** @type {[number, number] | null} */ (null);

  const at = (/** @type {PointerEvent} */ { clientX, clientY }) => {
    const { left, top, width, height } = layer.getBoundingClientRect();
    const share = (/** @type {number} */ part) => Math.max(0, Math.min(1, part));
    return /** @type {[number, number]} */ ([share((clientX - left) / width), share((clientY - top) / height)]);
  };
  const between = (/** @type {[number, number]} */ a, /** @type {[number, number]} */ b) =>
    /** @type {[number, number, number, number]} */ ([
      Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.abs(a[0] - b[0]), Math.abs(a[1] - b[1])]);

  function render() {
    show(ask, camera.on);
    if (!camera.on) show(layer, false);
    write(ask, say(camera.part ? 'The whole picture' : 'Only a part …'));
  }

  ask.onclick = () => {
    if (camera.part) camera.part = null;
    else show(layer, layer.hidden);
    render();
  };
  layer.onpointerdown = (event) => {
    from = at(event);
    layer.setPointerCapture(event.pointerId);
  };
  layer.onpointermove = (event) => {
    if (!from) return;
    const [x, y, w, h] = between(from, at(event));
    Object.assign(rectangle.style, { left: `${100 * x}%`, top: `${100 * y}%`, width: `${100 * w}%`, height: `${100 * h}%` });
  };
  layer.onpointerup = (event) => {
    if (!from) return;
    const part = between(from, at(event));
    from = null;
    rectangle.removeAttribute('style');
    if (part[2] < LEAST || part[3] < LEAST) return;
    camera.part = part;
    show(layer, false);
    render();
  };
  return render;
}
