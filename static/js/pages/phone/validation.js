// Checking the facts of a case, section by section: right, needs correcting, there is more (R-37).

import { html, live, nothing } from "../../../vendor/lit-html.js";
import { t, tn } from "../../lib/i18n.js";
import { caseBlocks, casePractice } from "../../views/case.js";
import { deliveryWords, icon } from "../../views/marks.js";
import { composer } from "./composer.js";
import { boardsOf } from "./derive.js";
import { chosenColumn, lists } from "./board.js";
import { task } from "./frame.js";
import { returnedTexts } from "./returned.js";

/** @typedef {import("./app.js").App} App */
/** @typedef {import("../../views/marks.js").Drawn} Drawn */

const MAX = 1000;

/** @param {App} app @param {any} activity @returns {{main: Drawn, foot: Drawn}} */
export function validationScreen(app, activity) {
  const lab = app.lab();
  const cases = app.store.all("case");
  const caseId = app.ui.stay?.case ?? lab.case ?? cases[0]?.[0];
  const value = app.store.get("case", caseId);
  const section = sectionOf(app, value, app.ui.stay?.section ?? lab.section);
  const [board, boardValue] = boardsOf(app.store, activity)[0] ?? ["", null];
  const place = `fact|${caseId}:${section}`;
  app.places = [place];
  const column = boardValue ? chosenColumn(app, board, boardValue) : "";
  const tab = app.ui.tab.validation ?? "check";
  const asking = tab === "ask" && boardValue;
  return {
    main: html`${task(app, activity, { title: value?.title ?? activity.title, above: tabs(app, tab, Boolean(boardValue)) })}${returnedTexts(app, [board])}
      ${asking ? lists(app, board, boardValue, column) : value ? html`${sectionNav(app, caseId, value, section)}${body(app, value, section)}` : nothing}`,
    foot: asking ? composer(app, { board, value: boardValue, column }) : value ? verdictFoot(app, caseId, section, place) : nothing,
  };
}

/** @param {App} app @param {string} tab @param {boolean} asks @returns {Drawn} */
function tabs(app, tab, asks) {
  if (!asks) return nothing;
  const button = (/** @type {string} */ id, /** @type {string} */ word) =>
    html`<button type="button" aria-current=${tab === id ? "true" : nothing} @click=${() => {
      app.ui.tab.validation = id;
      app.draw();
    }}>${word}</button>`;
  return html`<nav class="tabs" aria-label=${t("Check or ask")}>${button("check", t("Check the facts"))}${button("ask", t("Questions"))}</nav>`;
}

/** @param {App} app @param {any} value @returns {any[]} the sections with something to check */
function sectionsOf(app, value) {
  const filled = new Set((value?.sections ?? []).map((/** @type {any} */ each) => each.id));
  return app.words.sections.filter((/** @type {any} */ each) => filled.has(each.id) || (each.id === app.words.matrix && value?.aspects.length));
}

/** @param {App} app @param {any} value @param {string | null} wished */
function sectionOf(app, value, wished) {
  const known = sectionsOf(app, value).map((each) => each.id);
  return known.includes(wished) ? wished : (known[0] ?? "");
}

/** @param {App} app @param {string} caseId @param {any} value @param {string} section @returns {Drawn} */
function sectionNav(app, caseId, value, section) {
  const cases = app.store.all("case");
  const lab = app.lab();
  const go = (/** @type {string} */ to) => {
    const [toCase, toSection] = to.split("|");
    app.ui.stay = toCase === lab.case && toSection === lab.section ? null : { case: toCase, section: toSection };
    app.draw();
  };
  const options = cases.map(
    ([id, each], index) => html`<optgroup label=${cases.length > 1 ? `${t("Case %(n)s", { n: index + 1 })}: ${each.title}` : each.title}>${sectionsOf(app, each).map(
      (one) => html`<option value="${id}|${one.id}" .selected=${id === caseId && one.id === section}>${one.id} ${one.title}${verdictOf(app, id, one.id) ? " ✓" : ""}</option>`,
    )}</optgroup>`,
  );
  return html`${
    app.ui.stay
      ? html`<p class="stay-line"><span>${t("You are checking at your own pace.")}</span><button class="button button--small" type="button" @click=${() => {
          app.ui.stay = null;
          app.draw();
        }}>${t("Follow")}</button></p>`
      : nothing
  }<label class="select-line select-line--wide"><span>${t("Section")}</span><select class="input" @change=${(/** @type {any} */ event) => go(event.target.value)}>${options}</select></label>`;
}

/** @param {App} app @param {any} value @param {string} section @returns {Drawn} */
function body(app, value, section) {
  const found = value.sections.find((/** @type {any} */ each) => each.id === section);
  const title = app.words.sections.find((/** @type {any} */ each) => each.id === section)?.title ?? "";
  const toggle = (/** @type {string} */ id) => {
    if (!app.ui.open.delete(id)) app.ui.open.add(id);
  };
  return html`<div class="sheet-page sheet-page--presented"><section><h2>${title}</h2>${found ? caseBlocks(found.blocks) : casePractice(value, app.ui.open, toggle)}</section></div>`;
}

/** What this person said about a section: on its way, or stored. @param {App} app @param {string} caseId @param {string} section */
function verdictOf(app, caseId, section) {
  const waiting = app.outbox.items().findLast((item) => item.name === "fact.check" && item.args.case === caseId && item.args.section === section && item.state !== "returned");
  return waiting?.args ?? app.store.mine.facts?.[`${caseId}:${section}`];
}

/** @param {App} app @param {string} caseId @param {string} section @param {string} place @returns {Drawn} */
function verdictFoot(app, caseId, section, place) {
  if (app.readOnly) return nothing;
  const given = verdictOf(app, caseId, section);
  const draft = app.drafts.get(place);
  const chosen = draft.kind ?? given?.verdict;
  const send = (/** @type {string} */ verdict, /** @type {string} */ text) =>
    app.sendDraft(place, "fact.check", { case: caseId, section, verdict, ...(text ? { text } : {}) }, `fact:${caseId}:${section}`);
  const choose = (/** @type {string} */ verdict) => {
    if (verdict === "right") return send("right", "");
    app.drafts.set(place, { kind: verdict });
    app.draw();
  };
  const words = { right: t("Right"), wrong: t("Needs correcting"), more: t("There is more") };
  return html`<section class="composer phone__foot" aria-label=${t("Is this section right?")}>
    <div class="verdicts" role="group" aria-label=${t("Is this section right?")}>${Object.entries(words).map(
      ([id, word]) => html`<button class="button button--small" type="button" aria-pressed=${String(chosen === id)} @click=${() => choose(id)}>${id === "right" ? icon("check") : id === "wrong" ? icon("pencil") : icon("plus")}<span>${word}</span></button>`,
    )}</div>
    ${draft.kind ? details(app, place, draft, send) : given ? html`<p class="composer__promise">${t("You said: %(verdict)s.", { verdict: words[/** @type {"right"} */ (given.verdict)] })} ${given.text ?? ""} ${counts(app, caseId, section)}</p>` : html`<p class="composer__promise">${t("The case owner sees what was said, with the tier.")}</p>`}
  </section>`;
}

/** @param {App} app @param {string} place @param {import("./drafts.js").Draft} draft @param {(verdict: string, text: string) => Promise<void>} send @returns {Drawn} */
function details(app, place, draft, send) {
  const text = draft.text ?? "";
  const label = draft.kind === "wrong" ? t("What has to be corrected?") : t("What is missing?");
  return html`<form @submit=${(/** @type {Event} */ event) => {
    event.preventDefault();
    if (text.trim()) void send(draft.kind ?? "", text);
  }}><div class="composer__head"><label for="composer-text">${label}</label></div>
    <div class="composer__row"><textarea id="composer-text" rows="2" maxlength=${MAX} .value=${live(text)} @input=${(/** @type {any} */ event) => {
      app.drafts.set(place, { text: event.target.value });
      app.draw();
    }}></textarea><button class="send" type="submit" aria-label=${t("Send")} ?disabled=${!text.trim()}>${icon("arrow-up")}</button></div></form>`;
}

/** @param {App} app @param {string} caseId @param {string} section */
function counts(app, caseId, section) {
  const fact = app.store.get("fact", `${caseId}:${section}`);
  if (!fact) return deliveryWords("waiting");
  return tn("%(n)s person has checked it.", "%(n)s people have checked it.", fact.right + fact.wrong + fact.more);
}
