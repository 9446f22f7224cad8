// Time left, by the server's clock, the same on every device.

import { html, nothing } from "../../vendor/lit-html.js";
import { t, tn } from "../lib/i18n.js";

/** @typedef {import("./marks.js").Drawn} Drawn */

const LAST_SECONDS = 60; // the last minute is here and now

/**
 * Seconds left of an activity, or null when it has no clock.
 * @param {any} activity value of an `activity` entity @param {number} now the server's time in ms
 */
export function secondsLeft(activity, now) {
  if (!activity) return null;
  if (activity.ends_at !== undefined) return Math.max(0, Math.ceil((activity.ends_at - now) / 1000));
  return activity.left_s ?? null;
}

/** "5:12", "1:02:00" @param {number} seconds */
export function clockText(seconds) {
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const two = (/** @type {number} */ n) => String(n).padStart(2, "0");
  return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

/** "5 minutes 12 seconds left" @param {number} seconds */
export function clockWords(seconds) {
  const minutes = Math.floor(seconds / 60);
  if (!minutes) return tn("%(n)s second left", "%(n)s seconds left", seconds);
  return tn("%(n)s minute left", "%(n)s minutes left", minutes);
}

/**
 * @param {any} activity @param {number} now
 * @returns {Drawn} nothing when there is no clock
 */
export function timer(activity, now) {
  const seconds = secondsLeft(activity, now);
  if (seconds === null || activity.state === "planned" || activity.state === "done") return nothing;
  const paused = activity.state === "paused";
  const last = !paused && seconds < LAST_SECONDS;
  return html`<p class="timer ${last ? "timer--last" : ""}" role="timer" aria-label=${clockWords(seconds)}>${clockText(seconds)}${
    paused ? html` <small>${t("paused")}</small>` : nothing
  }</p>`;
}

/** The share of an activity's time that is over. @param {any} activity @param {number} now @returns {Drawn} */
export function timebar(activity, now) {
  const seconds = secondsLeft(activity, now);
  if (seconds === null || !activity.seconds) return nothing;
  const part = Math.min(1, Math.max(0, 1 - seconds / activity.seconds));
  return html`<progress class="timebar" max="1" .value=${Math.round(part * 1000) / 1000} aria-hidden="true"></progress>`;
}
