// What a phone shows, worked out from what it knows: the store, the seat's own, the outbox. Plain values in, plain values out.

import { memo } from "../../lib/memo.js";
import { columnKey, inColumn, underParent } from "../../live/groups.js";

/** @typedef {import("../../live/store.js").Store} Store */
/** @typedef {import("../../live/table.js").Entry} Entry */
/** @typedef {import("../../live/table.js").Entries} Entries */
/** @typedef {import("../../live/outbox.js").Item} Item */
/** @typedef {import("../../views/marks.js").Delivery} Delivery */

/**
 * @typedef {object} Own one text of this person, wherever it is just now
 * @property {string} id of the contribution, or the key while it is only on this phone
 * @property {any} value board, column, kind, text, parent, reply_kind, …
 * @property {Delivery} state
 * @property {string} reason of hiding or of not being sent
 * @property {Item} [item] while it is in the outbox
 * @property {string} [pendingText] a new wording on its way
 */

/**
 * Everything this person wrote and did not take back: stored first in order of arrival, then what waits on this phone.
 * @param {Store} store @param {Item[]} items
 * @returns {Own[]}
 */
export function ownTexts(store, items) {
  const mine = store.mine.contributions ?? [];
  const stored = mine
    .filter((/** @type {any} */ value) => value.status !== "withdrawn" && !isLeaving(items, value.id))
    .map((/** @type {any} */ value) => ({
      id: value.id,
      value,
      state: deliveryOf(value, store),
      reason: value.reason ?? "",
      pendingText: pendingWording(items, value.id),
    }));
  const known = new Set(mine.map((/** @type {any} */ value) => value.key));
  const here = items.filter((item) => WRITES.has(item.name) && !known.has(item.key)).map((item) => fromOutbox(item, store));
  return [...stored, ...here];
}

/** The replies without words that count: agreement and objection. @param {Own[]} own @returns {Map<string, Own>} by "id kind" */
export function stancesOf(own) {
  /** @type {Map<string, Own>} */
  const found = new Map();
  for (const each of own) {
    const { parent, reply_kind: kind, text } = each.value;
    const key = `${parent} ${kind}`;
    if (parent && !text && each.state !== "returned" && !found.has(key)) found.set(key, each);
  }
  return found;
}

const WRITES = new Set(["contribution.post", "contribution.reply"]);

/** @param {Item[]} items @param {string} id */
function isLeaving(items, id) {
  return items.some((item) => item.name === "contribution.withdraw" && item.args.id === id && item.state !== "returned");
}

/** @param {Item[]} items @param {string} id */
function pendingWording(items, id) {
  const item = items.findLast((each) => each.name === "contribution.reword" && each.args.id === id && each.state !== "returned");
  return item && item.state !== "stored" ? item.args.text : undefined;
}

/** The true state of something stored. @param {any} value @param {Store} store @returns {Delivery} */
function deliveryOf(value, store) {
  if (value.status === "pending") return "approval";
  if (value.status === "hidden") return "hidden";
  return store.get("board", value.board)?.revealed ? "shown" : "stored";
}

/** @param {Item} item @param {Store} store @returns {Own} */
function fromOutbox(item, store) {
  const { args } = item;
  const parent = item.name === "contribution.reply" ? store.get("contribution", args.id) : undefined;
  const value =
    item.name === "contribution.reply"
      ? { text: args.text, parent: args.id, reply_kind: args.kind, board: parent?.board, column: parent?.column }
      : { text: args.text, board: args.board, column: args.column ?? "", kind: args.kind, extra: args.extra, target: args.target, people: args.people };
  const state = item.state === "returned" ? "returned" : item.state === "stored" ? storedState(item, value, store) : "waiting";
  return { id: item.key, value, state, reason: item.reason?.message ?? "", item };
}

/** @param {Item} item @param {any} value @param {Store} store @returns {Delivery} */
function storedState(item, value, store) {
  return deliveryOf({ ...value, status: item.result?.status }, store);
}

/**
 * The boards of an activity, in their order: [[id, value]].
 * @param {Store} store @param {any} activity @returns {Array<[string, any]>}
 */
export function boardsOf(store, activity) {
  return (activity?.boards ?? []).map((/** @type {string} */ id) => [id, store.get("board", id)]).filter((/** @type {any} */ [, value]) => value);
}

/**
 * What others put into a column (own texts and replies aside): drafts of the owner and contributions of the room.
 * @param {Store} store @param {string} board @param {string} column @param {Set<string>} ownIds
 * @returns {{drafts: Entry[], room: Entry[]}} the same as long as nothing changed in this column
 */
export function othersIn(store, board, column, ownIds) {
  return others(store.group("contribution", inColumn, columnKey(board, column)), ownIds);
}

const others = memo((/** @type {Entries} */ entries, /** @type {Set<string>} */ ownIds) => {
  /** @type {{drafts: Entry[], room: Entry[]}} */
  const found = { drafts: [], room: [] };
  for (const entry of entries) {
    if (ownIds.has(entry[0])) continue;
    found[entry[1].origin === "owner_draft" ? "drafts" : "room"].push(entry);
  }
  return found;
});

/**
 * The room's contributions as they are listed: those in clusters together, in the order of the clusters; the loose ones, newest first.
 * What is not known to the eye yet only counts.
 * @param {Entry[]} room @param {Set<string>} known @param {Entries} clusters
 * @returns {{clustered: Array<[string, any] | Entry>, loose: Entry[], waiting: number}}
 */
export const listed = memo((/** @type {Entry[]} */ room, /** @type {Set<string>} */ known, /** @type {Entries} */ clusters) => {
  const piles = new Map(clusters.map(([id]) => [id, /** @type {Entry[]} */ ([])]));
  /** @type {Entry[]} */
  const loose = [];
  let waiting = 0;
  for (const entry of room) {
    if (known.has(entry[0])) (piles.get(entry[1].cluster) ?? loose).push(entry);
    else waiting += 1;
  }
  const clustered = clusters.flatMap(([id, value]) => {
    const pile = piles.get(id) ?? [];
    return pile.length ? [/** @type {Entry} */ ([`cluster-${id}`, { head: value.title }]), ...pile] : [];
  });
  return { clustered, loose: loose.reverse(), waiting };
});

/** Replies under a contribution, in the order of arrival. @param {Store} store @param {string} id @returns {Entries} */
export function repliesTo(store, id) {
  return store.group("contribution", underParent, id);
}

/**
 * How many contributions each column of a board has: shown ones after the reveal, the bare tally before it.
 * @param {Store} store @param {string} board @param {any} value of the board
 * @returns {Record<string, number>} column id ("" for a board without columns) → count
 */
export function countsOf(store, board, value) {
  /** @type {Record<string, number>} */
  const counts = {};
  if (!value.revealed) {
    for (const [, tally] of store.all("tally")) if (tally.board === board) counts[tally.column ?? ""] = tally.count;
    return counts;
  }
  for (const column of ["", ...value.columns.map((/** @type {any} */ each) => each.id)]) {
    const count = store.group("contribution", inColumn, columnKey(board, column)).length;
    if (count) counts[column] = count;
  }
  return counts;
}

/** The ballots of an activity that have begun. @param {Store} store @param {any} activity @returns {Array<[string, any]>} */
export function begunBallots(store, activity) {
  const all = (activity.ballots ?? []).map((/** @type {string} */ id) => [id, store.get("ballot", id)]);
  return all.filter((/** @type {any} */ [, value]) => value && value.state !== "planned");
}
