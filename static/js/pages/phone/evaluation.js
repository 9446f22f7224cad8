// The evaluation at the end: a few questions, answered once, never linked to the seat (R-91).

import { html, live, nothing } from "../../../vendor/lit-html.js";
import { t } from "../../lib/i18n.js";
import { icon } from "../../views/marks.js";
import { task } from "./frame.js";
import { EVALUATION } from "./drafts.js";
import { returnedTexts } from "./returned.js";

/** @typedef {import("./app.js").App} App */
/** @typedef {import("../../views/marks.js").Drawn} Drawn */

const NO_METHOD = new Set(["plenary", "presentation", "break", "evaluation", "validation"]);

/** @param {App} app @param {any} activity @returns {{main: Drawn, foot: Drawn}} */
export function evaluationScreen(app, activity) {
  app.places = [EVALUATION];
  const sent = app.outbox.items().find((item) => item.name === "evaluation.answer" && item.state !== "returned");
  if (app.store.mine.evaluated || sent) return { main: html`${task(app, activity)}${thanks(Boolean(sent && sent.state !== "stored"))}`, foot: nothing };
  const answers = app.drafts.get(EVALUATION).answers ?? {};
  return {
    main: html`${task(app, activity)}${returnedTexts(app, [])}<form class="form-page" id="evaluation" @submit=${(/** @type {Event} */ event) => submit(app, event, answers)}>
      ${app.words.questions.map((/** @type {any} */ question) => field(app, question, answers))}</form>`,
    foot: sendFoot(app, Object.values(answers).some(Boolean)),
  };
}

/** @param {boolean} waiting @returns {Drawn} */
function thanks(waiting) {
  return html`<div class="waiting waiting--short"><p class="waiting__mark">${icon(waiting ? "clock" : "check")}</p><h2>${waiting ? t("Kept on this phone, sends itself") : t("Thank you. Your answers are in.")}</h2>
    <p>${t("Nobody can see who answered what, not even the organiser.")}</p></div>`;
}

/** @param {App} app @param {boolean} able @returns {Drawn} */
function sendFoot(app, able) {
  return html`<section class="composer phone__foot" aria-label=${t("Send")}><div class="composer__row composer__row--send">
    <p class="composer__promise">${t("Stored without any link to you or your phone. One answer per person.")}</p>
    <button class="button button--main" type="submit" form="evaluation" ?disabled=${!able || app.readOnly}><span>${t("Send")}</span>${icon("arrow-up")}</button></div></section>`;
}

/** @param {App} app @param {Event} event @param {Record<string, any>} answers */
function submit(app, event, answers) {
  event.preventDefault();
  const given = Object.fromEntries(Object.entries(answers).filter(([, value]) => value !== "" && value !== undefined));
  if (!Object.keys(given).length) return;
  void app.sendDraft(EVALUATION, "evaluation.answer", { answers: given }, "evaluation");
}

/** @param {App} app @param {any} question @param {Record<string, any>} answers @returns {Drawn} */
function field(app, question, answers) {
  const set = (/** @type {any} */ value) => {
    // the comment is the draft's text too, so that a half-written one holds the phone where it is
    app.drafts.set(EVALUATION, { answers: { ...answers, [question.id]: value }, ...(question.kind === "text" ? { text: value } : {}) });
    app.draw();
  };
  const value = answers[question.id];
  if (question.kind === "scale") return scale(question, value, set);
  if (question.kind === "text") {
    return html`<div class="field"><label for="e-${question.id}">${question.text} <span class="tag">${t("optional")}</span></label>
      <textarea class="input" id="e-${question.id}" rows="3" maxlength="500" .value=${live(value ?? "")} @input=${(/** @type {any} */ event) => set(event.target.value)}></textarea></div>`;
  }
  return choice(question, question.kind === "method" ? methods(app) : answerWords(question.values), value, set);
}

/** @param {any} question @param {number} value @param {(value: number) => void} set @returns {Drawn} */
function scale(question, value, set) {
  const words = { 1: t("not at all"), 5: t("very much") };
  return html`<fieldset class="field"><legend>${question.text}</legend><div class="degree degree--five">${[1, 2, 3, 4, 5].map(
    (step) => html`<label><input type="radio" name="e-${question.id}" value=${step} .checked=${value === step} @change=${() => set(step)}><span>${step}${
      step === 1 || step === 5 ? html`<br><small>${words[step]}</small>` : nothing
    }</span></label>`,
  )}</div></fieldset>`;
}

/** @param {any} question @param {Array<[string, string]>} options @param {string} value @param {(value: string) => void} set @returns {Drawn} */
function choice(question, options, value, set) {
  return html`<fieldset class="field"><legend>${question.text}</legend><div class="choices">${options.map(
    ([id, word]) => html`<label class="choice"><input type="radio" name="e-${question.id}" value=${id} .checked=${value === id} @change=${() => set(id)}><span><b>${word}</b></span></label>`,
  )}</div></fieldset>`;
}

/** @param {string[]} values @returns {Array<[string, string]>} */
function answerWords(values) {
  const words = /** @type {Record<string, string>} */ ({ yes: t("Yes"), maybe: t("Perhaps"), no: t("No") });
  return values.map((id) => [id, words[id] ?? id]);
}

/** The methods this lab used, in the order of the day. @param {App} app @returns {Array<[string, string]>} */
function methods(app) {
  const used = new Set(app.store.all("activity").map(([, value]) => value.method));
  return [...used].filter((id) => !NO_METHOD.has(id) && app.words.methods[id]).map((id) => [id, app.words.methods[id]]);
}
