// The left column: what waits for a look, what is parked, words said for somebody, private notes.

import { guard, html, nothing, repeat } from "../../vendor/lit-html.js";
import { t, tn } from "../lib/i18n.js";
import { memo } from "../lib/memo.js";
import { icon, tag, tier } from "../views/marks.js";
import { replyWord } from "../views/contribution.js";
import { moreButton } from "./board.js";
import { startOf } from "./part.js";
import { boardOf, boardsHere, parkedOf, queueOf } from "./room.js";

/** @typedef {import("../views/marks.js").Drawn} Drawn */
/** @typedef {import("./controls.js").Console} Console */

/** @param {Console} c @returns {Drawn} */
export function queue(c) {
  const fresh = idsOf(queueOf(c.room));
  const ids = c.calm.shown("queue", fresh, () => true);
  const held = ids === fresh ? null : new Set(ids);
  const waiting = held ? fresh.filter((id) => !held.has(id)).length : 0;
  const { drawn, more } = startOf("queue", ids, c.ui.asked);
  return html`<section class="queue" aria-labelledby="queue-title" @pointermove=${() => c.calm.touch("queue")} @pointerleave=${() => c.calm.release("queue")}>
    <h2 id="queue-title" tabindex="-1">${t("Queue")} ${tag(tn("%(n)s waits for a look", "%(n)s wait for a look", fresh.length))}</h2>
    ${ids.length ? repeat(drawn, (id) => id, (id, index) => queued(c, id, index)) : empty(c)}
    ${moreButton(c, more)}
    ${waiting ? html`<button class="pill" type="button" @click=${() => c.calm.release("queue")}>${icon("arrow-down")}<span>${tn("%(n)s more", "%(n)s more", waiting)}</span></button>` : nothing}
    ${approveSwitch(c)}
  </section>`;
}

const idsOf = memo((/** @type {readonly import("./room.js").Entity[]} */ items) => items.map((item) => item.id));

/** @param {Console} c */
function empty(c) {
  const first = c.room.lab.approve_first || boardsHere(c.room).some((board) => board.moderated);
  return html`<p class="console__quiet">${first ? t("Nothing waits. New contributions come here first.") : t("Contributions are shown at once. Switch “look first” on to see each one before the room does.")}</p>`;
}

/** @param {Console} c */
function approveSwitch(c) {
  const on = Boolean(c.room.lab.approve_first);
  if (!c.may("lab.approve_first")) return nothing;
  const flip = () => c.acts.run("lab.approve_first", { on: !on }, { done: on ? t("New contributions are shown at once") : t("New contributions wait for a look, on every board") });
  return html`<p><button class="button button--small" type="button" aria-pressed=${String(on)} @click=${flip}>${icon("shield-check")}<span>${t("Look first, on every board")}</span></button></p>`;
}

/** @param {Console} c @param {string} id @param {number} index */
function queued(c, id, index) {
  const item = c.room.byId.get(id);
  if (!item || item.status !== "pending") {
    return html`<article class="queued queued--gone"><p class="console__quiet">${item ? (item.status === "shown" ? t("Shown by somebody else") : t("Hidden by somebody else")) : t("Taken back by its author")}</p></article>`;
  }
  const key = index < 9 ? String(index + 1) : "";
  const parent = item.parent ? c.room.byId.get(item.parent) : null;
  return guard([item, key, parent, whereWords(c, item), c.ui.wide], () => waitingOne(c, item, key, parent));
}

/** @param {Console} c @param {any} item @param {string} key that shows it @param {any} parent */
function waitingOne(c, item, key, parent) {
  const { id } = item;
  return html`<article class="queued" data-id=${id} aria-label=${t("Waits for a look")}>
    <p class="queued__from">${item.tier ? tier(item.tier) : nothing}<span>${whereWords(c, item)}</span></p>
    ${parent ? html`<p class="queued__parent">${parent.text}</p>` : nothing}
    <p class="contribution__text" lang=${item.lang ?? nothing}>${item.parent ? html`<b>${replyWord(item.reply_kind)}</b> ` : nothing}${item.text}</p>
    <p class="queued__acts">
      ${c.may("contribution.publish") ? html`<button class="button ${small(c)} button--main" type="button" aria-keyshortcuts=${key || nothing} @click=${() => c.deeds.publish(id)}>${t("Show")}${c.ui.wide && key ? html`<kbd aria-hidden="true">${key}</kbd>` : nothing}</button>` : nothing}
      ${c.may("contribution.ask") ? html`<button class="button ${small(c)}" type="button" @click=${() => c.open("ask", { id })}>${t("Ask to reword")}</button>` : nothing}
      ${c.may("contribution.hide") ? html`<button class="button ${small(c)} button--icon" type="button" aria-label=${t("Hide with a reason")} title=${t("Hide with a reason")} @click=${() => c.open("hide", { ids: [id] })}>${icon("eye-off")}</button>` : nothing}
    </p>
  </article>`;
}

/** @param {Console} c */
const small = (c) => (c.ui.wide ? "button--small" : "");

/** Board and column, in the words of the room. @param {Console} c @param {any} item */
export function whereWords(c, item) {
  const board = boardOf(c.room, item.board);
  const column = board?.columns.find((/** @type {any} */ entry) => entry.id === item.column)?.title;
  return [column, board?.title].filter(Boolean).join(", ");
}

/** @param {Console} c @returns {Drawn} */
export function parked(c) {
  const items = parkedOf(c.room);
  const { drawn, more } = startOf("parked", items, c.ui.asked);
  return html`<section aria-labelledby="parked-title"><h2 id="parked-title">${t("Parked")} ${tag(items.length ? t("each has an owner") : t("nothing yet"))}</h2>
    ${items.length ? html`<ul class="parked">${drawn.map((item) => html`<li><button class="text-button parked__open" type="button" @click=${() => c.open("park", { id: item.id })}>${item.text}</button><small>${parkedWords(item.parked)}</small></li>`)}</ul>${moreButton(c, more)}` : nothing}
  </section>`;
}

/** @param {any} parked {owner, next_step, date} */
function parkedWords({ owner, next_step: step, date }) {
  const by = date ? new Date(`${date}T12:00:00`).toLocaleDateString(document.documentElement.lang, { day: "numeric", month: "long" }) : "";
  if (step && by) return t("%(owner)s: %(step)s, by %(date)s", { owner, step, date: by });
  if (step) return t("%(owner)s: %(step)s", { owner, step });
  return by ? t("%(owner)s, by %(date)s", { owner, date: by }) : owner;
}

/** Two taps: the words, then the tier they come from. @param {Console} c @param {boolean} [headed] a dialog has its own head @returns {Drawn} */
export function sayFor(c, headed = true) {
  const board = c.board();
  if (!c.may("contribution.note") || !board) return nothing;
  const columns = board.columns;
  const chosen = columns.some((/** @type {any} */ column) => column.id === c.ui.column) ? c.ui.column : (columns[0]?.id ?? "");
  return html`<section aria-label=${t("Say it for someone")}>${headed ? html`<h2>${t("Say it for someone")}</h2>` : nothing}
    <form class="on-behalf" @submit=${(/** @type {SubmitEvent} */ event) => say(c, event, chosen)}>
      ${columnChoice(c, columns, chosen)}
      <label class="visually-hidden" for="say-text">${t("Spoken words, for “%(board)s”", { board: board.title })}</label>
      <input class="input" id="say-text" name="text" autocomplete="off" maxlength=${Math.max(board.max_length, 280)} placeholder=${t("Spoken words, then tier")} required>
      <div class="on-behalf__tiers">${["1", "2", "3", "other"].map((id) => html`<button class="button button--small" type="submit" name="tier" value=${id}>${tier(id)}</button>`)}
        <button class="button button--small button--quiet" type="submit" name="tier" value="">${t("nobody named")}</button></div>
    </form></section>`;
}

/** Letters as buttons, longer names as a list. @param {Console} c @param {any[]} columns @param {string} chosen */
function columnChoice(c, columns, chosen) {
  if (!columns.length) return nothing;
  if (columns.every((column) => column.id.length === 1))
    return html`<div class="on-behalf__columns" role="group" aria-label=${t("Column")}>${columns.map((column) => html`<button class="button button--small" type="button" aria-pressed=${String(column.id === chosen)} title=${column.title} @click=${() => c.ui.set({ column: column.id })}>${column.id}</button>`)}</div>`;
  const pick = (/** @type {Event} */ event) => c.ui.set({ column: /** @type {HTMLSelectElement} */ (event.target).value });
  return html`<select class="input" aria-label=${t("Column")} @change=${pick}>${columns.map((column) => html`<option value=${column.id} .selected=${column.id === chosen}>${column.title}</option>`)}</select>`;
}

/** @param {Console} c @param {SubmitEvent} event @param {string} column */
async function say(c, event, column) {
  event.preventDefault();
  const form = /** @type {HTMLFormElement} */ (event.target);
  const field = /** @type {HTMLInputElement} */ (form.elements.namedItem("text"));
  const given = event.submitter instanceof HTMLButtonElement ? event.submitter.value : "";
  const text = field.value;
  if (!text.trim()) return;
  field.value = ""; // a second tap finds nothing to write down
  const args = { board: c.board()?.id, column, text, ...(given ? { tier: given, attribution: 1 } : { attribution: 0 }) };
  const answer = await c.acts.run("contribution.note", args, {
    done: t("Written down for them"),
    inverse: (result) => ({ name: "contribution.withdraw", args: { id: result.id } }),
  });
  if (!answer.ok) field.value = [text, field.value].filter(Boolean).join(" ");
  else if (c.ui.dialog?.kind === "say") c.close();
}

/** Private notes: nobody else reads them. @param {Console} c @returns {Drawn} */
export function notes(c) {
  if (!c.may("note.save")) return nothing;
  return html`<section aria-labelledby="notes-title"><h2 id="notes-title">${t("Private notes")} ${tag(t("only you see them"))}</h2>
    ${repeat(c.ui.notes, (note) => note.id, (note) => noteField(c, note))}
    ${noteField(c, { id: "", text: "" })}</section>`;
}

/** Saved when one leaves the field; emptied, it is thrown away. @param {Console} c @param {{id: string, text: string}} note */
function noteField(c, note) {
  const label = note.id ? t("Private note") : t("New private note");
  return html`<textarea class="input note__field" rows=${note.id ? 2 : 1} aria-label=${label} placeholder=${note.id ? nothing : t("A thought for later")} maxlength="4000" .value=${note.text}
    @change=${(/** @type {Event} */ event) => saveNote(c, note, /** @type {HTMLTextAreaElement} */ (event.target))}></textarea>`;
}

/** @param {Console} c @param {{id: string, text: string}} note @param {HTMLTextAreaElement} field */
async function saveNote(c, note, field) {
  const text = field.value.trim();
  if (text === note.text) return;
  const answer = await c.acts.run("note.save", { ...(note.id ? { id: note.id } : {}), text });
  if (!answer.ok) return;
  const others = c.ui.notes.filter((entry) => entry.id !== note.id);
  if (!note.id) field.value = "";
  const kept = answer.result.id ? { id: answer.result.id, text, at: answer.result.at } : null;
  const list = note.id && kept ? c.ui.notes.map((entry) => (entry.id === note.id ? kept : entry)) : kept ? [...others, kept] : others;
  c.ui.set({ notes: list });
}
