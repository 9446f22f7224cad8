// The right column below the people: the ballot, what is covered and what is not, what the wall and the phones show.

import { html, nothing } from "../../vendor/lit-html.js";
import { t, tn } from "../lib/i18n.js";
import { degreeWord, icon, legend, stamp, tag } from "../views/marks.js";
import { ranked, ranking, ratings } from "../views/votes.js";
import { caseTitle, challengeCover, elementCover, quadrantRows } from "./cover.js";
import { ballotsHere, itemsOf } from "./room.js";

/** @typedef {import("../views/marks.js").Drawn} Drawn */
/** @typedef {import("../pages/console.js").Console} Console */

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
  return html`${legend()}<div class="ballot-panel__result">${ranking(rows.slice(0, FIRST_ROWS), t("Result, highest first"))}
    ${rest.length ? html`<details class="more more--plain"><summary>${tn("%(n)s more", "%(n)s more", rest.length)}</summary>${ranking(rest, t("Result, the others"), most)}</details>` : nothing}</div>`;
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
  if (ballot.state === "planned") return nothing; // the main act of the control bar opens it
  if (ballot.state === "open") return act("ballot.close", t("Close voting"), t("Voting is closed."));
  if (ballot.state === "closed") return html`${act("ballot.reveal", t("Show the result"), t("Everybody sees the result."))}${act("ballot.open", t("Open again"), t("Voting is open."))}`;
  return nothing;
}

/** @param {Console} c @returns {Drawn} */
export function covered(c) {
  const quadrants = quadrantRows(c.room);
  const challenges = challengeCover(c.room);
  const elements = elementCover(c.room);
  if (!quadrants.length && !challenges && !elements) return nothing;
  const letters = ["S", "W", "O", "T"];
  return html`<section aria-labelledby="covered-title"><h2 id="covered-title">${t("Covered so far")}</h2>
    <table class="coverage"><caption class="visually-hidden">${t("Contributions of the room per case and column; what has nothing yet is framed")}</caption>
      <thead><tr><th scope="col">${t("Case")}</th>${letters.map((letter) => html`<th scope="col" data-q=${letter}>${letter}</th>`)}</tr></thead>
      <tbody>${quadrants.map((row) => html`<tr><th scope="row"><span class="clamp" title=${row.title}>${row.title}</span></th>${row.cells.map((cell) => html`<td class=${cell.n ? "" : "coverage--none"}>${cell.n || html`<span>${t("none")}</span>`}</td>`)}</tr>`)}
      ${challenges ? line(t("Challenges with a solution"), challenges.n ? t("%(n)s of %(of)s", { n: challenges.solved, of: challenges.n }) : t("none yet"), challenges.n > 0 && challenges.solved === challenges.n) : nothing}
      ${elements ? line(t("Elements with an idea"), t("%(n)s of %(of)s", { n: elements.covered, of: elements.n }), elements.n > 0 && elements.covered === elements.n) : nothing}
      </tbody></table>
    ${missing(challenges, elements)}</section>`;
}

/** @param {string} title @param {string} words @param {boolean} full */
function line(title, words, full) {
  return html`<tr><th scope="row">${title}</th><td colspan="4" class=${full ? "" : "coverage--none"}>${full ? words : html`<span>${words}</span>`}</td></tr>`;
}

/** What has nothing yet, by name. @param {ReturnType<typeof challengeCover>} challenges @param {ReturnType<typeof elementCover>} elements */
function missing(challenges, elements) {
  const open = challenges?.open ?? [];
  const empty = (elements?.rows ?? []).filter((row) => row.empty.length);
  if (!open.length && !empty.length) return nothing;
  return html`<details class="more more--plain"><summary>${t("What has nothing yet")}</summary><div class="more__body missing">
    ${open.length ? html`<h3>${t("Challenges without a solution")}</h3><ul class="plain-list">${open.map((item) => html`<li>${item.text}</li>`)}</ul>` : nothing}
    ${empty.map((row) => html`<h3>${row.title}</h3><ul class="plain-list">${row.empty.map((element) => html`<li>${t("%(ref)s %(title)s", element)}</li>`)}</ul>`)}
  </div></details>`;
}

/** @param {Console} c @returns {Drawn} */
export function wallNow(c) {
  const { lab } = c.room;
  const wall = lab.wall ?? {};
  const set = (/** @type {any} */ args, /** @type {string} */ done) => c.acts.run("wall.set", args, { done });
  const key = (/** @type {string} */ name) => (c.ui.wide ? html`<kbd aria-hidden="true">${name}</kbd>` : nothing);
  return html`<section aria-labelledby="wall-title"><h2 id="wall-title">${t("On the wall now")}</h2>
    <p class="wall-now">${wallWords(c)}</p>
    ${c.may("wall.set") ? html`<p class="wall-now__acts">
      <button class="button button--small" type="button" aria-pressed=${String(Boolean(wall.frozen))} aria-keyshortcuts="F" @click=${() => set({ frozen: !wall.frozen }, wall.frozen ? t("The wall goes on") : t("The wall keeps what it shows"))}>${icon("snowflake")}<span>${wall.frozen ? t("Frozen") : t("Freeze")}</span>${key("F")}</button>
      <button class="button button--small" type="button" aria-pressed=${String(Boolean(wall.join))} aria-keyshortcuts="J" @click=${() => set({ join: !wall.join }, wall.join ? t("The join slide is gone") : t("The join slide fills the wall"))}>${icon("qr-code")}<span>${t("Join slide")}</span>${key("J")}</button>
      ${lab.spotlight ? html`<button class="button button--small" type="button" @click=${() => c.deeds.spotlight(null)}>${icon("minimize")}<span>${t("Back to the board")}</span></button>` : nothing}
      ${c.may("lab.announce") ? html`<button class="button button--small" type="button" aria-keyshortcuts="G" @click=${() => c.open("announce")}>${icon("bell")}<span>${t("Announce")}</span>${key("G")}</button>` : nothing}
    </p>` : nothing}
    ${lab.announcement ? html`<p class="announced">${icon("bell")} <q>${lab.announcement}</q> <button class="text-button" type="button" @click=${() => c.announce("")}>${t("Take it down")}</button></p>` : nothing}
  </section>${casePresented(c)}`;
}

/** @param {Console} c */
function wallWords(c) {
  const { lab, here, boards } = c.room;
  if (lab.wall?.join) return t("The join slide, with code %(code)s.", { code: lab.join?.code });
  if (lab.wall?.frozen) return t("Frozen: it keeps what it showed, without names.");
  if (lab.spotlight) return t("One contribution, large.");
  if (!here) return t("The title of the lab, and how to join.");
  const title = caseTitle(c.room, lab.case);
  const hasCase = title && (["present", "validation"].includes(here.kind) || boards.some((board) => board.activity === here.id && board.case));
  return hasCase ? t("%(activity)s: %(case)s, without names.", { activity: here.title, case: title }) : t("%(activity)s, without names.", { activity: here.title });
}

/** Which case and section phones and wall follow. @param {Console} c */
function casePresented(c) {
  const { lab, cases } = c.room;
  if (!cases.length || !c.may("case.present")) return nothing;
  const shown = lab.case ?? "";
  const present = (/** @type {string} */ id, /** @type {string | null} */ section) =>
    c.acts.run("case.present", { case: id, section }, { done: t("Phones and wall follow"), inverse: lab.case ? { name: "case.present", args: { case: lab.case, section: lab.section } } : undefined });
  const value = (/** @type {Event} */ event) => /** @type {HTMLSelectElement} */ (event.target).value;
  return html`<section aria-labelledby="case-title"><h2 id="case-title">${t("Case shown")} ${tag(t("phones follow"))}</h2>
    <select class="input" aria-label=${t("Case")} @change=${(/** @type {Event} */ event) => value(event) && present(value(event), null)}>
      ${shown ? nothing : html`<option value="" selected>${t("none yet")}</option>`}
      ${cases.map((item) => html`<option value=${item.id} .selected=${item.id === shown}>${item.title}</option>`)}</select>
    ${shown ? html`<select class="input" aria-label=${t("Section")} @change=${(/** @type {Event} */ event) => present(shown, value(event) || null)}>
      <option value="" .selected=${!lab.section}>${t("In short")}</option>
      ${readable(c, shown).map((section) => html`<option value=${section.id} .selected=${section.id === lab.section}>${t("%(id)s %(title)s", section)}</option>`)}</select>` : nothing}
  </section>`;
}

/** The sections of a case that hold something. @param {Console} c @param {string} id */
function readable(c, id) {
  const filled = new Set((c.room.cases.find((item) => item.id === id)?.sections ?? []).map((/** @type {any} */ section) => section.id));
  return /** @type {any[]} */ (c.sections).filter((section) => section.matrix || filled.has(section.id));
}
