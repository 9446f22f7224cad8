// What the console asks: one native dialog, its body by kind. Small questions about contributions stand here, those about the
// whole lab in lab-dialogs.js.

import { html, keyed, nothing } from "../../vendor/lit-html.js";
import { t, tn } from "../lib/i18n.js";
import { icon } from "../views/marks.js";
import { field, form } from "./dialog-form.js";
import { announce, closing, jump, keys, lab, log } from "./lab-dialogs.js";
import { sayFor } from "./queue.js";
import { boardOf } from "./room.js";

/** @typedef {import("../views/marks.js").Drawn} Drawn */
/** @typedef {import("./controls.js").Console} Console */
/** @typedef {{title: string, body: unknown}} Question */

/** @type {Record<string, (c: Console, asked: any) => Question | null>} */
const KINDS = { hide, ask, park, translate, move, device, conflict, announce, close: closing, jump, keys, lab, log, say };

/** @param {Console} c @returns {Drawn} */
export function dialog(c) {
  const asked = c.ui.dialog;
  const question = asked ? KINDS[asked.kind](c, asked) : null;
  return html`<dialog class="dialog ${asked && ["log", "keys", "lab"].includes(asked.kind) ? "dialog--wide" : ""}" id="dialog" aria-labelledby="dialog-title" @close=${c.closed}>${
    question
      ? keyed(asked, html`<header class="dialog__head"><h2 id="dialog-title">${question.title}</h2>
          <button class="button button--icon button--small" type="button" aria-label=${t("Close")} title=${t("Close")} @click=${c.close}>${icon("x")}</button></header>
          <div class="dialog__body">${question.body}</div>`)
      : nothing
  }</dialog>`;
}

/** @param {Console} c @param {string} id */
function quote(c, id) {
  const item = c.room.byId.get(id);
  return html`<blockquote class="dialog__quote" lang=${item?.lang ?? nothing}>${item?.text ?? ""}</blockquote>`;
}

/** @param {Console} c @param {{ids: string[]}} asked */
function hide(c, { ids }) {
  const reasons = [t("Names a person or company"), t("Said already"), t("Belongs to another board"), t("Not about the case")];
  const fields = html`${ids.map((id) => quote(c, id))}${field(t("Reason, told to the author"), "reason", { hint: t("Nobody else reads it.") })}
    <p class="choices__row">${reasons.map((reason) => html`<button class="button button--small" type="button" @click=${() => put("d-reason", reason)}>${reason}</button>`)}</p>`;
  return {
    title: tn("Hide this contribution", "Hide %(n)s contributions", ids.length),
    body: form(c, ({ reason }) => c.deeds.hide(ids, reason), fields, t("Hide it")),
  };
}

/** @param {string} id @param {string} text */
function put(id, text) {
  const input = /** @type {HTMLInputElement} */ (document.getElementById(id));
  input.value = text;
  input.focus();
}

/** @param {Console} c @param {{id: string}} asked */
function ask(c, { id }) {
  const wishes = [t("Please leave out the name."), t("Please say it in one sentence."), t("What exactly do you mean?")];
  const fields = html`${quote(c, id)}${field(t("What should be different?"), "text", { required: true, hint: t("It is hidden until the author sends another wording; that waits in the queue.") })}
    <p class="choices__row">${wishes.map((wish) => html`<button class="button button--small" type="button" @click=${() => put("d-text", wish)}>${wish}</button>`)}</p>`;
  const send = (/** @type {Record<string, string>} */ { text }) => c.acts.run("contribution.ask", { id, text }, { done: t("The author is asked for another wording") });
  return { title: t("Ask the author"), body: form(c, send, fields, t("Ask")) };
}

/** @param {Console} c @param {{id: string}} asked */
function park(c, { id }) {
  const parked = c.room.byId.get(id)?.parked ?? {};
  const done = t("Parked, with an owner");
  const fields = html`${quote(c, id)}
    ${field(t("Who takes care of it?"), "owner", { value: parked.owner ?? "", required: true })}
    ${field(t("Next step"), "next_step", { value: parked.next_step ?? "", max: 300 })}
    ${field(t("Until"), "date", { value: parked.date ?? "", type: "date" })}
    ${parked.owner ? html`<p><button class="text-button" type="button" @click=${() => { c.close(); void c.acts.run("contribution.park", { id }, { done: t("No longer parked") }); }}>${t("Take it off the parking list")}</button></p>` : nothing}`;
  return { title: t("Park it"), body: form(c, (values) => c.acts.run("contribution.park", { id, ...values }, { done }), fields, t("Park")) };
}

const LANGUAGES = ["en", "de", "es", "fr", "it", "pt", "nl", "pl", "sv", "fi", "cs", "ru", "ar", "zh"];

/** @param {Console} c @param {{id: string}} asked */
function translate(c, { id }) {
  const item = c.room.byId.get(id);
  const names = new Intl.DisplayNames([document.documentElement.lang], { type: "language" });
  const fields = html`${quote(c, id)}
    <div class="field"><label class="field__label" for="d-lang">${t("Written in")}</label><select class="input" id="d-lang" name="lang">${LANGUAGES.map((tag) => html`<option value=${tag} ?selected=${tag === (item?.lang ?? "es")}>${names.of(tag)}</option>`)}</select></div>
    ${field(t("In the language of the lab"), "translation", { value: item?.translation ?? "", rows: 3, max: 2000, required: true })}`;
  const send = (/** @type {Record<string, string>} */ values) => c.acts.run("contribution.translate", { id, ...values }, { done: t("The translation stands under the text") });
  return { title: t("Translate"), body: form(c, send, fields, t("Add the translation")) };
}

/** @param {Console} c @param {{ids: string[]}} asked */
function move(c, { ids }) {
  const board = boardOf(c.room, c.room.byId.get(ids[0])?.board);
  const go = (/** @type {string} */ column) => {
    c.close();
    void c.deeds.moveTo(ids, column);
  };
  return {
    title: tn("Move it to…", "Move %(n)s to…", ids.length),
    body: html`<ul class="choices__list">${(board?.columns ?? []).map((/** @type {any} */ column, /** @type {number} */ index) => html`<li><button class="button button--wide" type="button" ?autofocus=${index === 0} @click=${() => go(column.id)}>${column.title}</button></li>`)}</ul>`,
  };
}

/** Everything of one device, without learning whose it is. @param {Console} c @param {{id: string}} asked */
function device(c, { id }) {
  const run = (/** @type {string} */ name, /** @type {any} */ args, /** @type {string} */ done) => {
    c.close();
    void c.acts.run(name, args, { done });
  };
  return {
    title: t("The device that wrote this"),
    body: html`${quote(c, id)}<p>${t("You do not learn whose it is. Hiding everything can be taken back in one step; sending a device away cannot.")}</p>
      <div class="dialog__acts">
        ${c.may("seat.hide_all") ? html`<button class="button" type="button" @click=${() => run("seat.hide_all", { id, reason: t("Hidden by a facilitator") }, t("Everything from this device is hidden"))}>${icon("eye-off")}<span>${t("Hide everything from it")}</span></button>` : nothing}
        ${c.may("seat.remove") ? html`<button class="button button--alarm" type="button" @click=${() => run("seat.remove", { contribution: id }, t("The device was sent away"))}>${icon("log-out")}<span>${t("Send it away")}</span></button>` : nothing}
      </div>`,
  };
}

/** Two helpers renamed the same cluster: both texts, and nothing is lost. @param {Console} c @param {any} asked */
function conflict(c, { cluster, mine, theirs }) {
  const use = (/** @type {string} */ title) => {
    c.close();
    void c.acts.run("cluster.rename", { cluster, title, version: theirs.version }, { done: t("Renamed to “%(title)s”", { title }) });
  };
  return {
    title: t("Somebody else renamed it a moment ago"),
    body: html`<dl class="conflict"><dt>${t("Theirs, in force now")}</dt><dd>${theirs.title}</dd><dt>${t("Yours")}</dt><dd>${mine.title}</dd></dl>
      <div class="dialog__acts"><button class="button" type="button" @click=${c.close}>${t("Keep theirs")}</button><button class="button button--main" type="button" @click=${() => use(mine.title)}>${t("Use mine")}</button></div>`,
  };
}

/** @param {Console} c */
function say(c) {
  return { title: t("Say it for someone"), body: sayFor(c, false) };
}
