// The entities of one type, in order and in groups that stay right while single ones change: a change costs a search and a place,
// never a sorting of all. A group is worked out once, when it is first asked for, and follows from then on.
//
// What is handed out is never changed afterwards. So the same array means that nothing in it changed, and what was worked out from
// it still holds.

/** @typedef {readonly [string, any]} Entry an id and its value */
/** @typedef {readonly Entry[]} Entries in the order of the agenda, the board or of arrival; never changed, a newer one is another array */
/** @typedef {{entry: Entry, place: number, arrived: number}} Row ties in place stand in the order of arrival */
/** @typedef {(value: any) => string | undefined} KeyOf the group a value belongs to; undefined: none */

/** @type {Entries} */
const NONE = [];
const everything = () => "";

/** @param {Record<string, any>} [values] by id */
export function createTable(values = {}) {
  let arrivals = 0;
  /** @type {Map<string, Row>} */
  const rows = new Map(Object.entries(values).map(([id, value]) => [id, row(id, value, arrivals++)]));
  /** @type {Map<KeyOf, ReturnType<typeof createGroups>>} */
  const groups = new Map();

  /** @param {KeyOf} keyOf @param {string} key @returns {Entries} */
  function group(keyOf, key) {
    const found = groups.get(keyOf) ?? createGroups(keyOf, rows.values());
    groups.set(keyOf, found);
    return found.entries(key);
  }

  return {
    group,
    entries: () => group(everything, ""),
    /** @param {string} id @returns {Entry | undefined} */
    entry: (id) => rows.get(id)?.entry,
    first: () => rows.values().next().value?.entry[1],
    /** @returns {Record<string, any>} in the order of arrival */
    plain: () => Object.fromEntries([...rows.values()].map((each) => each.entry)),

    /** @param {string} id @param {any} value null: it is gone */
    set(id, value) {
      const before = rows.get(id);
      const after = value === null ? undefined : row(id, value, before?.arrived ?? arrivals++);
      if (after) rows.set(id, after);
      else rows.delete(id);
      for (const each of groups.values()) each.change(before, after);
    },
  };
}

/** @param {string} id @param {any} value @param {number} arrived @returns {Row} */
function row(id, value, arrived) {
  return { entry: [id, value], place: value.position ?? value.n ?? 0, arrived };
}

/** @param {KeyOf} keyOf @param {Iterable<Row>} given */
function createGroups(keyOf, given) {
  /** @type {Map<string, ReturnType<typeof createList>>} */
  const groups = new Map();
  for (const each of given) put(each);
  for (const group of groups.values()) group.sort();

  /** @param {Row} each @param {boolean} [sorted] */
  function put(each, sorted) {
    const key = keyOf(each.entry[1]);
    if (key === undefined) return;
    const group = groups.get(key) ?? createList();
    groups.set(key, group);
    group.put(each, sorted);
  }

  return {
    /** @param {Row | undefined} before @param {Row | undefined} after */
    change(before, after) {
      const key = before && keyOf(before.entry[1]);
      if (before && key !== undefined) groups.get(key)?.remove(before);
      if (after) put(after, true);
    },
    /** @param {string} key */
    entries: (key) => groups.get(key)?.entries() ?? NONE,
  };
}

function createList() {
  /** @type {Row[]} */
  const rows = [];
  /** @type {Entries | null} */
  let handedOut = null;

  /** The place of a row, or the one it would take: mostly the last. @param {Row} wanted */
  function find(wanted) {
    let [low, high] = [0, rows.length];
    let middle = high - 1;
    while (low < high) {
      if (compare(rows[middle], wanted) < 0) low = middle + 1;
      else high = middle;
      middle = (low + high) >> 1;
    }
    return low;
  }

  return {
    sort: () => rows.sort(compare),
    /** @param {Row} added @param {boolean} [sorted] */
    put(added, sorted) {
      rows.splice(sorted ? find(added) : rows.length, 0, added);
      handedOut = null;
    },
    /** @param {Row} gone */
    remove(gone) {
      rows.splice(find(gone), 1);
      handedOut = null;
    },
    entries: () => (handedOut ??= rows.length ? rows.map((each) => each.entry) : NONE),
  };
}

/** @param {Row} a @param {Row} b */
function compare(a, b) {
  return a.place - b.place || a.arrived - b.arrived;
}
