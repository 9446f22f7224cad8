// The lab as the staff sees it at one moment: plain values read from the store. Pure. What there may be thousands of is read when it
// is asked for, from the groups the store keeps.

import { columnKey, entities, entity, onBoard, underParent } from "../live/groups.js";

/** @typedef {import("../live/groups.js").Entity} Entity */
/**
 * @typedef {object} Room
 * @property {string} id of the lab
 * @property {any} lab
 * @property {readonly Entity[]} agenda
 * @property {Entity | undefined} here the activity the room is in
 * @property {Entity | undefined} next
 * @property {Entity | undefined} before
 * @property {readonly Entity[]} boards
 * @property {(board: string) => readonly Entity[]} on contributions of a board without replies, hidden and waiting ones included
 * @property {(keyOf: import("../live/table.js").KeyOf, key: string) => readonly Entity[]} group contributions and replies
 * @property {(keyOf: import("../live/table.js").KeyOf, key: string) => number} count how many there are in a group
 * @property {{get: (id: string) => readonly Entity[]}} replies by the contribution they hang under
 * @property {{get: (id: string | null | undefined) => Entity | undefined}} byId contributions and replies
 * @property {readonly Entity[]} clusters
 * @property {(id: string | null | undefined) => Entity | undefined} cluster
 * @property {readonly Entity[]} ballots
 * @property {readonly Entity[]} cases
 * @property {Entity[]} acts
 * @property {readonly Entity[]} facts checks of facts by case and section
 * @property {(ballot: string) => number} voted how many have voted
 */

/** @param {import("../live/store.js").Store} store @returns {Room} */
export function readRoom(store) {
  const lab = store.lab() ?? { state: "draft", hands: [], wall: {} };
  const all = (/** @type {string} */ type) => entities(store.all(type));
  const one = (/** @type {string} */ type, /** @type {string | null | undefined} */ id) => {
    const entry = store.entry(type, id);
    return entry && entity(entry);
  };
  const group = (/** @type {import("../live/table.js").KeyOf} */ keyOf, /** @type {string} */ key) => entities(store.group("contribution", keyOf, key));
  const agenda = all("activity");
  const at = agenda.findIndex((activity) => activity.id === lab.activity);
  return {
    id: store.all("lab")[0]?.[0] ?? "",
    lab,
    agenda,
    here: agenda[at],
    next: agenda[at + 1],
    before: agenda[at - 1],
    boards: all("board"),
    on: (board) => group(onBoard, board),
    group,
    count: (keyOf, key) => store.group("contribution", keyOf, key).length,
    replies: { get: (id) => group(underParent, id) },
    byId: { get: (id) => one("contribution", id) },
    clusters: all("cluster"),
    cluster: (id) => one("cluster", id),
    ballots: all("ballot"),
    cases: all("case"),
    get acts() {
      return store.all("act").map(([id, act]) => ({ ...act, id, entity_id: act.id }));
    },
    facts: all("fact"),
    voted: (ballot) => store.get("tally", ballot)?.count ?? 0,
  };
}

// ---- what the console counts and lists, as groups of the store

/** @param {any} value */
const pending = (value) => (value.status === "pending" ? "yes" : undefined);

/** @param {any} value */
const isParked = (value) => (!value.parent && value.parked && typeof value.parked === "object" ? "yes" : undefined);

/** What the room added to a column, without the owner's draft. @param {any} value */
export const added = (value) => (!value.parent && value.status === "shown" && value.origin !== "owner_draft" ? columnKey(value.board, value.column) : undefined);

/** Challenges on a board. @param {any} value */
export const challenges = (value) => (!value.parent && value.status === "shown" && value.kind === "challenge" ? value.board : undefined);

/** Solutions under a challenge. @param {any} value */
export const solutions = (value) => (value.reply_kind === "solution" && value.status === "shown" ? value.parent : undefined);

/** Ideas aimed at an element of a case. @param {any} value */
export const aims = (value) => (!value.parent && value.status === "shown" && value.target?.element ? `${value.target.case} ${value.target.element}` : undefined);

/** @param {Room} room @param {string | null | undefined} id */
export function boardOf(room, id) {
  return room.boards.find((board) => board.id === id);
}

/**
 * The boards one works on now: those of the activity; while grouping or voting, those that are grouped or voted on; in a
 * talk, those of the activity before it, because that is what is talked about.
 * @param {Room} room
 * @returns {Entity[]}
 */
export function boardsHere(room) {
  const { here } = room;
  if (!here) return room.boards.filter((board) => board.activity);
  const kinds = new Set(ballotsHere(room).map((ballot) => ballot.scope));
  if (here.kind === "cluster") kinds.add("swot");
  if (here.kind === "parking") kinds.add("parking");
  const voted = room.boards.filter((board) => kinds.has(board.kind));
  const own = room.boards.filter((board) => board.activity === here.id);
  if (voted.length || own.length) return [...voted, ...own.filter((board) => !voted.includes(board))];
  const past = room.agenda.filter((activity) => activity.position < here.position && activity.boards.length);
  const last = past.at(-1);
  return last ? room.boards.filter((board) => board.activity === last.id) : [];
}

/** @param {Room} room @returns {Entity[]} */
export function boardsElsewhere(room) {
  const here = new Set(boardsHere(room).map((board) => board.id));
  return room.boards.filter((board) => !here.has(board.id));
}

/** @param {Room} room @returns {Entity[]} the ballots of the running activity */
export function ballotsHere(room) {
  return room.ballots.filter((ballot) => ballot.activity === room.here?.id);
}

/** What waits for a look, oldest first. @param {Room} room @returns {readonly Entity[]} */
export function queueOf(room) {
  return room.group(pending, "yes");
}

/** @param {Room} room @returns {readonly Entity[]} */
export function parkedOf(room) {
  return room.group(isParked, "yes");
}

/** The contribution or cluster that a ballot asks about, as a title. @param {Room} room @param {string} id */
export function itemTitle(room, id) {
  return room.cluster(id)?.title ?? room.byId.get(id)?.text ?? "";
}

/** Items of a ballot in the order of making. @param {Room} room @param {any} ballot */
export function itemsOf(room, ballot) {
  const made = (/** @type {string} */ id) => room.cluster(id)?.n ?? room.byId.get(id)?.n ?? 0;
  return [...ballot.items].sort((a, b) => made(a) - made(b)).map((id) => ({ id, title: itemTitle(room, id) }));
}

/**
 * Seconds left of the running activity, below 0 when it is over time, null without a clock.
 * @param {any} activity @param {number} now ms
 */
export function secondsLeft(activity, now) {
  if (!activity) return null;
  if (activity.ends_at !== undefined) return Math.ceil((activity.ends_at - now) / 1000);
  return activity.left_s ?? null;
}
