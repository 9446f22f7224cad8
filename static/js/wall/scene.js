// What the wall shows, decided from the room's stream alone. Pure: what happens in the lab → which slide.

import { memo } from "../lib/memo.js";
import { entities, entity } from "../live/groups.js";
import { createStore } from "../live/store.js";

/** @typedef {import("../live/groups.js").Entity} Entity */
/** @typedef {import("../live/table.js").KeyOf} KeyOf */
/** @typedef {Pick<import("../live/store.js").Store, "lab" | "all" | "get" | "entry" | "group">} Readable a store, or what a frozen wall keeps of one */
/**
 * @typedef {object} Room what the room may see, as plain values
 * @property {any} lab
 * @property {readonly Entity[]} agenda
 * @property {readonly Entity[]} boards
 * @property {(board: string) => readonly Entity[]} on contributions of a board allowed on the wall, without replies
 * @property {{get: (id: string) => Entity | undefined}} byId contributions allowed on the wall, without replies
 * @property {{get: (id: string) => readonly Entity[]}} replies allowed on the wall, by their contribution
 * @property {readonly Entity[]} clusters
 * @property {readonly Entity[]} ballots
 * @property {readonly Entity[]} cases
 * @property {(id: string) => number} tally
 */
/**
 * @typedef {object} Scene
 * @property {"join" | "spotlight" | "draft" | "lobby" | "paused" | "closed" | "talk" | "break" | "evaluation" | "case" | "voting" | "counting" | "dots" | "rating" | "blank" | "swot" | "board"} kind
 * @property {Entity} [activity]
 * @property {Entity} [board]
 * @property {Entity} [case]
 * @property {Entity} [ballot]
 * @property {Entity} [contribution]
 */

/** @param {any} value */
const onWall = (value) => (value.parent || value.wall === false ? undefined : value.board);

/** @param {any} value */
const replyOnWall = (value) => (value.wall === false ? undefined : value.parent || undefined);

/** @param {Readable} store @returns {Room} */
export function readRoom(store) {
  const all = (/** @type {string} */ type) => entities(store.all(type));
  const group = (/** @type {KeyOf} */ keyOf, /** @type {string} */ key) => entities(store.group("contribution", keyOf, key));
  return {
    lab: store.lab() ?? { state: "draft", wall: {} },
    agenda: all("activity"),
    boards: all("board"),
    on: (board) => group(onWall, board),
    byId: {
      get(id) {
        const entry = store.entry("contribution", id);
        return entry && onWall(entry[1]) !== undefined ? entity(entry) : undefined;
      },
    },
    replies: { get: (id) => group(replyOnWall, id) },
    clusters: all("cluster"),
    ballots: all("ballot"),
    cases: all("case"),
    tally: (id) => store.get("tally", id)?.count ?? 0,
  };
}

/** @param {Room} room @param {boolean} [join] somebody at the wall asked for the join slide @returns {Scene} */
export function sceneOf(room, join = false) {
  const { lab } = room;
  if (lab.state === "closed") return { kind: "closed" };
  if (join || lab.wall?.join) return { kind: "join" };
  const contribution = room.byId.get(lab.spotlight);
  if (contribution) return { kind: "spotlight", contribution, board: room.boards.find((board) => board.id === contribution.board) };
  if (lab.state === "draft") return { kind: "draft" };
  const activity = room.agenda.find((item) => item.id === lab.activity);
  if (!activity || lab.state === "lobby") return { kind: "lobby" };
  if (lab.state === "paused") return { kind: "paused", activity };
  return { activity, ...ofActivity(room, activity) };
}

/** @param {Room} room @param {Entity} activity @returns {Scene} */
function ofActivity(room, activity) {
  const shown = room.cases.find((item) => item.id === room.lab.case) ?? room.cases[0];
  switch (activity.kind) {
    case "break":
    case "evaluation":
      return { kind: activity.kind };
    case "present":
    case "validation":
      return shown ? { kind: "case", case: shown } : { kind: "talk" };
    default:
      return ofBallots(room, activity) ?? ofBoards(room, activity) ?? { kind: "talk" };
  }
}

/** @param {Room} room @param {Entity} activity @returns {Scene | null} */
function ofBallots(room, activity) {
  const ballots = room.ballots.filter((ballot) => ballot.activity === activity.id);
  const open = ballots.find((ballot) => ballot.state === "open");
  if (open) return { kind: "voting", ballot: open };
  const closed = ballots.find((ballot) => ballot.state === "closed");
  if (closed) return { kind: "counting", ballot: closed };
  const revealed = ballots.filter((ballot) => ballot.state === "revealed").at(-1);
  return revealed ? { kind: revealed.method === "rating" ? "rating" : "dots", ballot: revealed } : null;
}

/** @param {Room} room @param {Entity} activity @returns {Scene | null} */
function ofBoards(room, activity) {
  const boards = boardsOf(room, activity);
  const board = boards.find((item) => item.case && item.case === room.lab.case) ?? boards[0];
  if (!board) return null;
  const about = room.cases.find((item) => item.id === board.case);
  if (!board.revealed) return { kind: "blank", board, case: about };
  return { kind: board.kind === "swot" ? "swot" : "board", board, case: about };
}

/**
 * The boards of an activity; while grouping or before a vote, those that are grouped or voted on.
 * @param {Room} room @param {Entity} activity
 */
export function boardsOf(room, activity) {
  const kinds = new Set(room.ballots.filter((ballot) => ballot.activity === activity.id).map((ballot) => ballot.scope));
  if (activity.kind === "cluster") kinds.add("swot");
  if (activity.kind === "parking") kinds.add("parking");
  const about = room.boards.filter((board) => kinds.has(board.kind));
  return about.length ? about : room.boards.filter((board) => board.activity === activity.id);
}

/** @typedef {{clusters: Array<Entity & {members: Entity[]}>, loose: Entity[]}} Column */

/**
 * What stands in one column: clusters in the order of making, then single contributions, pinned ones first.
 * @param {Room} room @param {Entity} board @param {string} column
 * @returns {Column} the same object as long as nothing on the board changed
 */
export function columnOf(room, board, column) {
  return columnsOf(room.on(board.id), room.clusters, board).get(column) ?? { clusters: [], loose: [] };
}

const columnsOf = memo(
  /** @param {readonly Entity[]} items @param {readonly Entity[]} allClusters @param {Entity} board */
  (items, allClusters, board) => {
    const ids = board.columns.length ? board.columns.map((/** @type {any} */ entry) => entry.id) : [""];
    /** @type {Map<string, Column & {pinned: Entity[]}>} */
    const columns = new Map(ids.map((/** @type {string} */ id) => [id, { clusters: [], pinned: [], loose: [] }]));
    const columnFor = (/** @type {Entity} */ entry) => /** @type {Column & {pinned: Entity[]}} */ (columns.get(entry.column) ?? columns.get(ids[0]));
    const clusters = new Map(allClusters.filter((each) => each.board === board.id).map((each) => [each.id, { ...each, members: /** @type {Entity[]} */ ([]) }]));
    for (const item of items) {
      const cluster = clusters.get(item.cluster);
      if (cluster) cluster.members.push(item);
      else columnFor(item)[item.pinned ? "pinned" : "loose"].push(item);
    }
    for (const cluster of clusters.values()) {
      cluster.members.sort((a, b) => (a.place ?? 1e9) - (b.place ?? 1e9) || a.n - b.n);
      if (cluster.members.length) columnFor(cluster).clusters.push(cluster);
    }
    return new Map([...columns].map(([id, { clusters: made, pinned, loose }]) => [id, { clusters: made, loose: [...pinned, ...loose] }]));
  },
);

/** What was written on a board that is not revealed yet. @param {Room} room @param {Entity} board */
export function countOf(room, board) {
  const columns = board.columns.length ? board.columns.map((/** @type {any} */ column) => column.id) : [""];
  return columns.reduce((/** @type {number} */ all, /** @type {string} */ column) => all + room.tally(`${board.id}:${column}`), 0);
}

/**
 * Items of a ballot as rows to rank, in the order of making. Texts that may not stand on the wall are left out.
 * @param {Room} room @param {any} ballot
 * @returns {Array<{id: string, title: string, column: string, board: Entity | undefined}>}
 */
export function itemsOf(room, ballot) {
  const clusters = new Map(room.clusters.map((cluster) => [cluster.id, cluster]));
  const those = (/** @type {(id: string) => Entity | undefined} */ get) => ballot.items.map(get).filter(Boolean);
  const found = [...those((id) => clusters.get(id)), ...those((id) => room.byId.get(id))].sort((/** @type {Entity} */ a, /** @type {Entity} */ b) => a.n - b.n);
  return found.map((/** @type {Entity} */ item) => ({ id: item.id, title: item.title ?? item.text, column: item.column, board: room.boards.find((board) => board.id === item.board) }));
}

/**
 * A frozen wall keeps what it showed, but never a text that has gone since.
 * @param {Record<string, Record<string, any>>} kept entities at the moment of freezing
 * @param {import("../live/store.js").Store} store
 * @returns {Readable} made once for each freezing
 */
export function frozenStore(kept, store) {
  const shown = createStore();
  shown.apply({ epoch: "frozen", stream: "room", seq: 0, entities: kept });
  const texts = Object.entries(kept.contribution ?? {});
  /** @type {unknown} */
  let followed = null;

  /** What went is taken away, what came back is there again. */
  function follow() {
    const live = store.all("contribution");
    if (live === followed) return shown;
    followed = live;
    const may = (/** @type {string} */ id) => (store.get("contribution", id)?.wall ?? true) !== false && store.entry("contribution", id) !== undefined;
    const changes = texts
      .filter(([id]) => may(id) !== (shown.entry("contribution", id) !== undefined))
      .map(([id, value]) => ({ type: "contribution", id, value: may(id) ? value : null }));
    if (changes.length) shown.apply({ epoch: "frozen", stream: "room", from: shown.seq, to: shown.seq + 1, changes });
    return shown;
  }

  return {
    all: (type) => follow().all(type),
    get: (type, id) => follow().get(type, id),
    entry: (type, id) => follow().entry(type, id),
    group: (type, keyOf, key) => follow().group(type, keyOf, key),
    lab: () => ({ ...shown.lab(), wall: store.lab()?.wall, join: store.lab()?.join, locked: store.lab()?.locked }),
  };
}
