// Commands about a case or the site, and the key every command carries. Commands about a lab go through live/link.js.

import { at } from "./address.js";

export const ANSWER_MS = 8000; // no answer by then counts as `unknown` (live contract, section 4)

/** @typedef {{ok: true, key: string, result: any, dup: boolean, now: number}} Done */
/** @typedef {{ok: false, key: string, code: string, message: string, retry: boolean, now?: number, after_ms?: number, fields?: Record<string, string>, data?: any, silent?: boolean}} Refusal */
/** @typedef {Done | Refusal} Answer `silent`: nothing came back at all, so nothing is known */

/** 128 random bits as 22 characters of base64url. Needs no secure context: venues run plain http. */
export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/**
 * Send a site or case command as the signed-in account. Never throws.
 * @param {string} name
 * @param {object} args
 * @param {{key?: string}} [options] a key of one's own makes a second try harmless
 * @returns {Promise<Answer>}
 */
export function send(name, args, { key = newKey() } = {}) {
  return post(at("/commands"), { v: 1, key, name, args });
}

/**
 * Post one envelope and read the answer, whatever the status.
 * @param {string} url
 * @param {{v: 1, key: string, name: string, args: object}} envelope
 * @param {Record<string, string>} [headers]
 * @returns {Promise<Answer>}
 */
export async function post(url, envelope, headers = {}) {
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json", ...headers },
      body: JSON.stringify(envelope),
      signal: limit(ANSWER_MS),
      credentials: "same-origin",
    });
    const answer = await response.json();
    return typeof answer?.ok === "boolean" ? { ...answer, key: answer.key ?? envelope.key } : silence(envelope.key);
  } catch {
    return silence(envelope.key);
  }
}

/**
 * The answer when there is none: stored or not is not known, so the same key may be sent again.
 * @param {string} key
 * @returns {Refusal}
 */
export function silence(key) {
  return { ok: false, key, code: "unknown", message: "", retry: true, silent: true };
}

/**
 * A signal that aborts after `ms` (AbortSignal.timeout is missing on older phones).
 * @param {number} ms
 */
export function limit(ms) {
  const stop = new AbortController();
  setTimeout(() => stop.abort(), ms);
  return stop.signal;
}
