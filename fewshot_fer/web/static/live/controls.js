// Above the picture: what the class is called, how it stands, what it can be told, what is wrong.

import { show, write } from '../dom.js';

/** @param {import('./live.js').Page} page @param {ReturnType<import('./sheets.js').sheets>} sheets @param {() => void} retry */
export function controls({ find, store, send, unnamed }, sheets, retry) {
  const [title, phase, lost, words, trouble, pause, record] =
    ['title', 'phase', 'lost', 'lost-words', 'trouble', 'pause', 'record'].map((id) => find(id));
  const buttons = find('actions').querySelectorAll('button');
  find('mark').onclick = () => sheets.mark();
  pause.onclick = () => send({ do: store.now?.paused ? 'resume' : 'pause' });
  find('recalibrate').onclick = () => sheets.recalibrate();
  find('invite').onclick = () => sheets.invite();
  record.onclick = () => (store.now?.recording ? send({ do: 'stop_recording' }) : sheets.record());
  find('end').onclick = () => sheets.end();
  find('retry').onclick = retry;

  return function render() {
    const { now, ended, running, way, sources } = store;
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
    phase.className = `state ${ended ? 'ended' : now.paused ? 'paused' : recording ? 'recording' : ''}`;
    write(phase, ended ? 'Ended' : now.paused ? (recording ? 'Paused, also the recording' : 'Paused')
      : !recording ? 'Not recorded' : now.each ? 'Recording the class and every student' : 'Recording the class');
    const source = sources.find((one) => one.said);
    const wrong = now.trouble ? `The record cannot be written just now: ${now.trouble}`
      : source && `${sourceName(source.key)}: ${source.said}`;
    write(trouble, wrong ?? '');
    show(trouble, wrong && !now.paused && !ended);
  };
}

/** @param {string} key */
export function sourceName(key) {
  if (key.startsWith('drawn:')) return 'A drawn class';
  return key.startsWith('device:') ? 'A student’s own device' : 'Shown from another browser';
}
