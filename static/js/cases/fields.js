// Inputs of a case with their guiding questions beside them. Every text is a text node; what is written goes to the saver.

import { html, live, nothing } from "../../vendor/lit-html.js";
import { t } from "../lib/i18n.js";
import { icon } from "../views/marks.js";
import { drawRows } from "./rows.js";
import { same } from "./saver.js";

/** @typedef {import("../views/marks.js").Drawn} Drawn */
/** @typedef {{id: string, kind: string, label: string, required?: boolean, options?: [string, string][], columns?: Column[]}} Field */
/** @typedef {{id: string, label: string, options: [string, string][]}} Column */
/** @typedef {{origins: [string, string][], additions: string, origin: string}} Words */
/** @typedef {{value: (id: string) => any, set: (id: string, value: any) => void, error: (id: string) => string, words: Words, removed?: (undo: () => void) => void}} Desk */

/**
 * Fields that share guiding questions, the questions beside them.
 * @param {{questions: string[], fields: Field[]}} group @param {Desk} desk @returns {Drawn}
 */
export function drawGroup({ questions, fields }, desk) {
  const answered = fields.every((field) => !same(desk.value(field.id), ""));
  return html`<div class="field field--guided">
    <div class="guided">${fields.map((field) => drawField(field, desk))}</div>
    ${drawQuestions(questions, answered)}
  </div>`;
}

/** @param {string[]} questions @param {boolean} answered @returns {Drawn} */
export function drawQuestions(questions, answered) {
  if (!questions.length) return nothing;
  return html`<div class="question ${answered ? "question--answered" : ""}"><strong>${
    questions.length === 1 ? t("Guiding question") : t("Guiding questions")
  }</strong>${questions.map((text) => html`<p>${text}</p>`)}</div>`;
}

/** @param {Field} field @param {Desk} desk @param {{prefix?: string, rows?: number}} [more] @returns {Drawn} */
export function drawField(field, desk, { prefix = "", rows = 3 } = {}) {
  const id = `f-${prefix}${field.id}`;
  switch (field.kind) {
    case "richtext":
      return labelled(field, id, desk, drawText(field, id, desk, rows));
    case "text":
      return labelled(field, id, desk, drawLine(field, id, desk));
    case "choice":
      return labelled(field, id, desk, drawSelect(field, id, desk));
    case "topic_refs":
    case "enum_multi":
      return drawBoxes(field, desk, desk.value(field.id) ?? [], (chosen) => desk.set(field.id, chosen));
    case "derived":
      return drawDerived(field, id, desk);
    case "rows":
    case "indicator_rows":
      return drawRows(field, desk);
    default:
      return nothing;
  }
}

/** @param {Field} field @param {string} id @param {Desk} desk @param {Drawn} control */
function labelled(field, id, desk, control) {
  return html`<div class="field"><label for=${id}>${field.label}${field.required ? nothing : html` <span class="tag">${t("optional")}</span>`}</label>
    ${control}${drawError(id, desk.error(field.id))}</div>`;
}

/** @param {string} id @param {string} error @returns {Drawn} */
export function drawError(id, error) {
  return error ? html`<p class="field__error" id="${id}-error">${icon("circle-alert")}<span>${error}</span></p>` : nothing;
}

/** @param {Field} field @param {string} id @param {Desk} desk @param {number} rows */
function drawText(field, id, desk, rows) {
  return html`<textarea class="input" id=${id} rows=${rows} maxlength="20000" aria-invalid=${desk.error(field.id) ? "true" : nothing}
    aria-describedby=${desk.error(field.id) ? `${id}-error` : nothing} .value=${live(desk.value(field.id) ?? "")}
    @input=${on((value) => desk.set(field.id, value))}></textarea>`;
}

/** @param {Field} field @param {string} id @param {Desk} desk */
function drawLine(field, id, desk) {
  return html`<input class="input" id=${id} maxlength="500" aria-invalid=${desk.error(field.id) ? "true" : nothing}
    aria-describedby=${desk.error(field.id) ? `${id}-error` : nothing} .value=${live(desk.value(field.id) ?? "")}
    @input=${on((value) => desk.set(field.id, value))}>`;
}

/** @param {Field} field @param {string} id @param {Desk} desk */
function drawSelect(field, id, desk) {
  return drawOptions(id, [["", t("not said")], ...(field.options ?? [])], desk.value(field.id) ?? "", (value) => desk.set(field.id, value));
}

/**
 * A select. A value nobody knows (from an older template) stays choosable.
 * @param {string} id @param {[string, string][]} options @param {string} value @param {(value: string) => void} set @param {string} [label]
 */
export function drawOptions(id, options, value, set, label = "") {
  const known = options.some(([option]) => option === value);
  const all = known ? options : [...options, /** @type {[string, string]} */ ([value, value])];
  return html`<select class="input" id=${id} aria-label=${label || nothing} .value=${live(value)} @change=${on(set)}>
    ${all.map(([option, text]) => html`<option value=${option} ?selected=${option === value}>${text}</option>`)}</select>`;
}

/** @param {Field} field @param {Desk} desk @param {string[]} chosen @param {(chosen: string[]) => void} set @returns {Drawn} */
function drawBoxes(field, desk, chosen, set) {
  const options = field.options ?? [];
  return html`<fieldset class="field boxes"><legend>${field.label}${field.required ? nothing : html` <span class="tag">${t("optional")}</span>`}</legend>
    <div class="boxes__list">${options.map(
      ([id, text]) => html`<label><input type="checkbox" .checked=${live(chosen.includes(id))} @change=${() => set(toggled(chosen, id, options))}> <span>${text}</span></label>`,
    )}</div>${drawError(`f-${field.id}`, desk.error(field.id))}</fieldset>`;
}

/** With or without `id`, in the order of the options. @param {string[]} chosen @param {string} id @param {[string, string][]} options */
function toggled(chosen, id, options) {
  const next = chosen.includes(id) ? chosen.filter((other) => other !== id) : [...chosen, id];
  return options.map(([option]) => option).filter((option) => next.includes(option));
}

/** A choice from the matrix with a few words before it (R-06). @param {Field} field @param {string} id @param {Desk} desk */
function drawDerived(field, id, desk) {
  const value = desk.value(field.id) ?? {};
  const set = (/** @type {object} */ change) => desk.set(field.id, { items: [], ...value, ...change });
  if (!field.options?.length) {
    return html`<div class="field"><p class="field__label">${field.label}</p><p class="field__hint">${t("The matrix is empty. What stands there can be chosen here.")}</p></div>`;
  }
  return html`${drawBoxes(field, desk, value.items ?? [], (items) => set({ items }))}
    <details class="more more--plain" ?open=${Boolean(value.lead_in)}><summary>${t("A few words before it")}</summary>
      <textarea class="input" id=${id} rows="2" aria-label=${t("A few words before it")} .value=${live(value.lead_in ?? "")}
        @input=${on((text) => set({ lead_in: text }))}></textarea></details>`;
}

/** A listener that hands on the value of its input. @param {(value: string) => void} take */
export function on(take) {
  return (/** @type {Event} */ event) => take(/** @type {HTMLInputElement} */ (event.target).value);
}
