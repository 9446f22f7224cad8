// The way over plain HTTP, for networks that block sockets: the same JSON and the same codes (live contract, section 3).

import { at } from "../lib/address.js";
import { limit, post } from "../lib/command.js";

const VISIBLE_MS = 2000;
const HIDDEN_MS = 15_000;

/** @typedef {{lab: string, as: "seat" | "staff", wall?: string | null, stream: string}} Where */

/** @param {Where} where */
export function createHttp({ lab, as, wall, stream }) {
  const base = at(`/labs/${encodeURIComponent(lab)}`);
  const headers = { "X-As": as };

  return {
    /**
     * One command.
     * @param {{v: 1, key: string, name: string, args: object}} envelope
     */
    command(envelope) {
      return post(`${base}/commands`, envelope, headers);
    },

    /**
     * The stream from number `have` on.
     * @param {string} epoch
     * @param {number} have
     * @returns {Promise<{news?: any, gone?: string, date?: number}>} neither news nor gone: nobody answered
     */
    async sync(epoch, have) {
      const query = new URLSearchParams({ as, ...(have >= 0 ? { epoch, have: String(have) } : {}), ...(wall ? { wall } : {}) });
      try {
        const url = `${base}/stream/${encodeURIComponent(stream)}?${query}`;
        const response = await fetch(url, { headers: { Accept: "application/json" }, signal: limit(8000), cache: "no-store" });
        const date = Date.parse(response.headers.get("Date") ?? "") + 500; // the header has whole seconds
        const body = await response.json();
        if (response.ok) return { news: body, date };
        return body.retry === false ? { gone: body.code } : {};
      } catch {
        return {};
      }
    },
  };
}

/** How long to wait before the next look while there is no socket. @param {() => number} [random] */
export function pollPause(random = Math.random) {
  const base = document.visibilityState === "hidden" ? HIDDEN_MS : VISIBLE_MS;
  return Math.round(base * (0.75 + random() / 2));
}
