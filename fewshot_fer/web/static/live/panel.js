// Beside the picture: the class as a whole; single students only where that was chosen.

import { button, el, fill, show } from '../dom.js';
import { say } from '../say.js';
import { bars } from './bars.js';

/** @import { CheckIn, Enrolled } from '../messages.d.ts' */

/** @param {import('./live.js').Page} page */
export function panel({ find, names, colour, store, send }) {
  const [door, checkIns] = ['door', 'check-ins'].map((id) => find(id));
  const each = find('each', HTMLInputElement);
  const whole = bars(names, colour);
  find('whole').append(whole.root);
  each.onchange = () => {
    store.each = each.checked;
    send({ do: 'each', on: each.checked });
  };

  /** @param {boolean} recorded every student is @param {CheckIn[]} found */
  function changed(recorded, found) {
    const quiet = recorded ? say('Nobody’s face has clearly changed from their own usual so far.')
      : say('Record every student, and after some minutes this tells whose face clearly changed from their own usual. It compares nobody with anybody else.');
    fill(checkIns, [recorded, found], () => (!recorded || !found.length ? [el('p', { class: 'quiet', text: quiet })]
      : found.map(({ name, when, reasons }) => el('details', {}, el('summary', {}, el('b', { text: name }), ` ${when}`),
        el('ul', {}, ...reasons.map((reason) => el('li', { text: reason })))))));
  }

  /** Who says that they are somebody of the class, and waits to be let in. @param {Enrolled[]} knocks */
  function waiting(knocks) {
    const answer = (/** @type {string} */ knock, /** @type {'in' | 'new' | 'away'} */ is) => () => send({ do: 'answer', knock, is });
    show(door, knocks.length);
    fill(door, knocks, () => [el('h2', { text: say('At the door') }), ...knocks.map(({ id, name }) => el('div', { class: 'knock' },
      el('p', { text: say('Somebody says they are {name}.', { name }) }),
      el('div', { class: 'buttons' }, button(say('Let in'), 'first', answer(id, 'in')),
        button(say('Another one of that name'), '', answer(id, 'new')), button(say('Turn away'), '', answer(id, 'away')))))]);
  }

  return function render() {
    const { now, ended, knocks, rests } = store;
    whole.render(rests || !now ? { shares: {}, sure: 0, expected: 0, unread: 0 } : now, rests);
    each.checked = store.each;
    changed(Boolean(now?.each), ended || !now ? [] : now.check_ins);
    waiting(knocks);
  };
}
