// What votes and ideas are about: the dots one gave, the cluster or contribution behind an item, the aspect an idea aims at.

/** @typedef {import("../../live/store.js").Store} Store */
/** @typedef {import("../../live/outbox.js").Item} Item */

/**
 * The allocation of this person in a ballot: what was last tapped, sent or not.
 * @param {Store} store @param {Item[]} items @param {string} ballot
 * @returns {{dots: Record<string, number>, state: "stored" | "waiting" | "returned" | "none", reason: string}}
 */
export function allocation(store, items, ballot) {
  const votes = items.filter((item) => item.name === "ballot.vote" && item.args.ballot === ballot);
  const returned = votes.find((item) => item.state === "returned");
  const latest = votes.findLast((item) => item.state !== "returned");
  const stored = store.mine.dots?.[ballot];
  if (latest) return { dots: latest.args.dots, state: latest.state === "stored" ? "stored" : "waiting", reason: "" };
  if (returned) return { dots: stored ?? {}, state: "returned", reason: returned.reason?.message ?? "" };
  return { dots: stored ?? {}, state: stored ? "stored" : "none", reason: "" };
}

/**
 * The name and surroundings of something one votes on: a cluster with its members, or a single contribution.
 * @param {Store} store @param {string} id
 * @returns {{title: string, column: string, board: any, members: any[]} | null} null: not to be seen (yet)
 */
export function votedOn(store, id) {
  const cluster = store.get("cluster", id);
  if (cluster) {
    const members = cluster.contributions.map((/** @type {string} */ each) => store.get("contribution", each)).filter(Boolean);
    return { title: cluster.title, column: cluster.column ?? "", board: store.get("board", cluster.board), members };
  }
  const single = store.get("contribution", id);
  return single ? { title: single.text, column: single.column, board: store.get("board", single.board), members: [] } : null;
}

/**
 * An aspect or element of a case by its reference (A1, A1.E3).
 * @param {any} value of a `case` entity @param {{aspect?: string, element?: string}} target
 * @returns {{aspect?: any, element?: any}}
 */
export function aimedAt(value, target) {
  const aspect = value?.aspects?.find((/** @type {any} */ each) => each.ref === target?.aspect);
  const element = aspect?.elements.find((/** @type {any} */ each) => each.ref === target?.element);
  return { aspect, element };
}
