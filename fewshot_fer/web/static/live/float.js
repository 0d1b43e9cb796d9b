// A small window that stays above all others, with the class's bars: for whoever shows slides, or
// has the call in full screen. Browsers that have none show no button.

import { el, show } from '../dom.js';
import { language, say } from '../say.js';
import { bars } from './bars.js';

/** @typedef {{ requestWindow: (size: { width: number, height: number }) => Promise<Window> }} Floats */

/** @param {import('./live.js').Page} page */
export function float({ find, names, colour, store }) {
  const floats = /** @type {{ documentPictureInPicture?: Floats }} */ (/** @type {unknown} */ (window)).documentPictureInPicture;
  const whole = bars(names, colour);
  let open = /** @type {Window | null} */ (null);
  show(find('small'), floats);

  async function toggle() {
    if (!floats) return;
    if (open) return open.close();
    const found = await floats.requestWindow({ width: 320, height: 300 });
    open = found;
    const sheets = ['../sheets/tokens.css', 'live.css'].map((name) => new URL(name, import.meta.url).href);
    found.document.head.append(...sheets.map((href) => el('link', { rel: 'stylesheet', href })), el('title', { text: say('The class') }));
    found.document.documentElement.lang = language;
    found.document.body.append(el('div', { class: 'live float' }, whole.root));
    found.addEventListener('pagehide', () => { open = null; });
    render();
  }

  function render() {
    if (open) whole.render(store.rests || !store.now ? { shares: {}, sure: 0, expected: 0, unread: 0 } : store.now, store.rests);
  }

  find('small').onclick = toggle;
  return { render, toggle };
}
