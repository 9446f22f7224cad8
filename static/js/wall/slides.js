// The slides without a board: joining, waiting, talking, a case, one contribution, the end.

import { html, nothing } from "../../vendor/lit-html.js";
import { t, tn } from "../lib/i18n.js";
import { reply } from "../views/contribution.js";
import { category, isQuad, quad } from "../views/marks.js";
import { timer } from "../views/timer.js";
import { rich } from "../lib/rich.js";
import { qr, shortAddress } from "./frame.js";
import { words } from "./boards.js";

/** @typedef {import("../views/marks.js").Drawn} Drawn */
/** @typedef {import("./frame.js").Wall} Wall */
/** @typedef {import("./scene.js").Entity} Entity */

const LONG = 110; // signs from which a single contribution is set smaller

/** The way in, as a full slide. @param {Wall} wall @param {unknown} title @returns {Drawn} */
export function joinSlide(wall, title) {
  const { join, locked } = wall.room.lab;
  return html`<main class="join-slide" id="main" tabindex="-1">${qr(wall)}<div class="join-slide__words">
    <h1>${title}</h1>
    <p>${locked ? t("The door is closed. Please speak to the facilitators.") : t("Scan, or open this address:")}</p>
    <p class="join-slide__url">${shortAddress(join?.url)}</p>
    <p>${t("and type the code")}</p><p class="join-slide__code">${join?.code}</p>
    <p>${rich(t("No account, no installation. %(n)s here."), { n: html`<b>${wall.online}</b>` })}</p></div></main>`;
}

/** @param {unknown} title @param {unknown} line @param {unknown} [more] @returns {Drawn} */
export function plain(title, line, more = nothing) {
  return html`<main class="wall-talk" id="main" tabindex="-1"><h2>${title}</h2>${line ? html`<p>${line}</p>` : nothing}${more}</main>`;
}

/** Talk, break, evaluation: the time is the loudest thing. @param {Wall} wall @param {Entity} activity @returns {Drawn} */
export function talk(wall, activity) {
  return plain(activity.title, activity.instruction, wall.room.lab.state === "closing" ? nothing : timer(activity, wall.now));
}

/** @param {Wall} wall @param {Entity} contribution @param {Entity | undefined} board @returns {Drawn} */
export function spotlight(wall, contribution, board) {
  const replies = (wall.room.replies.get(contribution.id) ?? []).filter((item) => item.text).slice(0, 3);
  const column = board?.columns.find((/** @type {any} */ entry) => entry.id === contribution.column);
  return html`<main class="spotlight" id="main" tabindex="-1" data-length=${contribution.text.length > LONG ? "long" : nothing}>
    ${isQuad(contribution.column) ? quad(contribution.column) : html`<span></span>`}
    <p class="spotlight__text">${words(contribution)}</p>
    <p class="spotlight__line">${board ? html`<span>${board.title}</span>` : nothing}${column && !isQuad(column.id) && column.title !== board?.title ? html`<span>${column.title}</span>` : nothing}${contribution.people ? html`<span>${tn("for %(n)s person", "for %(n)s people", contribution.people)}</span>` : nothing}</p>
    ${replies.map((item) => reply({ ...item, label: null }))}</main>`;
}

/** A case while it is presented: the section the facilitator chose. @param {Wall} wall @param {Entity} about @returns {Drawn} */
export function caseSlide(wall, about) {
  const id = wall.room.lab.section;
  const section = (about.sections ?? []).find((/** @type {any} */ entry) => entry.id === id);
  if (section) return slide(section.id, section.title, section.blocks.map(block));
  if (id) return slide(id, t("Aspects and elements"), (about.aspects ?? []).map(aspect));
  return overview(about);
}

/** @param {string} no @param {unknown} title @param {unknown} body */
function slide(no, title, body) {
  return html`<main class="wall-case" id="main" tabindex="-1"><p class="wall-case__no">${no}</p><h2>${title}</h2><div class="wall-case__body" data-fold>${body}<p class="and-more" data-more hidden></p></div></main>`;
}

/** @param {{label: string, text: string}} entry */
function block({ label, text }) {
  return html`<section data-size="1"><h3>${label}</h3>${text.split(/\n+/).map((line) => html`<p>${line}</p>`)}</section>`;
}

/** @param {any} value */
function aspect(value) {
  return html`<section class="wall-case__aspect" data-size="1"><h3>${value.title}</h3>
    ${value.elements.map((/** @type {any} */ element) => html`<div class="element">${category(element.category, element.category_label)}<p class="element__title">${element.title}</p></div>`)}</section>`;
}

/** @param {Entity} about */
function overview(about) {
  return html`<main class="wall-case" id="main" tabindex="-1"><p class="wall-case__no" aria-hidden="true">–</p><h2>${t("In short")}</h2><div class="wall-case__body" data-fold>
    ${about.impact ? html`<p class="wall-case__impact" data-size="1">${about.impact}</p>` : nothing}
    ${about.lead ? html`<p data-size="1">${about.lead}</p>` : nothing}
    ${about.topics?.length ? html`<p class="wall-case__topics" data-size="1">${about.topics.join(" · ")}</p>` : nothing}<p class="and-more" data-more hidden></p></div></main>`;
}
