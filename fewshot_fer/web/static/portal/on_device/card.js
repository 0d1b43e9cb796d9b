// The card of one's own page that says where pictures are read, and what is kept on this device.

import { el, finder, show, write } from '../../dom.js';
import { say } from '../../say.js';
import { failure } from './words.js';

/** @import { Here } from './here.js' */

const find = finder(document);

/** @param {Here} here */
export function card(here) {
  const [stay, file] = ['stay', 'kept-file'].map((id) => find(id, HTMLInputElement));
  const said = find('where-words');
  const trouble = (/** @type {string} */ words) => write(find('kept-trouble'), words);

  stay.onchange = () => here.choose(stay.checked);
  find('kept-save').onclick = async () => {
    const address = URL.createObjectURL(await /** @type {NonNullable<Here['vault']>} */ (here.vault).file());
    el('a', { href: address, download: 'my-expressions.fewshot-fer' }).click();
    setTimeout(() => URL.revokeObjectURL(address), 60000);
  };
  find('kept-bring').onclick = () => file.click();
  file.onchange = async () => {
    const [given] = file.files ?? [];
    file.value = '';
    if (!given || !here.vault) return;
    trouble('');
    await here.vault.bring(given).then(() => here.keep(here.vault?.kept ?? []))
      .catch(() => trouble(say('This file is not yours, of another server, or damaged. Nothing was changed.')));
  };
  find('kept-forget').onclick = () => here.forget();

  return function render() {
    const { policy, failure: why, progress } = here;
    const way = here.told ? here.way : here.stays ? 'here' : 'server';
    show(find('where'), policy !== 'off' || here.choice);
    stay.checked = here.stays;
    stay.disabled = policy === 'required';
    show(find('where-must'), policy === 'required');
    show(find('where-progress'), progress !== null);
    find('where-progress', HTMLProgressElement).value = progress ?? 0;
    find('where').classList.toggle('bad', way === 'nowhere');
    if (way === 'here') write(said, progress === null ? say('No picture leaves this device, and no numbers of your face: only which expression was read, about once a second.') : say('Your device loads what it needs to read, once.'));
    else if (way === 'nowhere') write(said, `${why ? failure(why) : ''} ${say('So you are not read, and no picture is sent.')}`.trim());
    else if (here.stays) write(said, `${why ? failure(why) : ''} ${say('So small pictures go to the server, which forgets them at once.')}`.trim());
    else write(said, say('Small pictures go to the server, which forgets them at once.'));
    const kept = here.vault?.kept ?? [];
    show(find('kept'), way === 'here' && here.vault);
    write(find('kept-words'), kept.length ? say('Pictures of you that are kept on this device, encrypted, and nowhere else: {count}.', { count: kept.length }) : say('No picture of you is kept on this device.'));
    show(find('kept-less'), kept.length && !here.own);
    find('kept-shots').replaceChildren(...kept.map((one, k) => el('li', {},
      el('figure', {}, el('img', { src: one.portrait, alt: say('You, showing {expression}', { expression: say(one.expression) }), width: 192, height: 192 }), el('figcaption', { text: say(one.expression) })),
      el('button', { type: 'button', class: 'danger', text: say('Delete'), onclick: () => here.keep(kept.filter((_, place) => place !== k)) }))));
    [find('kept-save'), find('kept-forget')].forEach((one) => show(one, kept.length));
  };
}
