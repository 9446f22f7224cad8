// Ballots in the right column: their state, who has voted, the result in total and by tier.

import { html, nothing } from "../../vendor/lit-html.js";
import { t, tn } from "../lib/i18n.js";
import { degreeWord, legend, stamp } from "../views/marks.js";
import { ranked, ranking, ratings } from "../views/votes.js";
import { moreButton } from "./board.js";
import { startOf } from "./part.js";
import { ballotsHere, itemsOf } from "./room.js";

/** @typedef {import("../views/marks.js").Drawn} Drawn */
/** @typedef {import("./controls.js").Console} Console */

const FIRST_ROWS = 5; // the rest is one tap away: people and coverage stay in sight

/** @param {Console} c @returns {Drawn} */
export function ballots(c) {
  const here = ballotsHere(c.room);
  const past = c.room.ballots.filter((ballot) => ballot.number && !here.includes(ballot));
  if (!here.length && !past.length) return nothing;
  return html`${here.map((ballot) => ballotOf(c, ballot))}
    ${past.length ? html`<details class="more more--plain"><summary>${tn("%(n)s vote before", "%(n)s votes before", past.length)}</summary>${past.map((ballot) => ballotOf(c, ballot))}</details>` : nothing}`;
}

/** @param {Console} c @param {any} ballot */
function ballotOf(c, ballot) {
  const words = { planned: t("not open yet"), open: t("open"), closed: t("closed, only you see it"), revealed: t("shown to all") };
  const title = ballot.question || (ballot.method === "rating" ? t("Rating") : t("Dots"));
  return html`<section class="ballot-panel" aria-label=${title}>
    <h2>${title} ${stamp(words[/** @type {"open"} */ (ballot.state)], ballot.state === "open" ? "open" : "quiet")}</h2>
    ${ballot.state === "planned" ? html`<p class="console__quiet">${ballot.method === "rating" ? t("Each item is rated on a scale.") : tn("%(n)s dot each, at most %(max)s for one.", "%(n)s dots each, at most %(max)s for one.", ballot.per_person, { max: ballot.max_per_item })}</p>` : turnout(c, ballot)}
    ${ballot.result ? result(c, ballot) : nothing}
    <p class="ballot-panel__acts">${ballotActs(c, ballot)}</p>
  </section>`;
}

/** @param {Console} c @param {any} ballot */
function turnout(c, ballot) {
  const n = c.room.voted(ballot.id);
  const online = Math.max(n, c.ui.presence?.online ?? 0);
  return html`<div class="progress"><span class="progress__text">${ballot.state === "open" ? t("%(n)s of %(all)s have voted", { n, all: online }) : tn("%(n)s person voted", "%(n)s people voted", n)}</span>
    ${ballot.state === "open" ? html`<progress max=${Math.max(1, online)} .value=${n} aria-label=${t("Voted")}></progress>` : nothing}</div>`;
}

/** @param {Console} c @param {any} ballot */
function result(c, ballot) {
  const items = itemsOf(c.room, ballot);
  if (ballot.method === "rating") return html`<div class="ballot-panel__result">${ratings(items, ballot.result, scaleWords(ballot))}</div>`;
  const rows = ranked(items, ballot.result);
  const rest = rows.slice(FIRST_ROWS);
  const most = rows[0]?.total;
  const { drawn, more } = startOf(`result ${ballot.id}`, rest, c.ui.asked);
  return html`${legend()}<div class="ballot-panel__result">${ranking(rows.slice(0, FIRST_ROWS), t("Result, highest first"))}
    ${rest.length ? html`<details class="more more--plain"><summary>${tn("%(n)s more", "%(n)s more", rest.length)}</summary>${ranking(drawn, t("Result, the others"), most)}${moreButton(c, more)}</details>` : nothing}</div>`;
}

/** The steps of a rating from its lower end. @param {any} ballot */
export function scaleWords(ballot) {
  return Object.keys(ballot.scale ?? {})
    .sort((a, b) => Number(a) - Number(b))
    .map((step) => degreeWord(ballot.scale[step]) || ballot.scale[step]);
}

/** @param {Console} c @param {any} ballot */
function ballotActs(c, ballot) {
  const act = (/** @type {string} */ name, /** @type {string} */ text, /** @type {string} */ done) =>
    c.may(name) ? html`<button class="button button--small" type="button" @click=${() => c.acts.run(name, { ballot: ballot.id }, { done })}>${text}</button>` : nothing;
  const alone = ballotsHere(c.room).length === 1; // then the main act of the control bar opens it
  if (ballot.state === "planned") return alone ? nothing : act("ballot.open", t("Open voting"), t("Voting is open."));
  if (ballot.state === "open") return act("ballot.close", t("Close voting"), t("Voting is closed."));
  if (ballot.state === "closed") return html`${act("ballot.reveal", t("Show the result"), t("Everybody sees the result."))}${act("ballot.open", t("Open again"), t("Voting is open."))}`;
  return nothing;
}
