// Shows what the server read: the label, its bars, the box around the face.

import { el, finder, svg, write } from '../dom.js';
import { say as inWords } from '../say.js';
import { percent } from '../words.js';

/** @import { Expression, OwnFace, OwnView } from '../messages.d.ts' */
/** @typedef {[name: string, fill: Element, number: Element]} Row */

const SPEAK_EVERY_MS = 4000; // between two labels that a screen reader reads out
const find = finder(document);
const [said, why, share, swatch, spoken] = ['said', 'why', 'share', 'swatch', 'spoken'].map((id) => find(id));
const over = find('over', HTMLCanvasElement);
const context = /** @type {CanvasRenderingContext2D} */ (over.getContext('2d'));
let colours = /** @type {Record<string, string>} */ ({});
let rows = /** @type {Row[]} */ ([]);
let spokenAt = 0;

/** The expressions in their order, each with a colour. @param {Expression[]} expressions */
export function know(expressions) {
  colours = Object.fromEntries(expressions.map(({ name, colour }) => [name, colour]));
  rows = expressions.map(({ name, colour: fill }) =>
    [name, svg('rect', { width: 0, height: 10, fill }), el('span', { class: 'number' })]);
  find('bars').replaceChildren(...rows.flatMap(([name, fill, number]) => [
    el('span', { class: 'name', text: inWords(name) }),
    svg('svg', { class: 'bar', viewBox: '0 0 100 10', preserveAspectRatio: 'none', 'aria-hidden': 'true' }, fill),
    number,
  ]));
}

/** @param {OwnView} view */
export function show({ size, face }) {
  box(size, face);
  const unnamed = face ? inWords(face.best ? 'Not sure' : 'Looking…') : inWords('No face in view');
  const label = face?.expression ? inWords(face.expression) : unnamed;
  const doubt = face?.best && !face.expression ? face.unsure ?? inWords('Perhaps {expression}.', { expression: inWords(face.best) }) : '';
  say(label, face ? doubt : inWords('Look at the camera, with your whole face in the picture.'), face);
  const now = performance.now();
  if (label === spoken.textContent || now - spokenAt < SPEAK_EVERY_MS) return;
  spokenAt = now;
  spoken.textContent = label;
}

/** There is no label, for this reason. @param {string} reason */
export function clear(reason) {
  context.clearRect(0, 0, over.width, over.height);
  say(inWords('No label'), reason, null);
}

/** @param {string} label @param {string} reason @param {OwnFace | null} face */
function say(label, reason, face) {
  const sure = face?.expression;
  write(said, label);
  write(why, reason);
  said.classList.toggle('unsure', !sure);
  swatch.style.background = sure ? colours[sure] : '';
  write(share, sure ? percent(face.scores[sure]) : '');
  for (const [name, fill, number] of rows) {
    const part = face?.scores[name] ?? 0;
    fill.setAttribute('width', String(100 * part));
    write(number, face?.best ? percent(part) : '');
  }
}

/** @param {number[]} size @param {OwnFace | null} face */
function box(size, face) {
  [over.width, over.height] = size.map((side) => 2 * side);
  if (!face) return;
  const [x0, y0, x1, y1] = face.box.map((side) => 2 * side);
  const corner = Math.min(x1 - x0, y1 - y0) / 4;
  context.lineWidth = Math.max(3, size[0] / 70);
  context.lineCap = context.lineJoin = 'round';
  context.strokeStyle = colours[face.expression ?? ''] ?? '#ffffffb0';
  context.beginPath();
  for (const [x, y, dx, dy] of [[x0, y0, 1, 1], [x1, y0, -1, 1], [x1, y1, -1, -1], [x0, y1, 1, -1]]) {
    context.moveTo(x, y + dy * corner);
    context.lineTo(x, y);
    context.lineTo(x + dx * corner, y);
  }
  context.stroke();
}
