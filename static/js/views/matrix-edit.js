// The form of one aspect, element or suggestion, with the guiding questions that belong to it.

import { html, nothing } from "../../vendor/lit-html.js";
import { t } from "../lib/i18n.js";
import { asText, drawConflict } from "../cases/conflict.js";
import { drawField, drawOptions, drawQuestions } from "../cases/fields.js";
import { labelsOf } from "../cases/section.js";

/** @typedef {import("./marks.js").Drawn} Drawn */
/** @typedef {import("./matrix.js").Board} Board */

/** @param {"aspect" | "element" | "suggestion"} kind @param {Board} board @returns {Drawn} */
export function drawItemForm(kind, board) {
  const { form, desk, open, close } = board;
  const inputs = { aspect, element, suggestion }[kind];
  const names = namesOf(form);
  return html`<div class="element-edit" @keydown=${leave(close)} role="group" aria-label=${titleOf(kind)}>
    ${drawConflict(open.saver, (name) => names.get(name) ?? name, (_name, value) => asText(value, labelsOf([...form.suggestion, { options: form.topics }])))}
    ${inputs(form, desk)}
    <div class="field"><label for="f-origin">${t("Comes from")}</label>${drawOptions("f-origin", form.words.origins, desk.value("origin") ?? "desk", (value) => desk.set("origin", value))}</div>
    ${open.saver.refusal ? html`<p class="field__error" role="alert">${open.saver.refusal.message}</p>` : nothing}
    <p class="acts"><button class="button button--small" type="button" @click=${close}>${t("Done")}</button></p></div>`;
}

/** @param {any} form @param {any} desk @returns {Drawn} */
function aspect(form, desk) {
  return html`${line("title", t("Aspect"), desk, true)}${prose("description", t("In more words"), desk)}
    <details class="more more--plain" ?open=${Boolean(desk.value("topics")?.length)}><summary>${t("Topics")}</summary>
      ${drawField({ id: "topics", kind: "topic_refs", label: t("Topics"), options: form.topics }, desk, { prefix: "a-" })}</details>`;
}

/** The prompts follow the category; what was written for another one is kept. @param {any} form @param {any} desk @returns {Drawn} */
function element(form, desk) {
  const known = form.categories.find((one) => one.id === desk.value("category"));
  const answers = desk.part("extra");
  return html`<div class="field"><label for="f-category">${t("Category")} <span class="tag">${t("optional")}</span></label>${drawOptions(
    "f-category",
    [["", t("No category")], ...form.categories.map((one) => [one.id, one.label])],
    desk.value("category") ?? "",
    (value) => desk.set("category", value),
  )}</div>
    ${line("title", t("Element"), desk, true)}${prose("description", t("In more words"), desk)}
    ${known ? html`${drawQuestions([known.question], Boolean(desk.value("title")))}${known.fields.map((field) => drawField(field, answers, { prefix: "x-", rows: 2 }))}` : nothing}`;
}

/** @param {any} form @param {any} desk @returns {Drawn} */
function suggestion(form, desk) {
  const needs = desk.part("needs");
  const asked = (...ids) => form.questions.filter((question) => question.fields.some((id) => ids.includes(id))).map((question) => question.text);
  const field = (id) => form.suggestion.filter((one) => one.id === id).map((one) => drawField(one, desk, { prefix: "s-", rows: 2 }));
  const rest = form.suggestion.filter((one) => !["what_to_transfer", "how_to_transfer", "target_context", "specificity", "degree"].includes(one.id));
  return html`${field("what_to_transfer")}${field("how_to_transfer")}${field("target_context")}
    ${drawQuestions(asked("what_to_transfer", "how_to_transfer", "target_context"), Boolean(desk.value("how_to_transfer")))}
    ${field("specificity")}${drawQuestions(asked("specificity"), Boolean(desk.value("specificity")))}
    ${drawDegree(form, desk)}
    <fieldset class="field"><legend>${t("What it takes")}</legend>${form.needs.map((one) => drawField(one, needs, { prefix: "n-" }))}</fieldset>
    ${drawQuestions(asked("degree", "needs"), Boolean(desk.value("degree")))}${rest.map((one) => drawField(one, desk, { prefix: "s-" }))}`;
}

/** Four steps on a line, from not at all to as it is; beside it: not known. @param {any} form @param {any} desk @returns {Drawn} */
function drawDegree(form, desk) {
  const field = form.suggestion.find((one) => one.id === "degree");
  if (!field) return nothing;
  const order = ["not_transferable", "similar_context_only", "with_adaptation", "as_is"];
  const steps = order.flatMap((id) => field.options.filter(([option]) => option === id));
  if (steps.length < order.length) return drawField(field, desk, { prefix: "s-" });
  const chosen = desk.value("degree") ?? "";
  const others = field.options.filter(([id]) => !order.includes(id));
  const radio = ([id, label]) => html`<label><input type="radio" name="degree" value=${id} .checked=${chosen === id} @change=${() => desk.set("degree", id)}><span>${label}</span></label>`;
  return html`<fieldset class="field"><legend>${field.label}</legend><div class="degree">${steps.map(radio)}</div>
    <p class="degree__more">${others.map(radio)}${chosen ? html`<button class="text-button" type="button" @click=${() => desk.set("degree", "")}>${t("Not said")}</button>` : nothing}</p></fieldset>`;
}

/** @param {string} id @param {string} label @param {any} desk @param {boolean} [required] */
function line(id, label, desk, required = false) {
  return drawField({ id, kind: "richtext", label, required }, oneLine(desk, id), { prefix: "m-", rows: 2 });
}

/** A title may be long to write, but has no line breaks. */
function oneLine(desk, id) {
  return { ...desk, set: (name, value) => desk.set(name, name === id ? value.replace(/\s*\n\s*/g, " ") : value) };
}

/** @param {string} id @param {string} label @param {any} desk */
function prose(id, label, desk) {
  return drawField({ id, kind: "richtext", label }, desk, { prefix: "m-", rows: 2 });
}

/** Escape and Ctrl+Enter close the form; what was written is saved. @param {() => void} close */
function leave(close) {
  return (event) => {
    if (event.key === "Escape" || (event.key === "Enter" && (event.ctrlKey || event.metaKey))) {
      event.preventDefault();
      close();
    }
  };
}

/** @param {string} kind */
function titleOf(kind) {
  return { aspect: t("Aspect"), element: t("Element"), suggestion: t("Suggestion") }[kind];
}

/** @param {any} form @returns {Map<string, string>} */
function namesOf(form) {
  const own = [["title", t("Title")], ["description", t("In more words")], ["category", t("Category")], ["extra", t("Answers")], ["needs", t("What it takes")], ["topics", t("Topics")], ["origin", t("Comes from")]];
  return new Map([...own, ...form.suggestion.map((field) => [field.id, field.label])]);
}
