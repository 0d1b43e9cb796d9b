// Codes as sentences: why a label is not shown, what is wrong with a face, why reading here fails.

import { say } from '../../say.js';

/** @import { Failure } from '../../on_device/types.d.ts' */

/** Why no label is shown. @param {string | null} code @param {Record<string, number>} scores */
export function unsure(code, scores) {
  if (code !== 'close') return code && flaw(code)[0];
  const [first, second] = Object.keys(scores).sort((a, b) => scores[b] - scores[a]).map((name) => say(name));
  return say('Two expressions fit almost equally well: {first} and {second}.', { first, second });
}

/** What is wrong with a face, and what to do. @param {string} code @returns {[what: string, next: string]} */
export function flaw(code) {
  switch (code) {
    case 'far': return [say('It looks like none of the expressions that are known.'), ''];
    case 'small': return [say('The face is too small.'), say('Come closer to the camera, or use a larger picture.')];
    case 'blurred': return [say('The face is blurred.'), say('Hold still, wipe the camera, and try again.')];
    case 'dark': return [say('The face is too dark.'), say('Turn on a light in front of you, or turn towards a window.')];
    case 'bright': return [say('The face is too bright.'), say('Turn away from the lamp or the sun.')];
    case 'flat': return [say('The face has hardly any light and shade.'), say('Wipe the camera, and have the light in front of you.')];
    case 'turned': return [say('The face is turned away.'), say('Look straight at the camera.')];
    case 'tilted': return [say('The head is tilted.'), say('Hold your head upright.')];
    case 'cut-off': return [say('A part of the face is outside the picture.'), say('Move until your whole face can be seen.')];
    case 'mouth-hidden': return [say('Something is before the mouth.'), ''];
    case 'no-points': return [say('The eyes, nose and mouth cannot be found.'), ''];
    case 'no-face': return [say('No face was found.'), say('Look at the camera in good light, with your whole face.')];
    default: return [say('This is hardly a face.'), ''];
  }
}

/** Why nothing can be read on this device. @param {Failure | 'not-offered' | 'not-installed'} code */
export function failure(code) {
  switch (code) {
    case 'not-offered': return say('Your class does not offer this now.');
    case 'not-installed': return say('Your school’s server has not what your device needs to read pictures itself.');
    case 'insecure': return say('Reading on your device needs an address that begins with https://.');
    case 'no-simd': return say('This browser is too old to read pictures itself. Use a current Chrome, Edge, Firefox or Safari.');
    case 'missing': return say('A file that your device needs could not be loaded.');
    case 'altered': return say('A file that your device needs was altered on the way, so it is not used.');
    case 'memory': return say('Your device has not enough memory to read pictures itself.');
    case 'other-checkpoint': return say('Your device has files of another version. Load the page again.');
    default: return say('Your device could not read the pictures itself.');
  }
}
