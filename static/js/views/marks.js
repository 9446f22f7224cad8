// Marks: letters, tiers, categories, states. Always a sign and a word, never colour alone. The same markup as templates/parts/marks.html.

import { html, nothing } from "../../vendor/lit-html.js";
import { t } from "../lib/i18n.js";

/** @typedef {import("../../vendor/lit-html.js").TemplateResult | typeof nothing} Drawn */

// A page may bring its icons along; others fetch the file with all of them.
const SPRITE = document.getElementById("sprite") ? "" : document.documentElement.dataset.icons;

/** @param {string} name of a symbol in icons.svg @param {string} [cls] @returns {Drawn} */
export function icon(name, cls = "") {
  return html`<svg class="icon ${cls}" width="20" height="20" aria-hidden="true" focusable="false"><use href="${SPRITE}#i-${name}"></use></svg>`;
}

/** @param {string} letter */
export function quadWord(letter) {
  return { S: t("Strengths"), W: t("Weaknesses"), O: t("Opportunities"), T: t("Threats") }[letter] ?? "";
}

/** @param {string | undefined} column */
export function isQuad(column) {
  return column === "S" || column === "W" || column === "O" || column === "T";
}

/**
 * @param {string} letter
 * @param {"shown" | "heard" | "none"} [word] heard: for screen readers; none: a word stands beside the mark
 * @returns {Drawn}
 */
export function quad(letter, word = "heard") {
  const cls = word === "shown" ? "quad__word" : "visually-hidden";
  return html`<span class="quad" data-q=${letter}><span aria-hidden="true">${letter}</span>${icon(`q-${letter}`)}${
    word === "none" ? nothing : html`<span class=${cls}>${quadWord(letter)}</span>`
  }</span>`;
}

/** @param {string | undefined | null} id */
export function tierWord(id) {
  const words = { 1: t("Tier 1"), 2: t("Tier 2"), 3: t("Tier 3"), joined: t("Smaller groups together") };
  return words[/** @type {"1"} */ (String(id))] ?? t("Other groups");
}

/** @param {string | undefined | null} id @param {boolean} [withWord] @returns {Drawn} */
export function tier(id, withWord = true) {
  const known = ["1", "2", "3"].includes(String(id));
  return html`<span class="tier" data-tier=${known ? String(id) : "other"}><span class="tier__mark" aria-hidden="true">${
    known ? id : "+"
  }</span><span class=${withWord ? "" : "visually-hidden"}>${tierWord(id)}</span></span>`;
}

const CATEGORY_SIGNS = {
  success_factor: "key-round",
  strategic_choice: "split",
  challenge_encountered: "mountain",
  contextual_factor: "wind",
};

/** @param {string | null} id @param {string | null} label @returns {Drawn} */
export function category(id, label) {
  if (!label) return nothing;
  const sign = CATEGORY_SIGNS[/** @type {keyof typeof CATEGORY_SIGNS} */ (id)];
  return html`<span class="category" data-category=${id}>${sign ? icon(sign) : nothing}${label}</span>`;
}

const DELIVERY_SIGNS = {
  waiting: "clock",
  stored: "check",
  approval: "eye",
  shown: "check-check",
  hidden: "eye-off",
  returned: "undo-2",
  withdrawn: "trash-2",
};
/** @typedef {keyof typeof DELIVERY_SIGNS} Delivery */

/** @param {Delivery} state @param {string} [reason] */
export function deliveryWords(state, reason = "") {
  switch (state) {
    case "waiting":
      return t("On this phone, sends itself");
    case "stored":
      return t("Stored. Others see it at the reveal");
    case "approval":
      return t("With the facilitators for a look");
    case "shown":
      return t("Shown to all");
    case "hidden":
      return reason ? t("Hidden: %(reason)s", { reason }) : t("Hidden by a facilitator");
    case "returned":
      return reason ? t("Not sent: %(reason)s", { reason }) : t("Not sent, nobody else sees it");
    default:
      return t("Taken back by you");
  }
}

/** The true state of a text (contract, promise D6). @param {Delivery} state @param {string} [reason] @returns {Drawn} */
export function delivery(state, reason = "") {
  return html`<span class="delivery" data-state=${state}>${icon(DELIVERY_SIGNS[state])}<span>${deliveryWords(state, reason)}</span></span>`;
}

/** @param {string} text @param {"" | "open" | "quiet" | "alarm"} [kind] @param {string} [sign] @returns {Drawn} */
export function stamp(text, kind = "", sign = "") {
  return html`<span class="stamp ${kind ? `stamp--${kind}` : ""}">${sign ? html`${icon(sign)} ` : nothing}${text}</span>`;
}

/** @param {unknown} text @returns {Drawn} */
export function now(text) {
  return html`<span class="now">${text}</span>`;
}

/** @param {unknown} text @returns {Drawn} */
export function tag(text) {
  return html`<span class="tag">${text}</span>`;
}

/** Tiers as they are drawn in bars, with their words. @param {string[]} [tiers] @param {unknown} [note] @returns {Drawn} */
export function legend(tiers = ["1", "2", "3", "other"], note = nothing) {
  return html`<p class="legend">${tiers.map((id) => html`${tier(id)} `)}${note === nothing ? nothing : html`<span class="legend__n">${note}</span>`}</p>`;
}

/** The word for a degree of transferability. @param {string | null | undefined} id */
export function degreeWord(id) {
  return (
    {
      as_is: t("As it is"),
      with_adaptation: t("With adaptation"),
      similar_context_only: t("To a similar context"),
      not_transferable: t("Not at all"),
      unknown: t("Not known yet"),
    }[id ?? ""] ?? ""
  );
}
