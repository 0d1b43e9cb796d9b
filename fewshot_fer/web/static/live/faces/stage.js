// The picture and its faces, or the faces alone as tiles. A face is a button: a click, or Enter,
// says who it is.

import { el, fill, show } from '../../dom.js';
import { say } from '../../say.js';
import { called, letters, told } from '../../words.js';
import { Steady } from './labels.js';
import { cut, grid, Seats, tile } from './tiles.js';

/** @import { Face, View } from '../../messages.d.ts' */
/** @typedef {Pick<Face, 'track' | 'student' | 'name'> & { source: string }} Picked */
/** @typedef {CanvasImageSource & { width: number, height: number }} Picture */
/** @typedef {[x: number, y: number, width: number, height: number]} Place */

const WIDE = 1280; // of the canvas that tiles are drawn on
const NARROW = matchMedia('(max-width: 640px)');

/** @param {import('../live.js').Page} page @param {(face: Picked) => void} pick */
export function stage({ find, store, names, colour }, pick) {
  const [frame, layer, canvas] = [find('frame'), find('faces'), find('picture', HTMLCanvasElement)];
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d', { alpha: false }));
  const ruler = /** @type {CanvasRenderingContext2D} */ (document.createElement('canvas').getContext('2d'));
  const faces = /** @type {Map<number, ReturnType<typeof makeFace>>} by track */ (new Map());
  const [steady, seats, letter] = [new Steady(), new Seats(), letters(names)];
  let room = /** @type {[number, number]} the layer's size on the screen */ ([0, 0]);
  let last = /** @type {{ picture: Picture, view: View, places: Place[] } | null} */ (null);
  new ResizeObserver(() => {
    room = [layer.clientWidth, layer.clientHeight];
    if (last) place(last.view, last.places);
  }).observe(layer);

  /** A picture that can be closed is ours until the next one. @param {Picture} picture @param {View} view */
  function draw(picture, view) {
    if (picture !== last?.picture) forget();
    const [width, height] = store.tiles ? [WIDE, WIDE / (NARROW.matches ? 0.8 : 16 / 9)] : [picture.width, picture.height];
    if (canvas.width !== width || canvas.height !== height) {
      Object.assign(canvas, { width, height });
      frame.style.setProperty('--ratio', `${width} / ${height}`);
      frame.style.setProperty('--wide', String(width / height));
    }
    frame.classList.toggle('tiled', store.tiles);
    last = { picture, view, places: store.tiles ? tiled(picture, view) : whole(picture, view) };
    place(view, last.places);
  }

  /** It is looked at in another way, and the next picture may be long in coming. */
  function again() {
    if (last) draw(last.picture, last.view);
  }

  function forget() {
    if (last && 'close' in last.picture) last.picture.close();
    last = null;
  }

  /** Faces where they are in the picture, as large as that is on the screen. @param {View} view @param {Place[]} places on the canvas */
  function place(view, places) {
    const zoom = room[0] / canvas.width;
    const shown = view.seen.map((seen, k) => {
      const face = faces.get(seen.track) ?? makeFace();
      faces.set(seen.track, face);
      if (!face.root.isConnected) layer.append(face.root);
      face.root.onclick = () => pick({ ...seen, source: view.source });
      const [x, y, wide, tall] = places[k].map((side) => side * zoom);
      // Moved by transform: a box that follows a face is no shift of the page.
      Object.assign(face.root.style, { transform: `translate(${x}px, ${y}px)`, width: `${wide}px`, height: `${tall}px` });
      label(face, seen);
      return { face, seen, box: /** @type {import('./labels.js').Rect} */ ([x, y, x + wide, y + tall]) };
    });
    keep(new Set(view.seen.map(({ track }) => track)));
    if (store.each && !store.tiles && room[0]) labelled(shown);
  }

  /** @param {Picture} picture @param {View} view @returns {Place[]} */
  function whole(picture, { seen, size: [width, height] }) {
    context.drawImage(picture, 0, 0);
    const [across, down] = [picture.width / width, picture.height / height];
    return seen.map(({ box: [x0, y0, x1, y1] }) => [x0 * across, y0 * down, (x1 - x0) * across, (y1 - y0) * down]);
  }

  /** @param {Picture} picture @param {View} view @returns {Place[]} */
  function tiled(picture, { seen, size }) {
    context.fillStyle = '#0d1217';
    context.fillRect(0, 0, canvas.width, canvas.height);
    const { places, count } = seats.of(seen.map(({ track }) => track), performance.now());
    const cells = grid(count, canvas.width / canvas.height);
    const scale = picture.width / size[0];
    return seen.map(({ box }, k) => {
      const place = tile(places[k], cells, canvas.width, canvas.height);
      const [x, y, w, h] = cut(box, size, place[2] / place[3]).map((side) => side * scale);
      context.drawImage(picture, x, y, w, h, ...place);
      return place;
    });
  }

  /** Labels where there is room for them. @param {{ face: ReturnType<typeof makeFace>, seen: Face, box: import('./labels.js').Rect }[]} shown */
  function labelled(shown) {
    ruler.font = '600 12.5px system-ui, sans-serif';
    const wide = (/** @type {string} */ text) => Math.ceil(ruler.measureText(text).width) + 34;
    const labels = steady.laid(shown.map(({ seen, box }) => {
      const shows = told(seen);
      return { box, widths: { whole: wide(seen.name ? `${seen.name}  ${shows}` : shows), what: wide(shows) } };
    }), room);
    labels.forEach(({ form, rect: [x, y, right] }, k) => {
      const { face: { tag }, box } = shown[k];
      if (tag.dataset.form !== form) {
        tag.dataset.form = form;
        tag.replaceChildren(...[...tag.childNodes].map((one) => one.cloneNode(true))); // Made anew, as below.
      }
      // Its own width, so that it can be no wider than what was found to be free.
      Object.assign(tag.style, { transform: `translate(${x - box[0]}px, ${y - box[1]}px)`, maxWidth: form === 'sign' ? '' : `${right - x}px` });
    });
    frame.dataset.form = steady.form;
  }

  /** @param {Set<number>} tracks */
  function keep(tracks) {
    for (const [track, { root }] of faces) {
      if (tracks.has(track)) continue;
      root.remove();
      faces.delete(track);
    }
  }

  /** @param {ReturnType<typeof makeFace>} face @param {Face} seen */
  function label({ root, tag }, seen) {
    const each = store.each || 'expression' in seen;
    const shown = each ? seen.expression : null;
    root.style.setProperty('--colour', shown ? colour(shown) : 'rgb(255 255 255 / .85)');
    root.classList.toggle('unsure', !seen.sure);
    show(tag, each);
    const [name, what] = [seen.name ?? '', told(seen)];
    // Made anew: what changes in a label moves nothing that was there.
    fill(tag, each && [name, what], () => [
      el('i', { 'data-letter': shown ? letter[shown] ?? say(shown).slice(0, 1).toUpperCase() : '?' }),
      el('b', { text: name }), name && ' ', el('span', { class: 'what', text: what })]);
    // The reason may be a whole sentence; the label goes on after it.
    const why = !seen.agreed ? say('not read: no consent')
      : seen.unsure ? say('unsure: {why}', { why: seen.unsure.replace(/[.。।]+$/, '') }) : say('unsure');
    const shows = each ? `${called(seen)} ${shown ? say(shown) : seen.best || !seen.agreed ? why : what}` : called(seen);
    const words = say('{face}. Press to say who it is.', { face: shows });
    if (root.getAttribute('aria-label') === words) return;
    root.setAttribute('aria-label', words);
    root.title = each && !shown ? why : seen.name ?? say('Click to say who it is');
  }

  /** Points at a face, as long as the list is pointed at. @param {number | null} track */
  function point(track) {
    for (const [other, { root }] of faces) root.classList.toggle('pointed', other === track);
  }

  return { draw, again, point, clear: () => {
    forget();
    keep(new Set());
  } };
}

function makeFace() {
  const tag = el('span', { class: 'tag', 'aria-hidden': 'true' });
  return { root: el('button', { class: 'face', type: 'button' }, tag), tag };
}
