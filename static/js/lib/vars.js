// Numbers for the style sheet. The content policy forbids style attributes in HTML, so an element says them in
// data-vars="len:24;part:.5" and this module sets --len and --part on it.
//
// Which way a figure takes its numbers (decided once, for server pages and scripts alike):
// * tier split, ranking, bars, "heard so far": SVG with percent attributes (templates/parts/votes.html). No script, no style
//   attribute, prints and exports as it is.
// * progress, time bar: <progress max value>. The browser knows what it means.
// * completeness: squares (.pips), one element each.
// * lengths inside flex layouts, where SVG cannot go (agenda ruler, stage lines): data-vars and this module. Without script
//   all parts are equally long, which is still readable.
//
// After a lit render call applyVars(root); it is cheap, and setting the same value again does nothing.

const PAIR = /^\s*([a-z][a-z0-9-]*)\s*:\s*(-?\d*\.?\d+)\s*$/i;

/**
 * Set custom properties from data-vars on `root` and everything in it. Only plain numbers are taken; the rest is ignored.
 * @param {Document | Element} root
 */
export function applyVars(root = document) {
  if ("dataset" in root) applyTo(/** @type {HTMLElement} */ (root));
  for (const element of root.querySelectorAll("[data-vars]")) applyTo(/** @type {HTMLElement} */ (element));
}

/** @param {HTMLElement} element */
function applyTo(element) {
  for (const [name, value] of readVars(element.dataset.vars ?? "")) element.style.setProperty(`--${name}`, value);
}

/**
 * @param {string} text for example "n:3;of:40"
 * @returns {Array<[string, string]>} pairs of name and number
 */
export function readVars(text) {
  return text.split(";").flatMap((part) => {
    const found = PAIR.exec(part);
    return found ? [/** @type {[string, string]} */ ([found[1], found[2]])] : [];
  });
}

if (typeof document !== "undefined") applyVars();
