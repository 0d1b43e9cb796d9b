// A face of the picture becomes a student: pictures of the next seconds, with somebody's agreement.

import { toJpeg } from '../camera.js';
import { show, write } from '../dom.js';
import { say } from '../say.js';
import { cut } from './faces/tiles.js';

/** @import { View } from '../messages.d.ts' */
/** @import { Picked, Picture } from './faces/stage.js' */

const PICTURES = 4;
const EVERY_MS = 500;
const SIDE = 512;
const WIDER = 1.6; // than a tile: the gate wants a whole head

/** @param {import('./live.js').Page} page @param {(student: string) => void} done */
export function enrolling({ find }, done) {
  const form = find('enrol-form', HTMLFormElement);
  const [by, press] = [find('enrol-by', HTMLInputElement), find('enrol', HTMLButtonElement)];
  const said = find('enrol-said');
  let [face, name] = /** @type {[Picked | null, string]} */ ([null, '']);
  let taken = /** @type {Blob[] | null} pictures, while they are taken */ (null);
  let due = 0;

  /** Offer it for a name that nobody has, or not (''). @param {Picked | null} whose @param {string} wanted */
  function offer(whose, wanted) {
    if (taken) return;
    [face, name] = [whose, wanted];
    show(form, whose && wanted);
    write(press, say('Enrol {name} from this face', { name: wanted }));
    press.disabled = false;
    write(said, '');
  }

  /** @param {Picture} picture @param {View} view */
  function see(picture, view) {
    const found = taken && face && view.source === face.source ? view.seen.find(({ track }) => track === face?.track) : null;
    if (!taken || !found || performance.now() < due) return;
    due = performance.now() + EVERY_MS;
    const scale = picture.width / view.size[0];
    const [x0, y0, x1, y1] = found.box;
    const [dx, dy] = [x1 - x0, y1 - y0].map((side) => ((WIDER - 1) / 2) * side);
    const [x, y, w, h] = cut([x0 - dx, y0 - dy, x1 + dx, y1 + dy], view.size, 1).map((side) => side * scale);
    const side = Math.min(SIDE, Math.round(w));
    const canvas = Object.assign(document.createElement('canvas'), { width: side, height: side });
    canvas.getContext('2d')?.drawImage(picture, x, y, w, h, 0, 0, side, side);
    toJpeg(canvas, 0.92).then((jpeg) => {
      if (jpeg && taken?.push(jpeg) === PICTURES) send(taken);
    });
  }

  /** @param {Blob[]} pictures */
  async function send(pictures) {
    taken = null;
    const body = new FormData();
    const wishes = { name, consent: by.value, skip_refused: 'true', skip_doubtful: 'true', same_person: 'true' };
    for (const [key, value] of Object.entries(wishes)) body.append(key, value);
    pictures.forEach((jpeg, k) => body.append('neutral', jpeg, `live-${k + 1}.jpg`));
    try {
      const answer = await fetch(new URL('api/v1/students', document.baseURI), { method: 'POST', body });
      const told = await answer.json();
      if (answer.ok) return done(told.student);
      write(said, `${told.title ?? told.what ?? ''} ${told.detail ?? told.next_step ?? ''}`.trim());
    } catch {
      write(said, say('The server did not answer. Try again.'));
    }
    press.disabled = false;
  }

  form.onsubmit = (event) => {
    event.preventDefault();
    taken = [];
    press.disabled = true;
    write(said, say('Taking {count} pictures: a resting face that looks at the camera teaches best …', { count: PICTURES }));
  };
  return { offer, see, stop: () => { taken = null; }, get busy() { return taken !== null; } };
}
