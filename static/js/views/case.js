// A case as it is read on a phone or a wall: the value of the room entity `case` (facilitation/cases/views.py).

import { html, nothing } from "../../vendor/lit-html.js";
import { t } from "../lib/i18n.js";
import { category, degreeWord, icon, quad } from "./marks.js";

/** @typedef {import("./marks.js").Drawn} Drawn */

/** The draft SWOT as lines with their letters. @param {any} value @returns {Drawn} */
export function caseSwot(value) {
  const letters = ["S", "W", "O", "T"].filter((letter) => value.swot[letter]?.length);
  if (!letters.length) return html`<p class="tag">${t("No draft yet.")}</p>`;
  return html`<dl class="swot-lines">${letters.map(
    (letter) => html`<div data-q=${letter}><dt>${quad(letter)}</dt>${value.swot[letter].map((/** @type {any} */ line) => html`<dd>${line.text}</dd>`)}</div>`,
  )}</dl>`;
}

/**
 * Aspects with their elements, folded; the first one is open.
 * @param {any} value @param {Set<string>} open ids of what was toggled @param {(id: string) => void} toggled
 * @returns {Drawn}
 */
export function casePractice(value, open, toggled) {
  return html`${value.aspects.map((/** @type {any} */ aspect, /** @type {number} */ index) => {
    const isOpen = (index === 0) !== open.has(aspect.id);
    return html`<details class="aspect more" ?open=${isOpen} @toggle=${(/** @type {any} */ event) => event.target.open !== (index === 0) !== open.has(aspect.id) && toggled(aspect.id)}>
      <summary>${icon("chevron-right")}<span>${aspect.title}</span></summary>
      ${aspect.text ? html`<p class="aspect__text">${aspect.text}</p>` : nothing}
      ${aspect.elements.map(element)}
    </details>`;
  })}`;
}

/** @param {any} value @returns {Drawn} */
function element(value) {
  return html`<div class="element">${category(value.category, value.category_label)}<b>${value.title}</b>${value.text ? html`<p>${value.text}</p>` : nothing}
    ${value.suggestions.map(
      (/** @type {any} */ each) => html`<p class="element__suggestion"><span class="tag">${t("Could move:")}</span> ${each.what || each.how}${each.degree ? html` <span class="tag">${degreeWord(each.degree)}</span>` : nothing}</p>`,
    )}</div>`;
}

/** Fields of a section: label and text. @param {Array<{label: string, text: string}>} blocks @returns {Drawn} */
export function caseBlocks(blocks) {
  return html`${blocks.map(
    (block) => html`<div class="sheet-page__block"><h3>${block.label}</h3>${block.text.split(/\n+/).map((line) => html`<p>${line}</p>`)}</div>`,
  )}`;
}

/** What is open in the case, and what was asked in the room with its answers. @param {any} value @param {Array<{text: string, answer: string}>} asked @returns {Drawn} */
export function caseQuestions(value, asked) {
  return html`${value.questions.length ? html`<section><h2>${t("Open questions of the case")}</h2><ul class="plain-list">${value.questions.map((/** @type {string} */ text) => html`<li>${text}</li>`)}</ul></section>` : nothing}
    ${value.unresolved.length ? html`<section><h2>${t("Challenges not solved yet")}</h2><ul class="plain-list">${value.unresolved.map((/** @type {any} */ each) => html`<li>${each.title}</li>`)}</ul></section>` : nothing}
    ${value.challenges?.length ? html`<section><h2>${t("Challenges that peers named")}</h2><ul class="plain-list">${value.challenges.map((/** @type {string} */ text) => html`<li>${text}</li>`)}</ul></section>` : nothing}
    <section><h2>${t("Asked in the room")}</h2>${
      asked.length
        ? html`<dl class="qa">${asked.map((each) => html`<dt>${each.text}</dt><dd>${each.answer || t("not answered yet")}</dd>`)}</dl>`
        : html`<p class="tag">${t("Nothing was asked yet.")}</p>`
    }</section>`;
}
