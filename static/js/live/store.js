// What this device knows of one stream, and the law it keeps: snapshot at h, then the delta h→H, is the snapshot at H.
// Pure: no network, no clock, no document. The same rules as facilitation/stream/read.py.

/** @typedef {{epoch: string, stream: string, seq: number, entities: Record<string, Record<string, any>>, mine?: any}} Snapshot */
/** @typedef {{epoch: string, stream: string, from: number, to: number, changes: Array<{type: string, id: string, value: any}>, mine?: any}} Delta */
/** @typedef {"applied" | "old" | "gap"} Outcome applied: the state is newer now; old: nothing new; gap: ask for a sync */
/** @typedef {Array<{type: string, id: string}> | null} Touched what changed; null means everything may have */
/** @typedef {ReturnType<typeof createStore>} Store */

export function createStore() {
  /** @type {Map<string, Map<string, any>>} */
  let entities = new Map();
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
     * Every entity of a type, in the order of the agenda, the board or of arrival.
     * @param {string} type
     * @returns {Array<[string, any]>}
     */
    all(type) {
      return [...(entities.get(type) ?? [])].sort(([, a], [, b]) => place(a) - place(b));
    },

    /**
     * @param {string} type
     * @param {string | null | undefined} id
     * @returns {any} the value, or undefined
     */
    get(type, id) {
      return id == null ? undefined : entities.get(type)?.get(id);
    },

    /** The one lab this stream is about. */
    lab() {
      return entities.get("lab")?.values().next().value;
    },

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
      const plain = [...entities].map(([type, values]) => [type, Object.fromEntries(values)]);
      return { epoch: store.epoch, stream: store.stream, seq: store.seq, entities: Object.fromEntries(plain) };
    },
  };

  /** @param {Snapshot} snapshot @returns {Outcome} */
  function replace(snapshot) {
    if (snapshot.epoch === store.epoch && snapshot.seq < store.seq) return "old";
    entities = new Map(Object.entries(snapshot.entities).map(([type, values]) => [type, new Map(Object.entries(values))]));
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
      let values = entities.get(type);
      if (!values) entities.set(type, (values = new Map()));
      if (value === null) values.delete(id);
      else values.set(id, value);
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

/** @param {any} value */
function place(value) {
  return value.position ?? value.n ?? 0;
}
