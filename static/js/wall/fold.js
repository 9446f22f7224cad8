// What does not fit is counted, not shrunk: single contributions and the smallest clusters give way to "and 2 more".

import { tn } from "../lib/i18n.js";

const SEEN = { childList: true, characterData: true, subtree: true, attributes: true, attributeFilter: ["class", "data-fill", "data-rest", "data-size"] };

/**
 * Folds every [data-fold] in `root`. In it: [data-size] blocks (how many contributions each holds) and one [data-more], whose
 * data-rest are contributions that are not drawn at all. Measuring is dear, so a box in which nothing changed is left as it is.
 * @param {HTMLElement} root
 */
export function createFold(root) {
  /** @type {WeakMap<HTMLElement, {size: string, shown: number}>} */
  const folded = new WeakMap();
  /** @type {Set<Element>} */
  const changed = new Set();
  const watcher = new MutationObserver(note);
  watcher.observe(root, SEEN);

  /** @param {MutationRecord[]} records */
  function note(records) {
    for (const { target } of records) {
      const element = target instanceof Element ? target : target.parentElement;
      changed.add(element?.closest("[data-fold]") ?? root); // what is around the boxes may change all of them
    }
  }

  /** @param {boolean} [all] also those in which nothing changed */
  return function fold(all = false) {
    note(watcher.takeRecords());
    for (const box of /** @type {NodeListOf<HTMLElement>} */ (root.querySelectorAll("[data-fold]"))) {
      const before = folded.get(box);
      const size = `${box.clientWidth} ${box.clientHeight}`;
      if (all || changed.has(box) || changed.has(root) || before?.size !== size) folded.set(box, { size, shown: foldOne(box, before?.shown) });
    }
    changed.clear();
    watcher.takeRecords(); // one's own changes
  };
}

/** @param {HTMLElement} box @param {number} [before] how many were shown last time @returns {number} how many of those that may give way are shown */
function foldOne(box, before = Infinity) {
  const more = /** @type {HTMLElement | null} */ (box.querySelector("[data-more]"));
  const blocks = /** @type {HTMLElement[]} */ ([...box.querySelectorAll("[data-size]")]);
  if (!more) return Infinity;
  const ranked = order(blocks);
  for (const block of blocks) if (block.hidden && !ranked.includes(block)) block.hidden = false;
  const fewest = smallest(ranked.length, isEnough, Math.max(0, ranked.length - before));
  show(fewest);
  return ranked.length - fewest;

  /** Is it enough if so many give way? Each question is a layout. @param {number} n */
  function isEnough(n) {
    show(n);
    return fits(box);
  }

  /** @param {number} n */
  function show(n) {
    for (const [place, block] of ranked.entries()) if (block.hidden !== place < n) block.hidden = place < n;
    const rest = Number(more?.dataset.rest ?? 0);
    const gone = ranked.slice(0, n).reduce((all, block) => all + Number(block.dataset.size), rest);
    if (!more) return;
    more.hidden = gone === 0;
    if (gone) more.textContent = tn("and %(n)s more", "and %(n)s more", gone);
  }
}

/**
 * The smallest number from 0 to `most` that is enough, when every larger one is; `most` when none is.
 * @param {number} most
 * @param {(n: number) => boolean} isEnough
 * @param {number} [guess] is asked first: mostly nothing changed
 */
export function smallest(most, isEnough, guess = 0) {
  let [low, high] = [0, most];
  const ask = (/** @type {number} */ n) => {
    if (isEnough(n)) high = n;
    else low = n + 1;
  };
  for (const n of [guess, guess - 1]) if (n >= low && n < high) ask(n);
  while (low < high) ask((low + high) >> 1);
  return low;
}

/**
 * Which block gives way first: the smallest, of equal ones the last; the first block of all stays.
 * @template {{dataset: DOMStringMap}} T
 * @param {T[]} blocks in the order of the page
 * @returns {T[]}
 */
export function order(blocks) {
  const size = (/** @type {T} */ block) => Number(block.dataset.size);
  const ranked = blocks.map((block, place) => ({ block, place })).sort((a, b) => size(a.block) - size(b.block) || b.place - a.place);
  return ranked.slice(0, -1).map(({ block }) => block);
}

/** @param {HTMLElement} box */
function fits(box) {
  return box.scrollHeight <= box.clientHeight + 1;
}
