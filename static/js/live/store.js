// What this device knows of one stream, and the law it keeps: snapshot at h, then the delta h→H, is the snapshot at H.
// Pure: no network, no clock, no document. The same rules as facilitation/stream/read.py.

import { createTable } from "./table.js";

/** @typedef {{epoch: string, stream: string, seq: number, entities: Record<string, Record<string, any>>, mine?: any}} Snapshot */
/** @typedef {{epoch: string, stream: string, from: number, to: number, changes: Array<{type: string, id: string, value: any}>, mine?: any}} Delta */
/** @typedef {"applied" | "old" | "gap"} Outcome applied: the state is newer now; old: nothing new; gap: ask for a sync */
/** @typedef {Array<{type: string, id: string}> | null} Touched what changed; null means everything may have */
/** @typedef {ReturnType<typeof createStore>} Store */
/** @typedef {import("./table.js").Entries} Entries */

const NOTHING = createTable();

export function createStore() {
  /** @type {Map<string, ReturnType<typeof createTable>>} */
  let tables = new Map();
  /** @type {Set<(touched: Touched) => void>} */
  const listeners = new Set();

  const store = {
    seq: -1,
    epoch: "",
    stream: "",
    /** What this seat wrote and gave, in any state (contract, event `mine`); {} for walls and staff. */
    mine: /** @type {any} */ ({}),

    /**
     * Take a snapshot or a delta in.
     * @param {any} news
     * @returns {Outcome}
     */
    apply(news) {
      const outcome = "entities" in news ? replace(news) : advance(news);
      if (outcome !== "gap" && news.mine) store.mine = news.mine;
      if (outcome === "applied" || news.mine) tell("entities" in news || news.mine ? null : news.changes);
      return outcome;
    },

    /** @param {any} mine */
    setMine(mine) {
      store.mine = mine;
      tell(null);
    },

    /**
     * Every entity of a type, in the order of the agenda, the board or of arrival. The same array as long as none of them changed.
     * @param {string} type
     * @returns {Entries}
     */
    all: (type) => (tables.get(type) ?? NOTHING).entries(),

    /**
     * Those of a type that belong together, in the same order; kept up with every change, so asking costs nothing.
     * The same array as long as none of them changed.
     * @param {string} type
     * @param {import("./table.js").KeyOf} keyOf a function of a module: each other one is a further index
     * @param {string} key
     * @returns {Entries}
     */
    group: (type, keyOf, key) => (tables.get(type) ?? NOTHING).group(keyOf, key),

    /**
     * @param {string} type
     * @param {string | null | undefined} id
     * @returns {any} the value, or undefined
     */
    get: (type, id) => store.entry(type, id)?.[1],

    /**
     * @param {string} type
     * @param {string | null | undefined} id
     * @returns {import("./table.js").Entry | undefined} id and value; the same array as long as the value is
     */
    entry: (type, id) => (id == null ? undefined : tables.get(type)?.entry(id)),

    /** The one lab this stream is about. */
    lab: () => tables.get("lab")?.first(),

    /**
     * @param {(touched: Touched) => void} listener
     * @returns {() => void} ends the subscription
     */
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },

    /** A copy as plain objects: for tests and for keeping. @returns {Snapshot} */
    snapshot() {
      const plain = [...tables].map(([type, table]) => [type, table.plain()]);
      return { epoch: store.epoch, stream: store.stream, seq: store.seq, entities: Object.fromEntries(plain) };
    },
  };

  /** @param {Snapshot} snapshot @returns {Outcome} */
  function replace(snapshot) {
    if (snapshot.epoch === store.epoch && snapshot.seq < store.seq) return "old";
    tables = new Map(Object.entries(snapshot.entities).map(([type, values]) => [type, createTable(values)]));
    store.epoch = snapshot.epoch;
    store.stream = snapshot.stream;
    store.seq = snapshot.seq;
    return "applied";
  }

  /** @param {Delta} delta @returns {Outcome} */
  function advance(delta) {
    if (delta.epoch !== store.epoch) return "gap";
    if (delta.to <= store.seq) return "old";
    if (delta.from > store.seq) return "gap";
    for (const { type, id, value } of delta.changes) {
      let table = tables.get(type);
      if (!table) tables.set(type, (table = createTable()));
      table.set(id, value);
    }
    store.seq = delta.to;
    return "applied";
  }

  /** @param {Touched} touched */
  function tell(touched) {
    for (const listener of listeners) listener(touched);
  }

  return store;
}
