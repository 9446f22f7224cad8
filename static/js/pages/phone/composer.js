// The composer at the lower edge: one text, its kind, how many speak, and what will be seen of it.

import { html, ifDefined, live, nothing } from "../../../vendor/lit-html.js";
import { graphemes } from "../../lib/graphemes.js";
import { t, tn } from "../../lib/i18n.js";
import { replyAct } from "../../views/contribution.js";
import { icon, isQuad } from "../../views/marks.js";
import { placeOf, replyPlace } from "./drafts.js";
import { promise } from "./promise.js";

/** @typedef {import("./app.js").App} App */
/** @typedef {import("../../views/marks.js").Drawn} Drawn */

const MAX_REPLY = 280;
const LARGEST_GROUP = 20;

/**
 * @typedef {object} Surface where a new text goes
 * @property {string} board
 * @property {any} value of the board
 * @property {string} column
 */

/** What the composer asks for. @param {string} boardKind @param {string} column @param {string} [kind] */
export function prompt(boardKind, column, kind) {
  if (kind === "experience") return t("Tell an experience");
  if (kind === "question") return t("Ask a question");
  const quadrants = { S: t("Add a strength"), W: t("Add a weakness"), O: t("Add an opportunity"), T: t("Add a threat") };
  return (
    {
      swot: quadrants[/** @type {"S"} */ (column)],
      challenges: t("Name a challenge you have not solved"),
      transferability: t("Your idea"),
      questions: t("Ask a question"),
      experiences: t("Tell an experience"),
      takeaways: t("What you take home"),
      parking: t("Park a point for later"),
    }[boardKind] ?? t("Write")
  );
}

/**
 * The composer of a surface, or of a reply when one is begun. Shows nothing to those who only look.
 * @param {App} app @param {Surface} surface
 * @returns {Drawn}
 */
export function composer(app, surface) {
  if (app.readOnly) return onlyLooking();
  return app.ui.reply ? replyComposer(app, surface) : postComposer(app, surface);
}

/** @returns {Drawn} */
function onlyLooking() {
  return html`<div class="composer phone__foot"><p class="composer__promise">${t("You see what a participant sees. Participants write here.")}</p></div>`;
}

/** @param {App} app @param {Surface} surface @returns {Drawn} */
function postComposer(app, surface) {
  const place = placeOf(surface);
  const draft = app.drafts.get(place);
  app.places = [place];
  const send = () => app.sendDraft(place, "contribution.post", postArgs(surface, draft));
  return form(app, {
    place,
    label: prompt(surface.value.kind, surface.column, draft.kind),
    q: isQuad(surface.column) && !draft.kind ? surface.column : undefined,
    max: surface.value.max_length,
    send,
    options: options(app, surface, place, draft),
    board: surface.value,
  });
}

/** @param {Surface} surface @param {import("./drafts.js").Draft} draft */
export function postArgs({ board, column }, draft) {
  return {
    board,
    text: draft.text,
    ...(column ? { column } : {}),
    ...(draft.kind ? { kind: draft.kind } : {}),
    ...((draft.people ?? 1) > 1 ? { people: draft.people } : {}),
  };
}

/** @param {App} app @param {Surface} surface @returns {Drawn} */
function replyComposer(app, surface) {
  const { id, kind } = /** @type {{id: string, kind: string}} */ (app.ui.reply);
  const parent = app.store.get("contribution", id);
  const place = replyPlace(id);
  const draft = app.drafts.get(place);
  app.places = [place];
  const close = () => {
    app.ui.reply = null;
    app.draw();
  };
  const send = () => {
    close();
    return app.sendDraft(place, "contribution.reply", { id, kind, text: draft.text });
  };
  const about = html`<div class="composer__about"><q>${parent?.text ?? t("This is no longer shown.")}</q>
    <button class="button button--icon button--small" type="button" aria-label=${t("Do not reply")} title=${t("Do not reply")} @click=${close}>${icon("x")}</button></div>`;
  const max = Math.max(surface.value?.max_length ?? 0, MAX_REPLY);
  return form(app, { place, label: replyAct(kind), max, send, about, board: surface.value, options: replyKinds(app, surface.value?.kind) });
}

const REPLY_KINDS = ["question", "build", "answer", "disagree", "experience", "solution"];

/** @param {App} app @param {string} boardKind @returns {Drawn} */
function replyKinds(app, boardKind) {
  const kinds = REPLY_KINDS.filter((kind) => kind !== "solution" || boardKind === "challenges");
  const chosen = app.ui.reply?.kind;
  return html`<fieldset class="chips"><legend class="visually-hidden">${t("What kind of reply?")}</legend>${kinds.map(
    (kind) => html`<label class="chip"><input type="radio" name="reply-kind" value=${kind} .checked=${kind === chosen}
      @change=${() => {
        if (app.ui.reply) app.ui.reply = { ...app.ui.reply, kind };
        app.draw();
      }}><span>${replyAct(kind)}</span></label>`,
  )}</fieldset>`;
}

/**
 * @typedef {object} Form
 * @property {string} place
 * @property {string} label
 * @property {number} max
 * @property {() => Promise<void>} send
 * @property {any} board
 * @property {string} [q]
 * @property {Drawn} [about]
 * @property {Drawn} [options]
 */

/** @param {App} app @param {Form} given @returns {Drawn} */
function form(app, { place, label, max, send, board, q, about = nothing, options: row = nothing }) {
  const text = app.drafts.get(place).text ?? "";
  const length = graphemes(text);
  const able = length > 0 && length <= max && app.lab().state !== "paused";
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    if (able) void send();
  };
  return html`<form class="composer phone__foot" id="composer" data-q=${ifDefined(q)} aria-label=${t("Write a contribution")} @submit=${submit}>
    ${about}
    <div class="composer__head"><label for="composer-text">${label}</label>${counter(length, max)}</div>
    <div class="composer__row"><textarea id="composer-text" rows="2" aria-describedby="composer-promise" .value=${live(text)}
        @input=${(/** @type {any} */ event) => {
          app.drafts.set(place, { text: event.target.value });
          app.draw();
        }}
        @keydown=${(/** @type {KeyboardEvent} */ event) => (event.ctrlKey || event.metaKey) && event.key === "Enter" && submit(event)}></textarea>
      <button class="send" type="submit" aria-label=${t("Send")} title=${t("Send")} ?disabled=${!able}>${icon("arrow-up")}</button></div>
    ${row}
    ${promiseLine(app, board)}
  </form>`;
}

/** @param {number} length @param {number} max @returns {Drawn} */
export function counter(length, max) {
  const over = length - max;
  const words = over > 0 ? tn("%(n)s character too many", "%(n)s characters too many", over) : t("%(length)s of %(max)s characters", { length, max });
  return html`<span class="composer__count ${over > 0 ? "composer__count--over" : ""}"><span aria-hidden="true">${length} / ${max}</span><span class="visually-hidden">${words}</span></span>`;
}

/** @param {App} app @param {any} board @param {unknown} [more] @returns {Drawn} */
export function promiseLine(app, board, more = nothing) {
  const { before, label, after } = promise(app, board);
  return html`<p class="composer__promise" id="composer-promise">${before} ${label ? html`<b>${label}</b>.` : nothing} ${after.join(" ")} ${more}</p>`;
}

/** The kind of the text and how many speak: folded away until somebody needs it. @param {App} app @param {Surface} surface @param {string} place @param {import("./drafts.js").Draft} draft @returns {Drawn} */
function options(app, surface, place, draft) {
  const toggle = () => {
    app.ui.options = !app.ui.options;
    app.draw();
  };
  const shown = app.ui.options || Boolean(draft.kind) || (draft.people ?? 1) > 1;
  if (!shown) return html`<p class="composer__more"><button class="text-button" type="button" @click=${toggle}>${t("Another kind, or for several people")}</button></p>`;
  return html`<div class="composer__options">${kindChoice(app, surface, place, draft)}${peopleChoice(app, place, draft)}</div>`;
}

/** @param {App} app @param {Surface} surface @param {string} place @param {import("./drafts.js").Draft} draft @returns {Drawn} */
function kindChoice(app, surface, place, draft) {
  const own = surface.value.kind;
  const kinds = [
    ["", ownKindWord(own, surface.column)],
    ...(own === "experiences" ? [] : [["experience", t("An experience")]]),
    ...(own === "questions" ? [] : [["question", t("A question")]]),
  ];
  return html`<label class="select-line"><span>${t("This is")}</span><select class="input" @change=${(/** @type {any} */ event) => {
    app.drafts.set(place, { kind: event.target.value || undefined });
    app.draw();
  }}>${kinds.map(([id, word]) => html`<option value=${id} .selected=${(draft.kind ?? "") === id}>${word}</option>`)}</select></label>`;
}

/** @param {string} board @param {string} column */
function ownKindWord(board, column) {
  const quadrants = { S: t("A strength"), W: t("A weakness"), O: t("An opportunity"), T: t("A threat") };
  return (
    {
      swot: quadrants[/** @type {"S"} */ (column)],
      challenges: t("A challenge"),
      questions: t("A question"),
      experiences: t("An experience"),
      takeaways: t("What I take home"),
      parking: t("A point for later"),
    }[board] ?? t("A contribution")
  );
}

/** @param {App} app @param {string} place @param {import("./drafts.js").Draft} draft @returns {Drawn} */
export function peopleChoice(app, place, draft) {
  const words = (/** @type {number} */ n) => (n === 1 ? t("Just me") : n === 2 ? t("Two of us") : tn("%(n)s person", "%(n)s people", n));
  return html`<label class="select-line"><span>${t("We are")}</span><select class="input" @change=${(/** @type {any} */ event) => {
    app.drafts.set(place, { people: Number(event.target.value) });
    app.draw();
  }}>${Array.from({ length: LARGEST_GROUP }, (_, index) => index + 1).map(
    (n) => html`<option value=${n} .selected=${(draft.people ?? 1) === n}>${words(n)}</option>`,
  )}</select></label>`;
}
