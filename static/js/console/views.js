// The right column below the people: what is covered and what is not, facts that were checked, what wall and phones show.

import { html, nothing } from "../../vendor/lit-html.js";
import { t, tn } from "../lib/i18n.js";
import { icon, tag, tierWord } from "../views/marks.js";
import { moreButton } from "./board.js";
import { startOf } from "./part.js";
import { caseTitle, challengeCover, elementCover, quadrantRows } from "./cover.js";

/** @typedef {import("../views/marks.js").Drawn} Drawn */
/** @typedef {import("./controls.js").Console} Console */

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
    ${missing(c, challenges, elements)}</section>`;
}

/** @param {string} title @param {string} words @param {boolean} full */
function line(title, words, full) {
  return html`<tr><th scope="row">${title}</th><td colspan="4" class=${full ? "" : "coverage--none"}>${full ? words : html`<span>${words}</span>`}</td></tr>`;
}

/** What has nothing yet, by name. @param {Console} c @param {ReturnType<typeof challengeCover>} challenges @param {ReturnType<typeof elementCover>} elements */
function missing(c, challenges, elements) {
  const open = challenges?.open ?? [];
  const { drawn, more } = startOf("missing", open, c.ui.asked);
  const empty = (elements?.rows ?? []).filter((row) => row.empty.length);
  if (!open.length && !empty.length) return nothing;
  return html`<details class="more more--plain"><summary>${t("What has nothing yet")}</summary><div class="more__body missing">
    ${open.length ? html`<h3>${t("Challenges without a solution")}</h3><ul class="plain-list">${drawn.map((item) => html`<li>${item.text}</li>`)}</ul>${moreButton(c, more)}` : nothing}
    ${empty.map((row) => html`<h3>${row.title}</h3><ul class="plain-list">${row.empty.map((element) => html`<li>${t("%(ref)s %(title)s", element)}</li>`)}</ul>`)}
  </div></details>`;
}

/** A webinar checks a case section by section: how often right, to correct, more to say, with the words. @param {Console} c @returns {Drawn} */
export function facts(c) {
  if (c.room.here?.kind !== "validation") return nothing;
  const rows = c.room.facts.filter((fact) => fact.case === c.room.lab.case);
  return html`<section aria-labelledby="facts-title"><h2 id="facts-title">${t("Facts checked")} ${tag(rows.length ? "" : t("nothing yet"))}</h2>
    ${rows.length ? html`<table class="coverage"><thead><tr><th scope="col">${t("Section")}</th><th scope="col">${t("Right")}</th><th scope="col">${t("Wrong")}</th><th scope="col">${t("More")}</th></tr></thead>
    <tbody>${rows.map((fact) => html`<tr><th scope="row">${fact.section}</th><td>${fact.right}</td><td>${fact.wrong}</td><td>${fact.more}</td></tr>`)}</tbody></table>` : nothing}
    <ul class="parked">${rows.flatMap((fact) => (fact.texts ?? []).map((/** @type {any} */ said) => html`<li><span>${t("%(section)s: %(text)s", { section: fact.section, text: said.text })}</span><small>${tierWord(said.tier)}</small></li>`))}</ul></section>`;
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
