// Transferability: an idea aimed at a case, an aspect or an element, with what it needs, where it fits, how far it travels (R-67).

import { html, live, nothing } from "../../../vendor/lit-html.js";
import { graphemes } from "../../lib/graphemes.js";
import { number, t } from "../../lib/i18n.js";
import { onBoard } from "../../live/groups.js";
import { category, degreeWord, icon } from "../../views/marks.js";
import { composer, counter, peopleChoice, promiseLine } from "./composer.js";
import { boardsOf } from "./derive.js";
import { ideaPlace } from "./drafts.js";
import { chosenColumn, columnSwitch, lists, readyButton } from "./board.js";
import { task } from "./frame.js";
import { returnedTexts } from "./returned.js";
import { aimedAt } from "./subjects.js";

/** @typedef {import("./app.js").App} App */
/** @typedef {import("../../views/marks.js").Drawn} Drawn */

const DEGREES = ["not_transferable", "similar_context_only", "with_adaptation", "as_is"];
const MORE = 280; // graphemes of needs and setting

/** @param {App} app @param {any} activity @returns {{main: Drawn, foot: Drawn}} */
export function transferScreen(app, activity) {
  const [id, board] = boardsOf(app.store, activity)[0] ?? ["", null];
  if (!board) return { main: task(app, activity), foot: nothing };
  const tab = app.ui.tab.transfer ?? (app.readOnly ? "ideas" : "write");
  const writing = tab === "write" && !app.ui.reply;
  const column = chosenColumn(app, id, board);
  return {
    main: html`${task(app, activity, { above: tabs(app, id, tab) })}${returnedTexts(app, [id])}
      ${writing ? form(app, id, board) : html`${columnSwitch(app, id, board, column)}${lists(app, id, board, column)}`}${writing ? nothing : readyButton(app, activity)}`,
    foot: writing ? sendFoot(app, id, board) : app.ui.reply ? composer(app, { board: id, value: board, column }) : ideasFoot(app),
  };
}

/** @param {App} app @param {string} board @param {string} tab @returns {Drawn} */
function tabs(app, board, tab) {
  const ideas = app.store.group("contribution", onBoard, board).length;
  const choose = (/** @type {string} */ to) => {
    app.ui.tab.transfer = to;
    app.ui.reply = null;
    app.draw();
  };
  return html`<nav class="tabs" aria-label=${t("Write or read")}>
    <button type="button" aria-current=${tab === "write" ? "true" : nothing} @click=${() => choose("write")}>${t("Write one")}</button>
    <button type="button" aria-current=${tab === "ideas" ? "true" : nothing} @click=${() => choose("ideas")}>${t("Ideas so far")}${ideas ? html`<span class="tabs__count">${number(ideas)}</span>` : nothing}</button></nav>`;
}

/** The target that is meant: chosen, or the only case there is. @param {App} app @param {import("./drafts.js").Draft} draft */
function targetOf(app, draft) {
  const cases = app.store.all("case");
  return draft.target ?? (cases.length === 1 ? { case: cases[0][0] } : null);
}

/** @param {App} app @param {string} id @param {any} board @returns {Drawn} */
function form(app, id, board) {
  const place = ideaPlace(id);
  app.places = [place];
  const draft = app.drafts.get(place);
  const set = (/** @type {any} */ change) => {
    app.drafts.set(place, change);
    app.draw();
  };
  return html`<form class="transfer" id="transfer" @submit=${(/** @type {Event} */ event) => submit(app, event, id, board)}>
    <div class="field"><span class="field__label" id="target-label">${t("What it is about")}</span>${targetButton(app, draft)}</div>
    <div class="field"><div class="composer__head"><label for="composer-text">${t("Your idea")}</label>${counter(graphemes(draft.text ?? ""), board.max_length)}</div>
      <textarea class="input" id="composer-text" rows="2" .value=${live(draft.text ?? "")} @input=${(/** @type {any} */ event) => set({ text: event.target.value })}></textarea></div>
    ${line("needs", t("What it needs"), t("people, money, rules"), draft.needs, set)}
    ${line("setting", t("For which setting"), t("optional"), draft.setting, set)}
    <fieldset class="field"><legend>${t("How far does it travel?")}</legend><div class="degree">${DEGREES.map(
      (degree) => html`<label><input type="radio" name="degree" value=${degree} .checked=${draft.degree === degree} @change=${() => set({ degree })}><span>${degreeWord(degree)}</span></label>`,
    )}</div></fieldset>
    ${peopleChoice(app, place, draft)}
  </form>`;
}

/** @param {string} name @param {string} label @param {string} hint @param {string | undefined} value @param {(change: any) => void} set @returns {Drawn} */
function line(name, label, hint, value, set) {
  return html`<div class="field"><label for="t-${name}">${label} <span class="tag">${hint}</span></label>
    <input class="input" id="t-${name}" maxlength=${MORE} autocomplete="off" .value=${live(value ?? "")} @input=${(/** @type {any} */ event) => set({ [name]: event.target.value })}></div>`;
}

/** @param {App} app @param {import("./drafts.js").Draft} draft @returns {Drawn} */
function targetButton(app, draft) {
  const target = targetOf(app, draft);
  const value = app.store.get("case", target?.case);
  const { aspect, element } = aimedAt(value, target ?? {});
  return html`<button class="target" type="button" aria-describedby="target-label" @click=${() => app.openSheet("target")}>
    <span>${
      target
        ? html`${element ? category(element.category, element.category_label) : html`<span class="category">${aspect ? t("Aspect") : t("The whole case")}</span>`}
          <b>${element?.title ?? aspect?.title ?? value?.title}</b>${aspect ? html`<small>${value?.title}</small>` : nothing}`
        : html`<b>${t("Choose a case, an aspect or an element")}</b>`
    }</span><span class="target__change">${target ? t("Change") : t("Choose")}</span></button>`;
}

/** @param {App} app @param {string} id @param {any} board @returns {Drawn} */
function sendFoot(app, id, board) {
  const draft = app.drafts.get(ideaPlace(id));
  const target = targetOf(app, draft);
  const length = graphemes(draft.text ?? "");
  const able = length > 0 && length <= board.max_length && target && app.lab().state !== "paused" && !app.readOnly;
  const note = t("The case owner gets it as a proposal with this label.");
  return html`<section class="composer phone__foot" aria-label=${t("Send")}><div class="composer__row composer__row--send">
    ${promiseLine(app, board, note)}
    <button class="button button--main" type="submit" form="transfer" ?disabled=${!able}><span>${t("Send")}</span>${icon("arrow-up")}</button></div></section>`;
}

/** @param {App} app @returns {Drawn} */
function ideasFoot(app) {
  if (app.readOnly) return nothing;
  return html`<section class="composer phone__foot" aria-label=${t("Write")}><button class="button button--main button--wide" type="button" @click=${() => {
    app.ui.tab.transfer = "write";
    app.draw();
  }}>${icon("pencil-line")}<span>${t("Write one")}</span></button></section>`;
}

/** @param {App} app @param {Event} event @param {string} id @param {any} board */
async function submit(app, event, id, board) {
  event.preventDefault();
  const place = ideaPlace(id);
  const draft = app.drafts.get(place);
  const target = targetOf(app, draft);
  if (!target || !draft.text?.trim()) return;
  const extra = { needs: draft.needs?.trim() ?? "", setting: draft.setting?.trim() ?? "", degree: draft.degree ?? "" };
  app.ui.column[id] = target.case;
  app.ui.tab.transfer = "ideas";
  await app.sendDraft(place, "contribution.post", {
    board: id,
    text: draft.text,
    target,
    extra,
    ...(board.columns.length ? { column: target.case } : {}),
    ...((draft.people ?? 1) > 1 ? { people: draft.people } : {}),
  });
}

/** Choosing what an idea is about: cases, their aspects, their elements. @param {App} app @returns {Drawn} */
export function targetSheet(app) {
  const [board] = boardsOf(app.store, app.activity())[0] ?? [""];
  const place = ideaPlace(board);
  const chosen = targetOf(app, app.drafts.get(place));
  const choose = (/** @type {any} */ target) => {
    app.drafts.set(place, { target });
    app.closeSheet();
  };
  const button = (/** @type {any} */ target, /** @type {Drawn} */ what) => {
    const on = same(target, chosen);
    return html`<button class="pick" type="button" aria-pressed=${String(on)} @click=${() => choose(target)}>${what}${on ? icon("check") : nothing}</button>`;
  };
  return html`<div class="sheet-page"><div class="sheet-page__title"><h1 id="task" tabindex="-1">${t("What is your idea about?")}</h1></div>
    ${app.store.all("case").map(
      ([id, value]) => html`<section><h2>${value.title}</h2>${button({ case: id }, html`<span>${t("The whole case")}</span>`)}
        ${value.aspects.map(
          (/** @type {any} */ aspect) => html`${button({ case: id, aspect: aspect.ref }, html`<span><span class="category">${t("Aspect")}</span><b>${aspect.title}</b></span>`)}
            ${aspect.elements.map((/** @type {any} */ element) =>
              button({ case: id, aspect: aspect.ref, element: element.ref }, html`<span class="pick__element">${category(element.category, element.category_label)}<b>${element.title}</b></span>`),
            )}`,
        )}</section>`,
    )}</div>`;
}

/** @param {any} a @param {any} b */
function same(a, b) {
  return b !== null && a.case === b.case && a.aspect === b.aspect && a.element === b.element;
}
