// What is said, in the page's language; an English sentence is its own key (languages.py).

const PSEUDO = 'xx';
const language = globalThis.document?.documentElement.lang || 'en';
const catalogue = /** @type {Record<string, string>} */ (language === 'en' || language === PSEUDO ? {}
  : await fetch(new URL(`words/${language}.json`, import.meta.url)).then((got) => (got.ok ? got.json() : {})).catch(() => ({})));

/** A sentence; `{names}` stand for facts. @param {string} text @param {Record<string, string | number>} facts */
export function say(text, facts = {}) {
  const said = language === PSEUDO ? `‹${text}···›` : catalogue[text] ?? text;
  return said.replace(/\{(\w+)\}/g, (whole, name) => String(facts[name] ?? whole));
}
