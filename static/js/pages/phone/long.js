// Long lists on a phone: the part that is drawn, and the button for more.

import { html, nothing } from "../../../vendor/lit-html.js";
import { drawMoreAbove, headOf, MOST } from "../../lib/long-list.js";

/** @typedef {import("./app.js").App} App */
/** @typedef {import("../../views/marks.js").Drawn} Drawn */

/**
 * @template T
 * @param {App} app @param {string} place @param {readonly T[]} list
 * @returns {{drawn: readonly T[], rest: number}} `rest`: how many are not drawn
 */
export function startOf(app, place, list) {
  const drawn = headOf(list.length, app.ui.asked.get(place));
  return drawn === list.length ? { drawn: list, rest: 0 } : { drawn: list.slice(0, drawn), rest: list.length - drawn };
}

/** @param {App} app @param {string} place @param {{drawn: readonly any[], rest: number}} part @param {string} words @returns {Drawn} */
export function moreButton(app, place, { drawn, rest }, words) {
  if (!rest) return nothing;
  const ask = (/** @type {any} */ event) => {
    app.ui.asked.set(place, drawn.length + MOST);
    app.draw();
    drawMoreAbove(event.currentTarget, app.drawNow);
  };
  return html`<p class="entries__more"><button class="button button--wide" type="button" @click=${ask}>${words}</button></p>`;
}
