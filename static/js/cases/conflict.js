// Two people wrote in the same place: both texts side by side, and a person decides. Nothing is lost meanwhile.

import { html, nothing } from "../../vendor/lit-html.js";
import { t } from "../lib/i18n.js";

/** @typedef {import("./saver.js").Saver} Saver */
/** @typedef {import("../views/marks.js").Drawn} Drawn */

/**
 * @param {Saver} saver
 * @param {(name: string) => string} label
 * @param {(name: string, value: any) => string} say any value as a text
 * @returns {Drawn}
 */
export function drawConflict(saver, label, say) {
  if (!saver.clashes.length) return nothing;
  return html`<section class="conflict" role="alert" aria-label=${t("Two texts for the same place")}>
    <p><b>${t("Somebody else wrote here at the same time.")}</b> ${t("Both texts are here; nothing is lost. Yours is not saved yet.")}</p>
    ${saver.clashes.map(
      (clash) => html`<div class="conflict__place"><h3>${label(clash.name)}</h3>
        <div class="conflict__texts"><div data-whose="theirs"><h4>${t("Saved by somebody else")}</h4>${say(clash.name, clash.theirs)}</div>
          <div data-whose="mine"><h4>${t("Yours, not saved yet")}</h4>${say(clash.name, clash.mine)}</div></div>
        <div class="acts">
          <button class="button button--small button--main" type="button" @click=${() => saver.resolve(clash.name, clash.mine)}>${t("Keep mine")}</button>
          <button class="button button--small" type="button" @click=${() => saver.resolve(clash.name, clash.theirs)}>${t("Take theirs")}</button>
          ${
            typeof (clash.mine ?? "") === "string" && typeof (clash.theirs ?? "") === "string"
              ? html`<button class="button button--small" type="button" @click=${() => saver.resolve(clash.name, both(clash))}>${t("Put both one after the other")}</button>`
              : nothing
          }</div></div>`,
    )}</section>`;
}

/** @param {{mine: any, theirs: any}} clash */
function both({ mine, theirs }) {
  return [theirs, mine].filter(Boolean).join("\n\n");
}

/**
 * Any value of a field as text: lists line by line, rows with their cells.
 * @param {any} value @param {Map<string, string>} labels of options and items by id @returns {string}
 */
export function asText(value, labels) {
  if (value === null || value === undefined || value === "") return t("(empty)");
  if (Array.isArray(value)) return value.map((item) => asText(item, labels)).join("\n") || t("(empty)");
  if (typeof value === "object") {
    const silent = new Set(["id", "origin", "sources", "author"]);
    const parts = Object.entries(value).filter(([key, part]) => !silent.has(key) && part !== "" && part !== null);
    return parts.map(([, part]) => asText(part, labels)).join(", ");
  }
  return labels.get(String(value)) ?? String(value);
}
