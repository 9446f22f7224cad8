// What a phone keeps over a reload: texts on their way and texts half written. IndexedDB where it works, memory where it does not
// (private windows, full disks); `durable` says which, so that the page can ask to be kept open.

import { openDB } from "../../vendor/idb.js";
import { forgetPage } from "./kept-page.js";

const NAME = "facilitation";
const LAST = "facilitation:last:";
const OPEN_MS = 2000; // some browsers never answer the first open

/** @typedef {"outbox" | "drafts" | "labs"} Table keys: outbox [lab, number], drafts [lab, place], labs lab */
/** @typedef {Awaited<ReturnType<typeof openKeep>>} Keep */

export async function openKeep() {
  const memory = createMemory();
  const database = await openDatabase();
  return {
    durable: database !== null,

    /**
     * Resolves when it is written; false when it is only in memory.
     * @param {Table} table @param {IDBValidKey} key @param {any} value
     */
    async put(table, key, value) {
      memory.put(table, key, value);
      return attempt(() => database?.put(table, value, key).then(() => true), false);
    },

    /** @param {Table} table @param {IDBValidKey} key */
    async remove(table, key) {
      memory.remove(table, key);
      await attempt(() => database?.delete(table, key), undefined);
    },

    /** @param {Table} table @param {IDBValidKey} key */
    async get(table, key) {
      return memory.get(table, key) ?? (await attempt(() => database?.get(table, key), undefined));
    },

    /** Everything of one lab, in the order of the keys. @param {Table} table @param {string} lab @returns {Promise<any[]>} */
    async all(table, lab) {
      const range = typeof IDBKeyRange === "undefined" ? undefined : IDBKeyRange.bound([lab], [lab, []]);
      return attempt(() => database?.getAll(table, range), memory.all(table, lab));
    },

    /** The last words of a page that goes away: IndexedDB may not finish then. @param {string} lab @param {any[]} values */
    putLast(lab, values) {
      if (values.length) withStorage((storage) => storage.setItem(LAST + lab, JSON.stringify(values)));
    },

    /** What `putLast` left, once. @param {string} lab @returns {any[]} */
    takeLast(lab) {
      const found = withStorage((storage) => storage.getItem(LAST + lab));
      withStorage((storage) => storage.removeItem(LAST + lab));
      return found ? JSON.parse(found) : [];
    },

    /** Throw away what is kept about a lab. @param {string} lab */
    async wipe(lab) {
      memory.wipe(lab);
      withStorage((storage) => storage.removeItem(LAST + lab));
      const range = () => IDBKeyRange.bound([lab], [lab, []]);
      await attempt(() => database?.delete("outbox", range()), undefined);
      await attempt(() => database?.delete("drafts", range()), undefined);
      await attempt(() => database?.delete("labs", lab), undefined);
      await attempt(() => forgetPage(lab), undefined);
    },

    /** Throw away every lab whose time has come. @param {number} now ms */
    async wipeOld(now) {
      const labs = /** @type {Array<{lab: string, until?: number}>} */ (await attempt(() => database?.getAll("labs"), []));
      for (const { lab, until } of labs) if (until && until <= now) await this.wipe(lab);
    },
  };
}

/** @returns {Promise<import("../../vendor/idb.js").IDBPDatabase<any> | null>} */
async function openDatabase() {
  try {
    const opening = openDB(NAME, 1, {
      upgrade(database) {
        for (const table of ["outbox", "drafts", "labs"]) database.createObjectStore(table);
      },
    });
    const late = new Promise((resolve) => setTimeout(resolve, OPEN_MS, null));
    return /** @type {any} */ (await Promise.race([opening, late]));
  } catch {
    return null;
  }
}

/**
 * @template T
 * @param {() => Promise<any> | undefined} act
 * @param {T} otherwise when there is no database, or it fails
 * @returns {Promise<any>}
 */
async function attempt(act, otherwise) {
  try {
    const done = act();
    return done === undefined ? otherwise : await done;
  } catch {
    return otherwise;
  }
}

/** localStorage may be forbidden or full. @template T @param {(storage: Storage) => T} act @returns {T | undefined} */
function withStorage(act) {
  try {
    return act(localStorage);
  } catch {
    return undefined;
  }
}

function createMemory() {
  /** @type {Map<string, {table: string, key: any, value: any}>} */
  const kept = new Map();
  const id = (/** @type {string} */ table, /** @type {IDBValidKey} */ key) => JSON.stringify([table, key]);
  return {
    put: (/** @type {string} */ table, /** @type {IDBValidKey} */ key, /** @type {any} */ value) =>
      void kept.set(id(table, key), { table, key, value }),
    remove: (/** @type {string} */ table, /** @type {IDBValidKey} */ key) => void kept.delete(id(table, key)),
    get: (/** @type {string} */ table, /** @type {IDBValidKey} */ key) => kept.get(id(table, key))?.value,
    all: (/** @type {string} */ table, /** @type {string} */ lab) =>
      [...kept.values()].filter((row) => row.table === table && row.key[0] === lab).map((row) => row.value),
    wipe(/** @type {string} */ lab) {
      for (const [place, row] of kept) if (row.key === lab || row.key[0] === lab) kept.delete(place);
    },
  };
}
