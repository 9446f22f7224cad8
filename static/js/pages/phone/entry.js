// Contributions on a phone with what one can do: own ones with their true state, the room's with replies.

import { guard, html, nothing, repeat } from "../../../vendor/lit-html.js";
import { number, t, tn } from "../../lib/i18n.js";
import { contribution, reply, replyAct, replySign, replyWord, stances } from "../../views/contribution.js";
import { delivery, icon } from "../../views/marks.js";
import { repliesTo } from "./derive.js";
import { fetchPart } from "./later.js";
import { moreButton, startOf } from "./long.js";

/** @typedef {import("./app.js").App} App */
/** @typedef {import("./derive.js").Own} Own */
/** @typedef {import("../../live/table.js").Entries} Entries */
/** @typedef {import("../../views/marks.js").Drawn} Drawn */

/** What one may answer with, by the kind of board; the first ones are buttons. @param {string} boardKind */
function acts(boardKind) {
  if (boardKind === "challenges") return ["solution", "agree", "disagree"];
  if (boardKind === "questions") return ["answer", "agree"];
  return ["build", "agree", "disagree"];
}

/**
 * A text of this person: state, reason, what to do about it, and what others answered. Drawn again only when one of these changed.
 * @param {App} app @param {Own} own @returns {Drawn}
 */
export function ownEntry(app, own) {
  const about = own.value.parent ? app.store.get("contribution", own.value.parent) : undefined;
  const replies = own.item ? NO_REPLIES : repliesTo(app.store, own.id);
  const from = [own.value, own.state, own.reason, own.pendingText, own.item, about, ...threadFrom(app, replies, own.id)];
  return guarded(from, () => (own.value.parent ? ownReply(app, own) : ownText(app, own, replies)));
}

/** @type {Entries} */
const NO_REPLIES = [];

/** @param {unknown[]} from what a drawing is made from @param {() => Drawn} draw @returns {Drawn} */
const guarded = (from, draw) => /** @type {any} */ (guard(from, draw));

/** @param {App} app @param {Own} own @param {Entries} replies @returns {Drawn} */
function ownText(app, own, replies) {
  return contribution(
    { ...own.value, text: own.pendingText ?? own.value.text },
    {
      id: `own-${own.id}`,
      cls: "contribution--own",
      label: false,
      line: html`${delivery(own.pendingText ? "waiting" : own.state, own.state === "hidden" ? "" : own.reason)}${quietActs(app, own)}`,
      below: html`${own.state === "hidden" ? hiddenNote(app, own) : nothing}${thread(app, replies, own.id, true)}`,
    },
  );
}

/** @param {App} app @param {Own} own @returns {Drawn} */
function ownReply(app, own) {
  const about = app.store.get("contribution", own.value.parent);
  return html`<article class="contribution contribution--own" id="own-${own.id}">
    <span class="contribution__mark">${icon(replySign(own.value.reply_kind))}</span>
    <div class="contribution__body">
      ${about ? html`<p class="tag">${t("On: %(text)s", { text: about.text })}</p>` : nothing}
      <p class="contribution__text"><b class="reply__kind">${replyWord(own.value.reply_kind)}</b> ${own.pendingText ?? own.value.text}</p>
      <div class="contribution__line">${delivery(own.pendingText ? "waiting" : own.state, own.state === "hidden" ? "" : own.reason)}${quietActs(app, own)}</div>
      ${own.state === "hidden" ? hiddenNote(app, own) : nothing}
    </div></article>`;
}

/** Reword and take back: there while the lab takes texts, quiet. @param {App} app @param {Own} own @returns {Drawn} */
function quietActs(app, own) {
  if (own.item || app.readOnly || own.state === "hidden") return nothing;
  const words = t("Take back: %(text)s", { text: own.value.text });
  return html`<span class="entry__acts">${
    own.value.text ? html`<button class="text-button" type="button" aria-label=${t("Reword: %(text)s", { text: own.value.text })} @click=${() => reword(app, own)}>${t("Reword")}</button>` : nothing
  }<button class="text-button" type="button" aria-label=${words} @click=${() => takeBack(app, own)}>${t("Take back")}</button></span>`;
}

/** @param {App} app @param {Own} own */
async function reword(app, own) {
  const { openReword } = await fetchPart("reword");
  openReword(app, own);
}

/** @param {App} app @param {Own} own */
export function takeBack(app, own) {
  void app.send("contribution.withdraw", { id: own.id }, `withdraw:${own.id}`);
  app.say(t("Taken back by you"));
}

/** Why it is hidden, and the way to say it differently. @param {App} app @param {Own} own @returns {Drawn} */
function hiddenNote(app, own) {
  return html`<div class="said">${
    own.reason ? html`<p><q>${own.reason}</q> <span class="tag">${t("Facilitator")}</span></p>` : html`<p>${t("A facilitator hid it without a word. You may say it differently.")}</p>`
  }<span class="said__acts"><button class="button button--small" type="button" @click=${() => reword(app, own)}>${icon("pencil")}<span>${t("Reword")}</span></button>
    <button class="button button--small" type="button" @click=${() => takeBack(app, own)}>${icon("trash-2")}<span>${t("Take back")}</span></button></span></div>`;
}

/**
 * Somebody else's contribution: the text, what others said to it, what one can say. Drawn again only when one of these changed.
 * @param {App} app @param {string} id @param {any} value @param {string} boardKind @param {unknown} [context]
 * @returns {Drawn}
 */
export function roomEntry(app, id, value, boardKind, context = nothing) {
  const replies = repliesTo(app.store, id);
  const given = STANCES.filter((kind) => ownStance(app, id, kind));
  return guarded([value, boardKind, context, given.join(), ...threadFrom(app, replies, id)], () =>
    contribution(value, {
      id: `c-${id}`,
      context,
      line: app.readOnly ? nothing : html`<span class="entry__acts">${acts(boardKind).map((kind) => replyButton(app, id, value, kind, given))}</span>`,
      below: thread(app, replies, id),
    }),
  );
}

const STANCES = ["agree", "disagree"];

/** Agreement and objection are one tap; anything else opens the composer. @param {App} app @param {string} id @param {any} value @param {string} kind @param {string[]} given @returns {Drawn} */
function replyButton(app, id, value, kind, given) {
  const stance = STANCES.includes(kind);
  const name = t("%(act)s: %(text)s", { act: replyAct(kind), text: value.text });
  const press = () => (stance ? toggleStance(app, id, kind) : beginReply(app, id, kind));
  return html`<button class="text-button" type="button" aria-label=${name} aria-pressed=${stance ? String(given.includes(kind)) : nothing} @click=${press}>${replyAct(kind)}</button>`;
}

/** @param {App} app @param {string} id @param {string} kind @returns {Own | undefined} */
function ownStance(app, id, kind) {
  return app.stances().get(`${id} ${kind}`);
}

/** @param {App} app @param {string} id @param {string} kind */
function toggleStance(app, id, kind) {
  const given = ownStance(app, id, kind);
  const other = ownStance(app, id, kind === "agree" ? "disagree" : "agree");
  if (other) undo(app, other);
  if (given) undo(app, given);
  else void app.send("contribution.reply", { id, kind }, `stance:${id}`);
  app.say(given ? t("Taken back by you") : replyAct(kind));
}

/** @param {App} app @param {Own} own */
function undo(app, own) {
  if (!own.item) takeBack(app, own);
  else if (own.item.result?.id) void app.send("contribution.withdraw", { id: own.item.result.id });
  else if (own.item.state === "waiting" && own.item.tries === 0) void app.outbox.discard(own.item.key);
}

/** @param {App} app @param {string} id @param {string} kind */
function beginReply(app, id, kind) {
  app.ui.reply = { id, kind };
  app.draw();
  app.drawNow(); // at once: what is typed next belongs to the reply, and some phones show their keyboard only within the tap
  document.getElementById("composer-text")?.focus();
}

/** What a thread is drawn from. @param {App} app @param {Entries} replies @param {string} id */
function threadFrom(app, replies, id) {
  return replies.length ? [replies, app.ownIds(), app.ui.open.has(id), app.ui.asked.get(`thread ${id}`)] : [];
}

/**
 * What hangs under a contribution: counts of agreement, then answers in words, folded when there are many.
 * @param {App} app @param {Entries} replies @param {string} id @param {boolean} [unfolded]
 * @returns {Drawn}
 */
function thread(app, replies, id, unfolded = false) {
  if (!replies.length) return nothing;
  const mine = app.ownIds();
  const worded = replies.filter(([, value]) => value.text);
  const counts = stances(replies.filter(([, value]) => !value.text).map(([, value]) => value));
  const open = unfolded || worded.length <= 2 || app.ui.open.has(id);
  const unfold = () => {
    app.ui.open.add(id);
    app.draw();
  };
  const part = startOf(app, `thread ${id}`, worded);
  return html`<div class="thread">${counts ? html`<p class="thread__counts">${icon("thumbs-up")}<span>${counts}</span></p>` : nothing}${
    open
      ? html`${repeat(part.drawn, ([each]) => each, ([each, value]) => reply(value, mine.has(each) ? html`<span class="tag">${t("yours")}</span>` : nothing))}${moreButton(app, `thread ${id}`, part, t("Show more (%(n)s)", { n: number(part.rest) }))}`
      : html`<button class="text-button" type="button" @click=${unfold}>${tn("%(n)s reply", "%(n)s replies", worded.length)}</button>`
  }</div>`;
}
