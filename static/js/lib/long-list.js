// Which part of a long list is drawn. A page holds every element it has drawn, so of thousands of entries only the part that is
// read is there, with a button for more. Lists of ordinary length are drawn whole.

export const MOST = 150; // entries of a long list that are drawn before somebody asks for more
export const SLACK = 50; // a list is cut in steps of this size, not with every entry that comes

/** Is a list of this length drawn whole? @param {number} length */
export function isShort(length) {
  return length <= MOST + SLACK;
}

/**
 * A list whose first entries matter (newest first, or to be worked off): how many of them are drawn.
 * @param {number} length
 * @param {number} [asked] how many somebody asked for
 */
export function headOf(length, asked = 0) {
  return isShort(length) ? length : Math.min(length, Math.max(MOST, asked));
}

/**
 * Draw more of the list above a button, and go to the first of what came: keyboards and screen readers read on from there.
 * @param {HTMLElement} button in a paragraph below its list
 * @param {() => void} draw at once
 */
export function drawMoreAbove(button, draw) {
  const above = button.parentElement?.previousElementSibling;
  const last = above?.matches("ul, ol") ? above.lastElementChild : above;
  draw();
  const first = last?.nextElementSibling;
  if (!(first instanceof HTMLElement)) return;
  first.tabIndex = -1;
  first.focus({ preventScroll: true });
}
