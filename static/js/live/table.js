// The entities of one type, in order and in groups. A group is worked out once, when it is first asked for, and follows from then on.

import { createGroups, createList, row } from "./ranked.js";

/** @typedef {import("./ranked.js").Row} Row */
/** @typedef {import("./ranked.js").KeyOf} KeyOf */

/** @param {Record<string, any>} [values] by id */
export function createTable(values = {}) {
  let arrivals = 0;
  /** @type {Map<string, Row>} */
  const rows = new Map(Object.entries(values).map(([id, value]) => [id, row(id, value, arrivals++)]));
  /** @type {ReturnType<typeof createList> | null} */
  let list = null;
  /** @type {Map<KeyOf, ReturnType<typeof createGroups>>} */
  const groups = new Map();

  /** @param {string} id @param {any} value null: it is gone */
  function set(id, value) {
    const before = rows.get(id);
    const after = value === null ? undefined : row(id, value, before?.arrived ?? arrivals++);
    if (after) rows.set(id, after);
    else rows.delete(id);
    if (before && after && before.place === after.place) list?.swap(before, after);
    else {
      if (before) list?.remove(before);
      if (after) list?.add(after);
    }
    for (const group of groups.values()) group.change(before, after);
  }

  return {
    set,
    /** @param {string} id @returns {import("./ranked.js").Entry | undefined} */
    entry: (id) => rows.get(id)?.entry,
    first: () => rows.values().next().value?.entry[1],
    entries: () => (list ??= createList(rows.values())).entries(),
    /** @param {KeyOf} keyOf @param {string} key */
    group(keyOf, key) {
      const known = groups.get(keyOf);
      if (known) return known.entries(key);
      const made = createGroups(keyOf, rows.values());
      groups.set(keyOf, made);
      return made.entries(key);
    },
    /** @returns {Record<string, any>} in the order of arrival */
    plain: () => Object.fromEntries([...rows].map(([id, each]) => [id, each.entry[1]])),
  };
}
