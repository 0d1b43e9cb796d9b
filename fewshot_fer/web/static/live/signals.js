// Signals while teaching: what the teacher wants to be told of the class, in a quiet line, if wanted with a sound.

import { el, write } from '../dom.js';
import { say } from '../say.js';
import { percent } from '../words.js';

const KEPT = 'fewshot-fer signals';
const USUAL = ['neutral', 'happy', 'surprise']; // Nothing is said of these unless that is asked for.
const THIRD = 33;

/** @param {import('./live.js').Page} page */
export function signals({ find, names, store, send }) {
  const sound = find('signal-sound', HTMLInputElement);
  const fields = new Map(names.map((name) => [name, /** @type {HTMLInputElement} */ (el('input', {
    type: 'number', min: 1, max: 100, placeholder: say('never'), 'aria-label': say('{expression}, in percent of the class', { expression: say(name) }), onchange: keep }))]));
  let known = /** @type {string[]} expressions that were told of */ ([]);

  find('signals').replaceChildren(...[...fields].map(([name, field]) =>
    el('li', {}, el('span', { text: say(name) }), field, el('span', { class: 'quiet', text: say('% of the class') }))));
  let kept = /** @type {{ least: Record<string, number>, sound: boolean } | null} */ (null);
  try {
    kept = JSON.parse(localStorage.getItem(KEPT) ?? 'null');
  } catch { /* Whatever lies there is not ours. */ }
  for (const [name, field] of fields) field.value = String((kept ? kept.least?.[name] : USUAL.includes(name) ? '' : THIRD) ?? '');
  sound.checked = Boolean(kept?.sound);
  sound.onchange = keep;

  /** @returns {Record<string, number>} */
  const least = () => Object.fromEntries([...fields].filter(([, { value }]) => Number(value) > 0)
    .map(([name, { value }]) => [name, Number(value)]));

  function keep() {
    localStorage.setItem(KEPT, JSON.stringify({ least: least(), sound: sound.checked }));
    mind();
  }

  /** Tell the server; it decides what holds. */
  function mind() {
    send({ do: 'mind', least: Object.fromEntries(Object.entries(least()).map(([name, share]) => [name, share / 100])) });
  }

  /** What holds now, in words. */
  function said() {
    const now = store.ended ? [] : store.now?.signals ?? [];
    return now.map(({ expression, share, usual }) => say('{share} of the class look {expression} (usually {usual}).',
      { share: percent(share), expression: say(expression), usual: percent(usual) })).join(' ');
  }

  function render() {
    const now = store.ended ? [] : store.now?.signals ?? [];
    const news = now.filter(({ expression }) => !known.includes(expression));
    known = now.map(({ expression }) => expression);
    if (!news.length) return;
    write(find('speech'), said());
    if (sound.checked) chime();
  }

  return { mind, render, said };
}

/** Two soft tones. */
function chime() {
  const audio = new AudioContext();
  for (const [k, frequency] of [523, 659].entries()) {
    const [tone, volume] = [audio.createOscillator(), audio.createGain()];
    const at = audio.currentTime + 0.18 * k;
    volume.gain.setValueAtTime(0.08, at);
    volume.gain.exponentialRampToValueAtTime(0.001, at + 0.35);
    tone.frequency.value = frequency;
    tone.connect(volume).connect(audio.destination);
    tone.start(at);
    tone.stop(at + 0.36);
  }
  setTimeout(() => audio.close(), 1500);
}
