// What is said, in the page's language; an English sentence is its own key (languages.py).

const PSEUDO = 'xx';
const NONE_IS_ONE = ['fr', 'hi']; // 0 image
const SAID = ['aria-label', 'placeholder', 'title'];
/** The page's language: the server says it. */
export const language = globalThis.document?.documentElement?.lang || 'en';
const catalogue = /** @type {Record<string, string>} */ ({});

/** Learn more sentences than those of students' pages: of the class's (`class/`). @param {string} room */
export async function learn(room) {
  if (language === 'en' || language === PSEUDO) return;
  const got = await fetch(new URL(`words/${room}${language}.json`, import.meta.url)).catch(() => null);
  if (got?.ok) Object.assign(catalogue, await got.json());
}
await learn('');

/** A sentence; `{names}` stand for facts. @param {string} text @param {Record<string, string | number>} facts */
export function say(text, facts = {}) {
  const said = language === PSEUDO ? `‹${text}···›` : catalogue[text] ?? text;
  return said.replace(/\{(\w+)\}/g, (whole, name) => String(facts[name] ?? whole));
}

/** A sentence of so many: both forms are in the catalogues. @param {number} count @param {string} one @param {string} more @param {Record<string, string | number>} facts */
export const many = (count, one, more, facts = {}) =>
  say(count === 1 || (count === 0 && NONE_IS_ONE.includes(language)) ? one : more, { count, ...facts });

/** All that a piece of HTML says. @param {ParentNode} root */
export function speak(root) {
  if (language === 'en') return;
  for (const one of root.querySelectorAll('*')) {
    for (const name of SAID) if (one.getAttribute(name)) one.setAttribute(name, say(one.getAttribute(name) ?? ''));
    for (const node of one.childNodes) {
      if (node instanceof Text && /\p{L}/u.test(node.data)) node.data = node.data.replace(/\S(?:[^]*\S)?/, (words) => say(words.replace(/\s+/g, ' ')));
    }
  }
}
