// Numbers as people read them.

import { many, say } from './say.js';

/** @import { Noticed, Shares, State } from './messages.d.ts' */

/** @param {number} share */
export const percent = (share) => say('{number} %', { number: Math.round(100 * share) });

/** @param {number} seconds */
export function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const pair = (/** @type {number} */ n) => String(n).padStart(2, '0');
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return h ? `${h}:${pair(m)}:${pair(s)}` : `${m}:${pair(s)}`;
}

/** The largest first; parts that nobody shows are left out. @param {Shares} shares */
export const largest = (shares) =>
  Object.entries(shares).filter(([, share]) => share > 0.004).sort((a, b) => b[1] - a[1]);

/** Faces of who has not agreed. @param {number} faces */
export const notRead = (faces) =>
  (faces ? many(faces, '{count} face not read: no consent.', '{count} faces not read: no consent.') : '');

const PURPOSES = () => ({ read: say('being read'), numbers: say('keeping numbers'), pictures: say('keeping pictures') });

/** What a student did. @param {Noticed} notice */
export function noticed({ what, name, purposes }) {
  const to = purposes.map((one) => PURPOSES()[one]).join(', ');
  switch (what) {
    case 'joined': return say('{name} has joined.', { name });
    case 'left': return say('{name} has left.', { name });
    case 'agreed': return say('{name} agrees to {to}.', { name, to });
    case 'withdrew': return say('{name} took back: {to}.', { name, to });
    case 'deleted': return say('{name} has deleted everything about them.', { name });
  }
}

/** The class in a sentence. @param {Pick<State, 'shares' | 'sure' | 'expected' | 'unread'>} state */
export function summary({ shares, sure, expected, unread }) {
  if (!expected) return notRead(unread) || say('No face is seen.');
  const parts = largest(shares).slice(0, 3).map(([name, share]) => `${say(name)} ${percent(share)}`);
  return `${parts.length ? `${parts.join(', ')}. ` : ''}${say('{sure} of {expected} clearly read.', { sure, expected })}`;
}

/** What a face is called. @param {{ name: string | null, track: number }} face */
export const called = ({ name, track }) => name ?? say('Face {track}', { track });

/** What a face shows, in the picture and in the list alike; `⌂` was read on the student's own device. @param {{ expression?: string | null, best?: string | null, agreed?: boolean, on_device?: boolean }} face */
export const told = ({ expression, best, agreed, on_device: own }) =>
  (agreed === false ? say('not read') : `${expression ? say(expression) : say(best ? 'unsure' : 'looking …')}${own ? ' ⌂' : ''}`);

/** A letter for each expression, of what the page's language calls it; no two alike where letters last. @param {string[]} names @param {(name: string) => string} word @returns {Record<string, string>} */
export function letters(names, word = say) {
  const taken = new Set();
  return Object.fromEntries([...names].sort().map((name) => {
    const letter = [...word(name).toUpperCase()].find((one) => /\p{L}/u.test(one) && !taken.has(one)) ?? '?';
    taken.add(letter);
    return [name, letter];
  }));
}
