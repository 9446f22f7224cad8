// Lists of entities that stay in order while single ones change: a change costs a search and a place, never a sorting of all.
//
// What is handed out is never changed afterwards: the next change goes into a copy. So the same list means that nothing in it
// changed, and what was worked out from it still holds.

/** @typedef {readonly [string, any]} Entry an id and its value */
/** @typedef {readonly Entry[]} Entries in the order of the agenda, the board or of arrival; never changed, a newer one is another array */
/** @typedef {{entry: Entry, place: number, arrived: number}} Row */
/** @typedef {(value: any) => string | undefined} KeyOf the group a value belongs to; undefined: none */

/** @type {Entries} */
const NONE = Object.freeze([]);

/** @param {any} value */
function place(value) {
  return value.position ?? value.n ?? 0;
}

/** @param {string} id @param {any} value @param {number} arrived ties stand in the order of arrival @returns {Row} */
export function row(id, value, arrived) {
  return { entry: [id, value], place: place(value), arrived };
}

/** @param {Row} a @param {Row} b */
function compare(a, b) {
  return a.place - b.place || a.arrived - b.arrived;
}

/** @param {Iterable<Row>} [given] */
export function createList(given = []) {
  const rows = [...given].sort(compare);
  /** @type {Entries | null} */
  let handedOut = null;

  /** The place of a row, or the one it would take. @param {Row} wanted */
  function find(wanted) {
    let [low, high] = [0, rows.length];
    if (high && compare(rows[high - 1], wanted) < 0) return high; // what arrives comes last nearly always
    while (low < high) {
      const middle = (low + high) >> 1;
      if (compare(rows[middle], wanted) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  return {
    /** @param {Row} added */
    add(added) {
      rows.splice(find(added), 0, added);
      handedOut = null;
    },

    /** @param {Row} gone */
    remove(gone) {
      rows.splice(find(gone), 1);
      handedOut = null;
    },

    /** @param {Row} before @param {Row} after at the same place */
    swap(before, after) {
      rows[find(before)] = after;
      handedOut = null;
    },

    /** @returns {Entries} */
    entries: () => (handedOut ??= rows.map((each) => each.entry)),
    empty: () => rows.length === 0,
  };
}

/**
 * Entities by what they belong to.
 * @param {KeyOf} keyOf
 * @param {Iterable<Row>} given
 */
export function createGroups(keyOf, given) {
  /** @type {Map<string, Row[]>} */
  const sorted = new Map();
  for (const each of given) {
    const key = keyOf(each.entry[1]);
    if (key === undefined) continue;
    const group = sorted.get(key);
    if (group) group.push(each);
    else sorted.set(key, [each]);
  }
  /** @type {Map<string, ReturnType<typeof createList>>} */
  const groups = new Map([...sorted].map(([key, rows]) => [key, createList(rows)]));

  return {
    /** @param {Row | undefined} before @param {Row | undefined} after */
    change(before, after) {
      const from = before && keyOf(before.entry[1]);
      const to = after && keyOf(after.entry[1]);
      const stays = before && after && from === to && before.place === after.place;
      if (stays && from !== undefined) return groups.get(from)?.swap(before, after);
      if (before && from !== undefined) take(from, before);
      if (after && to !== undefined) put(to, after);
    },

    /** @param {string} key @returns {Entries} */
    entries: (key) => groups.get(key)?.entries() ?? NONE,
  };

  /** @param {string} key @param {Row} gone */
  function take(key, gone) {
    const group = groups.get(key);
    group?.remove(gone);
    if (group?.empty()) groups.delete(key);
  }

  /** @param {string} key @param {Row} added */
  function put(key, added) {
    const group = groups.get(key);
    if (group) group.add(added);
    else groups.set(key, createList([added]));
  }
}
