// What the wall shows, decided from the room's stream alone. Pure: what happens in the lab → which slide.

/** @typedef {{id: string} & Record<string, any>} Entity */
/**
 * @typedef {object} Room what the room may see, as plain values
 * @property {any} lab
 * @property {Entity[]} agenda
 * @property {Entity[]} boards
 * @property {Entity[]} contributions allowed on the wall, without replies
 * @property {Map<string, Entity[]>} replies allowed on the wall
 * @property {Entity[]} clusters
 * @property {Entity[]} ballots
 * @property {Entity[]} cases
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

/** @param {{lab: () => any, all: (type: string) => Array<[string, any]>, get: (type: string, id: string) => any}} store @returns {Room} */
export function readRoom(store) {
  const all = (/** @type {string} */ type) => store.all(type).map(([id, value]) => ({ ...value, id }));
  const allowed = all("contribution").filter((item) => item.wall !== false);
  const tops = allowed.filter((item) => !item.parent);
  const shown = new Set(tops.map((item) => item.id));
  /** @type {Map<string, Entity[]>} */
  const replies = new Map();
  for (const item of allowed) if (shown.has(item.parent)) replies.set(item.parent, [...(replies.get(item.parent) ?? []), item]);
  return {
    lab: store.lab() ?? { state: "draft", wall: {} },
    agenda: all("activity"),
    boards: all("board"),
    contributions: tops,
    replies,
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
  const contribution = room.contributions.find((item) => item.id === lab.spotlight);
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

/**
 * What stands in one column: clusters in the order of making, then single contributions, pinned ones first.
 * @param {Room} room @param {Entity} board @param {string} column
 * @returns {{clusters: Array<Entity & {members: Entity[]}>, loose: Entity[]}}
 */
export function columnOf(room, board, column) {
  const first = board.columns[0]?.id ?? "";
  const known = new Set(board.columns.map((/** @type {any} */ entry) => entry.id));
  const here = (/** @type {Entity} */ entry) => (known.has(entry.column) ? entry.column : first) === column;
  const items = room.contributions.filter((item) => item.board === board.id);
  const clusters = room.clusters.filter((cluster) => cluster.board === board.id);
  const grouped = new Set(clusters.map((cluster) => cluster.id));
  const byPlace = (/** @type {Entity} */ a, /** @type {Entity} */ b) => (a.place ?? 1e9) - (b.place ?? 1e9) || a.n - b.n;
  return {
    clusters: clusters
      .filter(here)
      .map((cluster) => ({ ...cluster, members: items.filter((item) => item.cluster === cluster.id).sort(byPlace) }))
      .filter((cluster) => cluster.members.length > 0),
    loose: items
      .filter((item) => !grouped.has(item.cluster) && here(item))
      .sort((a, b) => Number(Boolean(b.pinned)) - Number(Boolean(a.pinned)) || a.n - b.n),
  };
}

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
  const things = [...room.clusters, ...room.contributions];
  const found = things.filter((item) => ballot.items.includes(item.id)).sort((a, b) => a.n - b.n);
  return found.map((item) => ({ id: item.id, title: item.title ?? item.text, column: item.column, board: room.boards.find((board) => board.id === item.board) }));
}

/**
 * A frozen wall keeps what it showed, but never a text that has gone since.
 * @param {Record<string, Record<string, any>>} kept entities at the moment of freezing
 * @param {import("../live/store.js").Store} store
 */
export function frozenStore(kept, store) {
  const now = new Map(store.all("contribution"));
  const still = ([id, value] = /** @type {[string, any]} */ (["", null])) => now.has(id) && now.get(id).wall !== false && value !== null;
  const all = (/** @type {string} */ type) => {
    const entries = /** @type {Array<[string, any]>} */ (Object.entries(kept[type] ?? {}));
    const found = type === "contribution" ? entries.filter(still) : entries;
    return found.sort(([, a], [, b]) => (a.position ?? a.n ?? 0) - (b.position ?? b.n ?? 0));
  };
  return {
    all,
    get: (/** @type {string} */ type, /** @type {string} */ id) => kept[type]?.[id],
    lab: () => ({ ...Object.values(kept.lab ?? {})[0], wall: store.lab()?.wall, join: store.lab()?.join, locked: store.lab()?.locked }),
  };
}
