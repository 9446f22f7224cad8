// Who was heard and what was covered: counts by tier, never who; cases against quadrants, challenges, elements. Pure.

import { columnKey } from "../live/groups.js";
import { added, aims, challenges, solutions } from "./room.js";

/** @typedef {import("./room.js").Room} Room */

const TIERS = ["1", "2", "3", "other"];

/**
 * People by tier: `n` have taken part, `of` are here with a seat, `online` look at their phone.
 * @param {any} presence the last `presence` of the staff, or null
 * @returns {Array<{tier: string, n: number, of: number, online: number, silent: number}>}
 */
export function heardRows(presence) {
  return TIERS.map((tier) => {
    const of = presence?.people?.[tier] ?? 0;
    const silent = presence?.silent_by_tier?.[tier] ?? 0;
    return { tier, of, silent, n: of - silent, online: presence?.by_tier?.[tier] ?? 0 };
  }).filter((row) => row.of > 0);
}

/** Tiers of which somebody has not taken part yet, the most silent first. @param {ReturnType<typeof heardRows>} rows */
export function silentRows(rows) {
  return rows.filter((row) => row.silent > 0).sort((a, b) => b.silent / b.of - a.silent / a.of);
}

/** Raised hands by tier in the order of the longest wait: [{tier, n}]. @param {string[]} hands */
export function handRows(hands) {
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const tier of hands) counts.set(tier, (counts.get(tier) ?? 0) + 1);
  return [...counts].map(([tier, n]) => ({ tier, n }));
}

/**
 * Cases against the four quadrants: what the room added, without the owner's draft.
 * @param {Room} room
 */
export function quadrantRows(room) {
  const boards = room.boards.filter((board) => board.kind === "swot");
  return boards.map((board) => ({
    id: board.id,
    title: caseTitle(room, board.case) ?? board.title,
    cells: board.columns.map((/** @type {any} */ column) => ({ column: column.id, n: room.count(added, columnKey(board.id, column.id)) })),
  }));
}

/** @param {Room} room @param {string | undefined} id */
export function caseTitle(room, id) {
  return room.cases.find((item) => item.id === id)?.title;
}

/**
 * Challenges with and without a solution. Null when the lab has no challenge board.
 * @param {Room} room
 * @returns {{n: number, solved: number, open: any[]} | null}
 */
export function challengeCover(room) {
  const boards = room.boards.filter((board) => board.kind === "challenges");
  if (!boards.length) return null;
  const all = boards.flatMap((board) => room.group(challenges, board.id));
  const open = all.filter((item) => !room.count(solutions, item.id));
  return { n: all.length, solved: all.length - open.length, open };
}

/**
 * Elements of the matrices with and without an idea. Null when the lab has no board for ideas.
 * @param {Room} room
 * @returns {{n: number, covered: number, rows: Array<{id: string, title: string, n: number, empty: Array<{ref: string, title: string}>}>} | null}
 */
export function elementCover(room) {
  if (!room.boards.some((board) => board.kind === "transferability")) return null;
  const isAimedAt = (/** @type {string} */ id, /** @type {any} */ element) => [element.ref, element.id].some((each) => room.count(aims, `${id} ${each}`));
  const rows = room.cases.map((item) => {
    const elements = (item.aspects ?? []).flatMap((/** @type {any} */ aspect) => aspect.elements ?? []);
    const empty = elements.filter((/** @type {any} */ element) => !isAimedAt(item.id, element));
    return { id: item.id, title: item.title, n: elements.length, empty: empty.map((/** @type {any} */ e) => ({ ref: e.ref, title: e.title })) };
  });
  const n = rows.reduce((all, row) => all + row.n, 0);
  return { n, covered: n - rows.reduce((all, row) => all + row.empty.length, 0), rows };
}
