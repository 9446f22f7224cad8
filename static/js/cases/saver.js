// Saving by itself, honestly: what is written goes to the server a moment after the last key, one save at a time; two people in
// the same place are both heard; what could not be stored stays in this browser. No page in here: tested by node.
//
// A save that got no answer is sent again as it was, under the same key, before anything newer: so it has one effect (D2).

/** @typedef {Record<string, any>} Fields */
/** @typedef {{name: string, mine: any, theirs: any}} Clash */
/** @typedef {"stored" | "writing" | "saving" | "waiting" | "refused" | "conflict"} State */
/** @typedef {import("../lib/command.js").Answer} Answer */

/**
 * @typedef {object} Wishes
 * @property {Fields} fields what the server has
 * @property {string} base its mark
 * @property {(changes: Fields, base: string, key: string) => Promise<Answer>} send
 * @property {() => string} newKey
 * @property {(saver: Saver) => void} [changed] something to draw anew
 * @property {(answer: any, changes: Fields) => void} [stored] after each save that was stored
 * @property {(draft: Draft | null) => void} [keep] what is not stored yet, to be kept in this browser
 * @property {number} [wait] milliseconds after the last key
 * @property {typeof setTimeout} [later] for tests
 */

/** @typedef {{fields: Fields, loaded: Fields, base: string}} Draft */
/** @typedef {ReturnType<typeof createSaver>} Saver */

/** @param {Wishes} wishes */
export function createSaver({ fields, base, send, newKey, changed = () => {}, stored = () => {}, keep = () => {}, wait = 1200, later = setTimeout }) {
  let loaded = { ...fields };
  let current = { ...fields };
  /** @type {{changes: Fields, key: string, tries: number} | null} */
  let flying = null;
  let busy = false;
  /** @type {ReturnType<typeof setTimeout> | 0} */
  let timer = 0;
  /** @type {Clash[]} */
  let clashes = [];
  /** @type {{message: string, fields: Record<string, string>} | null} */
  let refusal = null;

  /** Fields that say something else than the server does. */
  const changes = () => differing(current, loaded);

  /** @returns {State} */
  function state() {
    if (clashes.length) return "conflict";
    if (refusal) return "refused";
    if (flying && !busy) return "waiting";
    if (busy) return "saving";
    return Object.keys(changes()).length ? "writing" : "stored";
  }

  function told() {
    const left = flying ? { ...flying.changes, ...changes() } : changes();
    keep(Object.keys(left).length ? { fields: left, loaded, base } : null);
    changed(saver);
  }

  /** @param {number} ms */
  function soon(ms) {
    clearTimeout(timer);
    timer = later(() => void flush(), ms);
  }

  /** Save now what is there to save. */
  async function flush() {
    clearTimeout(timer);
    if (busy || clashes.length) return;
    if (!flying) {
      const next = changes();
      if (!Object.keys(next).length) return;
      flying = { changes: structuredClone(next), key: newKey(), tries: 0 };
    }
    busy = true;
    refusal = null;
    told();
    const answer = await send(flying.changes, base, flying.key);
    busy = false;
    settle(answer);
    told();
  }

  /** @param {Answer} answer */
  function settle(answer) {
    const sent = /** @type {NonNullable<typeof flying>} */ (flying);
    if (answer.ok) {
      flying = null;
      loaded = { ...loaded, ...sent.changes };
      base = answer.result.base ?? base;
      stored(answer.result, sent.changes);
      if (Object.keys(changes()).length) soon(wait);
    } else if (answer.retry) {
      sent.tries += 1;
      soon(answer.after_ms ?? Math.min(30_000, 1000 * 2 ** sent.tries));
    } else if (answer.code === "conflict" && answer.data) {
      flying = null;
      rebase(answer.data.theirs, answer.data.base);
    } else {
      flying = null;
      refusal = { message: answer.message, fields: answer.fields ?? {} };
    }
  }

  /**
   * The server has something newer. What nobody here touched is taken over; where both wrote, both texts are kept.
   * @param {Fields} theirs
   * @param {string} newBase
   */
  function rebase(theirs, newBase) {
    const mine = changes();
    clashes = Object.keys(mine)
      .filter((name) => !same(theirs[name], loaded[name]) && !same(theirs[name], mine[name]))
      .map((name) => ({ name, mine: mine[name], theirs: theirs[name] }));
    current = { ...theirs, ...mine };
    loaded = { ...theirs };
    base = newBase;
    if (!clashes.length) soon(0);
  }

  const saver = {
    get fields() {
      return current;
    },
    get base() {
      return base;
    },
    get clashes() {
      return clashes;
    },
    get refusal() {
      return refusal;
    },
    state,
    flush,
    /** Something that is not stored yet? */
    get open() {
      return state() !== "stored";
    },
    /** @param {string} name @param {any} value */
    set(name, value) {
      current = { ...current, [name]: value };
      refusal = null;
      soon(wait);
      told();
    },
    /** Settle one clash with what shall stand there. @param {string} name @param {any} value */
    resolve(name, value) {
      clashes = clashes.filter((clash) => clash.name !== name);
      current = { ...current, [name]: value };
      if (!clashes.length) soon(0);
      told();
    },
    /** Go on with what was kept in this browser. @param {Draft} draft */
    restore(draft) {
      const theirs = loaded;
      const theirBase = base;
      loaded = { ...theirs, ...draft.loaded };
      current = { ...loaded, ...draft.fields };
      if (draft.base === theirBase) loaded = theirs;
      else rebase(theirs, theirBase);
      soon(0);
      told();
    },
    stop() {
      clearTimeout(timer);
    },
  };
  return saver;
}

/** Fields of `here` that differ from `there`. @param {Fields} here @param {Fields} there @returns {Fields} */
export function differing(here, there) {
  return Object.fromEntries(Object.entries(here).filter(([name, value]) => !same(value, there[name])));
}

/** Equal for a reader: nothing, an empty text and an empty list are the same. @param {any} a @param {any} b */
export function same(a, b) {
  return JSON.stringify(tidy(a)) === JSON.stringify(tidy(b));
}

/** @param {any} value @returns {any} */
function tidy(value) {
  if (Array.isArray(value)) return value.length ? value.map(tidy) : null;
  if (value && typeof value === "object") {
    const kept = Object.keys(value)
      .sort()
      .map((key) => [key, tidy(value[key])])
      .filter(([, child]) => child !== null);
    return kept.length ? Object.fromEntries(kept) : null;
  }
  return value === "" || value === undefined ? null : value;
}
