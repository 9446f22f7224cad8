// What does not fit is counted, not shrunk: single contributions and the smallest clusters give way to "and 2 more".

import { tn } from "../lib/i18n.js";

/**
 * Fold every [data-fold] in `root`. In it: [data-size] blocks (how many contributions each holds) and one [data-more].
 * @param {ParentNode} root
 */
export function fold(root) {
  for (const box of /** @type {NodeListOf<HTMLElement>} */ (root.querySelectorAll("[data-fold]"))) foldOne(box);
}

/** @param {HTMLElement} box */
function foldOne(box) {
  const more = /** @type {HTMLElement | null} */ (box.querySelector("[data-more]"));
  const blocks = /** @type {HTMLElement[]} */ ([...box.querySelectorAll("[data-size]")]);
  for (const block of blocks) block.hidden = false;
  if (!more) return;
  more.hidden = true;
  let gone = 0;
  for (const block of order(blocks)) {
    if (fits(box)) break;
    block.hidden = true;
    gone += Number(block.dataset.size);
    more.hidden = false;
    more.textContent = tn("and %(n)s more", "and %(n)s more", gone);
  }
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
