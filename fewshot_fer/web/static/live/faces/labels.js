// Where labels lie on a picture: on no other face, on no other label, and inside the picture. They
// say as much as there is room for, all alike: the whole label, what is shown, or a sign.

/** @typedef {[x0: number, y0: number, x1: number, y1: number]} Rect in pixels of the screen */
/** @typedef {'whole' | 'what' | 'sign'} Form */
/** @typedef {{ box: Rect, widths: Record<'whole' | 'what', number> }} Labelled */
/** @typedef {{ form: Form, rect: Rect }} Label */

export const TALL = 20;
export const SIGN = 18;
const GAP = 3;
const RICH = /** @type {const} */ (['whole', 'what', 'sign']);
const MOSTLY = 0.9; // So many find room: then it is the form of all who do.
const PATIENCE = 6; // pictures in which a richer form would have fitted

/** @param {Rect} a @param {Rect} b */
export const overlap = (a, b) => a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];

/**
 * A label for each face.
 * @param {Labelled[]} faces @param {[width: number, height: number]} room
 * @param {Form} [richest] @returns {Label[]}
 */
export function laid(faces, room, richest = 'whole') {
  const forms = RICH.slice(RICH.indexOf(richest));
  for (const form of forms.slice(0, -1)) {
    const labels = tried(faces, room, form);
    if (labels.filter((one) => one.form === form).length >= MOSTLY * faces.length) return labels;
  }
  return tried(faces, room, 'sign');
}

/** Every face with this form or, where that finds no room, the next poorer. @param {Labelled[]} faces @param {[number, number]} room @param {Form} form @returns {Label[]} */
function tried(faces, room, form) {
  const labels = /** @type {Label[]} */ ([]);
  for (const [k, face] of faces.entries()) {
    const free = (/** @type {Rect} */ rect) => rect[0] >= 0 && rect[1] >= 0 && rect[2] <= room[0] && rect[3] <= room[1]
      && faces.every(({ box }, other) => other === k || !overlap(rect, box)) && labels.every((one) => !overlap(rect, one.rect));
    const found = RICH.slice(RICH.indexOf(form))
      .flatMap((one) => places(face, room, one).map((rect) => ({ form: one, rect }))).find(({ rect }) => free(rect));
    const [x, y] = face.box;
    labels.push(found ?? { form: 'sign', rect: /** @type {Rect} */ ([x, y, x, y]) }); // Nothing of it can be seen alone.
  }
  return labels;
}

/** Where a label may lie, the best first. @param {Labelled} face @param {[number, number]} room @param {Form} form @returns {Rect[]} */
function places({ box: [x0, y0, x1, y1], widths }, [wide], form) {
  if (form === 'sign') {
    const out = SIGN - 5; // On a corner, so that it covers little of the face.
    return [[x0 - out, y0 - out], [x1 - SIGN + out, y0 - out], [x0, y0], [x1 - SIGN, y0], [x0, y1 - SIGN], [x1 - SIGN, y1 - SIGN]]
      .map(([x, y]) => [x, y, x + SIGN, y + SIGN]);
  }
  const width = widths[form];
  const left = Math.max(0, Math.min(x0, wide - width));
  const above = /** @type {Rect} */ ([left, y0 - GAP - TALL, left + width, y0 - GAP]);
  const below = /** @type {Rect} */ ([left, y1 + GAP, left + width, y1 + GAP + TALL]);
  const inside = /** @type {Rect} */ ([x0, y1 - TALL, x0 + width, y1]);
  return width <= x1 - x0 ? [above, below, inside] : [above, below];
}

/** Keeps the form of labels from flickering: it gets richer only when that has fitted for a while. */
export class Steady {
  form = /** @type {Form} */ ('whole');
  #fitted = 0;

  /** @param {Labelled[]} faces @param {[number, number]} room */
  laid(faces, room) {
    const best = laid(faces, room);
    const found = best.some(({ form }) => form === 'whole') ? 'whole' : best.some(({ form }) => form === 'what') ? 'what' : 'sign';
    if (RICH.indexOf(found) >= RICH.indexOf(this.form)) {
      this.form = found;
      this.#fitted = 0;
      return best;
    }
    if (++this.#fitted > PATIENCE) {
      this.form = found;
      this.#fitted = 0;
      return best;
    }
    return laid(faces, room, this.form);
  }
}
