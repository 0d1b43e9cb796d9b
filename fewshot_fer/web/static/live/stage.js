// The picture and its faces. A face is a button: a click, or Enter, says who it is.

import { el, show, write } from './words.js';

export class Stage {
  #faces = new Map();

  constructor({ colours, pick }) {
    this.colours = colours;
    this.pick = pick;
    this.canvas = el('canvas', { width: 1280, height: 720, 'aria-hidden': 'true' });
    this.layer = el('div', { class: 'faces', role: 'group', 'aria-label': 'Faces' });
    this.root = el('div', { class: 'frame' }, this.canvas, this.layer);
    this.context = this.canvas.getContext('2d', { alpha: false });
  }

  draw(picture, view, each) {
    const { width, height } = picture;
    if (this.canvas.width !== width || this.canvas.height !== height) {
      this.canvas.width = width;
      this.canvas.height = height;
      this.root.style.setProperty('--ratio', `${width} / ${height}`);
      this.root.style.setProperty('--wide', String(width / height));
    }
    this.context.drawImage(picture, 0, 0);
    this.#place(view, each);
  }

  clear() {
    this.#faces.forEach((face) => face.root.remove());
    this.#faces.clear();
  }

  #place(view, each) {
    const [width, height] = view.size;
    const gone = new Set(this.#faces.keys());
    view.seen.forEach((seen, number) => {
      gone.delete(seen.track);
      let face = this.#faces.get(seen.track);
      if (!face) {
        face = makeFace();
        face.root.addEventListener('click', () => this.pick(face.seen, face.root));
        this.#faces.set(seen.track, face);
        this.layer.append(face.root);
      }
      face.seen = { ...seen, source: view.source };
      const [x0, y0, x1, y1] = seen.box;
      const style = face.root.style;
      style.left = `${(100 * x0) / width}%`;
      style.top = `${(100 * y0) / height}%`;
      style.width = `${(100 * (x1 - x0)) / width}%`;
      style.height = `${(100 * (y1 - y0)) / height}%`;
      this.#label(face, seen, number, each || 'expression' in seen);
    });
    for (const track of gone) {
      this.#faces.get(track).root.remove();
      this.#faces.delete(track);
    }
  }

  #label(face, seen, number, each) {
    const shown = each ? seen.expression : null;
    const colour = shown ? this.colours[shown] ?? '#a0522d' : '';
    face.root.style.setProperty('--colour', colour || 'rgb(255 255 255 / .85)');
    face.root.classList.toggle('unsure', !seen.sure);
    face.root.classList.toggle('low', seen.box[1] < 40);
    show(face.tag, each);
    if (each) {
      write(face.name, seen.name ?? '');
      write(face.what, shown ?? (seen.best ? 'unsure' : 'looking …'));
      show(face.dot, Boolean(shown));
    }
    const who = seen.name ?? `Face ${number + 1}`;
    // The reason may be a whole sentence; the label goes on after it.
    const why = seen.unsure ? `unsure: ${seen.unsure.replace(/\.+$/, '')}` : 'unsure';
    const words = each ? `${who}: ${shown ?? why}.` : `${who}.`;
    const label = `${words} Press to say who it is.`;
    if (face.root.getAttribute('aria-label') !== label) {
      face.root.setAttribute('aria-label', label);
      face.root.title = each && !shown ? why : seen.name ?? 'Click to say who it is';
    }
  }
}

function makeFace() {
  const name = el('b', {});
  const what = el('span', { class: 'what' });
  const dot = el('i', { 'aria-hidden': 'true' });
  const tag = el('span', { class: 'tag', 'aria-hidden': 'true' }, dot, name, what);
  const root = el('button', { class: 'face', type: 'button' }, tag);
  return { root, tag, name, what, dot, seen: null };
}
