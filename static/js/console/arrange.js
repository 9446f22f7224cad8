// How a board is laid out: columns with clusters first, then single contributions. Pure values of ids, so that a layout can be
// held still under the pointer while the lab goes on.

import { memo } from "../lib/memo.js";

/** @typedef {import("./room.js").Room} Room */
/** @typedef {import("../live/groups.js").Entity} Entity */
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
  return (overlay.size ? layOut : layOutAsBefore)(room.on(board.id), room.clusters, board, overlay.size ? overlay : NOWHERE);
}

/** @type {Overlay} */
const NOWHERE = new Map();

const layOutAsBefore = memo(layOut); // a clock ticks, a hand is raised: the layout is the same

/**
 * @param {readonly Entity[]} items @param {readonly Entity[]} allClusters @param {any} board @param {Overlay} overlay
 * @returns {Layout}
 */
function layOut(items, allClusters, board, overlay) {
  const clusters = allClusters.filter((cluster) => cluster.board === board.id);
  const columns = board.columns.length ? board.columns : [{ id: "", title: board.title }];
  /** @type {Map<string, any>} */
  const places = new Map(columns.map((/** @type {any} */ column) => [column.id, { pinned: [], loose: [], hidden: [] }]));
  const placeOf = (/** @type {string} */ column) => places.get(column) ?? places.get(columns[0].id); // a column nobody knows: the first one
  /** @type {Map<string, Entity[]>} */
  const piles = new Map(clusters.map((cluster) => [cluster.id, []]));
  for (const item of items) {
    const moved = overlay.get(item.id);
    const pile = piles.get(moved?.cluster === undefined ? item.cluster : (moved.cluster ?? ""));
    const place = placeOf(moved?.column ?? item.column);
    if (item.status === "hidden") place.hidden.push(item.id);
    else if (item.status !== "shown") continue;
    else if (pile) pile.push(item);
    else (item.pinned ? place.pinned : place.loose).push(item.id);
  }
  const pileOf = (/** @type {Entity} */ cluster) => ({ id: cluster.id, members: (piles.get(cluster.id) ?? []).sort(byPlace).map((item) => item.id) });
  return {
    board: board.id,
    columns: columns.map((/** @type {any} */ { id, title }) => {
      const { pinned, loose, hidden } = placeOf(id);
      return { id, title, piles: clusters.filter((cluster) => placeOf(cluster.column) === placeOf(id)).map(pileOf), loose: [...pinned, ...loose], hidden };
    }),
  };
}

/** @param {Entity} a @param {Entity} b */
function byPlace(a, b) {
  return (a.place ?? 1e9) - (b.place ?? 1e9) || a.n - b.n;
}

/** How many contributions a column holds. @param {Column} column */
export function countOf(column) {
  return column.loose.length + column.piles.reduce((all, pile) => all + pile.members.length, 0);
}

/**
 * The places the arrow keys go through, column by column: heads of clusters, their members, single contributions.
 * @param {import("./part.js").Part | Layout} layout
 * @returns {string[][]}
 */
export function stops(layout) {
  return layout.columns.map((column) => [...column.piles.flatMap((pile) => [pile.id, ...pile.members, ...moreOf(pile)]), ...looseStops(column)]);
}

/** @param {any} list @returns {string[]} the place where one asks for more of it */
function moreOf(list) {
  return list.more ? [list.more.id] : [];
}

/** @param {any} column */
function looseStops({ loose, more, ahead }) {
  return more ? [...loose.slice(0, ahead), more.id, ...loose.slice(ahead)] : loose;
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
  const [before, after] = [lists(shown), lists(fresh)];
  /** @type {Map<string, string>} */
  const left = new Map(); // contributions that stand where they stood are not looked at: of thousands, nearly all
  for (const [place, ids] of before) for (const id of ids.slice(sameStart(ids, after.get(place)))) left.set(id, place);
  let changes = 0;
  for (const [place, ids] of after) {
    for (const id of ids.slice(sameStart(ids, before.get(place)))) {
      if (left.get(id) !== place) changes += 1;
      left.delete(id);
    }
  }
  return changes + left.size;
}

/** @param {Layout} layout @returns {Map<string, string[]>} what stands in each place */
function lists(layout) {
  return new Map(
    layout.columns.flatMap((column) => [
      [column.id, column.loose],
      [`${column.id} hidden`, column.hidden],
      ...column.piles.map((pile) => /** @type {[string, string[]]} */ ([`pile ${pile.id}`, pile.members])),
    ]),
  );
}

/** How many entries both begin with. @param {string[]} a @param {string[]} [b] */
function sameStart(a, b = []) {
  const most = Math.min(a.length, b.length);
  let same = 0;
  while (same < most && a[same] === b[same]) same += 1;
  return same;
}
