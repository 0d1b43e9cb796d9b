// The pictures of the class: those of this page's camera or window, those of others, and how they are shown.

import { Camera, NoCamera } from '../camera.js';
import { Capture, Pace } from '../capture.js';
import { show } from '../dom.js';
import { say } from '../say.js';
import { crop } from './faces/crop.js';
import { footer } from './footer.js';
import { stage } from './faces/stage.js';
import { welcome } from './welcome.js';

/** @import { Canvas, Kind } from '../camera.js' */
/** @import { View } from '../messages.d.ts' */

/**
 * @param {import('./live.js').Page} page @param {() => import('./live.js').Line | null} line
 * @param {{ changed: () => void, seen: (picture: import('./faces/stage.js').Picture, view: View) => void, pick: Parameters<typeof stage>[1], tell: (words: string) => void, again: () => void }} on
 */
export function pictures(page, line, { changed, seen, pick, tell, again }) {
  const { find, store, send } = page;
  // A shared window keeps its size longer: the faces in it are small.
  const paces = {
    camera: new Pace([[1280, 0.8], [960, 0.75], [800, 0.65], [640, 0.6], [480, 0.5]]),
    screen: new Pace([[1920, 0.8], [1920, 0.6], [1600, 0.6], [1280, 0.6], [1280, 0.4]]),
  };
  const camera = new Camera(() => {
    stop();
    tell(say(camera.kind === 'screen' ? 'The window is not shared any more.' : 'The camera was unplugged or taken away.'));
  });
  const capture = new Capture(camera, line, {
    size: () => paces[camera.kind].size,
    // Behind other windows the browser is slow, not the line.
    took: (ms) => void (document.hidden || paces[camera.kind].took(ms)),
    background: true,
  });
  const [faces, foot, part] = [stage(page, pick), footer(page, camera), crop(page, camera)];
  const first = welcome(page, (what) => (what === 'drawn' ? drawn() : watch(what)), again);
  const devices = find('devices', HTMLSelectElement);
  let coming = /** @type {Promise<ImageBitmap> | null} of another source; what is seen in it comes next */ (null);
  devices.onchange = () => watch('camera', devices.value);
  find('stop').onclick = stop;

  /** What is seen in the newest picture of a source. @param {View} view */
  async function hear(view) {
    if (view.source === store.own) {
      const flown = capture.answered(true);
      if (flown) draw(flown.canvas, view, performance.now() - flown.at);
      return;
    }
    const [{ id }, picture] = [store, coming];
    coming = null;
    const bitmap = await picture;
    if (bitmap && !camera.on && store.id === id) draw(bitmap, view, null);
    else bitmap?.close();
  }

  /** @param {Canvas | ImageBitmap} picture @param {View} view @param {number | null} delay */
  function draw(picture, view, delay) {
    if (store.ended) return; // It was on its way when the class ended.
    const newly = !store.seen;
    store.drew(view);
    faces.draw(picture, view);
    foot.drew(picture, view, delay);
    if (!newly) return seen(picture, view);
    send({ do: 'students' });
    changed();
  }

  /** There is none, for this reason. @param {import('./store.js').Notice | null} notice */
  function blank(notice) {
    faces.clear();
    store.blank(notice);
    changed();
  }

  const moment = (/** @type {string} */ what) => blank({ what, next: say('A moment, please.'), calm: true });

  /** Show this page's camera or a window. @param {Kind} kind @param {string} [device] */
  async function watch(kind, device) {
    const what = say(kind === 'screen' ? 'Choose the window of the video call …' : 'Opening the camera …');
    blank({ what, next: say('The browser may ask first.'), calm: true });
    try {
      await camera.start(kind, device);
    } catch (error) {
      if (error instanceof NoCamera) blank({ what: error.what, next: error.next });
      return;
    }
    foot.began();
    moment(say(store.ready ? 'Looking …' : 'Preparing to read faces …'));
    capture.wake();
  }

  function drawn() {
    send({ do: 'drawn', students: 12 });
    moment(say('Drawing a class …'));
  }

  function stop() {
    send({ do: camera.on ? 'leave' : 'stop_drawn' });
    camera.stop();
    blank(null);
  }

  function render() {
    first();
    part();
    show(find('frame'), store.seen);
    show(find('foot'), store.seen);
    find('frame').classList.toggle('paused', Boolean(store.now?.paused));
  }

  return { camera, capture, hear, blank, render, stop, point: faces.point, redraw: faces.again, coming: (/** @type {Blob} */ jpeg) => { coming = createImageBitmap(jpeg); } };
}
