// A key for everything that the class's page does; `?` shows them.

import { el } from '../dom.js';

/** @typedef {[key: string, words: string, does: () => void]} Key */

/** @param {import('./live.js').Page} page @param {Key[]} keys */
export function keys({ find, root }, keys) {
  const known = new Map(keys.map(([key, , does]) => [key, does]));
  find('keys').replaceChildren(...keys.map(([key, words]) =>
    el('li', {}, el('kbd', { text: key === 'Escape' ? 'Esc' : key }), el('span', { text: words }))));

  /** @param {KeyboardEvent} event */
  function pressed(event) {
    const at = /** @type {Element | undefined} */ (event.composedPath()[0]);
    const typing = at?.closest?.('input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]');
    const does = known.get(event.key);
    if (!does || typing || event.ctrlKey || event.metaKey || event.altKey || !root.host.isConnected) return;
    if (document.querySelector('[role=dialog]') || root.querySelector('dialog[open]')) return;
    // The page around has keys of its own for some of these.
    event.preventDefault();
    event.stopImmediatePropagation();
    does();
  }

  addEventListener('keydown', pressed, true);
}
