// The join page works without a script; this only says early when the camera could not work.

import { obstacle } from '../camera.js';
import { write } from '../dom.js';

const note = document.getElementById('camera-note');
const reason = obstacle();
if (note) note.hidden = !reason;
// Without HTTPS the page says by itself what a student can do.
if (note && reason && window.isSecureContext) {
  write(/** @type {Element} */ (note.querySelector('b')), reason.what);
  write(/** @type {Element} */ (note.querySelector('p')), reason.next);
}
