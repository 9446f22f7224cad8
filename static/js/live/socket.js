// The way over Socket.IO: WebSocket first, its long-polling second, back-off of our own (live contract, section 3).

import { io } from "../../vendor/socket.io-client.js";
import { at } from "../lib/address.js";
import { ANSWER_MS, silence } from "../lib/command.js";
import { createBackoff } from "./backoff.js";

const CONNECT_MS = 8000;
const YOUNG_MS = 2000; // an attempt begun just now is left alone: a page that opens wakes up more than once
const EVENTS = ["hello", "changes", "tick", "mine", "presence", "bye"];
const FINAL = new Set(["invalid", "not_found", "unauthenticated", "gone"]);

/**
 * @param {{auth: {lab: string} & Record<string, unknown>, known: () => object | undefined, onEvent: (name: string, payload: any) => void, onState: (state: "up" | "down" | "refused", detail: {failures: number, code?: string}) => void}} given
 */
export function createSocket({ auth, known, onEvent, onState }) {
  const backoff = createBackoff();
  // The lab stands in the address too: before several workers, a proxy sends a lab's sockets to the same one.
  // What is known is said with each knock: the news come with the greeting.
  const knock = (/** @type {(said: object) => void} */ say) => say({ ...auth, sync: known() });
  const socket = io({ path: at("/socket.io/"), auth: knock, query: { lab: auth.lab }, autoConnect: false, reconnection: false, transports: ["websocket", "polling"], timeout: CONNECT_MS, tryAllTransports: true });
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  let ended = false;
  let pausedUntil = 0; // the server said when to come back
  let begun = -Infinity; // the attempt under way

  for (const name of EVENTS) socket.on(name, (payload) => onEvent(name, payload));
  socket.on("connect", () => {
    backoff.reset();
    pausedUntil = 0;
  });
  socket.on("disconnect", () => down());
  socket.on("connect_error", (error) => {
    if (FINAL.has(error.message)) return refuse(error.message);
    socket.io.opts.transports?.reverse(); // a blocked WebSocket may hang instead of failing: let long-polling go first next time
    down();
  });

  /** @param {string} code */
  function refuse(code) {
    end();
    onState("refused", { failures: backoff.failures, code });
  }

  function down() {
    begun = -Infinity;
    if (ended) return;
    const wait = Math.max(backoff.next(), pausedUntil - Date.now());
    onState("down", { failures: backoff.failures });
    clearTimeout(timer);
    timer = setTimeout(connect, wait);
  }

  function connect() {
    clearTimeout(timer);
    if (ended || socket.connected) return;
    begun = Date.now();
    socket.connect();
  }

  function end() {
    ended = true;
    clearTimeout(timer);
    socket.disconnect();
  }

  return {
    connect,
    end,

    /** Somebody looks at the screen again: do not wait for the back-off. */
    hurry() {
      if (ended || socket.connected || Date.now() < pausedUntil || Date.now() - begun < YOUNG_MS) return;
      backoff.reset();
      socket.disconnect(); // an attempt under way may hang on the network before
      connect();
    },

    /** Throw a connection away that does not answer, and make a new one. */
    renew() {
      if (ended) return;
      socket.disconnect(); // comes back as "disconnect", and so as a new try
      backoff.reset();
      connect();
    },

    /** Stay away for a while, because the server asked for it. @param {number} ms */
    stayAway(ms) {
      pausedUntil = Date.now() + ms;
    },

    get connected() {
      return socket.connected;
    },

    /**
     * @param {{v: 1, key: string, name: string, args: object}} envelope
     * @returns {Promise<import("../lib/command.js").Answer>}
     */
    async command(envelope) {
      try {
        const answer = await socket.timeout(ANSWER_MS).emitWithAck("command", envelope);
        return { ...answer, key: answer.key ?? envelope.key };
      } catch {
        return silence(envelope.key);
      }
    },

    /**
     * @param {object} wanted {stream, epoch, have}
     * @param {number} ms
     * @returns {Promise<any>} snapshot, delta, {gone} or null when nothing came back in time
     */
    async sync(wanted, ms) {
      try {
        return await socket.timeout(ms).emitWithAck("sync", wanted);
      } catch {
        return null;
      }
    },
  };
}
