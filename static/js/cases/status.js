// The line that says whether what one wrote is safe, in words that are true; and the contents beside the editor.

import { html, render } from "../../vendor/lit-html.js";
import { at } from "../lib/address.js";
import { language, t } from "../lib/i18n.js";
import { icon } from "../views/marks.js";

/** @typedef {import("./saver.js").State} State */

/** The worst of several comes first. */
const ORDER = /** @type {State[]} */ (["conflict", "refused", "waiting", "saving", "writing", "stored"]);
const SIGNS = { conflict: "git-compare", refused: "circle-alert", waiting: "wifi-off", saving: "refresh-cw", writing: "pencil-line", stored: "check" };
/** States of the style sheet (marks.css). */
const LOOKS = { conflict: "returned", refused: "returned", waiting: "waiting", saving: "waiting", writing: "waiting", stored: "stored" };

/** @param {State[]} states @returns {State} */
export function worst(states) {
  return ORDER.find((state) => states.includes(state)) ?? "stored";
}

/**
 * @param {HTMLElement} place @param {State} state
 * @param {{saved: number, version: number, message?: string, kept: boolean}} about `saved` in ms since 1970
 */
export function showState(place, state, { saved, version, message = "", kept }) {
  const time = new Date(saved).toLocaleTimeString(language(), { hour: "2-digit", minute: "2-digit", hour12: false });
  const words = {
    stored: t("Saved %(time)s, revision %(n)s", { time, n: version }),
    writing: kept ? t("Not saved yet, kept in this browser") : t("Not saved yet"),
    saving: t("Saving …"),
    waiting: kept ? t("No answer. Kept in this browser, tried again") : t("No answer yet, tried again. Keep this page open"),
    refused: t("Not saved: %(reason)s", { reason: message }),
    conflict: t("Not saved: two texts, please choose"),
  };
  place.dataset.state = LOOKS[state];
  render(html`${icon(SIGNS[state])}<span>${words[state]}</span>`, place);
}

/** @typedef {{sections: Record<string, [number, number]>, missing: [string, string][], version: number, saved: number}} Progress */

/** Ask how full the case is, and show it in the contents. @param {string} id of the case @returns {Promise<Progress | null>} */
export async function refreshContents(id) {
  try {
    const response = await fetch(at(`/cases/${id}/state`), { headers: { Accept: "application/json" }, credentials: "same-origin" });
    if (!response.ok) return null;
    const progress = /** @type {Progress} */ (await response.json());
    for (const [section, [filled, total]] of Object.entries(progress.sections)) showPips(section, filled, total);
    showMissing(progress.missing);
    return progress;
  } catch {
    return null;
  }
}

/** @param {string} section @param {number} filled @param {number} total */
function showPips(section, filled, total) {
  const link = document.querySelector(`.contents [data-place="${CSS.escape(section)}"]`);
  const old = link?.querySelector(".pips, .pips-bar");
  if (!link || !old) return;
  const words = t("%(filled)s of %(total)s filled", { filled, total });
  const next = document.createElement(total <= 8 ? "span" : "progress");
  next.className = total <= 8 ? "pips" : "pips-bar";
  next.setAttribute("aria-label", words);
  if (next instanceof HTMLProgressElement) {
    next.max = total;
    next.value = filled;
  } else {
    next.setAttribute("role", "img");
    for (let n = 0; n < total; n++) {
      const pip = document.createElement("i");
      if (n < filled) pip.className = "on";
      next.append(pip);
    }
  }
  old.replaceWith(next);
}

/** @param {[string, string][]} missing */
function showMissing(missing) {
  const place = document.getElementById("missing");
  if (!place) return;
  const head = document.createElement("b");
  head.textContent = missing.length ? t("Missing:") : t("Nothing is missing.");
  const rest = missing.map(([section, name]) => `${name} (${section})`).join(", ");
  place.replaceChildren(head, rest ? ` ${rest}. ${t("Nothing stops you from saving.")}` : "");
}
