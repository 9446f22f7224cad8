// Who was heard, by tier and never by name: presence, silent tiers, raised hands, the nudge.

import { html, nothing } from "../../vendor/lit-html.js";
import { t, tn } from "../lib/i18n.js";
import { icon, tag, tier, tierWord } from "../views/marks.js";
import { handRows, heardRows, silentRows } from "./cover.js";

/** @typedef {import("../views/marks.js").Drawn} Drawn */
/** @typedef {import("./controls.js").Console} Console */

/** @param {Console} c @returns {Drawn} */
export function heard(c) {
  const rows = heardRows(c.ui.presence);
  const most = Math.max(1, ...rows.map((row) => row.of));
  return html`<section aria-labelledby="heard-title"><h2 id="heard-title">${t("Heard so far")} ${tag(t("people by tier, never who"))}</h2>
    ${rows.length ? html`<ul class="heard">${rows.map((row) => bar(row, most))}</ul>` : html`<p class="console__quiet">${t("Nobody has joined yet.")}</p>`}
    ${nudges(c, silentRows(rows))}
  </section>
  ${hands(c)}`;
}

/** @param {{tier: string, n: number, of: number, online: number}} row @param {number} most */
function bar(row, most) {
  const percent = (/** @type {number} */ n) => `${Math.round((10000 * n) / most) / 100}%`;
  return html`<li>${tier(row.tier)}<svg class="heard__bar" width="100%" height="14" aria-hidden="true"><rect class="heard__frame" width=${percent(row.of)} height="100%"></rect><rect class="heard__ink" width=${percent(row.n)} height="100%"></rect></svg>
    <span title=${tn("%(n)s phone online", "%(n)s phones online", row.online)}>${t("%(n)s of %(of)s", { n: row.n, of: row.of })}</span></li>`;
}

/** The same line alone, for the first tab of a phone. @param {Console} c @returns {Drawn} */
export function silence(c) {
  return html`${nudges(c, silentRows(heardRows(c.ui.presence)))}`;
}

/** One line for the most silent tier, with the words to send. @param {Console} c @param {ReturnType<typeof silentRows>} silent */
function nudges(c, silent) {
  const first = silent[0];
  if (!first) return nothing;
  const words = tn("%(n)s in %(tier)s has not taken part yet.", "%(n)s in %(tier)s have not taken part yet.", first.silent, { tier: tierWord(first.tier) });
  return html`<p class="nudge"><span>${words}</span>${c.may("lab.announce") ? html`<button class="button button--small" type="button" @click=${() => c.open("announce", { tier: first.tier })}>${icon("bell")}<span>${t("Nudge %(tier)s", { tier: tierWord(first.tier) })}</span></button>` : nothing}</p>`;
}

/** @param {Console} c */
function hands(c) {
  const rows = handRows(c.room.lab.hands ?? []);
  const lower = (/** @type {string} */ id) => c.acts.run("hand.lower", { tier: id }, { done: t("%(tier)s has the floor", { tier: tierWord(id) }) });
  return html`<section aria-labelledby="hands-title"><h2 id="hands-title">${t("Hands")} ${tag(rows.length ? t("longest wait first") : t("none up"))}</h2>
    ${rows.length ? html`<ol class="hands">${rows.map((row) => html`<li>${tier(row.tier)}<b>${row.n}<span class="visually-hidden"> ${tn("hand", "hands", row.n)}</span></b>${c.may("hand.lower") ? html`<button class="button button--small" type="button" aria-label=${t("Give %(tier)s the floor", { tier: tierWord(row.tier) })} @click=${() => lower(row.tier)}>${icon("hand")}<span>${t("Give the floor")}</span></button>` : nothing}</li>`)}</ol>` : nothing}
  </section>`;
}

/** Sentences one tap sends to every phone and the wall. @param {string | undefined} id a tier @returns {string[]} */
export function presets(id) {
  const word = id ? tierWord(id) : "";
  return id
    ? [
        t("We would like to hear from %(tier)s: what do you see from where you stand?", { tier: word }),
        t("Two quiet minutes: everybody writes one line. %(tier)s, please too.", { tier: word }),
        t("%(tier)s, which of these points looks different on your side?", { tier: word }),
      ]
    : [t("Two quiet minutes: everybody writes one line."), t("Please finish your sentence, we go on in a minute."), t("Please look at the wall."), t("Break. See you in ten minutes.")];
}
