// Screens with nothing to do but listen: the lobby, a talk, a break.

import { html, nothing } from "../../../vendor/lit-html.js";
import { t, tn } from "../../lib/i18n.js";
import { icon } from "../../views/marks.js";
import { timer } from "../../views/timer.js";
import { returnedTexts } from "./returned.js";

/** @typedef {import("./app.js").App} App */
/** @typedef {import("../../views/marks.js").Drawn} Drawn */
/** @typedef {{main: Drawn, foot: Drawn}} Screen */

/** Before the first activity. @param {App} app @returns {Screen} */
export function lobbyScreen(app) {
  app.places = [];
  const lab = app.lab();
  return {
    main: html`<div class="waiting"><p class="tag">${t("You are in")}</p><h1 id="task" tabindex="-1">${lab.title}</h1>
      <p>${t("It begins in a moment. Keep this page open; it follows the room by itself.")}</p>
      ${app.online > 1 ? html`<p>${icon("users")} ${tn("%(n)s person is here", "%(n)s people are here", app.online)}</p>` : nothing}
      ${readFirst(app)}</div>`,
    foot: nothing,
  };
}

/** @param {App} app @returns {Drawn} */
function readFirst(app) {
  const cases = app.store.all("case");
  if (!cases.length) return nothing;
  return html`<div class="waiting__ways"><h2>${tn("Meanwhile, read the case", "Meanwhile, read the cases", cases.length)}</h2><ul class="ways">${cases.map(
    ([id, value]) => html`<li><button type="button" @click=${() => app.openSheet("case", id)}>${icon("book-open")}<span>${value.title}</span></button></li>`,
  )}</ul></div>`;
}

/** A talk or a break: one sentence, set large. @param {App} app @param {any} activity @returns {Screen} */
export function listenScreen(app, activity) {
  app.places = [];
  return {
    main: html`${returnedTexts(app, [])}<div class="waiting">${timer(activity, app.now())}<h1 id="task" tabindex="-1">${activity.title}</h1><p>${activity.instruction}</p>
      ${app.readOnly ? nothing : html`<button class="button" type="button" @click=${() => app.openSheet("parking")}>${icon("square-parking")}<span>${t("Something for later?")}</span></button>`}</div>`,
    foot: nothing,
  };
}
