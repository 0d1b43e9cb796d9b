// The lesson as it grows: shares of the class on top of each other, and below how much was read.

import { el, show, svg } from '../dom.js';
import { say } from '../say.js';
import { clock, largest, percent } from '../words.js';

/** @import { Mark, Shares, State, Stretch } from '../messages.d.ts' */
/** @typedef {{ start: number, length: number, shares: Shares, coverage: number }} Column */

const MOST = 180; // columns
const FEWEST = 12;
const TALL = 116; // of which 100 are shares, and the last 12 what was read

/** @param {import('./live.js').Page} page */
export function timeline({ find, names, colour }) {
  const plot = find('plot');
  const [drawing, empty, flags, cursor, tip, ticks] =
    ['shares', 'no-lesson', 'flags', 'cursor', 'tip', 'ticks'].map((id) => find(id));
  const dot = (/** @type {string} */ name) => el('i', { 'aria-hidden': 'true', style: `background:${colour(name)}` });
  let stretches = /** @type {Stretch[]} */ ([]);
  let marks = /** @type {Mark[]} */ ([]);
  let columns = /** @type {Column[]} */ ([]);
  let at = /** @type {number | null} the column that is pointed at */ (null);
  let [first, length, count] = [0, 5, FEWEST];

  /** @param {Pick<State, 'timeline' | 'marks'>} state */
  function hear(state) {
    const { step, from, stretches: newer } = state.timeline;
    const news = from < stretches.length || newer.length || state.marks.length !== marks.length;
    marks = state.marks;
    stretches = [...stretches.slice(0, from), ...newer];
    if (news) draw(step);
  }

  /** @param {number} step */
  function draw(step) {
    columns = joined(stretches, step);
    first = columns[0]?.start ?? 0;
    length = columns[0]?.length ?? step;
    count = Math.max(FEWEST, ((columns.at(-1)?.start ?? first) - first) / length + 1);
    const place = (/** @type {number} */ second) => (second - first) / length;
    const bar = (/** @type {Column} */ { start }, /** @type {number} */ top, /** @type {number} */ tall) =>
      `M${place(start)} ${top.toFixed(1)}h1.02v${tall.toFixed(1)}h-1.02z`;
    const tops = columns.map(() => 100);
    const used = new Set(columns.flatMap(({ shares }) => Object.keys(shares)));
    const order = [...names.filter((name) => used.delete(name)), ...used];
    const paths = order.map((name) => svg('path', { style: `fill:${colour(name)}`, d: columns.map((column, k) => {
      const tall = 100 * (column.shares[name] ?? 0);
      return tall < 0.2 ? '' : bar(column, tops[k] -= tall, tall);
    }).join('') }));
    const read = columns.map((column) => bar(column, TALL - 12 * column.coverage, 12 * column.coverage)).join('');
    drawing.replaceChildren(svg('svg', { preserveAspectRatio: 'none', viewBox: `0 0 ${count} ${TALL}` },
      ...paths.filter((path) => path.getAttribute('d')), svg('path', { style: 'fill:var(--quiet)', d: read })));
    flags.replaceChildren(...marks.map(({ second, text }) =>
      el('i', { title: `${clock(second)} ${text}`, style: `transform:translateX(${(100 * place(second)) / count}%)` })));
    ticks.replaceChildren(...[0, 0.25, 0.5, 0.75, 1].map((part) => el('span', { text: clock(first + part * count * length) })));
    show(empty, !columns.length);
    show(ticks, columns.length);
    point(at);
  }

  /** Tell what a column shows. @param {number | null} column */
  function point(column) {
    at = column;
    show(tip, at !== null);
    show(cursor, at !== null);
    if (at === null) return;
    const start = first + at * length;
    const found = columns.find((one) => one.start === start);
    const marked = marks.filter(({ second }) => second >= start && second < start + length);
    tip.replaceChildren(
      el('b', { text: clock(start) }),
      ...marked.map(({ text }) => el('span', { class: 'mark', text: text || say('Marked') })),
      ...largest(found?.shares ?? {}).slice(0, 5).map(([name, share]) => el('span', {}, dot(name), `${say(name)} ${percent(share)}`)),
      el('span', { class: 'quiet', text: found ? say('{share} clearly read', { share: percent(found.coverage) }) : say('Nothing was seen') }));
    const x = (100 * (at + 0.5)) / count;
    cursor.style.left = tip.style.left = `${x}%`;
    tip.classList.toggle('left', x > 60);
  }

  plot.onpointermove = ({ clientX }) => {
    const { left, width } = plot.getBoundingClientRect();
    point(Math.floor(((clientX - left) / width) * count));
  };
  plot.onpointerleave = plot.onblur = () => point(null);
  plot.onkeydown = (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const last = ((columns.at(-1)?.start ?? first) - first) / length;
    point(Math.max(0, Math.min(last, (at ?? last + 1) + step)));
  };
  find('legend').append(...names.map((name) => el('li', {}, dot(name), say(name))),
    el('li', {}, el('i', { class: 'read', 'aria-hidden': 'true' }), say('clearly read')));
  return { hear, reset: () => { stretches = []; draw(length); } };
}

/**
 * Stretches of the server, joined so that there are never too many columns; each weighs by how much
 * of the class was clearly read in it.
 * @param {Stretch[]} stretches @param {number} step @returns {Column[]}
 */
export function joined(stretches, step) {
  const span = (stretches.at(-1)?.[0] ?? 0) - (stretches[0]?.[0] ?? 0) + step;
  const length = [1, 2, 4, 6, 12, 24, 60].map((n) => n * step).find((n) => span / n <= MOST) ?? 120 * step;
  const parts = /** @type {Map<number, Stretch[]>} */ (new Map());
  for (const stretch of stretches) {
    const start = Math.floor(stretch[0] / length) * length;
    parts.set(start, [...(parts.get(start) ?? []), stretch]);
  }
  return [...parts].sort(([a], [b]) => a - b).map(([start, part]) => {
    const weight = part.reduce((sum, [, , coverage]) => sum + coverage, 0);
    const shares = /** @type {Shares} */ ({});
    for (const [, found, coverage] of part) {
      for (const [name, share] of Object.entries(found)) {
        shares[name] = (shares[name] ?? 0) + (share * coverage) / (weight || 1);
      }
    }
    return { start, length, shares, coverage: weight / part.length };
  });
}
