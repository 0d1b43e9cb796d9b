// Elements, made and changed.

/** @typedef {(Node | string | null | undefined | false)[]} Children */

/** @param {Children} children @returns {(Node | string)[]} */
const there = (children) => children.filter((one) => one !== null && one !== undefined && one !== false);

/**
 * An element: `text` is its text, `on…` listens, everything else is an attribute if it is anything.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag @param {Record<string, any>} attributes @param {Children} children
 */
export function el(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith('on')) made.addEventListener(name.slice(2), value);
    else if (name === 'text') made.textContent = value;
    else made.setAttribute(name, value === true ? '' : value);
  }
  made.append(...there(children));
  return made;
}

/** @param {string} text @param {string} kind its class @param {(() => void) | 'submit'} does `submit`: its form's button */
export const button = (text, kind, does) =>
  el('button', { class: kind, text, ...(does === 'submit' ? {} : { type: 'button', onclick: does }) });

/**
 * Finds what a page has by its ids: `find('pause')`, or of a kind `find('each', HTMLInputElement)`.
 * @param {ParentNode} root
 */
export const finder = (root) =>
  /** @template {typeof HTMLElement} [Kind=typeof HTMLElement] @param {string} id @param {Kind} [kind] @returns {InstanceType<Kind>} */
  (id, kind) => {
    const found = root.querySelector(`#${id}`);
    if (found instanceof (kind ?? HTMLElement)) return /** @type {InstanceType<Kind>} */ (found);
    throw new TypeError(`the page has no ${id}`);
  };

/** An element of a drawing. @param {string} tag @param {Record<string, string | number>} attributes @param {Element[]} children */
export function svg(tag, attributes, ...children) {
  const made = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  made.append(...children);
  return made;
}

// Only what changes is written: screen readers, whoever points at it, and the browser's layout thank for it.

/** @param {Element} element @param {string} text */
export function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** @param {HTMLElement} element @param {unknown} shown */
export function show(element, shown) {
  if (element.hidden === Boolean(shown)) element.hidden = !shown;
}

/** @type {WeakMap<Element, string>} */
const madeOf = new WeakMap();

/** Children, made anew where what they are made of has changed. @param {Element} element @param {unknown} of @param {() => Children} make */
export function fill(element, of, make) {
  const key = JSON.stringify(of);
  if (madeOf.get(element) === key) return;
  madeOf.set(element, key);
  element.replaceChildren(...there(make()));
}
