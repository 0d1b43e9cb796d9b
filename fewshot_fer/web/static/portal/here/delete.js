// Who deletes everything deletes what this device keeps too. Without this script it stays, and nobody
// can open it any more: the key is given to nobody who is not signed in as this student.

import { choiceOf } from './here.js';
import { forget } from './vault.js';

const form = /** @type {HTMLFormElement} */ (document.getElementById('delete'));
form.onsubmit = async (/** @type {SubmitEvent} */ event) => {
  event.preventDefault();
  const { student = '' } = form.dataset;
  localStorage.removeItem(choiceOf(student));
  await forget(student).catch(() => {});
  form.submit();
};
