// Who has deleted everything has what this device keeps deleted too. Without this script it stays, and
// nobody can open it any more: the key is given to nobody who is not signed in as this student.

import { choiceOf, forget } from './vault.js';

const { forgets: student = '' } = /** @type {HTMLElement} */ (document.querySelector('[data-forgets]')).dataset;
localStorage.removeItem(choiceOf(student));
await forget(student);
