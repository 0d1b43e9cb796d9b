// Of who is deleted, by whomever, nothing stays on this device. Without this script it stays, and
// nobody can open it any more: the key is given to nobody who is not signed in as this student.

import { leave } from './vault.js';

const { forgets: student = '' } = /** @type {HTMLElement} */ (document.querySelector('[data-forgets]')).dataset;
await leave(student);
