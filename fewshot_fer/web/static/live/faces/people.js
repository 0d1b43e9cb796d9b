// The list of who is seen: the labels of the picture, by name, by change or by expression.

import { el, finder, show, write } from '../../dom.js';
import { language, many, say } from '../../say.js';
import { called, told } from '../../words.js';

/** @import { Picked } from './stage.js' */
/** @typedef {Picked & { expression?: string | null, best?: string | null, unsure?: string | null, on_device?: boolean }} Who */
/** @typedef {{ face: Who, text: string, changed: number }} Line */

/** @param {import('../live.js').Page} page @param {{ pick: (face: Picked) => void, point: (track: number | null) => void }} on */
export function people({ root, store, colour }, { pick, point }) {
  const find = finder(root);
  const [part, list, found] = ['seen', 'people', 'found'].map((id) => find(id));
  const [search, order] = [find('seek', HTMLInputElement), find('order', HTMLSelectElement)];
  const rows = /** @type {Map<string, ReturnType<typeof makeRow>>} */ (new Map());
  const lines = /** @type {Map<string, Line>} */ (new Map());
  search.oninput = order.onchange = render;

  /** Whoever is seen: in the picture that is shown, and by other sources. @returns {Who[]} */
  function all() {
    const view = store.seen ? store.view : null;
    const faces = view ? view.seen.map((seen) => ({ ...seen, source: view.source })) : [];
    const there = new Set(faces.map(({ student }) => student));
    const others = (store.now?.people ?? []).filter((one) => one.source !== view?.source && !there.has(one.student));
    return [...faces, ...others];
  }

  /** @param {Line} a @param {Line} b */
  const byName = (a, b) => Number(!a.face.name) - Number(!b.face.name)
    || called(a.face).localeCompare(called(b.face), language, { numeric: true });
  const orders = /** @type {Record<string, (a: Line, b: Line) => number>} */ ({
    name: byName,
    changed: (a, b) => b.changed - a.changed || byName(a, b),
    expression: (a, b) => Number(!a.face.expression) - Number(!b.face.expression)
      || a.text.localeCompare(b.text) || byName(a, b),
  });

  function render() {
    const shown = store.each && !store.ended;
    show(part, shown);
    if (!shown) return;
    const now = performance.now();
    const here = new Map(all().map((face) => [face.student ?? `${face.source} ${face.track}`, face]));
    for (const [key, face] of here) {
      const [line, text] = [lines.get(key), told(face)];
      lines.set(key, { face, text, changed: line && line.text === text ? line.changed : now });
    }
    for (const key of lines.keys()) if (!here.has(key)) lines.delete(key);
    const wanted = search.value.trim().toLowerCase();
    const sorted = [...lines].filter(([, { face, text }]) => `${called(face)} ${text}`.toLowerCase().includes(wanted))
      .sort(([, a], [, b]) => orders[order.value](a, b));
    const keys = new Set(sorted.map(([key]) => key));
    for (const [key, row] of rows) {
      if (keys.has(key)) continue;
      row.item.remove();
      rows.delete(key);
    }
    sorted.forEach(([key, line], place) => row(key, line, place));
    list.style.height = `calc(${sorted.length} * var(--row))`;
    write(found, sorted.length === lines.size ? many(lines.size, '{count} seen', '{count} seen') : say('{count} of {all}', { count: sorted.length, all: lines.size }));
  }

  /** @param {string} key @param {Line} line @param {number} place */
  function row(key, { face, text }, place) {
    const made = rows.get(key) ?? makeRow();
    rows.set(key, made);
    if (!made.item.isConnected) list.append(made.item);
    // Moved by transform, and found by its place: who comes and goes shifts nothing.
    made.item.style.transform = `translateY(calc(${place} * var(--row)))`;
    made.dot.style.background = face.expression ? colour(face.expression) : 'transparent';
    write(made.who, called(face));
    write(made.what, text);
    made.button.classList.toggle('unsure', !face.expression);
    made.button.title = [face.on_device && say('Read on the student’s own device, which says so itself.'), face.unsure].filter(Boolean).join(' ');
    made.button.onclick = () => pick(face);
    made.button.onpointerenter = made.button.onfocus = () => point(face.track);
    made.button.onpointerleave = made.button.onblur = () => point(null);
  }

  return render;
}

function makeRow() {
  const [dot, who, what] = [el('i', { 'aria-hidden': 'true' }), el('span', { class: 'who' }), el('span', { class: 'what' })];
  const button = el('button', { type: 'button' }, dot, who, what);
  return { item: el('li', {}, button), button, dot, who, what };
}
