// Teaching the program one's face, and adjusting it to today's light: the panel below the camera.

import { button, el, finder, show, write } from '../dom.js';
import { say as inWords } from '../say.js';

/** @import { Adjust, Adjusted, Again, CoachEvent, Expression, Questions, Saved, Teach, Took, ToPortal } from '../messages.d.ts' */
/** @import { Children } from '../dom.js' */

const HINT_EVERY_MS = 5000; // between two hints that a screen reader reads out
const find = finder(document);
const [panel, fit, words, said, hint, spoken] =
  ['panel', 'fit', 'words', 'words-said', 'words-hint', 'spoken'].map((id) => find(id));

/** `stays`: whether what is taught stays on this device. @param {(command: ToPortal) => void} send @param {() => boolean} stays */
export function coach(send, stays = () => false) {
  const take = el('button', { type: 'button', text: inWords('Take it now'), onclick: () => send({ do: 'take' }) });
  const example = el('img', { class: 'example' });
  const progress = el('progress', { max: 1, value: 0, 'aria-label': inWords('How far it is') });
  let busy = /** @type {'teach' | 'adjust' | null} what pictures are meant for, if not for a label */ (null);
  let expressions = /** @type {Expression[]} */ ([]);
  let shots = /** @type {Took[]} */ ([]);
  let steps = /** @type {HTMLElement[]} an expression each */ ([]);
  let kept = /** @type {string[]} */ ([]);
  let hintedAt = 0;

  const step = (/** @type {string} */ name) => steps.find((one) => one.dataset.name === name);
  const closing = (/** @type {string} */ text, kind = '') => button(text, kind, close);

  function offerTeach() {
    const all = expressions.every(({ count }) => count > 0);
    const form = open(inWords('Teach it my face'),
      para(inWords('We ask for one expression after the other. Show each one as you really do it; there is no right or wrong. You see the pictures before anything is stored.')),
      el('fieldset', { class: 'choices many' }, el('legend', { text: inWords('Which expressions?') }),
        ...expressions.map(({ name, count }) => tick(`${inWords(name)}${count ? ` (${count})` : ''}`,
          { type: 'checkbox', name: 'expression', value: name, checked: all || count === 0 }))),
      row(button(inWords('Start'), 'first', 'submit'), closing(inWords('Not now'))));
    submits(form, (sent) => {
      const chosen = sent.getAll('expression').map(String);
      if (chosen.length) start({ do: 'teach', expressions: chosen });
    });
  }

  function offerAdjust() {
    const one = tick(inWords('One picture of me showing:'), { type: 'radio', name: 'how', value: 'one' });
    const form = open(inWords('Adjust to this light'),
      para(inWords("Light and cameras differ from day to day. This learns today's; your pictures stay as they are, and you can undo it.")),
      el('fieldset', { class: 'choices' }, el('legend', { text: inWords('How?') }),
        tick(inWords('Relax my face for 5 seconds'), { type: 'radio', name: 'how', value: 'rest', checked: true }), one,
        el('select', { name: 'expression', 'aria-label': inWords('Which expression'), onfocus: () => one.querySelector('input')?.click() },
          ...expressions.map(({ name }) => el('option', { value: name, text: inWords(name), selected: name === 'happy' })))),
      row(button(inWords('Start'), 'first', 'submit'), closing(inWords('Not now'))));
    submits(form, (sent) =>
      start({ do: 'adjust', expression: sent.get('how') === 'one' ? String(sent.get('expression')) : null }));
  }

  /** @param {Teach | Adjust} command */
  function start(command) {
    shots = [];
    progress.value = 0;
    steps = command.do === 'teach' ? command.expressions.map((name) => el('li', { text: inWords(name), 'data-name': name })) : [];
    ask(command);
  }

  /** One picture once more. @param {string} expression */
  const again = (expression) => ask({ do: 'again', expression });

  /** @param {Teach | Adjust | Again} command */
  function ask(command) {
    turn(command.do === 'adjust' ? 'adjust' : 'teach');
    send(command);
    if (command.do === 'adjust') open(inWords('Adjust to this light'), progress, row(button(inWords('Stop'), '', stop)));
    else {
      open(inWords('Teach it my face'), el('ol', { class: 'steps' }, ...steps),
        row(example, el('div', { class: 'buttons' }, take, button(inWords('Skip this one'), '', () => send({ do: 'skip' })), button(inWords('Stop'), '', stop))));
    }
    find('stage').scrollIntoView({ block: 'start', behavior: 'smooth' });
    say(inWords('Get ready…'));
  }

  function stop() {
    send({ do: 'stop' });
    close();
  }

  function close() {
    turn(null);
    show(panel, false);
    panel.replaceChildren();
    show(fit, true);
    find('teach').focus({ preventScroll: true });
  }

  /** While the program learns, what it reads is not shown. @param {'teach' | 'adjust' | null} now */
  function turn(now) {
    busy = now;
    show(find('reading'), !busy);
    show(find('over', HTMLCanvasElement), !busy);
    show(words, busy);
  }

  /** It needs no more pictures, and says so. @param {string} title @param {Children} children */
  function end(title, ...children) {
    turn(null);
    return open(title, ...children);
  }

  /** @param {CoachEvent} event */
  function hear(event) {
    switch (event.type) {
      case 'ask':
        steps.forEach((one) => one.removeAttribute('aria-current'));
        step(event.expression)?.setAttribute('aria-current', 'step');
        take.disabled = true;
        show(example, event.example);
        Object.assign(example, { src: event.example ?? '', alt: inWords('Drawn: {expression}', { expression: inWords(event.expression) }) });
        return say(event.expression === 'neutral' ? event.words : inWords('Now show: {expression}.', { expression: inWords(event.expression) }));
      case 'live':
        take.disabled = !event.takes;
        return advise(!event.good ? `${event.what} ${event.next_step}`
          : event.left === null ? inWords('Good.') : inWords('Hold it… {left}', { left: Math.ceil(2 * event.left) }));
      case 'progress':
        progress.value = event.share;
        return advise(event.good ? inWords('Good. Hold it…') : `${event.what} ${event.next_step}`);
      case 'took':
        shots = [...shots.filter(({ id }) => id !== event.id), event].sort((a, b) => Number(a.id) - Number(b.id));
        step(event.expression)?.classList.add('done');
        return say(inWords('✓ Got it'));
      case 'skipped':
        return step(event.expression)?.classList.add('missed');
      case 'review':
        if (shots.length) return review();
        return end(inWords('No picture was good enough'),
          para(inWords('Nothing was stored. More light from the front helps most, and a camera at the height of your eyes.')),
          row(button(inWords('Try again'), 'first', offerTeach), closing(inWords('Close'))));
      case 'questions':
        return questions(event);
      case 'saved':
        return saved(event);
      case 'adjusted':
        return adjusted(event);
      case 'undone':
        return end(inWords('Taken back'), para(event.words), row(closing(inWords('Done'), 'first')));
      case 'failed':
        return failed(event);
    }
  }

  function review() {
    const save = button(inWords('Save'), 'first', 'submit');
    const form = end(inWords('Keep these pictures?'),
      para(stays() ? inWords('They stay on this device, encrypted, until you delete them. Untick those that do not look right.')
        : inWords("They are stored on your teacher's or school's server until you delete them. Untick those that do not look right.")),
      el('ul', { class: 'shots' }, ...shots.map(({ id, expression, picture }) => el('li', {},
        el('figure', {}, el('img', { alt: inWords('You, showing {expression}', { expression: inWords(expression) }), src: picture }), el('figcaption', { text: inWords(expression) })),
        button(inWords('Again'), '', () => again(expression)),
        tick(inWords('Keep'), { type: 'checkbox', name: 'keep', value: id, checked: true, 'aria-label': inWords('Keep {expression}', { expression: inWords(expression) }) })))),
      row(save, button(inWords('Throw away'), '', stop)));
    submits(form, (sent) => {
      save.disabled = true;
      write(save, inWords('Saving…'));
      kept = sent.getAll('keep').map(String);
      send({ do: 'save', keep: kept });
    });
  }

  /** What looks like another expression, or would make them read worse, is asked about. @param {Questions} event */
  function questions({ questions: asked }) {
    const form = end(inWords('One more look'),
      para(inWords('Nothing is stored yet. These pictures are left out, unless you say what they show.')),
      el('ul', { class: 'shots wide' }, ...asked.map(({ id, words: why, looks_like: like }) => {
        const shot = shots.find((one) => one.id === id);
        const mine = shot?.expression ?? '';
        const others = expressions.map(({ name }) => name).filter((name) => name !== mine);
        return el('li', {},
          el('figure', {}, el('img', { alt: inWords('You, showing {expression}', { expression: inWords(mine) }), src: shot?.picture }), el('figcaption', { text: inWords(mine) })),
          para(why),
          el('select', { name: id, 'aria-label': inWords('What this picture shows') },
            el('option', { value: '', text: inWords('Leave it out') }), el('option', { value: mine, text: inWords('Keep it as {expression}', { expression: inWords(mine) }) }),
            ...[...others].sort((a, b) => Number(b === like) - Number(a === like)).map((name) => el('option', { value: name, text: inWords('It is {expression}', { expression: inWords(name) }) }))));
      })),
      row(button(inWords('Save'), 'first', 'submit'), button(inWords('Throw away'), '', stop)));
    submits(form, (sent) => send({
      do: 'save', keep: kept, answers: Object.fromEntries([...sent].map(([id, shows]) => [id, String(shows)])),
    }));
  }

  /** @param {Saved} event */
  function saved({ words: done, refused, advice }) {
    const more = refused.map((line) => el('li', {}, ...emphasised(line)));
    end(done, para(advice), more.length > 0 && el('ul', {}, ...more), row(closing(inWords('Done'), 'first')));
  }

  /** @param {Adjusted} event */
  function adjusted({ words: done, helped, before, after, calibration }) {
    const worse = helped === false;
    const figure = (/** @type {string} */ name, /** @type {string | null} */ number) =>
      el('div', {}, el('b', { text: number }), el('span', { class: 'quiet', text: name }));
    end(worse ? inWords('That did not help') : inWords('Adjusted to this light'),
      before && el('div', { class: 'beforeafter' },
        figure(inWords('before'), before), el('span', { class: 'quiet', text: '→' }), figure(inWords('now'), after)),
      para(done),
      row(closing(inWords('Keep it'), worse ? '' : 'first'), button(inWords('Undo it'), worse ? 'first' : '', () => send({ do: 'undo', calibration }))));
  }

  /** @param {{ what: string, next_step: string | null }} error */
  function failed({ what, next_step }) {
    const again = busy === 'adjust' ? offerAdjust : offerTeach;
    end(what, para(next_step ?? ''), row(button(inWords('Try again'), 'first', again), closing(inWords('Close'))));
  }

  /** The line was cut: what was begun is lost, and says so. */
  function lost() {
    if (!busy) return;
    end(inWords('The connection was lost'), para(inWords('Nothing was stored. Begin again when the camera is live.')), row(closing(inWords('Close'))));
  }

  /** @param {string} text */
  function say(text) {
    [said, spoken].forEach((one) => write(one, text));
    write(hint, '');
  }

  /** @param {string} text */
  function advise(text) {
    write(hint, text);
    const now = performance.now();
    if (now - hintedAt < HINT_EVERY_MS) return;
    hintedAt = now;
    write(spoken, text);
  }

  return {
    hear, failed, lost, close, offerTeach, offerAdjust,
    know: (/** @type {Expression[]} */ known) => { expressions = known; },
    get busy() { return busy !== null; },
  };
}

/** Show a form in the panel. @param {string} title @param {Children} children */
function open(title, ...children) {
  const form = el('form', {}, ...children);
  panel.replaceChildren(el('h2', { text: title }), form);
  show(panel, true);
  show(fit, false);
  panel.focus({ preventScroll: true });
  if (words.hidden) panel.scrollIntoView({ block: 'nearest', behavior: 'smooth' });
  return form;
}

/** @param {HTMLFormElement} form @param {(sent: FormData) => void} does */
function submits(form, does) {
  form.onsubmit = (event) => {
    event.preventDefault();
    does(new FormData(form));
  };
}

/** Our words set *names* between stars. @param {string} text */
const emphasised = (text) => text.split(/\*([^*]+)\*/).map((part, k) => (k % 2 ? el('em', { text: part }) : part));

/** @param {string} text */
const para = (text) => el('p', {}, ...emphasised(text));

/** @param {HTMLElement[]} buttons */
const row = (...buttons) => el('div', { class: 'buttons' }, ...buttons);

/** @param {string} text @param {Record<string, unknown>} input */
const tick = (text, input) => el('label', { class: 'option' }, el('input', input), el('span', { text }));
