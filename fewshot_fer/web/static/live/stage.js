// The picture and its faces. A face is a button: a click, or Enter, says who it is.

import { el, show, write } from '../dom.js';

/** @import { Face, View } from '../messages.d.ts' */
/** @typedef {Face & { source: string }} Picked */
/** @typedef {CanvasImageSource & { width: number, height: number }} Picture */

/** @param {import('./live.js').Page} page @param {(face: Picked) => void} pick */
export function stage({ find, colour }, pick) {
  const [frame, layer, canvas] = [find('frame'), find('faces'), find('picture', HTMLCanvasElement)];
  const context = canvas.getContext('2d', { alpha: false });
  const faces = /** @type {Map<number, ReturnType<typeof makeFace>>} by track */ (new Map());

  /** @param {Picture} picture @param {View} view @param {boolean} each */
  function draw(picture, view, each) {
    const { width, height } = picture;
    if (canvas.width !== width || canvas.height !== height) {
      Object.assign(canvas, { width, height });
      frame.style.setProperty('--ratio', `${width} / ${height}`);
      frame.style.setProperty('--wide', String(width / height));
    }
    context?.drawImage(picture, 0, 0);
    view.seen.forEach((seen, number) => {
      const face = faces.get(seen.track) ?? makeFace();
      faces.set(seen.track, face);
      if (!face.root.isConnected) layer.append(face.root);
      face.root.onclick = () => pick({ ...seen, source: view.source });
      place(face.root, seen.box, view.size);
      label(face, seen, number, each || 'expression' in seen);
    });
    keep(new Set(view.seen.map(({ track }) => track)));
  }

  /** @param {Set<number>} tracks */
  function keep(tracks) {
    for (const [track, { root }] of faces) {
      if (tracks.has(track)) continue;
      root.remove();
      faces.delete(track);
    }
  }

  /** @param {ReturnType<typeof makeFace>} face @param {Face} seen @param {number} number @param {boolean} each */
  function label({ root, tag, name, what, dot }, seen, number, each) {
    const shown = each ? seen.expression : null;
    root.style.setProperty('--colour', shown ? colour(shown) : 'rgb(255 255 255 / .85)');
    root.classList.toggle('unsure', !seen.sure);
    show(tag, each);
    if (each) {
      write(name, seen.name ?? '');
      write(what, shown ?? (seen.best ? 'unsure' : 'looking …'));
      show(dot, shown);
    }
    // The reason may be a whole sentence; the label goes on after it.
    const why = seen.unsure ? `unsure: ${seen.unsure.replace(/\.+$/, '')}` : 'unsure';
    const who = seen.name ?? `Face ${number + 1}`;
    const words = `${each ? `${who}: ${shown ?? why}` : who}. Press to say who it is.`;
    if (root.getAttribute('aria-label') === words) return;
    root.setAttribute('aria-label', words);
    root.title = each && !shown ? why : seen.name ?? 'Click to say who it is';
  }

  return { draw, clear: () => keep(new Set()) };
}

/** @param {HTMLElement} root @param {number[]} box @param {number[]} size */
function place({ style, classList }, [x0, y0, x1, y1], [width, height]) {
  style.left = `${(100 * x0) / width}%`;
  style.top = `${(100 * y0) / height}%`;
  style.width = `${(100 * (x1 - x0)) / width}%`;
  style.height = `${(100 * (y1 - y0)) / height}%`;
  classList.toggle('low', y0 < 40);
}

function makeFace() {
  const [name, what, dot] = [el('b'), el('span', { class: 'what' }), el('i', { 'aria-hidden': 'true' })];
  const tag = el('span', { class: 'tag', 'aria-hidden': 'true' }, dot, name, what);
  return { root: el('button', { class: 'face', type: 'button' }, tag), tag, name, what, dot };
}
