// The class as a whole: a bar for each expression, and how many these speak of.

import { el, write } from '../dom.js';
import { say } from '../say.js';
import { notRead, percent } from '../words.js';

/** @import { State } from '../messages.d.ts' */

/** @param {string[]} names @param {(name: string) => string} colour */
export function bars(names, colour) {
  const [all, meter, spoken] = [el('div', { class: 'bars' }), el('i'), el('p', { class: 'quiet of' })];
  const rows = /** @type {Map<string, HTMLElement[]>} each bar's row, what fills it, and its number */ (new Map());

  /** @param {string} name */
  function add(name) {
    const part = el('i', { style: `background:${colour(name)}` });
    const number = el('span', { class: 'number' });
    const row = el('div', { class: 'row none' },
      el('span', { text: say(name) }), el('span', { class: 'bar', 'aria-hidden': 'true' }, part), number);
    rows.set(name, [row, part, number]);
    all.append(row);
  }

  /** @param {Pick<State, 'shares' | 'sure' | 'expected' | 'unread'>} now @param {string | null} rests why nothing is read */
  function render({ shares, sure, expected, unread }, rests) {
    Object.keys(shares).filter((name) => !rows.has(name)).forEach(add);
    for (const [name, [row, part, number]] of rows) {
      const share = shares[name] ?? 0;
      part.style.transform = `scaleX(${share})`;
      row.classList.toggle('none', share < 0.005);
      write(number, expected ? percent(share) : '');
    }
    // What speaks of few looks like it; words stay as dark as they have to be.
    all.style.setProperty('--told', String(expected ? 0.45 + 0.55 * Math.min(1, (1.5 * sure) / expected) : 0.6));
    meter.style.transform = `scaleX(${expected ? Math.min(1, sure / expected) : 0})`;
    const read = !expected ? (unread ? '' : say('Nobody is seen yet.'))
      : sure ? say('Shares of the {sure} who can be read, of {expected}.', { sure, expected }) : say('None of {expected} can be read just now.', { expected });
    write(spoken, rests ?? `${read} ${notRead(unread)}`.trim());
  }

  names.forEach(add);
  const root = el('div', { class: 'whole' }, spoken, all, el('div', { class: 'bar meter', 'aria-hidden': 'true' }, meter));
  return { root, render };
}
