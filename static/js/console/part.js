// The part of a board that is drawn: all of an ordinary one. Of a long column the newest are drawn, of crowded piles the first few
// of each, and a place where one asks for more.

import { headOf, isShort, MOST, tailOf } from "../lib/long-list.js";
import { countOf } from "./arrange.js";

/** @typedef {import("./arrange.js").Layout} Layout */
/** @typedef {{id: string, rest: number, next: string | number}} More where one asks for more: how many are not drawn, what to ask for */
/** @typedef {{id: string, members: string[], count: number, more: More | null}} PilePart */
/** @typedef {{id: string, title: string, piles: PilePart[], loose: string[], pinned: number, more: More | null, hidden: string[], count: number}} ColumnPart */
/** @typedef {{board: string, columns: ColumnPart[]}} Part */
/** @typedef {Map<string, string | number>} Asked what somebody asked to see more of */

const FEW = 5; // of each pile of a crowded column, however many piles there are

/**
 * @param {Layout} layout
 * @param {(id: string) => boolean} isPinned
 * @param {Asked} asked
 * @param {string | null} held where the arrow keys are
 * @returns {Part}
 */
export function partOf(layout, isPinned, asked, held) {
  return {
    board: layout.board,
    columns: layout.columns.map((column) => {
      const { id, title, piles, hidden } = column;
      const clustered = piles.reduce((all, pile) => all + pile.members.length, 0);
      const most = isShort(clustered) ? Infinity : Math.max(FEW, Math.floor(MOST / piles.length));
      return { id, title, hidden, count: countOf(column), piles: piles.map((pile) => pilePart(pile, most, asked, held)), ...loosePart(`more:${layout.board}:${id}`, column.loose, isPinned, asked, held) };
    }),
  };
}

/** @param {import("./arrange.js").Pile} pile @param {number} most @param {Asked} asked @param {string | null} held @returns {PilePart} */
function pilePart({ id, members }, most, asked, held) {
  const more = `more:${id}`;
  const wanted = Math.max(most, Number(asked.get(more) ?? 0), held === null ? 0 : members.indexOf(held) + 1);
  const drawn = wanted < members.length ? wanted : members.length;
  const rest = members.length - drawn;
  return { id, members: rest ? members.slice(0, drawn) : members, count: members.length, more: rest ? { id: more, rest, next: drawn + MOST } : null };
}

/** @param {string} more @param {string[]} ids pinned ones first @param {(id: string) => boolean} isPinned @param {Asked} asked @param {string | null} held */
function loosePart(more, ids, isPinned, asked, held) {
  if (isShort(ids.length)) return { loose: ids, pinned: 0, more: null };
  const first = ids.findIndex((id) => !isPinned(id));
  const pinned = first < 0 ? 0 : first;
  const rest = endOf(more, ids.slice(pinned), asked, held);
  return { loose: [...ids.slice(0, pinned), ...rest.drawn], pinned, more: rest.more };
}

/**
 * A list whose last ones matter.
 * @param {string} place @param {string[]} ids @param {Asked} asked @param {string | null} [held]
 * @returns {{drawn: string[], more: More | null}}
 */
export function endOf(place, ids, asked, held = null) {
  const from = tailOf(ids, /** @type {string | null} */ (asked.get(place) ?? null), held);
  return from ? { drawn: ids.slice(from), more: { id: place, rest: from, next: ids[Math.max(0, from - MOST)] } } : { drawn: ids, more: null };
}

/**
 * A list whose first ones matter: it is worked off from its beginning.
 * @template T
 * @param {string} place @param {readonly T[]} list @param {Asked} asked
 * @returns {{drawn: readonly T[], more: More | null}}
 */
export function startOf(place, list, asked) {
  const drawn = headOf(list.length, Number(asked.get(place) ?? 0));
  return drawn === list.length ? { drawn: list, more: null } : { drawn: list.slice(0, drawn), more: { id: place, rest: list.length - drawn, next: drawn + MOST } };
}
