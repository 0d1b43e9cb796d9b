// Beside the picture: the class as a whole; single students only where that was chosen.

import { button, el, fill, show, write } from '../dom.js';
import { percent } from '../words.js';

/** @import { CheckIn, Enrolled, Person, State } from '../messages.d.ts' */

/** @param {import('./live.js').Page} page */
export function panel({ find, names, colour, store, send }) {
  const [door, nobody, bars, meter, coverage, people, checkIns] =
    ['door', 'nobody', 'bars', 'meter', 'coverage', 'people', 'check-ins'].map((id) => find(id));
  const each = find('each', HTMLInputElement);
  const rows = /** @type {Map<string, HTMLElement[]>} each bar's row, what fills it, and its number */ (new Map());
  each.onchange = () => {
    store.each = each.checked;
    send({ do: 'each', on: each.checked });
  };

  /** @param {string} name */
  function addBar(name) {
    const part = el('i', { style: `background:${colour(name)}` });
    const number = el('span', { class: 'number' });
    const row = el('div', { class: 'row none' },
      el('span', { text: name }), el('span', { class: 'bar', 'aria-hidden': 'true' }, part), number);
    rows.set(name, [row, part, number]);
    bars.append(row);
  }

  /** @param {Pick<State, 'shares' | 'sure' | 'expected'>} now @param {string | null} rests */
  function whole({ shares, sure, expected }, rests) {
    write(nobody, rests ?? 'Nothing is seen yet.');
    show(nobody, !expected);
    show(bars, expected);
    Object.keys(shares).filter((name) => !rows.has(name)).forEach(addBar);
    for (const [name, [row, part, number]] of rows) {
      const share = shares[name] ?? 0;
      part.style.transform = `scaleX(${share})`;
      row.classList.toggle('none', share < 0.005);
      write(number, percent(share));
    }
    meter.style.transform = `scaleX(${expected ? Math.min(1, sure / expected) : 0})`;
    write(coverage, rests ? '–' : expected
      ? `${sure} of ${expected} ${expected === 1 ? 'face' : 'people'} surely read.`
      : 'The bars speak of those who are surely read.');
  }

  /** @param {Person[]} seen */
  function students(seen) {
    show(people, seen.length);
    fill(people, seen, () => seen.map(({ student, name, expression, unsure }) => el('li', {},
      el('i', { 'aria-hidden': 'true', style: `background:${expression ? colour(expression) : 'transparent'}` }),
      el('span', { class: 'who', text: name ?? student }),
      el('span', { class: 'what', text: expression ?? 'unsure', title: unsure }))));
  }

  /** @param {boolean} recorded every student is @param {CheckIn[]} found */
  function changed(recorded, found) {
    const quiet = recorded ? 'Nobody’s face has surely changed from their own usual so far.'
      : 'Record every student, and after some minutes this tells whose face surely changed from '
        + 'their own usual. It compares nobody with anybody else.';
    fill(checkIns, [recorded, found], () => (!recorded || !found.length ? [el('p', { class: 'quiet', text: quiet })]
      : found.map(({ name, when, reasons }) => el('details', {}, el('summary', {}, el('b', { text: name }), ` ${when}`),
        el('ul', {}, ...reasons.map((reason) => el('li', { text: reason })))))));
  }

  /** Who says that they are somebody of the class, and waits to be let in. @param {Enrolled[]} knocks */
  function waiting(knocks) {
    const answer = (/** @type {string} */ knock, /** @type {'in' | 'new' | 'away'} */ is) => () => send({ do: 'answer', knock, is });
    show(door, knocks.length);
    fill(door, knocks, () => [el('h2', { text: 'At the door' }), ...knocks.map(({ id, name }) => el('div', { class: 'knock' },
      el('p', {}, 'Somebody says they are ', el('b', { text: name }), '.'),
      el('div', { class: 'buttons' }, button('Let in', 'first', answer(id, 'in')),
        button('Another one of that name', 'second', answer(id, 'new')), button('Turn away', 'second', answer(id, 'away')))))]);
  }

  names.forEach(addBar);
  return function render() {
    const { now, ended, knocks } = store;
    const rests = ended ? 'The class has ended.' : now?.paused ? 'Paused: nothing is read.' : null;
    whole(rests || !now ? { shares: {}, sure: 0, expected: 0 } : now, rests);
    each.checked = store.each;
    students(store.each && !ended && now ? now.people : []);
    changed(Boolean(now?.each), ended || !now ? [] : now.check_ins);
    waiting(knocks);
  };
}
