// A guide before the teacher's camera: the server waits for the face, says what is off, and takes
// the picture. What was taken can be taken again; the page gets the pictures when all are done.

import { Camera, NoCamera } from '../camera.js';
import { Capture } from '../capture.js';
import { button, el, finder, show, write } from '../dom.js';
import { Link } from '../link.js';
import { learn, say, speak } from '../say.js';

/** @import { FromGuide, ToGuide } from '../messages.d.ts' */
/** @typedef {{ does: 'teach' | 'rest', expressions: string[], ticket: string, student: string | null }} Data */
/** @typedef {{ data: Data, parentElement: Element, setTriggerValue: (name: string, value: string) => void }} Component */

await learn('class/');
const guides = /** @type {WeakMap<Element, ReturnType<typeof guide>>} */ (new WeakMap());

/** Streamlit calls this whenever the page ran again: what is under way goes on. @param {Component} component */
export function mount(component) {
  const made = guides.get(component.parentElement) ?? guide(component.parentElement);
  guides.set(component.parentElement, made);
  made.adopt(component);
}

/** @param {Component} component */
export function unmount(component) {
  guides.get(component.parentElement)?.leave();
}

/** @param {Element} root */
function guide(root) {
  speak(root);
  const find = finder(root);
  const [whole, stage, asks, says, shots, use, skip, halt, count] =
    ['guide', 'stage', 'ask', 'say', 'shots', 'use', 'skip', 'stop', 'count'].map((id) => find(id));
  const [begin, take] = ['start', 'take'].map((id) => find(id, HTMLButtonElement));
  const [progress, example] = [find('progress', HTMLProgressElement), find('example', HTMLImageElement)];
  const taken = /** @type {Map<string, HTMLElement>} by expression */ (new Map());
  const camera = new Camera(() => stop(say('The camera was closed.')), { video: find('video', HTMLVideoElement) });
  const link = /** @type {Link<FromGuide, ToGuide>} */ (new Link('guide', {
    message: hear,
    lost: () => {
      stop(say('The connection was lost. Start again; what was taken is kept.'));
      handOver();
    },
    open: () => {
      const { does, expressions, ticket, student } = component.data;
      link.send({ do: does, expressions, ticket, student });
      running(true);
      capture.forget();
      capture.wake();
    },
  }));
  const capture = new Capture(camera, () => link, { size: () => [960, 0.88] });
  let component = /** @type {Component} */ ({});
  let leaving = /** @type {import('../link.js').Timer} */ (undefined);

  async function start() {
    const { does, expressions } = component.data;
    if (does === 'teach' && !expressions.length) return write(says, say('Choose at least one expression.'));
    begin.disabled = true;
    write(says, say('Opening the camera …'));
    try {
      await camera.start();
      link.open();
    } catch (error) {
      if (error instanceof NoCamera) stop(`${error.what} ${error.next}`);
    } finally {
      begin.disabled = false;
    }
  }

  /** @param {FromGuide} message */
  function hear(message) {
    switch (message.type) {
      case 'ask':
        write(asks, message.words);
        write(count, '');
        take.disabled = true;
        show(example, message.example);
        Object.assign(example, { src: message.example ?? '', alt: say('Drawn: {expression}', { expression: say(message.expression) }) });
        whole.classList.remove('good');
        return reviewing(false);
      case 'live':
        take.disabled = !message.takes;
        write(count, message.left === null ? '' : String(Math.ceil(2 * message.left)));
        return advise(message, say(message.left === null ? 'Good.' : 'Good. Hold it…'));
      case 'progress':
        show(progress, true);
        progress.value = message.share;
        return advise(message, say('Good. Hold it…'));
      case 'took':
        write(says, say('Taken: {expression}', { expression: say(message.expression) }));
        return keep(message);
      case 'skipped':
        return write(says, `${say('Skipped: {expression}.', { expression: say(message.expression) })} ${message.what}`);
      case 'review':
        return taken.size ? reviewing(true) : void link.send({ do: 'use' });
      case 'error':
        write(says, `${message.what} ${message.next_step ?? ''}`);
        return void capture.answered(false);
      case 'over':
        stop(say(message.taken ? 'Done.' : 'Nothing was taken. Start again when you like.'));
        if (message.taken) handOver();
    }
  }

  /** Show a picture that was taken, in the place of an earlier one. @param {import('../messages.d.ts').Took} took */
  function keep({ expression, picture }) {
    const shot = el('li', {}, el('img', { src: picture, alt: say('Taken: {expression}', { expression: say(expression) }) }), say(expression),
      button(say('Again'), '', () => link.send({ do: 'again', expression })));
    const before = taken.get(expression);
    if (before) before.replaceWith(shot);
    else shots.append(shot);
    taken.set(expression, shot);
  }

  /** Nothing more is asked for: the pictures are looked at. @param {boolean} on */
  function reviewing(on) {
    const teaches = component.data.does === 'teach';
    capture.resting = on;
    if (on) capture.answered(true);
    show(stage, !on);
    show(use, on);
    show(take, !on && teaches);
    show(skip, !on && teaches);
    if (on) write(says, say('Do they show what they are called? Take again what does not.'));
    else capture.wake();
  }

  function handOver() {
    component.setTriggerValue('took', String(Date.now()));
  }

  /** It answers a picture; then the next one may go. @param {import('../messages.d.ts').Live | import('../messages.d.ts').Progress} advice @param {string} praise */
  function advise({ good, what, next_step }, praise) {
    whole.classList.toggle('good', good);
    write(says, good ? praise : `${what} ${next_step}`);
    capture.answered(true);
  }

  /** @param {boolean} on */
  function running(on) {
    for (const one of [stage, halt]) show(one, on);
    for (const one of [use, take, skip]) show(one, false);
    show(begin, !on);
    if (on) return;
    show(progress, false);
    shots.replaceChildren();
    taken.clear();
  }

  /** @param {string} [words] */
  function stop(words) {
    camera.stop();
    link.close();
    whole.classList.remove('good');
    running(false);
    if (words !== undefined) write(says, words);
  }

  begin.onclick = start;
  take.onclick = () => link.send({ do: 'take' });
  skip.onclick = () => link.send({ do: 'skip' });
  use.onclick = () => link.send({ do: 'use' });
  halt.onclick = () => {
    if (!link.send({ do: 'use' })) stop('');
  };
  addEventListener('pagehide', () => stop());
  begin.disabled = false; // A click before this script was there would have been lost.

  return {
    /** @param {Component} now */
    adopt(now) {
      component = now;
      whole.dataset.expressions = now.data.expressions.join(' ');
      clearTimeout(leaving);
    },
    leave: () => { leaving = setTimeout(() => stop(), 400); },
  };
}
