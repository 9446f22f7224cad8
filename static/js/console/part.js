// The part of a board that is drawn: all of an ordinary one. Of a long column the newest are drawn, of crowded piles the first few
// of each, and a place where one asks for more.

import { headOf, isShort, MOST, SLACK } from "../lib/long-list.js";
import { countOf } from "./arrange.js";

/** @typedef {import("./arrange.js").Layout} Layout */
/** @typedef {{id: string, rest: number, next: string | number}} More where one asks for more: how many are not drawn, what to ask for */
/** @typedef {{id: string, members: string[], count: number, more: More | null}} PilePart */
/** @typedef {{id: string, title: string, piles: PilePart[], loose: string[], ahead: number, more: More | null, hidden: string[], count: number}} ColumnPart */
/** @typedef {{board: string, columns: ColumnPart[]}} Part */
/** @typedef {Map<string, string | number>} Asked what somebody asked to see more of */

const FEW = 5; // of each pile of a crowded column, however many piles there are

/**
 * @param {Layout} layout
 * @param {(id: string) => boolean} isPinned
 * @param {Asked} asked
 * @param {string | null} held where the arrow keys are: it stays, whatever else goes
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
  const drawn = Math.max(most, Number(asked.get(more) ?? 0));
  if (drawn >= members.length) return { id, members, count: members.length, more: null };
  const kept = onlyIf(held, members.indexOf(held ?? "") >= drawn);
  return { id, members: [...members.slice(0, drawn), ...kept], count: members.length, more: { id: more, rest: members.length - drawn - kept.length, next: drawn + MOST } };
}

/** @param {string} more @param {string[]} ids pinned ones first @param {(id: string) => boolean} isPinned @param {Asked} asked @param {string | null} held */
function loosePart(more, ids, isPinned, asked, held) {
  if (isShort(ids.length)) return { loose: ids, ahead: 0, more: null };
  const first = ids.findIndex((id) => !isPinned(id));
  const [pinned, others] = first < 0 ? [ids, []] : [ids.slice(0, first), ids.slice(first)];
  const newest = endOf(more, others, asked);
  if (!newest.more) return { loose: ids, ahead: 0, more: null };
  const place = others.indexOf(held ?? "");
  const kept = onlyIf(held, place >= 0 && place < newest.more.rest);
  return { loose: [...pinned, ...kept, ...newest.drawn], ahead: pinned.length + kept.length, more: { ...newest.more, rest: newest.more.rest - kept.length } };
}

/** @param {string | null} id @param {boolean} yes @returns {string[]} */
function onlyIf(id, yes) {
  return id !== null && yes ? [id] : [];
}

/**
 * A list whose last ones matter.
 * @param {string} place @param {string[]} ids @param {Asked} asked
 * @returns {{drawn: string[], more: More | null}}
 */
export function endOf(place, ids, asked) {
  const from = tailOf(ids, /** @type {string | null} */ (asked.get(place) ?? null));
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

/**
 * A list that grows at its end: the index of the first entry that is drawn.
 * @param {readonly string[]} ids
 * @param {string | null} [asked] the entry from which on somebody asked to see them
 */
export function tailOf(ids, asked = null) {
  if (isShort(ids.length)) return 0;
  const usual = Math.floor((ids.length - MOST) / SLACK) * SLACK;
  const wished = asked === null ? -1 : ids.indexOf(asked);
  return wished < 0 ? usual : Math.min(usual, wished);
}
