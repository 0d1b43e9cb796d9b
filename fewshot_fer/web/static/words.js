// Numbers as people read them.

/** @import { Noticed, Shares, State } from './messages.d.ts' */

/** @param {number} share */
export const percent = (share) => `${Math.round(100 * share)} %`;

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
  (faces ? `${faces} ${faces === 1 ? 'face' : 'faces'} not read: no consent.` : '');

const PURPOSES = { read: 'being read', numbers: 'keeping numbers', pictures: 'keeping pictures' };

/** What a student did. @param {Noticed} notice */
export function noticed({ what, name, purposes }) {
  const to = purposes.map((one) => PURPOSES[one]).join(', ');
  switch (what) {
    case 'joined': return `${name} has joined.`;
    case 'left': return `${name} has left.`;
    case 'agreed': return `${name} agrees to ${to}.`;
    case 'withdrew': return `${name} took back: ${to}.`;
    case 'deleted': return `${name} has deleted everything about them.`;
  }
}

/** The class in a sentence. @param {Pick<State, 'shares' | 'sure' | 'expected' | 'unread'>} state */
export function summary({ shares, sure, expected, unread }) {
  if (!expected) return notRead(unread) || 'No face is seen.';
  const parts = largest(shares).slice(0, 3).map(([name, share]) => `${name} ${percent(share)}`);
  return `${parts.length ? `${parts.join(', ')}. ` : ''}${sure} of ${expected} clearly read.`;
}

/** What a face is called. @param {{ name: string | null, track: number }} face */
export const called = ({ name, track }) => name ?? `Face ${track}`;

/** What a face shows, in the picture and in the list alike; `⌂` was read on the student's own device. @param {{ expression?: string | null, best?: string | null, agreed?: boolean, on_device?: boolean }} face */
export const told = ({ expression, best, agreed, on_device: own }) =>
  (agreed === false ? 'not read' : `${expression ?? (best ? 'unsure' : 'looking …')}${own ? ' ⌂' : ''}`);

/** A letter for each expression, no two alike where letters last. @param {string[]} names @returns {Record<string, string>} */
export function letters(names) {
  const taken = new Set();
  return Object.fromEntries([...names].sort().map((name) => {
    const letter = [...name.toUpperCase()].find((one) => !taken.has(one)) ?? '?';
    taken.add(letter);
    return [name, letter];
  }));
}
