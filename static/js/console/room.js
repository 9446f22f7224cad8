// The lab as the staff sees it at one moment: plain values read from the store. Pure.

/** @typedef {{id: string} & Record<string, any>} Entity */
/**
 * @typedef {object} Room
 * @property {string} id of the lab
 * @property {any} lab
 * @property {Entity[]} agenda
 * @property {Entity | undefined} here the activity the room is in
 * @property {Entity | undefined} next
 * @property {Entity | undefined} before
 * @property {Entity[]} boards
 * @property {Entity[]} contributions without replies, hidden and waiting ones included
 * @property {Map<string, Entity[]>} replies by the contribution they hang under
 * @property {Map<string, Entity>} byId contributions and replies
 * @property {Entity[]} clusters
 * @property {Entity[]} ballots
 * @property {Entity[]} cases
 * @property {Entity[]} acts
 * @property {Entity[]} facts checks of facts by case and section
 * @property {(ballot: string) => number} voted how many have voted
 */

/** @param {import("../live/store.js").Store} store @returns {Room} */
export function readRoom(store) {
  const lab = store.lab() ?? { state: "draft", hands: [], wall: {} };
  const all = (/** @type {string} */ type) => store.all(type).map(([id, value]) => ({ ...value, id }));
  const [agenda, said] = [all("activity"), all("contribution")];
  const at = agenda.findIndex((activity) => activity.id === lab.activity);
  return {
    id: store.all("lab")[0]?.[0] ?? "",
    lab,
    agenda,
    here: agenda[at],
    next: agenda[at + 1],
    before: agenda[at - 1],
    boards: all("board"),
    contributions: said.filter((item) => !item.parent),
    replies: grouped(said.filter((item) => item.parent)),
    byId: new Map(said.map((item) => [item.id, item])),
    clusters: all("cluster"),
    ballots: all("ballot"),
    cases: all("case"),
    acts: all("act").map(({ id, ...act }) => ({ ...act, id, entity_id: store.get("act", id)?.id })),
    facts: all("fact"),
    voted: (ballot) => store.get("tally", ballot)?.count ?? 0,
  };
}

/** @param {Entity[]} replies */
function grouped(replies) {
  /** @type {Map<string, Entity[]>} */
  const found = new Map();
  for (const item of replies) found.set(item.parent, [...(found.get(item.parent) ?? []), item]);
  return found;
}

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

/** What waits for a look, oldest first. @param {Room} room @returns {Entity[]} */
export function queueOf(room) {
  return [...room.byId.values()].filter((item) => item.status === "pending").sort((a, b) => a.n - b.n);
}

/** @param {Room} room @returns {Entity[]} */
export function parkedOf(room) {
  return room.contributions.filter((item) => item.parked && typeof item.parked === "object");
}

/** The contribution or cluster that a ballot asks about, as a title. @param {Room} room @param {string} id */
export function itemTitle(room, id) {
  return room.clusters.find((cluster) => cluster.id === id)?.title ?? room.byId.get(id)?.text ?? "";
}

/** Items of a ballot in the order of making. @param {Room} room @param {any} ballot */
export function itemsOf(room, ballot) {
  const made = (/** @type {string} */ id) => room.clusters.find((cluster) => cluster.id === id)?.n ?? room.byId.get(id)?.n ?? 0;
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
