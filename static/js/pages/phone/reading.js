// The case on a phone: the reading sheet that is always one tap away, and the presentation that phones follow (R-25, R-63).

import { html, nothing } from "../../../vendor/lit-html.js";
import { t, tn } from "../../lib/i18n.js";
import { caseBlocks, casePractice, caseQuestions, caseSwot } from "../../views/case.js";
import { composer } from "./composer.js";
import { boardsOf } from "./derive.js";
import { chosenColumn, lists } from "./board.js";
import { task } from "./frame.js";
import { returnedTexts } from "./returned.js";

/** @typedef {import("./app.js").App} App */
/** @typedef {import("../../views/marks.js").Drawn} Drawn */

/** @param {string} tab @returns {string} */
function tabWord(tab) {
  return { practice: t("Practice"), swot: t("Draft SWOT"), questions: t("Questions"), context: t("The case") }[tab] ?? "";
}
const TABS = ["practice", "swot", "questions", "context"];

/** The whole sheet, over the task. @param {App} app @returns {Drawn} */
export function caseSheet(app) {
  const cases = app.store.all("case");
  const at = Math.max(0, cases.findIndex(([id]) => id === app.ui.readCase));
  const [id, value] = cases[at] ?? ["", null];
  if (!value) return html`<div class="waiting"><h1 tabindex="-1">${t("There is no case in this lab.")}</h1></div>`;
  const tab = app.ui.tab.case ?? "practice";
  return html`<div class="sheet-page">
    ${cases.length > 1 ? caseSwitch(app, cases, id) : nothing}
    <div class="sheet-page__title">
      <p class="tag">${cases.length > 1 ? t("Case %(n)s of %(all)s, reading sheet", { n: at + 1, all: cases.length }) : t("Reading sheet")}</p>
      <h1 id="task" tabindex="-1">${value.title}</h1>
      ${value.lead ? html`<p class="lede">${value.lead}</p>` : nothing}
      ${value.impact ? html`<p class="figure-line figure-line--words">${value.impact}</p>` : nothing}
    </div>
    <nav class="tabs" aria-label=${t("Parts of this sheet")}>${TABS.map(
      (each) => html`<button type="button" aria-current=${each === tab ? "true" : nothing} @click=${() => {
        app.ui.tab.case = each;
        app.draw();
      }}>${tabWord(each)}</button>`,
    )}</nav>
    ${part(app, id, value, tab)}
  </div>`;
}

/** @param {App} app @param {Array<[string, any]>} cases @param {string} chosen @returns {Drawn} */
function caseSwitch(app, cases, chosen) {
  return html`<nav class="case-switch" aria-label=${t("Cases")}>${cases.map(
    ([id, value], index) => html`<button type="button" aria-current=${id === chosen ? "true" : nothing} @click=${() => {
      app.ui.readCase = id;
      app.draw();
    }}><span aria-hidden="true">${t("Case %(n)s", { n: index + 1 })}</span><span class="visually-hidden">${value.title}</span></button>`,
  )}</nav>`;
}

/** @param {App} app @param {string} id @param {any} value @param {string} tab @returns {Drawn} */
function part(app, id, value, tab) {
  if (tab === "swot") return html`<section><h2>${t("The case owner’s draft SWOT")}</h2>${caseSwot(value)}</section>`;
  if (tab === "questions") return caseQuestions(value, askedInRoom(app, id));
  if (tab === "context") return html`${value.sections.map((/** @type {any} */ section) => html`<section><h2>${section.title}</h2>${caseBlocks(section.blocks)}</section>`)}`;
  return html`<section><h2>${t("What they did")}</h2>${casePractice(value, app.ui.open, (open) => toggle(app, open))}</section>`;
}

/** @param {App} app @param {string} id */
function toggle(app, id) {
  if (!app.ui.open.delete(id)) app.ui.open.add(id);
}

/** Questions of the room about a case, each with its first answer. @param {App} app @param {string} id @returns {Array<{text: string, answer: string}>} */
function askedInRoom(app, id) {
  const only = app.store.all("case").length === 1;
  const asked = app.store.group("contribution", questions, "yes").filter(([, each]) => each.column === id || each.target?.case === id || (only && !each.parent));
  return asked.map(([key, each]) => ({ text: each.text, answer: app.store.group("contribution", answersTo, key)[0]?.[1].text ?? "" }));
}

/** @param {any} value */
const questions = (value) => (value.kind === "question" ? "yes" : undefined);

/** @param {any} value */
const answersTo = (value) => (value.reply_kind === "answer" ? value.parent : undefined);

/**
 * The presentation: what the presenter is at, unless one reads on one's own; questions at the lower edge.
 * @param {App} app @param {any} activity
 * @returns {{main: Drawn, foot: Drawn}}
 */
export function presentScreen(app, activity) {
  const lab = app.lab();
  const at = app.ui.stay ?? { case: lab.case, section: lab.section ?? "" };
  const value = app.store.get("case", at.case) ?? app.store.all("case")[0]?.[1];
  const [board, boardValue] = boardsOf(app.store, activity)[0] ?? ["", null];
  const column = boardValue ? questionColumn(app, board, boardValue, at.case) : "";
  return {
    main: html`${task(app, activity, { title: value?.title ?? activity.title, above: presentedOf(app, at) })}
      ${value ? sectionNav(app, at, value) : nothing}
      <div class="sheet-page sheet-page--presented">${value ? presented(app, at, value) : nothing}</div>
      ${returnedTexts(app, [board])}${boardValue ? lists(app, board, boardValue, column) : nothing}`,
    foot: boardValue ? composer(app, { board, value: boardValue, column }) : nothing,
  };
}

/** Questions go to the case on screen. @param {App} app @param {string} id @param {any} board @param {string} at */
function questionColumn(app, id, board, at) {
  return board.columns.some((/** @type {any} */ each) => each.id === at) ? at : chosenColumn(app, id, board);
}

/** Where the presenter is, when one is elsewhere. @param {App} app @param {{case: string, section: string}} at @returns {Drawn} */
function presentedOf(app, at) {
  const lab = app.lab();
  const cases = app.store.all("case");
  const place = cases.findIndex(([id]) => id === at.case) + 1;
  const count = cases.length > 1 ? html`<p class="tag">${t("Case %(n)s of %(all)s", { n: place, all: cases.length })}</p>` : nothing;
  if (!app.ui.stay) return count;
  const title = lab.case === at.case ? sectionTitle(app, lab.section) : (app.store.get("case", lab.case)?.title ?? "");
  return html`${count}<p class="stay-line"><span>${t("You read on your own. The presenter is at “%(title)s”.", { title })}</span>
    <button class="button button--small" type="button" @click=${() => {
      app.ui.stay = null;
      app.draw();
    }}>${t("Follow")}</button></p>`;
}

/** @param {App} app @param {string | null | undefined} id */
function sectionTitle(app, id) {
  return app.words.sections.find((/** @type {any} */ each) => each.id === id)?.title ?? t("Overview");
}

/** Browsing is staying: choosing another section keeps the phone there. @param {App} app @param {{case: string, section: string}} at @param {any} value @returns {Drawn} */
function sectionNav(app, at, value) {
  const filled = new Set(value.sections.map((/** @type {any} */ each) => each.id));
  const known = app.words.sections.filter((/** @type {any} */ each) => filled.has(each.id) || each.id === app.words.matrix);
  const go = (/** @type {string} */ section) => {
    app.ui.stay = { case: at.case, section };
    if (at.case === app.lab().case && section === (app.lab().section ?? "")) app.ui.stay = null;
    app.draw();
  };
  return html`<label class="select-line select-line--wide"><span>${t("Section")}</span><select class="input" @change=${(/** @type {any} */ event) => go(event.target.value)}>
    <option value="" .selected=${!at.section}>${t("Overview")}</option>
    ${known.map((/** @type {any} */ each) => html`<option value=${each.id} .selected=${each.id === at.section}>${each.id} ${each.title}</option>`)}</select></label>`;
}

/** @param {App} app @param {{case: string, section: string}} at @param {any} value @returns {Drawn} */
function presented(app, at, value) {
  if (!at.section) {
    return html`${value.lead ? html`<p class="lede">${value.lead}</p>` : nothing}${value.impact ? html`<p class="figure-line figure-line--words">${value.impact}</p>` : nothing}
      ${value.unresolved.length ? html`<section><h2>${tn("Still open", "Still open", value.unresolved.length)}</h2><ul class="plain-list">${value.unresolved.map((/** @type {any} */ each) => html`<li>${each.title}</li>`)}</ul></section>` : nothing}`;
  }
  const found = value.sections.find((/** @type {any} */ each) => each.id === at.section);
  const body = at.section === app.words.matrix || !found ? casePractice(value, app.ui.open, (open) => toggle(app, open)) : caseBlocks(found.blocks);
  return html`<section><h2>${sectionTitle(app, at.section)}</h2>${body}</section>`;
}
