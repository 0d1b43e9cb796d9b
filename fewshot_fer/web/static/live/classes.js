// Which of the teacher's classes is watched; another one is chosen here.

import { el, fill, show } from '../dom.js';
import { say } from '../say.js';

/** @param {import('./live.js').Page} page @param {(sheet: string) => void} open @param {(name: string) => void} change */
export function classes({ find, store, classes: names }, open, change) {
  const chosen = find('class', HTMLSelectElement);
  const back = () => { chosen.value = names.includes(store.now?.name ?? '') ? store.now?.name ?? '' : ''; };
  let wanted = '';
  chosen.onchange = () => {
    wanted = chosen.value;
    back();
    if (store.seen || store.now?.recording) open('other');
    else change(wanted);
  };
  find('other-now').onclick = () => change(wanted);

  return function render() {
    show(chosen, names.length);
    fill(chosen, [names], () => [['', say('All students')], ...names.map((name) => [name, name])]
      .map(([value, text]) => el('option', { value, text })));
    if (document.activeElement?.shadowRoot?.activeElement !== chosen) back();
  };
}
