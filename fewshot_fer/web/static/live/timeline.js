// The lesson as it grows: shares of the class on top of each other, and below how much was read.

import { clock, el, largest, percent, show } from './words.js';

const SVG = 'http://www.w3.org/2000/svg';
const MOST = 180;

export class Timeline {
  #stretches = [];
  #columns = [];
  #at = null;

  constructor({ names, colours }) {
    this.names = names;
    this.colours = colours;
    this.marks = [];
    this.svg = document.createElementNS(SVG, 'svg');
    this.svg.setAttribute('preserveAspectRatio', 'none');
    this.svg.setAttribute('aria-hidden', 'true');
    this.cursor = el('i', { class: 'cursor', hidden: true });
    this.flags = el('div', { class: 'flags' });
    this.tip = el('div', { class: 'tip', role: 'status', hidden: true });
    this.empty = el('p', { class: 'quiet', text: 'The class second by second: it grows here while you watch.' });
    this.plot = el('div', {
      class: 'plot', tabindex: '0', role: 'group',
      'aria-label': 'Timeline of the class. Arrow keys move through the lesson.',
      onpointermove: (event) => this.#point(event), onpointerleave: () => this.#leave(),
      onblur: () => this.#leave(), onkeydown: (event) => this.#key(event),
    }, this.svg, this.empty, this.flags, this.cursor, this.tip);
    this.legend = el('ul', { class: 'legend' });
    this.ticks = el('div', { class: 'ticks', 'aria-hidden': 'true' });
    this.root = el('section', { class: 'card timeline', 'aria-label': 'Timeline' },
      el('div', { class: 'head' }, el('h2', { text: 'The lesson so far' }), this.legend),
      this.plot, this.ticks);
    this.#drawLegend(names);
  }

  reset() {
    this.#stretches = [];
    this.#draw();
  }

  state({ timeline, marks }) {
    this.step = timeline.step;
    const news = timeline.from < this.#stretches.length || timeline.stretches.length
      || marks.length !== this.marks.length;
    this.#stretches.length = Math.min(this.#stretches.length, timeline.from);
    this.#stretches.push(...timeline.stretches);
    this.marks = marks;
    if (news) this.#draw();
  }

  #draw() {
    this.#columns = joined(this.#stretches, this.step || 5);
    const [first, last, length] = bounds(this.#columns, this.step || 5);
    this.first = first;
    this.length = length;
    this.count = Math.max(12, Math.round((last - first) / length));
    const used = new Set(this.#columns.flatMap((column) => Object.keys(column.shares)));
    const order = [...this.names, ...[...used].filter((name) => !this.names.includes(name))];
    this.svg.setAttribute('viewBox', `0 0 ${this.count} 116`);
    const bottoms = new Map();
    const paths = order.filter((name) => used.has(name)).map((name) => {
      let d = '';
      for (const column of this.#columns) {
        const share = column.shares[name] ?? 0;
        if (share < 0.002) continue;
        const x = (column.start - first) / length;
        const bottom = bottoms.get(column) ?? 0;
        d += `M${x} ${(100 * (1 - bottom - share)).toFixed(1)}h1.02v${(100 * share).toFixed(1)}h-1.02z`;
        bottoms.set(column, bottom + share);
      }
      return path(d, this.colours[name] ?? '#a0522d');
    });
    const covered = this.#columns.map((column) => {
      const height = 12 * column.coverage;
      return `M${(column.start - first) / length} ${(116 - height).toFixed(1)}h1.02v${height.toFixed(1)}h-1.02z`;
    }).join('');
    this.svg.replaceChildren(...paths, path(covered, 'var(--quiet)'));
    this.#drawMarks();
    show(this.empty, !this.#columns.length);
    show(this.ticks, this.#columns.length > 0);
    const span = this.count * length;
    this.ticks.replaceChildren(...[0, 0.25, 0.5, 0.75, 1].map((part) =>
      el('span', { text: clock(first + part * span) })));
    if (this.#at !== null) this.#tell(this.#at);
  }

  #drawMarks() {
    this.flags.replaceChildren(...this.marks.map((mark) => {
      const flag = el('i', { title: `${clock(mark.second)} ${mark.text}` });
      flag.style.left = `${(100 * (mark.second - this.first)) / (this.length * this.count)}%`;
      return flag;
    }));
  }

  #drawLegend(names) {
    this.legend.replaceChildren(...names.map((name) => {
      const dot = el('i', { 'aria-hidden': 'true' });
      dot.style.background = this.colours[name];
      return el('li', {}, dot, name);
    }), el('li', {}, el('i', { class: 'read', 'aria-hidden': 'true' }), 'surely read'));
  }

  #point(event) {
    const { left, width } = this.plot.getBoundingClientRect();
    this.#tell(Math.floor(((event.clientX - left) / width) * this.count));
  }

  #key(event) {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const last = this.#columns.length ? (this.#columns.at(-1).start - this.first) / this.length : 0;
    this.#tell(Math.max(0, Math.min(last, (this.#at ?? last + 1) + step)));
  }

  #leave() {
    this.#at = null;
    show(this.tip, false);
    show(this.cursor, false);
  }

  #tell(at) {
    this.#at = at;
    const start = this.first + at * this.length;
    const column = this.#columns.find((one) => one.start === start);
    const marks = this.marks.filter((mark) => mark.second >= start && mark.second < start + this.length);
    this.tip.replaceChildren(
      el('b', { text: clock(start) }),
      ...marks.map((mark) => el('span', { class: 'mark', text: mark.text || 'Marked' })),
      ...(column ? largest(column.shares).slice(0, 5).map(([name, share]) => {
        const dot = el('i', { 'aria-hidden': 'true' });
        dot.style.background = this.colours[name] ?? '#a0522d';
        return el('span', {}, dot, `${name} ${percent(share)}`);
      }) : []),
      el('span', { class: 'quiet', text: column ? `${percent(column.coverage)} surely read` : 'Nothing was seen' }),
    );
    const x = (100 * (at + 0.5)) / this.count;
    this.cursor.style.left = `${x}%`;
    this.tip.style.left = `${x}%`;
    this.tip.classList.toggle('left', x > 60);
    show(this.tip, true);
    show(this.cursor, true);
  }
}

function bounds(columns, step) {
  if (!columns.length) return [0, 12 * step, step];
  const { length } = columns[0];
  return [columns[0].start, columns.at(-1).start + length, length];
}

// Stretches of the server, joined so that there are never too many columns.
function joined(stretches, step) {
  if (!stretches.length) return [];
  const span = stretches.at(-1)[0] - stretches[0][0] + step;
  const length = [1, 2, 4, 6, 12, 24, 60].map((n) => n * step).find((n) => span / n <= MOST) ?? 120 * step;
  const columns = new Map();
  for (const [start, shares, coverage] of stretches) {
    const at = Math.floor(start / length) * length;
    const column = columns.get(at) ?? { start: at, length, shares: {}, coverage: 0, weight: 0, count: 0 };
    for (const [name, share] of Object.entries(shares)) {
      column.shares[name] = (column.shares[name] ?? 0) + share * coverage;
    }
    column.weight += coverage;
    column.coverage += coverage;
    column.count += 1;
    columns.set(at, column);
  }
  for (const column of columns.values()) {
    for (const name of Object.keys(column.shares)) column.shares[name] /= column.weight || 1;
    column.coverage /= column.count;
  }
  return [...columns.values()].sort((a, b) => a.start - b.start);
}

function path(d, fill) {
  const made = document.createElementNS(SVG, 'path');
  made.setAttribute('d', d);
  made.style.fill = fill;
  return made;
}
