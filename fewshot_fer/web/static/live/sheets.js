// The few questions that are asked: who is this, what to record, how to recalibrate, really end.

import { button, el, fill, show, write } from '../dom.js';
import { language, say } from '../say.js';
import { enrolling } from './enrolling.js';

/** @import { Invited, Reach, Recalibrated, State, ToClass } from '../messages.d.ts' */

const RESTING_S = 4;

/** @param {import('./live.js').Page} page */
export function sheets(page) {
  const { find, root, store, send } = page;
  const [search, text, title, link] = ['search', 'mark-text', 'rename-text', 'link'].map((id) => find(id, HTMLInputElement));
  const [each, offered] = ['record-each', 'offer-names'].map((id) => find(id, HTMLInputElement));
  const [minute, rest, make] = ['from-minute', 'from-rest', 'make-link'].map((id) => find(id, HTMLButtonElement));
  const [names, words, copy, warns] = ['names', 'recalibrate-words', 'copy', 'link-warning'].map((id) => find(id));
  const all = [...root.querySelectorAll('dialog')];
  const close = () => {
    enrol.stop();
    all.forEach((one) => one.close());
  };
  const sheet = (/** @type {string} */ id) => find(`sheet-${id}`, HTMLDialogElement);
  const open = (/** @type {string} */ id) => {
    close();
    sheet(id).showModal();
  };
  const done = (/** @type {ToClass} */ command) => {
    send(command);
    close();
  };
  let asked = /** @type {import('./faces/stage.js').Picked | null} whose name is asked for */ (null);

  const call = (/** @type {string | null} */ student) => asked && done({ do: 'name', source: asked.source, track: asked.track, student });
  const enrol = enrolling(page, (student) => call(student));
  const list = () => {
    const wanted = search.value.trim().toLowerCase();
    const found = store.students.filter(({ name }) => name.toLowerCase().includes(wanted));
    const none = store.students.length || wanted ? '' : say('Nobody is enrolled yet. Type a name to enrol this face.');
    enrol.offer(asked, wanted && !found.length ? search.value.trim() : '');
    fill(names, [found, none, asked?.student, store.photographs], () => (!found.length ? [el('li', { class: 'quiet', text: none })]
      : found.map(({ id, name }) => el('li', {}, el('button', {
        type: 'button', 'aria-pressed': String(id === asked?.student), onclick: () => call(id),
      }, store.photographs[id] ? el('img', { src: store.photographs[id], alt: '' }) : el('i'),
      el('span', { text: name }), id === asked?.student && el('small', { text: say('as now') }))))));
  };
  const wait = (/** @type {'rest' | 'minute'} */ how) => {
    rest.disabled = minute.disabled = true;
    write(words, say('Learning …'));
    send({ do: 'recalibrate', how });
  };
  const count = (/** @type {number} */ left) => {
    if (!sheet('recalibrate').open) return;
    rest.disabled = minute.disabled = true;
    write(words, say('Everybody looks into the camera, relaxed … {left}', { left }));
    if (left) setTimeout(() => count(left - 1), 1000);
    else wait('rest');
  };

  for (const one of all) {
    one.prepend(el('header', {}, el('h2', { text: one.getAttribute('aria-label') }),
      el('button', { type: 'button', class: 'plain closes', 'aria-label': say('Close'), text: '✕' })));
    one.querySelectorAll('.closes').forEach((closer) => closer.addEventListener('click', close));
    one.addEventListener('click', (event) => event.target === one && close()); // beside it
  }
  search.oninput = list;
  search.onkeydown = (event) => {
    if (event.key !== 'Enter') return;
    event.preventDefault(); // Or the face, which has the focus again, would be pressed by the same key.
    names.querySelector('button')?.click();
  };
  find('stranger').onclick = () => call(null);
  find('record-now').onclick = () => done({ do: 'record', each: each.checked });
  find('mark-form').onsubmit = () => done({ do: 'mark', text: text.value });
  find('rename-form').onsubmit = () => done({ do: 'rename', title: title.value });
  minute.onclick = () => wait('minute');
  rest.onclick = () => count(RESTING_S);
  make.onclick = () => {
    make.disabled = true;
    send({ do: 'invite', address: location.href.slice(0, 300), names: offered.checked });
  };
  /** @param {boolean} opens */
  const reach = (opens) => send({ do: 'reach', address: location.href.slice(0, 300), open: opens });
  const network = find('reach-open', HTMLButtonElement);
  network.onclick = () => {
    network.disabled = true;
    reach(true);
  };
  const onDevice = find('on-device', HTMLSelectElement);
  onDevice.onchange = () => send({ do: 'on_device', policy: /** @type {State['on_device']} */ (onDevice.value) });
  link.onfocus = () => link.select();
  copy.onclick = () => navigator.clipboard.writeText(link.value).then(() => write(copy, say('Copied')));
  find('end-now').onclick = () => done({ do: 'end' });

  return {
    open,
    close,
    enrol,
    /** Whether the list of names is open; then it is drawn anew. */
    refresh() {
      if (sheet('who').open) list();
      return sheet('who').open;
    },
    /** @param {import('./faces/stage.js').Picked} face */
    who(face) {
      asked = face;
      send({ do: 'photographs' });
      search.value = '';
      list();
      open('who');
    },
    mark() {
      text.value = '';
      open('mark');
    },
    rename() {
      title.value = store.now?.title ?? '';
      open('rename');
    },
    record: () => open('record'),
    keys: () => open('keys'),
    signals: () => open('signals'),
    end() {
      write(find('end-words'), say(store.now?.recording ? 'The recording is closed and its report is made.'
        : 'Nothing was recorded, so nothing of it is kept.'));
      open('end');
    },
    recalibrate() {
      rest.disabled = minute.disabled = false;
      write(words, say('While you watch, the class learns today’s light by itself. Do this where the light or a camera has just changed; it can be taken back.'));
      open('recalibrate');
    },
    /** @param {Recalibrated} message */
    recalibrated({ words: sum, students, undo }) {
      const changed = students.filter((one) => one.done).length;
      write(find('recalibrated-sum'), sum);
      // Who is read worse comes first.
      const order = (/** @type {{ helped: boolean | null }} */ { helped }) => (helped === false ? 0 : helped ? 1 : 2);
      // Of most there is nothing to say.
      const told = students.filter(({ done, helped }) => !done || helped !== null);
      show(find('recalibrated-told'), told.length);
      find('recalibrated-each').replaceChildren(...told.sort((one, other) => order(one) - order(other)).map((one) => {
        const back = button(say('Take back'), 'plain', () => {
          send({ do: 'undo', undo: { [one.student]: undo[one.student] } });
          back.disabled = true;
        });
        return el('tr', {}, el('th', { scope: 'row', text: one.name }), el('td', { text: one.words }), el('td', {}, one.done && back));
      }));
      show(find('take-back'), changed);
      find('take-back').onclick = () => done({ do: 'undo', undo });
      open('recalibrated');
    },
    invite() {
      make.disabled = false;
      onDevice.value = store.now?.on_device ?? 'allowed';
      write(make, say('Make a link'));
      write(find('reach-what'), say('Asking whether other devices can reach this address …'));
      for (const id of ['reach-offer', 'reach-how']) show(find(id), false);
      reach(false);
      open('invite');
    },
    /** @param {Reach} message */
    reach({ works, what, offers, command, then, proxy }) {
      find('reach').classList.toggle('note', !works);
      write(find('reach-what'), what);
      for (const [id, text] of Object.entries({ command, then, proxy })) write(find(`reach-${id}`), text);
      show(find('reach-offer'), offers);
      network.disabled = false;
      show(find('reach-how'), command);
      find('reach-network', HTMLDetailsElement).open = !offers;
      write(make, say(works ? 'Make a link' : 'Make a link all the same'));
    },
    /** @param {Invited} message */
    invited({ id, url, qr, until, warning }) {
      const time = new Date(1000 * until).toLocaleTimeString(language, { hour: '2-digit', minute: '2-digit' });
      find('qr').innerHTML = qr; // An SVG that the server drew of the address; none where it cannot work.
      show(find('qr'), qr);
      link.value = url;
      write(warns, warning ?? '');
      show(warns, warning);
      write(find('link-until'), say('It is good until {time}, or until the class ends.', { time }));
      write(copy, say('Copy the link'));
      show(copy, window.isSecureContext);
      find('revoke').onclick = () => done({ do: 'uninvite', id });
      open('invited');
    },
  };
}
