// The few questions that are asked: who is this, what to record, how to recalibrate, really end.

import { el, show } from './words.js';

const RESTING_S = 4;

export class Sheets {
  constructor({ send, colours }) {
    this.send = send;
    this.colours = colours;
    this.root = el('div', { class: 'sheets' });
    // Who is enrolled may become known, or change, while the list is open; null: it is not.
    this.enrolled = null;
  }

  #open(title, ...content) {
    this.close();
    const sheet = el('dialog', { class: 'sheet', 'aria-label': title },
      el('form', { method: 'dialog' },
        el('header', {}, el('h2', { text: title }),
          el('button', { class: 'plain', value: 'close', 'aria-label': 'Close', text: '✕' }))),
      ...content);
    sheet.addEventListener('close', () => sheet.remove());
    // A click beside it closes it.
    sheet.addEventListener('click', (event) => event.target === sheet && sheet.close());
    this.root.replaceChildren(sheet);
    sheet.showModal();
    return sheet;
  }

  close() {
    this.root.querySelector('dialog')?.close();
  }

  who(face, students) {
    const say = (student) => {
      this.send({ do: 'name', source: face.source, track: face.track, student });
      this.close();
    };
    const list = el('ul', { class: 'choices' });
    const fill = () => {
      const wanted = search.value;
      show(search, students.length > 8 || Boolean(wanted));
      const found = students.filter((one) => one.name.toLowerCase().includes(wanted.toLowerCase()));
      list.replaceChildren(...found.map((one) => el('li', {}, el('button', {
        type: 'button', text: one.name, 'aria-pressed': String(one.id === face.student),
        onclick: () => say(one.id),
      }))));
      if (!found.length) {
        list.replaceChildren(el('li', { class: 'quiet', text: students.length
          ? 'Nobody has a name like this.'
          : 'Nobody is enrolled yet. The page “Students” shows how.' }));
      }
    };
    const search = el('input', {
      type: 'search', placeholder: 'Name', autofocus: true, 'aria-label': 'Find a student',
      oninput: fill,
      onkeydown: (event) => event.key === 'Enter' && list.querySelector('button')?.click(),
    });
    fill();
    const sheet = this.#open('Who is this?', search, list,
      el('div', { class: 'buttons' }, el('button', {
        type: 'button', class: 'second', text: 'Nobody of the class', onclick: () => say(null),
      })));
    const fresh = (now) => {
      if (JSON.stringify(now) === JSON.stringify(students)) return;
      students = now;
      fill();
    };
    this.enrolled = fresh;
    sheet.addEventListener('close', () => {
      // Another list may have been opened before this one's closing is told.
      if (this.enrolled === fresh) this.enrolled = null;
    });
  }

  record() {
    const option = (value, title, words, checked) => el('label', { class: 'option' },
      el('input', { type: 'radio', name: 'what', value, checked }),
      el('span', {}, el('b', { text: title }), el('small', { text: words })));
    const each = option('each', 'Every student too',
      'Also the numbers of every enrolled student: they agreed when they enrolled. Needed for “worth a check-in”.');
    const sheet = this.#open('Record numbers',
      option('class', 'The class only', 'How many showed what, second by second. No single student.', true),
      each,
      el('p', { class: 'quiet', text: 'Pictures are never recorded.' }),
      el('div', { class: 'buttons' }, el('button', {
        type: 'button', class: 'first', text: 'Record',
        onclick: () => {
          this.send({ do: 'record', each: each.querySelector('input').checked });
          sheet.close();
        },
      })));
  }

  mark() {
    const text = el('input', { type: 'text', maxlength: '200', placeholder: 'For example: group work', 'aria-label': 'What begins now' });
    const done = (event) => {
      event.preventDefault();
      this.send({ do: 'mark', text: text.value });
      this.close();
    };
    const form = el('form', { onsubmit: done }, text,
      el('div', { class: 'buttons' }, el('button', { class: 'first', text: 'Mark' })));
    this.#open('Mark this moment', form);
    text.focus();
  }

  recalibrate() {
    const words = el('p', { class: 'quiet', text: 'For today’s light and cameras. Everybody who is enrolled and seen is fitted anew; it can be taken back.' });
    const rest = el('button', { type: 'button', class: 'first', text: 'Resting faces now' });
    const minute = el('button', { type: 'button', class: 'second', text: 'From the last minute' });
    const sheet = this.#open('Recalibrate everyone', words,
      el('p', {}, el('b', { text: 'Resting faces: ' }), 'ask all to look into the camera, relaxed, for four seconds. The surest way.'),
      el('p', {}, el('b', { text: 'The last minute: ' }), 'nobody has to do anything; only what was read surely counts.'),
      el('div', { class: 'buttons' }, minute, rest));
    const wait = (how) => {
      rest.disabled = minute.disabled = true;
      words.textContent = 'Learning …';
      this.send({ do: 'recalibrate', how });
    };
    minute.onclick = () => wait('minute');
    rest.onclick = () => {
      rest.disabled = minute.disabled = true;
      let left = RESTING_S;
      const tick = () => {
        if (!sheet.isConnected) return;
        words.textContent = `Everybody looks into the camera, relaxed … ${left}`;
        if (left === 0) wait('rest');
        else setTimeout(tick, 1000);
        left -= 1;
      };
      tick();
    };
  }

  recalibrated(message) {
    const done = message.students.filter((one) => one.done).length;
    const undo = el('button', {
      type: 'button', class: 'second', text: 'Take it back',
      onclick: () => {
        this.send({ do: 'undo', undo: message.undo });
        this.close();
      },
    });
    this.#open('Recalibrated',
      el('p', { text: `${done} of ${message.students.length} recalibrated.` }),
      el('ul', { class: 'results' }, ...message.students.map((one) => el('li', {},
        el('b', { text: one.name }), ' ', one.words))),
      el('div', { class: 'buttons' }, done ? undo : '', el('button', {
        type: 'button', class: 'first', text: 'Good', onclick: () => this.close(),
      })));
  }

  invite() {
    const names = el('input', { type: 'checkbox' });
    const make = el('button', { type: 'button', class: 'first', text: 'Make a link' });
    make.onclick = () => {
      make.disabled = true;
      this.send({ do: 'invite', address: window.location.href.slice(0, 300), names: names.checked });
    };
    this.#open('Students’ own devices',
      el('p', { text: 'Students open a link on their own phone or computer, read what this does, and agree. Each sees their own label only; their picture is not shown here.' }),
      el('label', { class: 'option' }, names, el('span', {}, el('b', { text: 'Offer the names of the class' }),
        el('small', { text: 'Whoever has the link sees who is enrolled. You confirm everyone who picks a name.' }))),
      el('div', { class: 'buttons' }, make));
  }

  invited({ id, url, qr, until, warning }) {
    const code = el('div', { class: 'qr' });
    code.innerHTML = qr; // An SVG that the server drew of the address.
    const copy = el('button', { type: 'button', class: 'first', text: 'Copy the link' });
    copy.onclick = async () => {
      await navigator.clipboard.writeText(url);
      copy.textContent = 'Copied';
    };
    const revoke = el('button', {
      type: 'button', class: 'second', text: 'Revoke it',
      onclick: () => {
        this.send({ do: 'uninvite', id });
        this.close();
      },
    });
    const time = new Date(1000 * until).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
    this.#open('Join this class', code,
      el('input', { type: 'text', readonly: true, value: url, 'aria-label': 'The link', onfocus: (event) => event.target.select() }),
      warning ? el('p', { class: 'problem', text: warning }) : '',
      el('p', { class: 'quiet', text: `It is good until ${time}, or until the class ends.` }),
      el('div', { class: 'buttons' }, revoke, window.isSecureContext ? copy : ''));
  }

  end(recording) {
    this.#open('End the class?',
      el('p', { text: recording
        ? 'The recording is closed and its report is made.'
        : 'Nothing was recorded, so nothing of it is kept.' }),
      el('div', { class: 'buttons' },
        el('button', { type: 'button', class: 'second', text: 'Go on', onclick: () => this.close() }),
        el('button', {
          type: 'button', class: 'first', text: 'End the class',
          onclick: () => {
            this.send({ do: 'end' });
            this.close();
          },
        })));
  }
}
