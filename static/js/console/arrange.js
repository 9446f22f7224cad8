// How a board is laid out: columns with clusters first, then single contributions. Pure values of ids, so that a layout can be
// held still under the pointer while the lab goes on.

/** @typedef {import("./room.js").Room} Room */
/** @typedef {{id: string, members: string[]}} Pile */
/** @typedef {{id: string, title: string, piles: Pile[], loose: string[], hidden: string[]}} Column */
/** @typedef {{board: string, columns: Column[]}} Layout */
/** @typedef {Map<string, {cluster?: string | null, column?: string}>} Overlay where things were put a moment ago, until the answer */

/**
 * @param {Room} room
 * @param {any} board
 * @param {Overlay} [overlay]
 * @returns {Layout}
 */
export function arrange(room, board, overlay = new Map()) {
  const items = room.contributions
    .filter((item) => item.board === board.id && item.status !== "pending")
    .map((item) => ({ ...item, ...overlay.get(item.id) }));
  const clusters = room.clusters.filter((cluster) => cluster.board === board.id);
  const known = new Set(clusters.map((cluster) => cluster.id));
  const columns = board.columns.length ? board.columns : [{ id: "", title: board.title }];
  const shown = items.filter((item) => item.status === "shown");
  return {
    board: board.id,
    columns: columns.map((/** @type {any} */ column, /** @type {number} */ index) => {
      const here = (/** @type {any} */ entry) => entry.column === column.id || (index === 0 && !columns.some((/** @type {any} */ c) => c.id === entry.column));
      return {
        id: column.id,
        title: column.title,
        piles: clusters.filter(here).map((cluster) => ({ id: cluster.id, members: members(shown, cluster.id) })),
        loose: shown.filter((item) => here(item) && !known.has(item.cluster)).sort(pinnedFirst).map((item) => item.id),
        hidden: items.filter((item) => here(item) && item.status === "hidden").map((item) => item.id),
      };
    }),
  };
}

/** @param {any[]} items @param {string} cluster */
function members(items, cluster) {
  const inside = items.filter((item) => item.cluster === cluster);
  return inside.sort((a, b) => (a.place ?? 1e9) - (b.place ?? 1e9) || a.n - b.n).map((item) => item.id);
}

/** @param {any} a @param {any} b */
function pinnedFirst(a, b) {
  return Number(Boolean(b.pinned)) - Number(Boolean(a.pinned)) || a.n - b.n;
}

/** How many contributions a column holds. @param {Column} column */
export function countOf(column) {
  return column.loose.length + column.piles.reduce((all, pile) => all + pile.members.length, 0);
}

/**
 * The places the arrow keys go through, column by column: heads of clusters, their members, single contributions.
 * @param {Layout} layout
 * @returns {string[][]}
 */
export function stops(layout) {
  return layout.columns.map((column) => [...column.piles.flatMap((pile) => [pile.id, ...pile.members]), ...column.loose]);
}

/**
 * Where an arrow key leads from `id`; the first stop when `id` is nowhere, itself at an edge.
 * @param {Layout} layout
 * @param {string | null} id
 * @param {"ArrowUp" | "ArrowDown" | "ArrowLeft" | "ArrowRight" | string} key
 * @returns {string | null}
 */
export function step(layout, id, key) {
  const lanes = stops(layout);
  const lane = lanes.findIndex((stop) => id !== null && stop.includes(id));
  if (lane < 0 || id === null) return lanes.flat()[0] ?? null;
  const place = lanes[lane].indexOf(id);
  if (key === "ArrowUp" || key === "ArrowDown") return lanes[lane][place + (key === "ArrowUp" ? -1 : 1)] ?? id;
  const side = key === "ArrowLeft" ? -1 : 1;
  for (let other = lane + side; lanes[other]; other += side) {
    if (lanes[other].length) return lanes[other][Math.min(place, lanes[other].length - 1)];
  }
  return id;
}

/**
 * How many things stand elsewhere, came or went between two layouts: what waits behind the pill.
 * @param {Layout} shown
 * @param {Layout} fresh
 */
export function changesBetween(shown, fresh) {
  const [before, after] = [placesOf(shown), placesOf(fresh)];
  const ids = new Set([...before.keys(), ...after.keys()]);
  return [...ids].filter((id) => before.get(id) !== after.get(id)).length;
}

/** @param {Layout} layout @returns {Map<string, string>} where each contribution stands */
function placesOf(layout) {
  /** @type {Map<string, string>} */
  const places = new Map();
  for (const column of layout.columns) {
    for (const id of column.loose) places.set(id, column.id);
    for (const id of column.hidden) places.set(id, `${column.id} hidden`);
    for (const pile of column.piles) for (const id of pile.members) places.set(id, pile.id);
  }
  return places;
}
