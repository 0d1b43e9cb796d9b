// What stands where the picture will be: what to do first, why there is none, or how it ended.

import { button, el, fill, show, write } from '../dom.js';
import { many, say } from '../say.js';
import { clock } from '../words.js';

/** @import { Ended } from '../messages.d.ts' */

/** @param {import('./live.js').Page} page @param {(what: 'camera' | 'screen' | 'drawn') => void} start @param {() => void} again */
export function welcome({ find, store }, start, again) {
  const [root, said, promise] = ['welcome', 'notice', 'promise'].map((id) => find(id));
  const choosing = /** @type {NodeListOf<HTMLElement>} */ (root.querySelectorAll('.choosing'));
  for (const what of /** @type {const} */ (['camera', 'screen', 'drawn'])) find(`choose-${what}`).onclick = () => start(what);

  /** @param {Ended} ended */
  function over({ seconds, session, trouble }) {
    const report = session !== null && el('a', { class: 'button first', href: `sessions?session=${session}`, text: say('Open the report') });
    return [
      el('h2', { text: say('The class has ended after {time}.', { time: clock(seconds) }) }),
      el('p', { class: 'quiet', text: trouble ?? say(report ? 'It was recorded.' : 'Nothing was recorded.') }),
      el('div', { class: 'buttons' }, report, button(say('Another class'), '', again)),
    ];
  }

  return function render() {
    const { seen, ended, notice, sources } = store;
    const devices = sources.filter((one) => one.kind === 'device').length;
    show(root, !seen);
    choosing.forEach((one) => show(one, !ended && !notice?.calm));
    write(promise, devices
      ? many(devices, '{count} student takes part from their own device. Their pictures are not shown here.',
        '{count} students take part from their own device. Their pictures are not shown here.')
      : say('Pictures go to this server only and are never stored.'));
    fill(said, [ended, notice], () => {
      if (ended) return over(ended);
      if (!notice) return [];
      const [what, next] = [{ text: notice.what }, { text: notice.next }];
      return notice.calm ? [el('span', { class: 'spinner', 'aria-hidden': 'true' }), el('h2', what), el('p', { class: 'quiet', ...next })]
        : [el('div', { class: 'note bad', role: 'alert' }, el('b', what), el('span', next))];
    });
  };
}
