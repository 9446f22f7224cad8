// The author's new wording, and what happens when two devices of one person reworded at once: both texts, nothing lost (D11).

import { html, live, nothing, render } from "../../../vendor/lit-html.js";
import { graphemes } from "../../lib/graphemes.js";
import { t } from "../../lib/i18n.js";
import { icon } from "../../views/marks.js";
import { counter } from "./composer.js";

/** @typedef {import("./app.js").App} App */

/** @param {App} app @param {import("./derive.js").Own} own */
export function openReword(app, own) {
  const board = app.store.get("board", own.value.board);
  show(app, { id: own.id, version: own.value.version, text: own.value.text, max: board?.max_length ?? 140, moderated: board?.moderated || own.state === "hidden" });
}

/**
 * @param {App} app
 * @param {{id: string, version: number, text: string, max: number, moderated: boolean, theirs?: {text: string, version: number}}} state
 */
function show(app, state) {
  const dialog = document.createElement("dialog");
  dialog.className = "dialog";
  dialog.setAttribute("aria-labelledby", "reword-title");
  document.body.append(dialog);
  const close = () => dialog.close();
  dialog.addEventListener("close", () => dialog.remove());
  const draw = () => render(body(state, { draw, send, close }), dialog);
  const send = async () => {
    close();
    await app.send("contribution.reword", { id: state.id, text: state.text.trim(), version: state.version }, `reword:${state.id}`);
    app.say(t("On this phone. It sends itself."));
  };
  draw();
  dialog.showModal();
  /** @type {HTMLTextAreaElement | null} */ (dialog.querySelector("textarea"))?.focus();
}

/** @param {any} state @param {{draw: () => void, send: () => Promise<void>, close: () => void}} acts */
function body(state, { draw, send, close }) {
  const length = graphemes(state.text);
  const able = length > 0 && length <= state.max;
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    if (able) void send();
  };
  const input = (/** @type {any} */ event) => {
    state.text = event.target.value;
    draw();
  };
  return html`<header class="dialog__head"><h2 id="reword-title">${state.theirs ? t("Two wordings at once") : t("Reword")}</h2>
      <button class="button button--icon button--small" type="button" aria-label=${t("Close")} @click=${close}>${icon("x")}</button></header>
    <form class="dialog__body" @submit=${submit}>
      ${
        state.theirs
          ? html`<div class="notice">${icon("info")}<p>${t("Meanwhile it was changed on another device of yours. Both texts are here; nothing is lost.")}</p></div>
            <div><p class="tag">${t("Stored now")}</p><p>${state.theirs.text}</p></div>`
          : nothing
      }
      <div class="field"><div class="composer__head"><label for="reword-text">${t("Your wording")}</label>${counter(length, state.max)}</div>
        <textarea class="input" id="reword-text" rows="4" .value=${live(state.text)} @input=${input}></textarea>
        ${state.moderated ? html`<p class="field__hint">${t("The facilitators look at the new wording first.")}</p>` : nothing}</div>
      <div class="dialog__acts">${
        state.theirs
          ? html`<button class="button" type="button" @click=${close}>${t("Keep the stored one")}</button>`
          : html`<button class="button" type="button" @click=${close}>${t("Cancel")}</button>`
      }<button class="button button--main" type="submit" ?disabled=${!able}>${state.theirs ? t("Use mine") : t("Save")}</button></div>
    </form>`;
}

/**
 * Rewordings that came back: a conflict shows both texts, anything else says why. Called after each change of the outbox.
 * @param {App} app
 */
export function answerReturnedRewords(app) {
  for (const item of app.outbox.items()) {
    if (item.name !== "contribution.reword" || item.state !== "returned" || document.querySelector("dialog[open]")) continue;
    const theirs = item.reason?.data?.theirs;
    if (item.reason?.code !== "conflict" || !theirs) continue;
    void app.outbox.discard(item.key);
    const value = app.store.get("contribution", item.args.id);
    const board = app.store.get("board", value?.board);
    show(app, { id: item.args.id, text: item.args.text, version: theirs.version, max: board?.max_length ?? 2000, moderated: Boolean(board?.moderated), theirs });
  }
}
