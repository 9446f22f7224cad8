// Votes on the wall: how many have voted while it is open; afterwards the result with its tier split, also as a table.

import { html, nothing } from "../../vendor/lit-html.js";
import { number, t, tn } from "../lib/i18n.js";
import { degreeWord, isQuad, legend, quad, tier, tierWord } from "../views/marks.js";
import { ranked, ranking, ratings, sum } from "../views/votes.js";
import { rich } from "../lib/rich.js";
import { itemsOf } from "./scene.js";

/** @typedef {import("../views/marks.js").Drawn} Drawn */
/** @typedef {import("./frame.js").Wall} Wall */
/** @typedef {import("./scene.js").Entity} Entity */

const MOST_ROWS = 9; // more would not fit under a screen of 16 to 9
const MOST_LINES = 150; // of lists that are cut by what fits, and of tables for people who listen
const TIERS = ["1", "2", "3", "other", "joined"];

/** @param {Wall} wall @param {Entity} ballot @returns {Drawn} */
export function voting(wall, ballot) {
  const n = wall.room.tally(ballot.id);
  const all = Math.max(n, wall.online);
  const items = itemsOf(wall.room, ballot);
  const closed = ballot.state === "closed";
  return html`<main class="wall-vote" id="main" tabindex="-1">
    <div class="wall-vote__count"><p class="tally">${number(n)}</p><p>${closed ? t("voted. The result comes in a moment.") : rich(t("of %(all)s have voted"), { all: html`<b>${number(all)}</b>` })}</p>
      <progress max=${Math.max(1, all)} .value=${n} aria-label=${t("Voted")}></progress>
      ${closed ? nothing : html`<p class="wall-vote__rule">${rule(ballot)}</p>`}</div>
    <div class="wall-vote__items" data-fold>${items.slice(0, MOST_LINES).map((item) => html`<p data-size="1">${mark(item)}${item.title}</p>`)}<p class="and-more" data-more data-rest=${Math.max(0, items.length - MOST_LINES)} hidden></p></div>
  </main>`;
}

/** @param {Entity} ballot */
function rule(ballot) {
  if (ballot.method === "rating") return t("Rate each one on your phone.");
  return tn("%(n)s dot each, at most %(max)s for one. Nobody sees the counts before the end.", "%(n)s dots each, at most %(max)s for one. Nobody sees the counts before the end.", ballot.per_person, { max: ballot.max_per_item });
}

/** @param {{column: string, board: Entity | undefined}} item */
function mark({ column, board }) {
  return board?.kind === "swot" && isQuad(column) ? html`${quad(column)} ` : nothing;
}

/** @param {Wall} wall @param {Entity} ballot @returns {Drawn} */
export function dotResult(wall, ballot) {
  const rows = ranked(itemsOf(wall.room, ballot).map((item) => ({ ...item, mark: mark(item) })), ballot.result ?? {});
  const dots = rows.reduce((all, row) => all + row.total, 0);
  const people = wall.room.tally(ballot.id);
  const used = TIERS.filter((id) => rows.some((row) => row.by_tier[/** @type {"1"} */ (id)]));
  const note = t("%(people)s, %(dots)s", { people: tn("%(n)s person", "%(n)s people", people), dots: tn("%(n)s dot", "%(n)s dots", dots) });
  const rest = rows.length - MOST_ROWS;
  return html`<main class="wall-ranking" id="main" tabindex="-1">
    ${legend(used.includes("joined") ? [...used.filter((id) => id !== "joined"), "joined"] : used, html`${note}${rest > 0 ? html` · ${tn("and %(n)s more, on your phone", "and %(n)s more, on your phone", rest)}` : nothing}`)}
    ${ranking(rows.slice(0, MOST_ROWS), t("Result, highest first"))}
    ${dotTable(rows, used)}</main>`;
}

/** The same as a table, for people who listen. @param {import("../views/votes.js").Row[]} rows @param {string[]} used */
function dotTable(rows, used) {
  return html`<table class="visually-hidden"><caption>${t("Result, by tier")}</caption><thead><tr><th scope="col">${t("Place")}</th><th scope="col">${t("Title")}</th><th scope="col">${t("Dots")}</th>${used.map((id) => html`<th scope="col">${tierWord(id)}</th>`)}</tr></thead>
    <tbody>${rows.slice(0, MOST_LINES).map((row) => html`<tr><td>${row.place}</td><th scope="row">${row.title}</th><td>${row.total}</td>${used.map((id) => html`<td>${row.by_tier[/** @type {"1"} */ (id)] ?? 0}</td>`)}</tr>`)}</tbody></table>`;
}

/**
 * One sentence above the bars: who leads in total, and a tier that sees it differently.
 * @param {Wall} wall @param {Entity} ballot
 */
export function headline(wall, ballot) {
  const rows = ranked(itemsOf(wall.room, ballot), ballot.result ?? {});
  const question = ballot.question || t("The result");
  if (!rows.length || !rows[0].total) return question;
  if (rows[1] && rows[1].total === rows[0].total) return question; // a tie has no first
  for (const id of ["3", "2", "1"]) {
    const own = [...rows].sort((a, b) => at(b, id) - at(a, id));
    const clear = at(own[0], id) > at(own[1] ?? own[0], id) || own.length === 1;
    const apart = own[0].id !== rows[0].id && at(own[0], id) > at(rows[0], id);
    if (clear && apart && sum(rows[0].by_tier)) return t("“%(first)s” leads, but %(tier)s puts “%(other)s” first", { first: rows[0].title, tier: tierWord(id), other: own[0].title });
  }
  return t("“%(first)s” leads", { first: rows[0].title });
}

/** @param {import("../views/votes.js").Row} row @param {string} id */
function at(row, id) {
  return row.by_tier[/** @type {"1"} */ (id)] ?? 0;
}

/** @param {Wall} wall @param {Entity} ballot @returns {Drawn} */
export function ratingResult(wall, ballot) {
  const steps = Object.keys(ballot.scale ?? {}).sort((a, b) => Number(a) - Number(b));
  const words = steps.map((step) => degreeWord(ballot.scale[step]) || ballot.scale[step]);
  const items = itemsOf(wall.room, ballot);
  const ordered = [...items].sort((a, b) => (ballot.result?.[b.id]?.mean ?? -1) - (ballot.result?.[a.id]?.mean ?? -1));
  const rest = ordered.length - MOST_ROWS;
  return html`<main class="wall-ratings" id="main" tabindex="-1">
    <p class="wall-ratings__scale"><span>${words[0]}</span>${words.slice(1, -1).map((word) => html`<span>${word}</span>`)}<span>${words.at(-1)}</span></p>
    ${ratings(ordered.slice(0, MOST_ROWS), ballot.result ?? {}, words)}
    ${rest > 0 ? html`<p class="and-more">${tn("and %(n)s more, on your phone", "and %(n)s more, on your phone", rest)}</p>` : nothing}
    ${ratingTable(ordered, ballot.result ?? {})}</main>`;
}

/** @param {Array<{id: string, title: string}>} items @param {Record<string, any>} result */
function ratingTable(items, result) {
  const tiers = TIERS.filter((id) => items.some((item) => result[item.id]?.by_tier?.[id] != null));
  const cell = (/** @type {number | null | undefined} */ n) => (n == null ? "–" : number(n));
  return html`<table class="visually-hidden"><caption>${t("Result, by tier")}</caption><thead><tr><th scope="col">${t("Title")}</th><th scope="col">${t("Mean")}</th><th scope="col">${t("People")}</th><th scope="col">${t("Spread")}</th>${tiers.map((id) => html`<th scope="col">${tier(id)}</th>`)}</tr></thead>
    <tbody>${items.slice(0, MOST_LINES).map((item) => html`<tr><th scope="row">${item.title}</th><td>${cell(result[item.id]?.mean)}</td><td>${result[item.id]?.n ?? 0}</td><td>${cell(result[item.id]?.spread)}</td>${tiers.map((id) => html`<td>${cell(result[item.id]?.by_tier?.[id])}</td>`)}</tr>`)}</tbody></table>`;
}
