// A guide before the teacher's camera: the server says what to change, and takes the sharpest
// picture of a second. The page is told when something was taken.

import { Camera, NoCamera } from '../camera.js';
import { Capture } from '../capture.js';
import { finder, show, write } from '../dom.js';
import { Link } from '../link.js';

/** @import { FromGuide, ToGuide } from '../messages.d.ts' */
/** @typedef {{ does: 'teach' | 'rest', expressions: string[], ticket: string }} Data */
/** @typedef {{ data: Data, parentElement: Element, setTriggerValue: (name: string, value: string) => void }} Component */

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
  const find = finder(root);
  const [whole, stage, asks, says, skip, halt] = ['guide', 'stage', 'ask', 'say', 'skip', 'stop'].map((id) => find(id));
  const [begin, progress] = [find('start', HTMLButtonElement), find('progress', HTMLProgressElement)];
  const camera = new Camera(() => stop('The camera was closed.'), { video: find('video', HTMLVideoElement) });
  const link = /** @type {Link<FromGuide, ToGuide>} */ (new Link('guide', {
    message: hear,
    lost: () => stop('The connection was lost. Start again; what was taken is kept.'),
    open: () => {
      const { does, expressions, ticket } = component.data;
      link.send({ do: does, expressions, ticket });
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
    if (does === 'teach' && !expressions.length) return write(says, 'Choose at least one expression.');
    begin.disabled = true;
    write(says, 'Opening the camera…');
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
        return whole.classList.remove('took', 'good');
      case 'live':
        return advise(message, message.left > 0 ? 'Good.' : 'Good. Hold it.');
      case 'progress':
        show(progress, true);
        progress.value = message.share;
        return advise(message, 'Good. Hold it.');
      case 'took':
        whole.classList.add('took');
        write(says, `Taken: ${message.expression}.`);
        return component.setTriggerValue('took', message.expression);
      case 'skipped':
        return write(says, `Skipped ${message.expression}. ${message.what}`);
      case 'error':
        write(says, `${message.what} ${message.next_step ?? ''}`);
        return void capture.answered(false);
      case 'over':
        stop(message.taken ? 'Done.' : 'Nothing could be taken. Mind the advice, and start again.');
        if (message.taken) component.setTriggerValue('took', 'all');
    }
  }

  /** It answers a picture; then the next one may go. @param {import('../messages.d.ts').Live | import('../messages.d.ts').Progress} advice @param {string} praise */
  function advise({ good, what, next_step }, praise) {
    whole.classList.toggle('good', good);
    write(says, good ? praise : `${what} ${next_step}`);
    capture.answered(true);
  }

  /** @param {boolean} on */
  function running(on) {
    show(stage, on);
    show(halt, on);
    show(skip, on && component.data.does === 'teach');
    show(begin, !on);
    if (!on) show(progress, false);
  }

  /** @param {string} [words] */
  function stop(words) {
    camera.stop();
    link.close();
    whole.classList.remove('good', 'took');
    running(false);
    if (words !== undefined) write(says, words);
  }

  begin.onclick = start;
  skip.onclick = () => link.send({ do: 'skip' });
  halt.onclick = () => stop('');
  addEventListener('pagehide', () => stop());
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
