// The link of a page to its lab: socket first, HTTP when sockets are blocked, the same for phone, wall and console.
//
//   const link = openLink({ lab, as: "seat" | "staff", wall, stream });
//   link.store                          what may be seen of the lab (store.js); subscribe to it and draw
//   await link.command(name, args)      the answer of live contract section 4; never throws; pass {key} to send the same one again
//   link.on(event, fn)                  hello, tick, presence, bye, mine, status, gone; returns the function that ends it
//   link.status()                       {state: "connecting" | "live" | "polling" | "offline" | "ended", code?}
//   link.serverNow()                    the server's time in ms
//   link.sync()                         ask anew
//   link.close()

import { newKey } from "../lib/command.js";
import { createClock } from "./clock.js";
import { createHttp, pollPause } from "./http.js";
import { createSocket } from "./socket.js";
import { createStore } from "./store.js";

const PROBE_MS = 3000; // a socket that does not answer a waking device in this time is dead (phone rule 4)
const SYNC_MS = 8000;
const SOCKETS_BEFORE_HTTP = 3;

/** @typedef {"connecting" | "live" | "polling" | "offline" | "ended"} State */
/** @typedef {ReturnType<typeof openLink>} Link */

/**
 * @param {{lab: string, as?: "seat" | "staff", wall?: string | null, stream?: string, start?: any}} options
 *   `stream`: "room" or "staff"; `start`: a snapshot the page brought along
 */
export function openLink({ lab, as = "seat", wall = null, stream = "room", start = null }) {
  const store = createStore();
  const clock = createClock();
  /** @type {Map<string, Set<(payload: any) => void>>} */
  const listeners = new Map();
  const http = createHttp({ lab, as, wall, stream });
  const socket = createSocket({ auth: wall ? { v: 1, lab, wall } : { v: 1, lab, as }, known: knock, onEvent: hear, onState: socketState });
  /** @type {{state: State, code?: string}} */
  let status = { state: "connecting" };
  /** @type {Promise<boolean> | null} */
  let syncing = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let pollTimer;
  let hints = 0; // `mine` events so far: an answer asked for earlier must not undo a later one
  let hintsBefore = 0; // those before the last knock
  let probed = 0;

  if (start) store.apply(start);
  const stopWatching = watchWakeUps(wakeUp);
  socket.connect();

  /** @param {string} event @param {any} payload */
  function tell(event, payload) {
    for (const listener of listeners.get(event) ?? []) listener(payload);
  }

  /** @param {State} state @param {string} [code] */
  function become(state, code) {
    if (status.state === state && status.code === code) return;
    status = { state, code };
    tell("status", status);
  }

  /** @param {string} name @param {any} payload */
  function hear(name, payload) {
    if (name === "changes") take(payload);
    else if (name === "mine") {
      hints += 1;
      store.setMine(payload);
    } else {
      clock.hear(payload.now);
      if (name === "hello") greet(payload);
      if (name === "tick") compare(payload);
      if (name === "bye") goodbye(payload);
    }
    tell(name, payload);
  }

  /** @param {any} hello */
  function greet(hello) {
    stopPolling();
    become("live");
    if (hello.news) accept(hello.news, hintsBefore);
    else void sync(SYNC_MS, hello);
  }

  function knock() {
    hintsBefore = hints;
    return known();
  }

  /** What this page has of the stream; of nothing, nothing: the whole stream comes packed over HTTP. */
  function known() {
    return store.seq < 0 ? undefined : { stream, epoch: store.epoch, have: store.seq };
  }

  /** @param {{epoch: string, heads: Record<string, number>}} said */
  function compare({ epoch, heads }) {
    if (epoch !== store.epoch || (heads[stream] ?? store.seq) > store.seq) void sync();
  }

  /** @param {any} delta */
  function take(delta) {
    if (delta.stream !== stream) return;
    if (store.apply(delta) === "gap") void sync();
  }

  /** @param {{reason: string, back_in_ms?: number}} bye */
  function goodbye({ reason, back_in_ms }) {
    if (reason === "revoked") end("gone");
    else socket.stayAway(back_in_ms ?? 0);
  }

  /** @param {"up" | "down" | "refused"} state @param {{failures: number, code?: string}} detail */
  function socketState(state, { failures, code }) {
    if (state === "refused") return end(code ?? "gone");
    if (failures >= SOCKETS_BEFORE_HTTP) startPolling();
    else if (status.state === "live") become("connecting");
  }

  /** One sync at a time; whoever asks meanwhile gets the same. @returns {Promise<boolean>} did somebody answer? */
  function sync(ms = SYNC_MS, /** @type {any} */ hello = null) {
    syncing ??= ask(ms, hello).finally(() => {
      syncing = null;
    });
    return syncing;
  }

  /** @param {number} ms @param {any} hello @returns {Promise<boolean>} */
  async function ask(ms, hello) {
    const before = hints;
    if (!socket.connected && !hello) return askHttp();
    if (store.seq < 0 && (await askHttp())) return true; // the whole stream comes packed over HTTP; deltas over the socket
    const news = await socket.sync(known() ?? { stream }, ms);
    if (!news) return false;
    if (news.gone) end(news.gone);
    else accept(news, before);
    return true;
  }

  async function askHttp() {
    const before = hints;
    const { news, gone, date } = await http.sync(store.epoch, store.seq);
    if (gone) end(gone);
    else if (news) {
      clock.hear(date);
      accept(news, before);
    }
    return Boolean(news || gone);
  }

  /** @param {any} news @param {number} before hints heard when it was asked for */
  function accept(news, before) {
    if (hints !== before) delete news.mine;
    if (store.apply(news) === "gap") queueMicrotask(() => void sync());
  }

  async function wakeUp() {
    if (status.state === "ended" || Date.now() - probed < 500) return;
    probed = Date.now();
    if (!socket.connected) {
      socket.hurry();
      if (status.state === "polling" || status.state === "offline") startPolling(0);
    } else if (!(await Promise.race([sync(PROBE_MS), after(PROBE_MS)]))) socket.renew();
  }

  /** @param {number} [wait] */
  function startPolling(wait = pollPause()) {
    clearTimeout(pollTimer);
    if (status.state === "live" || status.state === "connecting") wait = 0;
    if (status.state !== "offline") become("polling");
    pollTimer = setTimeout(async () => {
      const answered = await sync();
      if (socket.connected || status.state === "ended") return;
      become(answered ? "polling" : "offline");
      startPolling();
    }, wait);
  }

  function stopPolling() {
    clearTimeout(pollTimer);
  }

  /** @param {string} code */
  function end(code) {
    stopPolling();
    socket.end();
    stopWatching();
    become("ended", code);
    tell("gone", { code });
  }

  return {
    store,
    sync: () => sync(),
    status: () => status,
    serverNow: () => clock.now(),
    close: () => end("closed"),

    /**
     * @param {string} event
     * @param {(payload: any) => void} listener
     * @returns {() => void}
     */
    on(event, listener) {
      const all = listeners.get(event) ?? new Set();
      listeners.set(event, all.add(listener));
      return () => all.delete(listener);
    },

    /**
     * @param {string} name
     * @param {object} [args]
     * @param {{key?: string}} [options]
     * @returns {Promise<import("../lib/command.js").Answer>}
     */
    async command(name, args = {}, { key = newKey() } = {}) {
      /** @type {{v: 1, key: string, name: string, args: object}} */
      const envelope = { v: 1, key, name, args };
      const sent = Date.now();
      const over = socket.connected;
      const answer = over ? await socket.command(envelope) : await http.command(envelope);
      clock.hear(answer.now, sent);
      if (!over && answer.ok) void sync();
      if (over && !answer.ok && answer.silent) void wakeUp(); // nobody answered: is the socket dead?
      return answer;
    },
  };
}

/** @param {number} ms @returns {Promise<false>} */
function after(ms) {
  return new Promise((resolve) => setTimeout(() => resolve(false), ms));
}

/** Every way in which a device comes back to life. @param {() => void} wake */
function watchWakeUps(wake) {
  const visible = () => document.visibilityState === "visible" && wake();
  document.addEventListener("visibilitychange", visible);
  for (const name of ["pageshow", "focus", "online"]) addEventListener(name, wake);
  return () => {
    document.removeEventListener("visibilitychange", visible);
    for (const name of ["pageshow", "focus", "online"]) removeEventListener(name, wake);
  };
}
