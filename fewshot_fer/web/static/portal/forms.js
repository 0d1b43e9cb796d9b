// What a student agrees to, takes back or changes is sent without leaving the page: the camera stays
// on. Without this script the same forms load the page anew.

const STAYS = ['/me/agreement', '/me/pictures'];
const PARTS = ['agreement', 'pictures', 'facts'];

document.addEventListener('submit', (event) => {
  const [form, pressed] = [event.target, event.submitter];
  if (!(form instanceof HTMLFormElement) || !STAYS.includes(form.getAttribute('action') ?? '')) return;
  event.preventDefault();
  const body = new FormData(form);
  if (pressed instanceof HTMLButtonElement && pressed.name) body.append(pressed.name, pressed.value);
  const place = focused(); // Before the button loses the keyboard.
  if (pressed instanceof HTMLButtonElement) pressed.disabled = true;
  send(form.action, body, place).catch(() => location.reload()); // Which says what is wrong.
});

/** @param {string} action @param {FormData} body @param {ReturnType<typeof focused>} place */
async function send(action, body, place) {
  const answer = await fetch(action, { method: 'POST', body });
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
  const made = PARTS.map((id) => page.getElementById(id));
  if (!answer.ok || !made.every(Boolean)) throw new Error(action);
  PARTS.forEach((id, k) => document.getElementById(id)?.replaceWith(/** @type {Element} */ (made[k])));
  const there = place && document.querySelectorAll(`#${place.part} summary, #${place.part} select`)[place.which];
  if (there?.parentElement instanceof HTMLDetailsElement) there.parentElement.open = true;
  if (there instanceof HTMLElement) there.focus();
}

/** Where the keyboard is, so that it comes back there: the nearest part of the page that opens or chooses. */
function focused() {
  const inside = document.activeElement?.closest('details, li');
  const part = inside?.closest('section')?.id;
  const mine = inside?.querySelector('summary, select');
  return part && mine ? { part, which: [...document.querySelectorAll(`#${part} summary, #${part} select`)].indexOf(mine) } : null;
}
