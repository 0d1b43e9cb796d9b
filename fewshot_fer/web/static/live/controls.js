// Above the picture: what the class is called, how it stands, what it can be told, what is wrong.

import { show, write } from '../dom.js';
import { say } from '../say.js';
import { clock } from '../words.js';

/** @param {import('./live.js').Page} page @param {ReturnType<import('./sheets.js').sheets>} sheets @param {() => string} signals what many of the class show @param {() => void} retry */
export function controls({ find, store, send, unnamed }, sheets, signals, retry) {
  const [title, phase, lost, words, note, pause, record] =
    ['title', 'phase', 'lost', 'lost-words', 'note', 'pause', 'record'].map((id) => find(id));
  const rename = find('rename', HTMLButtonElement);
  const buttons = [rename, ...find('actions').querySelectorAll('button')];
  find('mark').onclick = () => sheets.mark();
  pause.onclick = () => send({ do: store.now?.paused ? 'resume' : 'pause' });
  find('recalibrate').onclick = () => sheets.recalibrate();
  find('invite').onclick = () => sheets.invite();
  record.onclick = () => (store.now?.recording ? send({ do: 'stop_recording' }) : sheets.record());
  rename.onclick = () => sheets.rename();
  find('end').onclick = () => sheets.end();
  find('retry').onclick = retry;

  return function render() {
    const { now, ended, running, way } = store;
    show(lost, way !== 'open');
    show(find('retry'), way !== 'anew');
    write(words, way === 'anew' ? say('The server was started anew. Opening the class again …')
      : say('The connection to the server was lost. Trying again in {seconds} s …', { seconds: Math.ceil(Number(way) / 1000) }));
    for (const one of buttons) one.disabled = !running;
    if (!now) return;
    const recording = !ended && now.recording;
    write(pause, say(now.paused ? 'Go on' : 'Pause'));
    write(record, say(recording ? 'Stop recording' : 'Record …'));
    write(title, [now.title, now.name || unnamed].filter(Boolean).join(' · '));
    phase.className = `chip ${ended ? 'ended' : now.paused ? 'paused' : recording ? 'recording' : ''}`;
    const how = now.paused ? [say('Paused'), say('Paused, also the recording')][Number(Boolean(recording))]
      : !recording ? say('Not recorded') : now.each ? say('Recording the class and every student') : say('Recording the class');
    write(phase, ended ? say('Ended') : how);
    const wrong = trouble();
    note.className = `line ${wrong ? 'note warn' : 'quiet'}`;
    write(note, wrong ?? `${clock(now.seconds)} ${signals() || (nobody() ?? '')}`);
    show(note, way === 'open');
  };

  /** What is wrong, if something is. */
  function trouble() {
    const { now, ended, sources, projector } = store;
    const source = sources.find((one) => one.said);
    if (ended || !now || now.paused) return null;
    if (now.trouble) return say('The record cannot be written just now: {trouble}', { trouble: now.trouble });
    if (source) return `${sourceName(source.key)}: ${source.said}`;
    return projector ? say('Projector mode: nothing personal is shown. H ends it.') : null;
  }

  /** Why nobody is recognised, and what to do. */
  function nobody() {
    const { students, recognises, view, seen, ended } = store;
    if (ended || !seen || !view?.seen.length || view.seen.some(({ student }) => student)) return null;
    if (!students.length) return say('Nobody is enrolled yet. Click a face to enrol it, or open “Students”.');
    return recognises === false ? say('Faces cannot be told apart here. Click a face and say who it is.') : null;
  }
}

/** @param {string} key */
export function sourceName(key) {
  if (key.startsWith('drawn:')) return say('A drawn class');
  return key.startsWith('device:') ? say('A student’s own device') : say('Shown from another browser');
}
