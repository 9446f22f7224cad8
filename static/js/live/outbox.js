// The queue of a phone: nothing somebody sent is ever lost without a word (live contract, promise D3 and phone rules 1 to 3).
//
// Send = write {key, name, args} down, wait for that, show it as "on this phone", then send. One command in flight, in order;
// the queue survives reload and server upgrade. A refusal that may pass is sent again with the same key; a final one gives the
// text back to the person with the reason.

import { newKey } from "../lib/command.js";
import { pause } from "./backoff.js";

/**
 * @typedef {object} Item
 * @property {string} key
 * @property {number} order
 * @property {string} name
 * @property {any} args
 * @property {string} [slot] a newer unsent item of the same slot takes its place (a vote is always the whole allocation)
 * @property {"waiting" | "sending" | "stored" | "returned"} state
 * @property {boolean} durable written down, or only in memory
 * @property {boolean} [writing] being written down: not sent before that
 * @property {number} tries
 * @property {any} [result] of a stored one
 * @property {{code: string, message: string, data?: any, fields?: Record<string, string>}} [reason] of a returned one
 */
/** @typedef {ReturnType<typeof createOutbox>} Outbox */

/**
 * @param {object} given
 * @param {string} given.lab
 * @param {import("./keep.js").Keep} given.keep
 * @param {(name: string, args: object, options: {key: string}) => Promise<import("../lib/command.js").Answer>} given.send
 * @param {(ms: number) => Promise<void>} [given.wait]
 */
export function createOutbox({ lab, keep, send, wait = sleep }) {
  /** @type {Item[]} */
  let items = [];
  /** @type {Set<() => void>} */
  const listeners = new Set();
  let order = 0;
  let running = false;
  let open = false; // not before the kept ones are read: they go first
  /** @type {(() => void) | null} */
  let wake = null;

  const outbox = {
    items: () => items,
    /** Texts that a reload would lose: storage failed and they are not sent yet. */
    atRisk: () => items.some((item) => !item.durable && item.state !== "stored"),

    /** Read what is kept from before and start sending. */
    async start() {
      const kept = /** @type {Item[]} */ (await keep.all("outbox", lab));
      const known = new Set(items.map((item) => item.key));
      items = [...kept.filter((item) => !known.has(item.key)).map(revived), ...items];
      order = Math.max(order, ...items.map((item) => item.order));
      open = true;
      changed();
      void run();
    },

    /**
     * Keep a command and send it when its turn comes.
     * @param {string} name
     * @param {any} args
     * @param {{slot?: string}} [options]
     * @returns {Promise<Item>} resolves when it is written down
     */
    async add(name, args, { slot } = {}) {
      const replaced = slot ? items.find((item) => item.slot === slot && item.state === "waiting" && item.tries === 0) : undefined;
      order = Math.max(order + 1, Date.now()); // also later than what an earlier page kept and is not read yet
      /** @type {Item} */
      const item = { key: newKey(), order, name, args, slot, state: "waiting", durable: false, writing: true, tries: 0 };
      items = [...items.filter((each) => each !== replaced), item];
      changed();
      item.durable = await keep.put("outbox", [lab, item.order], plain(item));
      item.writing = false;
      // Only now: there is no moment in which a reload would find neither of the two.
      if (replaced) await keep.remove("outbox", [lab, replaced.order]);
      changed();
      void run();
      return item;
    },

    /** The network may be back: do not wait any longer. */
    hurry() {
      wake?.();
      void run();
    },

    /**
     * Throw an item away: the person said so, or its text went back into the composer.
     * @param {string} key @param {Promise<unknown>} [elsewhere] its text is being written down there: the kept copy waits for that
     */
    async discard(key, elsewhere) {
      const item = items.find((each) => each.key === key);
      items = items.filter((each) => each.key !== key);
      changed();
      await elsewhere;
      if (item) await keep.remove("outbox", [lab, item.order]);
    },

    /** Stored ones are shown until the lab's own record shows them. @param {(item: Item) => boolean} isShown */
    forget(isShown) {
      const rest = items.filter((item) => item.state !== "stored" || !isShown(item));
      if (rest.length !== items.length) {
        items = rest;
        changed();
      }
    },

    /** @param {() => void} listener */
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };

  function changed() {
    for (const listener of listeners) listener();
  }

  async function run() {
    if (running || !open) return;
    running = true;
    for (let item = next(); item; item = next()) {
      if (!(await attempt(item))) await rest(item);
    }
    running = false;
  }

  /** The oldest one that is written down (or cannot be) and waits. */
  function next() {
    const item = items.find((each) => each.state === "waiting" || each.state === "sending");
    return item?.writing ? undefined : item;
  }

  /** @param {Item} item @returns {Promise<boolean>} settled, one way or the other */
  async function attempt(item) {
    item.state = "sending";
    changed();
    const answer = await send(item.name, item.args, { key: item.key });
    item.tries += 1;
    if (!items.includes(item)) return true; // thrown away meanwhile
    if (answer.ok) await settle(item, answer.result);
    else if (answer.retry) return retry(item, answer);
    else await giveBack(item, answer);
    changed();
    return true;
  }

  /** @param {Item} item @param {import("../lib/command.js").Refusal} answer */
  function retry(item, answer) {
    item.state = "waiting";
    pauseFor.set(item.key, pause(answer, item.tries));
    changed();
    return false;
  }

  /** @param {Item} item @param {any} result */
  async function settle(item, result) {
    item.state = "stored";
    item.result = result;
    await keep.remove("outbox", [lab, item.order]);
  }

  /** @param {Item} item @param {import("../lib/command.js").Refusal} answer */
  async function giveBack(item, answer) {
    item.state = "returned";
    item.reason = { code: answer.code, message: answer.message, data: answer.data, fields: answer.fields };
    item.durable = await keep.put("outbox", [lab, item.order], plain(item));
  }

  /** Wait before the next try of `item`; `hurry` ends the wait. @param {Item} item */
  async function rest(item) {
    const ms = pauseFor.get(item.key) ?? 1000;
    pauseFor.delete(item.key);
    await Promise.race([wait(ms), new Promise((resolve) => (wake = () => resolve(undefined)))]);
    wake = null;
  }

  return outbox;
}

/** @type {Map<string, number>} how long the next try of a key has to wait, in ms */
const pauseFor = new Map();

/** An item as it was kept: what was under way when the page went is sent again with its key. @param {Item} item @returns {Item} */
function revived(item) {
  return { ...item, durable: true, state: item.state === "returned" ? "returned" : "waiting" };
}

/** @param {Item} item */
function plain({ durable: _durable, writing: _writing, ...item }) {
  return structuredClone(item);
}

/** @param {number} ms @returns {Promise<void>} */
function sleep(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
