// Texts that were not stored and came back: with the reason, and Edit, Copy, Discard (phone rule 3). They stand on every screen
// until the person decided; what has no text says its reason once and goes.

import { html, nothing, repeat } from "../../../vendor/lit-html.js";
import { t } from "../../lib/i18n.js";
import { deliveryWords, icon } from "../../views/marks.js";
import { EVALUATION, ideaPlace, placeOf, replyPlace } from "./drafts.js";

/** @typedef {import("./app.js").App} App */
/** @typedef {import("../../live/outbox.js").Item} Item */
/** @typedef {import("../../views/marks.js").Drawn} Drawn */

const EDITABLE = new Set(["contribution.reply", "evaluation.answer"]);

/** The words of a command, if it has any. @param {Item} item @returns {string} */
export function wordsOf({ name, args }) {
  if (name === "evaluation.answer") return args.answers?.comment ?? "";
  return args.text ?? "";
}

/** @param {App} app @param {string[]} boards those of this screen @returns {Drawn} */
export function returnedTexts(app, boards) {
  const items = app.outbox.items().filter((item) => item.state === "returned" && wordsOf(item));
  if (!items.length) return nothing;
  return html`<section class="entries entries--returned" aria-labelledby="returned">
    <h2 class="entries__head" id="returned">${t("Not sent")}</h2>
    ${repeat(items, (item) => item.key, (item) => returnedText(app, item, boards))}
  </section>`;
}

/** @param {App} app @param {Item} item @param {string[]} boards @returns {Drawn} */
function returnedText(app, item, boards) {
  const text = wordsOf(item);
  const reason = item.reason?.message ?? "";
  const editable = item.name === "contribution.post" ? boards.includes(item.args.board) : EDITABLE.has(item.name);
  return html`<article class="contribution" id="returned-${item.key}"><span class="contribution__mark">${icon("undo-2")}</span>
    <div class="contribution__body"><p class="contribution__text">${text}</p>
      <div class="contribution__line"><span class="delivery" data-state="returned">${icon("undo-2")}<span>${deliveryWords("returned", reason)}</span></span></div>
      <p class="said__acts">${
        editable ? html`<button class="button button--small" type="button" @click=${() => edit(app, item)}>${icon("pencil")}<span>${t("Edit")}</span></button>` : nothing
      }<button class="button button--small" type="button" @click=${() => copy(app, text)}>${icon("copy")}<span>${t("Copy")}</span></button>
        <button class="button button--small" type="button" @click=${() => app.outbox.discard(item.key)}>${icon("trash-2")}<span>${t("Discard")}</span></button></p>
    </div></article>`;
}

/** Back into the composer, where it was written; what was begun there meanwhile stays behind it. @param {App} app @param {Item} item */
function edit(app, item) {
  const { args } = item;
  const place = writtenAt(item);
  const begun = app.drafts.get(place);
  const text = [wordsOf(item), begun.text].filter((each) => each?.trim()).join(" ");
  if (item.name === "contribution.reply") {
    app.drafts.set(place, { text });
    app.ui.reply = { id: args.id, kind: args.kind };
  } else if (item.name === "evaluation.answer") {
    app.drafts.set(place, { answers: { ...args.answers, ...begun.answers, comment: text }, text });
  } else {
    const { kind, people, target, extra } = args;
    app.drafts.set(place, { kind, people, target, ...extra, text });
    if (args.column) app.ui.column[args.board] = args.column;
    if (args.target) app.ui.tab.transfer = "write";
    app.ui.reply = null;
  }
  void app.outbox.discard(item.key, app.drafts.write(place));
  app.drawNow();
  document.getElementById("composer-text")?.focus();
}

/** Where the words of a returned item were written. @param {Item} item */
function writtenAt({ name, args }) {
  if (name === "contribution.reply") return replyPlace(args.id);
  if (name === "evaluation.answer") return EVALUATION;
  return args.target ? ideaPlace(args.board) : placeOf({ board: args.board, column: args.column ?? "" });
}

/** The clipboard needs a secure context; on plain http the old way is tried. @param {App} app @param {string} text */
async function copy(app, text) {
  const done = (await navigator.clipboard?.writeText(text).then(() => true, () => false)) || copyTheOldWay(text);
  app.say(done ? t("Copied") : t("Copying did not work. Please select the text yourself."));
}

/** @param {string} text */
function copyTheOldWay(text) {
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "visually-hidden";
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  return done;
}

/** Refused acts without words (a hand, an agreement, a withdrawal): say why, once. A vote says it beside its dots. @param {App} app */
export function answerSilentReturns(app) {
  for (const item of app.outbox.items()) {
    if (item.state !== "returned" || wordsOf(item) || item.name === "ballot.vote") continue;
    void app.outbox.discard(item.key);
    app.toast(item.reason?.message ?? "");
  }
}
