// Above the picture: what the class is called, how it stands, what it can be told, what is wrong.

import { show, write } from '../dom.js';
import { clock } from '../words.js';

/** @param {import('./live.js').Page} page @param {ReturnType<import('./sheets.js').sheets>} sheets @param {() => string} signals what many of the class show @param {() => void} retry */
export function controls({ find, store, send, unnamed }, sheets, signals, retry) {
  const [title, phase, lost, words, note, pause, record] =
    ['title', 'phase', 'lost', 'lost-words', 'note', 'pause', 'record'].map((id) => find(id));
  const buttons = find('actions').querySelectorAll('button');
  find('mark').onclick = () => sheets.mark();
  pause.onclick = () => send({ do: store.now?.paused ? 'resume' : 'pause' });
  find('recalibrate').onclick = () => sheets.recalibrate();
  find('invite').onclick = () => sheets.invite();
  record.onclick = () => (store.now?.recording ? send({ do: 'stop_recording' }) : sheets.record());
  find('end').onclick = () => sheets.end();
  find('retry').onclick = retry;

  return function render() {
    const { now, ended, running, way } = store;
    show(lost, way !== 'open');
    show(find('retry'), way !== 'anew');
    write(words, way === 'anew' ? 'The server was started anew. Opening the class again …'
      : `The connection to the server was lost. Trying again in ${Math.ceil(Number(way) / 1000)} s …`);
    for (const one of buttons) one.disabled = !running;
    if (!now) return;
    const recording = !ended && now.recording;
    write(pause, now.paused ? 'Go on' : 'Pause');
    write(record, recording ? 'Stop recording' : 'Record …');
    write(title, now.name || unnamed);
    phase.className = `chip ${ended ? 'ended' : now.paused ? 'paused' : recording ? 'recording' : ''}`;
    write(phase, ended ? 'Ended' : now.paused ? (recording ? 'Paused, also the recording' : 'Paused')
      : !recording ? 'Not recorded' : now.each ? 'Recording the class and every student' : 'Recording the class');
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
    if (now.trouble) return `The record cannot be written just now: ${now.trouble}`;
    if (source) return `${sourceName(source.key)}: ${source.said}`;
    return projector ? 'Projector mode: nothing personal is shown. H ends it.' : null;
  }

  /** Why nobody is recognised, and what to do. */
  function nobody() {
    const { students, recognises, view, seen, ended } = store;
    if (ended || !seen || !view?.seen.length || view.seen.some(({ student }) => student)) return null;
    if (!students.length) return 'Nobody is enrolled yet. Click a face to enrol it, or open “Students”.';
    return recognises === false ? 'Faces cannot be told apart here. Click a face and say who it is.' : null;
  }
}

/** @param {string} key */
export function sourceName(key) {
  if (key.startsWith('drawn:')) return 'A drawn class';
  return key.startsWith('device:') ? 'A student’s own device' : 'Shown from another browser';
}
