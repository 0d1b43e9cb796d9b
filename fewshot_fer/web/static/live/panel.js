// Beside the picture: the class as a whole; single students only where that was chosen.

import { el, percent, show, write } from './words.js';

export class Panel {
  #bars = new Map();

  constructor({ names, colours, chosen, answer }) {
    this.answer = answer;
    this.door = el('section', { class: 'card door', role: 'status', hidden: true });
    this.names = names;
    this.colours = colours;
    this.bars = el('div', { class: 'bars' });
    this.empty = el('p', { class: 'quiet', text: 'Nothing is seen yet.' });
    this.coverage = el('p', { class: 'quiet' });
    this.meter = el('i');
    this.each = el('input', {
      type: 'checkbox', role: 'switch', id: 'each', onchange: () => chosen(this.each.checked),
    });
    this.people = el('ul', { class: 'people', 'aria-label': 'Students who are seen' });
    this.checkIns = el('div', { class: 'check-ins' });
    this.root = el(
      'aside', { class: 'side', 'aria-label': 'The class as a whole' }, this.door,
      el('section', { class: 'card' },
        el('h2', { text: 'The class now' }), this.empty, this.bars,
        el('div', { class: 'meter', 'aria-hidden': 'true' }, this.meter), this.coverage),
      el('section', { class: 'card' },
        el('label', { class: 'switch', for: 'each' }, this.each,
          el('span', {}, el('b', { text: 'Show each student' }),
            el('small', { text: 'Labels and names in the picture, for you alone.' }))),
        this.people),
      el('section', { class: 'card' },
        el('h2', { text: 'Worth a check-in' }), this.checkIns),
    );
    names.forEach((name) => this.#bar(name));
  }

  now({ shares, sure, expected, paused, ended }) {
    const rests = ended ? 'The class has ended.' : paused ? 'Paused: nothing is read.' : null;
    write(this.empty, rests ?? 'Nothing is seen yet.');
    if (rests) [shares, sure, expected] = [{}, 0, 0];
    show(this.empty, !expected);
    show(this.bars, Boolean(expected));
    const own = Object.keys(shares).filter((name) => !this.#bars.has(name));
    own.forEach((name) => this.#bar(name));
    for (const [name, bar] of this.#bars) {
      const share = shares[name] ?? 0;
      bar.fill.style.transform = `scaleX(${share})`;
      bar.root.classList.toggle('none', share < 0.005);
      write(bar.number, percent(share));
    }
    this.meter.style.transform = `scaleX(${expected ? Math.min(1, sure / expected) : 0})`;
    write(this.coverage, rests ? '–' : expected
      ? `${sure} of ${expected} ${expected === 1 ? 'face' : 'people'} surely read.`
      : 'The bars speak of those who are surely read.');
  }

  state(state, each) {
    this.each.checked = each;
    this.#people(each ? state.people : []);
    this.#checkIns(state);
  }

  // Who says that they are somebody of the class, and waits to be let in.
  knocks(knocks) {
    const key = JSON.stringify(knocks);
    if (key === this.knocked) return;
    this.knocked = key;
    show(this.door, knocks.length > 0);
    const button = (text, kind, id, is) => el('button', {
      type: 'button', class: kind, text, onclick: () => this.answer(id, is),
    });
    this.door.replaceChildren(el('h2', { text: 'At the door' }), ...knocks.map(({ id, name }) => el('div', { class: 'knock' },
      el('p', {}, 'Somebody says they are ', el('b', { text: name }), '.'),
      el('div', { class: 'buttons' }, button('Let in', 'first', id, 'in'),
        button('Another one of that name', 'second', id, 'new'), button('Turn away', 'second', id, 'away')))));
  }

  #bar(name) {
    const fill = el('i');
    fill.style.background = this.colours[name] ?? '#a0522d';
    const number = el('span', { class: 'number', text: percent(0) });
    const root = el('div', { class: 'row none' },
      el('span', { text: name }), el('span', { class: 'bar', 'aria-hidden': 'true' }, fill), number);
    this.#bars.set(name, { root, fill, number });
    this.bars.append(root);
  }

  #people(people) {
    show(this.people, people.length > 0);
    while (this.people.children.length > people.length) this.people.lastChild.remove();
    people.forEach((one, k) => {
      let row = this.people.children[k];
      if (!row) {
        row = el('li', {}, el('i', { 'aria-hidden': 'true' }), el('span', { class: 'who' }), el('span', { class: 'what' }));
        this.people.append(row);
      }
      const [dot, who, what] = row.children;
      dot.style.background = one.expression ? this.colours[one.expression] ?? '#a0522d' : 'transparent';
      write(who, one.name ?? one.student);
      write(what, one.expression ?? 'unsure');
      what.title = one.unsure ?? '';
    });
  }

  #checkIns(state) {
    const key = JSON.stringify([state.check_ins, state.each]);
    if (key === this.told) return;
    this.told = key;
    if (!state.each) {
      this.checkIns.replaceChildren(el('p', {
        class: 'quiet',
        text: 'Record every student, and after some minutes this tells whose face surely changed '
          + 'from their own usual. It compares nobody with anybody else.',
      }));
      return;
    }
    if (!state.check_ins.length) {
      this.checkIns.replaceChildren(el('p', {
        class: 'quiet', text: 'Nobody’s face has surely changed from their own usual so far.',
      }));
      return;
    }
    this.checkIns.replaceChildren(...state.check_ins.map((one) => el('details', {},
      el('summary', {}, el('b', { text: one.name }), ` ${one.when}`),
      el('ul', {}, ...one.reasons.map((reason) => el('li', { text: reason }))))));
  }
}

