// Teaching and adjusting on the device: the same steps as the server's coach, told to the same panel;
// pictures and vectors stay here.

import { say } from '../../say.js';
import { flaw } from './words.js';

/** @import { Look } from '../../on_device/types.d.ts' */
/** @import { CoachEvent, ToPortal } from '../../messages.d.ts' */
/** @import { Kept } from './vault.js' */

const HOLD_MS = 1000;
const REST_MS = 5000;
const GIVE_UP_MS = 25000;
const MOST_KEPT = 60;
const NEUTRAL = 'neutral';

/**
 * `kept` are the references until now, `keep` has others kept and the student read by them.
 * @param {{ checkpoint: () => string, kept: () => Kept[], keep: (kept: Kept[]) => Promise<void>, hear: (event: CoachEvent) => void }} on
 */
export function coach({ checkpoint, kept, keep, hear }) {
  let asked = /** @type {string[]} */ ([]);
  let taken = /** @type {Kept[]} */ ([]);
  let newest = /** @type {Look | null} */ (null);
  let rests = false;
  let light = false;
  let began = 0;
  let goodSince = 0;

  function next() {
    goodSince = 0;
    const [expression] = asked;
    if (expression) return hear({ type: 'ask', expression, words: say('Relax your face and look here.'), example: null });
    return light ? adjusted() : hear({ type: 'review' });
  }

  /** @param {string} expression @param {Float32Array} vector @param {Blob} portrait @returns {Promise<Kept>} */
  const reference = async (expression, vector, portrait) =>
    ({ expression, vector: [...vector], portrait: await address(portrait), light, checkpoint: checkpoint() });

  /** @param {Look} look */
  async function take({ vector, portrait }) {
    const [expression] = asked.splice(0, 1);
    const one = await reference(expression, vector, portrait);
    taken = [...taken.filter((other) => other.expression !== expression), one];
    hear({ type: 'took', id: expression, expression, picture: one.portrait });
    next();
  }

  /** The light of today is one look: the mean of all, so that it does not outweigh what was taught. */
  async function adjusted() {
    if (!taken.length) return hear({ type: 'failed', what: say('No picture was good enough, so nothing was changed.'), next_step: say('More light from the front helps most.') });
    const vector = taken[0].vector.map((_, k) => taken.reduce((sum, one) => sum + one.vector[k], 0) / taken.length);
    const mean = { ...taken[0], vector };
    asked = [];
    await keep([...kept().filter((one) => !one.light), mean]);
    hear({ type: 'adjusted', words: say('You are read by today’s light now. Nothing of it has left this device.'), helped: null, before: null, after: null, calibration: 'here' });
  }

  /** @param {string[]} ids */
  async function save(ids) {
    const chosen = taken.filter((one) => ids.includes(one.expression));
    if (!chosen.length) return hear({ type: 'failed', what: say('No picture was kept, so nothing is stored.'), next_step: say('Try again.') });
    await keep([...kept(), ...chosen].slice(-MOST_KEPT));
    hear({ type: 'saved', words: say('{count} kept on this device', { count: chosen.length }), refused: [], advice: say('You are read by them from now on.') });
  }

  /** What is wrong with a look as the expression that is asked for. @param {Look | null} look @returns {[what: string, next: string]} */
  function advice(look) {
    if (!look) return flaw('no-face');
    if (look.doubts.length) return flaw(look.doubts[0]);
    const [best] = Object.keys(look.scores).sort((a, b) => look.scores[b] - look.scores[a]);
    const [expression] = asked;
    if (rests || best === expression || !(expression in look.scores)) return ['', ''];
    return [say('This looks more like {looks_like} than {expression}.', { looks_like: say(best), expression: say(expression) }),
      say('Show {expression} as you really do it; if you do already, take it now.', { expression: say(expression) })];
  }

  return {
    /** Whether pictures are meant for it. */
    get busy() { return asked.length > 0; },

    /** What the panel asks. @param {ToPortal} command @param {number} now */
    obey(command, now) {
      switch (command.do) {
        case 'teach':
        case 'adjust':
          light = command.do === 'adjust';
          rests = command.do === 'adjust' && command.expression === null;
          asked = command.do === 'teach' ? [...command.expressions] : [command.expression ?? NEUTRAL];
          taken = [];
          began = now;
          return next();
        case 'again': asked = [command.expression]; return next();
        case 'skip':
          hear({ type: 'skipped', expression: asked.shift() ?? '', what: '' });
          return next();
        case 'take': return newest && asked.length ? take(newest) : undefined;
        case 'save': return save(command.keep);
        case 'undo': return keep(kept().filter((one) => !one.light)).then(() => hear({ type: 'undone', words: say('You are read as you were before this adjustment.') }));
        case 'stop': asked = []; return undefined;
        default: return undefined;
      }
    },

    /** The next look, or that there was no face. @param {Look | null} look @param {number} now */
    async see(look, now) {
      if (!asked.length) return undefined;
      const [what, next_step] = advice(look);
      const good = !what;
      newest = look?.doubts.length === 0 ? look : null;
      if (good) goodSince ||= now;
      else if (!rests) goodSince = 0;
      const held = goodSince ? now - goodSince : 0;
      if (rests) {
        if (good && look) taken.push(await reference(NEUTRAL, look.vector, look.portrait));
        hear({ type: 'progress', good, share: Math.min(1, held / REST_MS), what, next_step });
        return held >= REST_MS || now - began > GIVE_UP_MS ? adjusted() : undefined;
      }
      hear({ type: 'live', good, left: good ? Math.max(0, 1 - held / HOLD_MS) : null, takes: newest !== null, what, next_step });
      return good && held >= HOLD_MS && look ? take(look) : undefined;
    },
  };
}

/** A picture as an address of data, which the page may show. @param {Blob} picture @returns {Promise<string>} */
const address = (picture) => new Promise((resolve) => {
  const reader = new FileReader();
  reader.onload = () => resolve(String(reader.result));
  reader.readAsDataURL(picture);
});
