// The matrix as it is edited: a table of three columns on a desk, entries under each other on a narrow page (case.css does that).

import { html, nothing, repeat } from "../../vendor/lit-html.js";
import { t } from "../lib/i18n.js";
import { act } from "../cases/rows.js";
import { drawItemForm } from "./matrix-edit.js";
import { category, icon } from "./marks.js";

/** @typedef {import("./marks.js").Drawn} Drawn */
/** @typedef {import("../cases/matrix.js").Item} Item */
/** @typedef {import("../cases/matrix.js").Kind} Kind */
/** @typedef {{form: any, open: any, desk: any, edit: any, close: () => void, move: any, remove: any}} Board */

/** @param {Board} board @returns {Drawn} */
export function drawMatrix(board) {
  const { form } = board;
  return html`${drawQuestions(form)}
    <div class="matrix-frame"><table class="matrix matrix--edit">
      <caption class="visually-hidden">${t("Good practice aspects, their elements, and what others can take over")}</caption>
      <thead><tr><th scope="col">${t("Aspect")}<small>${t("the action an actor takes")}</small></th>
        <th scope="col">${t("Key elements")}<small>${t("what made it work, or hard")}</small></th>
        <th scope="col">${t("Suggestions for transferability")}<small>${t("as many as fit, none is fine")}</small></th></tr></thead>
      ${repeat(form.aspects, (aspect) => aspect.id, (aspect) => drawAspect(aspect, board))}
      ${isNew(board, "aspect", null) ? html`<tbody><tr class="is-edited"><td colspan="3">${drawItemForm("aspect", board)}</td></tr></tbody>` : nothing}
    </table></div>
    ${form.aspects.length || board.open ? nothing : html`<p class="matrix__none">${t("Nothing yet. An aspect is the action, solution or approach an actor takes.")}</p>`}
    <p class="matrix-add"><button class="button button--small" type="button" @click=${() => board.edit("aspect", null, null)}>${icon("plus")}<span>${t("Aspect")}</span></button></p>`;
}

/** The guiding questions of the categories, to read before one begins. @param {any} form @returns {Drawn} */
function drawQuestions(form) {
  return html`<details class="more more--plain matrix-questions"><summary>${t("What the template asks here")}</summary>
    <dl class="facts">${form.categories.map((one) => html`<dt>${category(one.id, one.label)}</dt><dd>${one.question}</dd>`)}</dl>
    <ul class="plain-list">${form.questions.map((question) => html`<li>${question.text}</li>`)}</ul></details>`;
}

/** @param {Item} aspect @param {Board} board */
function drawAspect(aspect, board) {
  const adding = isNew(board, "element", aspect);
  const rows = Math.max(1, aspect.elements.length) + (adding ? 1 : 0) + 1;
  const head = html`<th scope="rowgroup" rowspan=${rows} data-item=${aspect.id}>${
    isOpen(board, aspect) ? drawItemForm("aspect", board) : drawAspectHead(aspect, board)
  }</th>`;
  const [first, ...rest] = aspect.elements;
  return html`<tbody @keydown=${keys(board, "aspect", aspect, null)} class=${isOpen(board, aspect) ? "is-edited" : ""}>
    ${first ? drawElement(first, aspect, board, head) : html`<tr>${head}<td class="matrix__none" colspan="2">${t("No element yet. What made this work, or hard?")}</td></tr>`}
    ${repeat(rest, (element) => element.id, (element) => drawElement(element, aspect, board, nothing))}
    ${adding ? html`<tr class="is-edited"><td colspan="2">${drawItemForm("element", board)}</td></tr>` : nothing}
    <tr class="matrix__more"><td colspan="2"><button class="button button--small" type="button" @click=${() => board.edit("element", null, aspect)}>${icon("plus")}<span>${t("Element for %(ref)s", { ref: aspect.ref })}</span></button></td></tr>
  </tbody>`;
}

/** @param {Item} aspect @param {Board} board */
function drawAspectHead(aspect, board) {
  const topics = board.form.topics.filter(([id]) => (aspect.topics ?? []).includes(id)).map(([, label]) => label);
  return html`<span class="matrix__no">${aspect.ref}</span>${aspect.title}
    ${aspect.description ? html`<span class="element__text">${aspect.description}</span>` : nothing}
    ${topics.length ? html`<span class="origin">${topics.join(" · ")}</span>` : nothing}${drawOrigin(aspect, board)}
    ${drawActs("aspect", aspect, null, board)}`;
}

/** @param {Item} element @param {Item} aspect @param {Board} board @param {Drawn} head */
function drawElement(element, aspect, board, head) {
  const open = isOpen(board, element);
  const under = isNew(board, "suggestion", element) || element.suggestions.some((item) => isOpen(board, item));
  return html`<tr class=${open || under ? "is-edited" : ""} @keydown=${keys(board, "element", element, aspect)}>${head}
    <td data-item=${element.id} class=${element.origin === "lab" ? "from-lab" : ""}>${open ? drawItemForm("element", board) : drawElementHead(element, aspect, board)}</td>
    <td>${drawSuggestions(element, board)}</td></tr>`;
}

/** @param {Item} element @param {Item} aspect @param {Board} board */
function drawElementHead(element, aspect, board) {
  const known = board.form.categories.find((one) => one.id === element.category);
  return html`${known ? category(known.id, known.label) : html`<span class="category">${t("No category")}</span>`}
    <span class="element__title"><span class="matrix__no">${aspect.ref}.${element.ref}</span> ${element.title}</span>
    ${element.description ? html`<span class="element__text">${element.description}</span>` : nothing}
    ${drawAnswers(known, element)}${drawOrigin(element, board)}${drawActs("element", element, aspect, board)}`;
}

/** Answers to the prompts of the chosen category; those of another one are kept, not shown. @param {any} known @param {Item} element @returns {Drawn} */
function drawAnswers(known, element) {
  const answers = (known?.fields ?? []).flatMap((field) => {
    const value = element.extra?.[field.id];
    const label = field.options?.find(([id]) => id === value)?.[1] ?? (field.options?.length ? "" : value);
    return label ? [html`<div><dt>${field.label}</dt><dd>${label}</dd></div>`] : [];
  });
  return answers.length ? html`<dl class="matrix__answers">${answers}</dl>` : nothing;
}

/** @param {Item} element @param {Board} board */
function drawSuggestions(element, board) {
  const adding = isNew(board, "suggestion", element);
  const none = !element.suggestions.length && !adding;
  return html`${repeat(element.suggestions, (item) => item.id, (item) => html`<div class="suggestion ${item.origin === "lab" ? "from-lab" : ""}" data-item=${item.id}
      @keydown=${keys(board, "suggestion", item, element)}>${isOpen(board, item) ? drawItemForm("suggestion", board) : drawSuggestion(item, element, board)}</div>`)}
    ${adding ? html`<div class="suggestion">${drawItemForm("suggestion", board)}</div>` : nothing}
    ${none ? html`<span class="matrix__none">${t("No suggestion yet, and none is needed.")}</span> ` : nothing}
    <button class="text-button" type="button" @click=${() => board.edit("suggestion", null, element)}>${none ? t("Add one") : t("Another suggestion")}</button>`;
}

/** @param {Item} item @param {Item} element @param {Board} board */
function drawSuggestion(item, element, board) {
  const label = (id) => {
    const field = board.form.suggestion.find((one) => one.id === id);
    return field?.options?.find(([option]) => option === item[id])?.[1] ?? "";
  };
  const needs = board.form.needs.map((field) => item.needs?.[field.id]).filter(Boolean).join(", ");
  return html`<p>${item.what_to_transfer ? html`<b>${item.what_to_transfer}</b> ` : nothing}${item.how_to_transfer ?? ""}</p>
    <p class="suggestion__line">${said([
      item.target_context && t("For: %(setting)s", { setting: item.target_context }),
      needs && t("Needs: %(needs)s", { needs }),
      label("specificity"),
    ])} <b>${label("degree")}</b></p>
    ${drawOrigin(item, board)}${drawActs("suggestion", item, element, board)}`;
}

/** What there is, apart by a dot. @param {any[]} parts */
function said(parts) {
  return parts.filter(Boolean).map((part, at) => html`${at ? " · " : nothing}${part}`);
}

/** @param {Item} item @param {Board} board @returns {Drawn} */
function drawOrigin(item, board) {
  const label = board.form.words.origins.find(([id]) => id === item.origin)?.[1] ?? "";
  return label ? html`<span class="origin">${item.origin === "lab" ? html`<mark>${label}</mark>` : label}</span>` : nothing;
}

/** @param {Kind} kind @param {Item} item @param {Item | null} parent @param {Board} board */
function drawActs(kind, item, parent, board) {
  const name = kind === "suggestion" ? t("this suggestion") : kind === "aspect" ? item.ref : `${parent?.ref}.${item.ref}`;
  const items = kind === "aspect" ? board.form.aspects : (parent?.[kind === "element" ? "elements" : "suggestions"] ?? []);
  const at = items.indexOf(item);
  const button = (id, sign, label, run, off) => act(sign, label, run, off, id);
  return html`<span class="matrix__acts">${button("edit", "pencil", t("Edit %(what)s", { what: name }), () => board.edit(kind, item, parent), false)}
    ${items.length > 1 ? html`${button("up", "arrow-up", t("Move %(what)s up", { what: name }), () => board.move(kind, item, parent, -1), at === 0)}
    ${button("down", "arrow-down", t("Move %(what)s down", { what: name }), () => board.move(kind, item, parent, 1), at === items.length - 1)}` : nothing}
    ${button("remove", "trash-2", t("Take %(what)s out", { what: name }), () => board.remove(kind, item, parent), false)}</span>`;
}

/** Alt with an arrow moves the item one is in, the innermost first. */
function keys(board, kind, item, parent) {
  return (event) => {
    if (!event.altKey || (event.key !== "ArrowUp" && event.key !== "ArrowDown") || event.defaultPrevented) return;
    if (event.target.closest("input, textarea, select")) return;
    event.preventDefault();
    board.move(kind, item, parent, event.key === "ArrowUp" ? -1 : 1);
  };
}

/** @param {Board} board @param {Item} item */
function isOpen(board, item) {
  return board.open?.item === item;
}

/** Is a new item of this kind being written here? It has no place of its own until it is stored. */
function isNew(board, kind, parent) {
  return Boolean(board.open && !board.open.item && board.open.kind === kind && board.open.parent === parent);
}
