// The board in the middle: columns, piles, slips. A listbox per column: contributions are chosen by tap, space or drag.

import { guard, html, nothing, repeat } from "../../vendor/lit-html.js";
import { number, t, tn } from "../lib/i18n.js";
import { icon, isQuad, quad, tier } from "../views/marks.js";
import { arrange, changesBetween } from "./arrange.js";
import { endOf, partOf } from "./part.js";
import { boardsElsewhere, boardsHere } from "./room.js";
import { caseTitle } from "./cover.js";
import { boardAction } from "./chosen.js";

/** @typedef {import("../views/marks.js").Drawn} Drawn */
/** @typedef {import("./controls.js").Console} Console */

/**
 * The layout as it is shown now, held still while somebody points at it, and the part of it that is drawn.
 * @param {Console} c @param {any} board
 */
export function layoutOf(c, board) {
  const fresh = arrange(c.room, board, c.ui.overlay);
  const shown = c.calm.shown("board", fresh, (kept, now) => kept.board === now.board);
  const part = partOf(shown, (id) => Boolean(c.room.byId.get(id)?.pinned), c.ui.asked, c.ui.cursor);
  return { fresh, shown, part };
}

/** @param {Console} c @returns {Drawn} */
export function boardPanel(c) {
  const board = c.board();
  if (!board) return html`<section class="console__board" id="board" aria-label=${t("Board")}>${nothingHere(c)}</section>`;
  const { fresh, shown, part } = layoutOf(c, board);
  const waiting = shown === fresh ? 0 : changesBetween(shown, fresh);
  return html`<section class="console__board ${c.ui.picking ? "is-picking" : ""}" id="board" aria-label=${t("Board")} @pointermove=${() => c.calm.touch("board")} @pointerleave=${() => c.calm.release("board")}>
    ${tabs(c, board)}
    <div class="board" data-columns=${Math.min(5, part.columns.length)} @keydown=${c.onBoardKey}>
      ${repeat(part.columns, (column) => `${board.id} ${column.id}`, (column) => columnOf(c, board, column))}
    </div>
    <div class="board-foot">
      ${waiting ? html`<button class="pill" type="button" @click=${() => c.calm.release("board")}>${icon("refresh-cw")}<span>${tn("%(n)s change by others", "%(n)s changes by others", waiting)}</span></button>` : nothing}
      ${boardAction(c, board)}
    </div>
  </section>`;
}

/** @param {Console} c */
function nothingHere(c) {
  const elsewhere = boardsElsewhere(c.room);
  return html`<div class="empty"><h2>${t("No board in this activity")}</h2>
    <p>${elsewhere.length ? t("What was written before stays at hand: choose a board.") : t("Boards come with activities such as SWOT, challenges or ideas.")}</p>
    ${elsewhere.length ? picker(c, elsewhere, t("Choose a board")) : nothing}</div>`;
}

/** @param {Console} c @param {any} board */
function tabs(c, board) {
  const here = boardsHere(c.room);
  const elsewhere = boardsElsewhere(c.room);
  return html`<nav class="tabs tabs--board" aria-label=${t("Boards")}>
    ${here.map((entry) => html`<button type="button" aria-current=${entry.id === board.id ? "true" : nothing} title=${entry.title} @click=${() => c.showBoard(entry.id)}>${entry.title}</button>`)}
    ${elsewhere.length ? picker(c, elsewhere, t("Other boards"), board.id) : nothing}
    <span class="board-tools">${tools(c, board)}</span>
  </nav>`;
}

/** @param {Console} c @param {any[]} boards @param {string} label @param {string} [current] */
function picker(c, boards, label, current = "") {
  const activity = (/** @type {any} */ board) => c.room.agenda.find((item) => item.id === board.activity)?.title;
  return html`<select class="board-picker" aria-label=${label} @change=${(/** @type {Event} */ event) => c.showBoard(/** @type {HTMLSelectElement} */ (event.target).value)}>
    <option value="" .selected=${!boards.some((board) => board.id === current)}>${label}</option>
    ${boards.map((board) => html`<option value=${board.id} .selected=${board.id === current}>${activity(board) && activity(board) !== board.title ? t("%(activity)s: %(board)s", { activity: activity(board), board: board.title }) : board.title}</option>`)}
  </select>`;
}

/** @param {Console} c @param {any} board */
function tools(c, board) {
  const set = (/** @type {any} */ args, /** @type {string} */ done, /** @type {any} */ back) =>
    c.acts.run("board.set", { board: board.id, ...args }, { done, inverse: { name: "board.set", args: { board: board.id, ...back } } });
  const may = c.may("board.set");
  return html`
    ${board.revealed ? nothing : html`<span>${icon("eye-off")} ${t("unseen by others")}</span>`}
    ${board.case && c.room.lab.case !== board.case && c.may("case.present") ? html`<button class="text-button" type="button" @click=${() => c.showInRoom(board)}>${icon("monitor")}${t("Show in the room")}</button>` : nothing}
    ${may ? html`<button class="button button--small" type="button" aria-pressed=${String(Boolean(board.moderated))} @click=${() => set({ moderated: !board.moderated }, board.moderated ? t("This board shows contributions at once") : t("This board waits for a look"), { moderated: board.moderated })}>${icon("shield-check")}<span>${t("Look first")}</span></button>
    <button class="button button--small" type="button" aria-pressed=${String(!board.open)} @click=${() => set({ open: !board.open }, board.open ? t("The board is locked") : t("The board is open for writing"), { open: board.open })}>${icon("lock")}<span>${t("Locked")}</span></button>` : nothing}`;
}

/** @param {Console} c @param {any} board @param {import("./part.js").ColumnPart} column */
function columnOf(c, board, column) {
  const letter = isQuad(column.id) ? column.id : nothing;
  const { count, loose, ahead, more } = column;
  const drawSlip = (/** @type {string} */ id) => slip(c, id);
  return html`<section class="column" data-q=${letter} aria-label=${column.title}>
    <h2 class="column__head">${letter === nothing ? nothing : quad(column.id, "none")}<span>${column.title}</span><span class="column__count">${count}</span></h2>
    <div class="column__list" role=${column.piles.length + column.loose.length ? "listbox" : nothing} aria-multiselectable=${column.piles.length + column.loose.length ? "true" : nothing} aria-label=${column.piles.length + column.loose.length ? column.title : nothing}>
      ${repeat(column.piles, (pile) => pile.id, (pile) => pileOf(c, pile))}
      <div class="column__loose" data-drop="column:${column.id}" role="presentation">
        ${more ? html`${repeat(loose.slice(0, ahead), (id) => id, drawSlip)}${moreSlips(c, more, t("Show earlier ones (%(n)s)", { n: number(more.rest) }))}` : nothing}${repeat(more ? loose.slice(ahead) : loose, (id) => id, drawSlip)}
      </div>
    </div>
    ${count ? nothing : html`<p class="column--empty">${board.open ? t("Nothing yet.") : t("Nothing was written.")}</p>`}
    <div class="drop-new" data-drop="new:${column.id}" aria-hidden="true"><span>${t("New cluster")}</span></div>
    ${column.hidden.length ? hiddenOnes(c, board, column) : nothing}
  </section>`;
}

/** @param {Console} c @param {import("./part.js").PilePart} pile */
function pileOf(c, pile) {
  const cluster = c.room.cluster(pile.id);
  if (!cluster) return nothing;
  const chosen = c.ui.cluster === pile.id;
  return html`<div class="cluster cluster--pile ${chosen ? "cluster--chosen" : ""}" role="group" aria-label=${t("Cluster “%(title)s”", { title: cluster.title })}>
    <div class="cluster__head" role="option" aria-selected=${String(chosen)} data-id=${pile.id} tabindex=${c.stop(pile.id)} @click=${() => c.deeds.tap(pile.id)} @focus=${() => c.at(pile.id)}>
      <span class="cluster__title">${cluster.title}</span><span class="cluster__count"><span aria-hidden="true">${pile.count}</span><span class="visually-hidden">${tn("%(n)s contribution", "%(n)s contributions", pile.count)}</span></span></div>
    <div class="pile__members" data-drop="pile:${pile.id}" role="presentation">${repeat(pile.members, (id) => id, (id) => slip(c, id))}${pile.more ? moreSlips(c, pile.more, t("Show more (%(n)s)", { n: number(pile.more.rest) })) : nothing}</div>
  </div>`;
}

/** One asks for more where the arrow keys and a tap reach it, among the slips. @param {Console} c @param {import("./part.js").More} more @param {string} words */
function moreSlips(c, more, words) {
  return html`<div class="more-slips" role="option" aria-selected="false" data-id=${more.id} tabindex=${c.stop(more.id)} @click=${() => c.askFor(more)} @focus=${() => c.at(more.id)}>${words}</div>`;
}

/** A slip is drawn again only when something on it changed. @param {Console} c @param {string} id */
function slip(c, id) {
  const item = c.room.byId.get(id);
  if (!item) return html`<div class="slip slip--hidden" data-id=${id}>${t("Taken back by its author")}</div>`;
  const at = { chosen: c.ui.chosen.has(id), stop: c.stop(id), replies: c.room.replies.get(id).length, spotlight: c.room.lab.spotlight === id, about: caseTitle(c.room, item.target?.case) };
  return guard([item, ...Object.values(at)], () => drawnSlip(c, item, at));
}

/** @typedef {{chosen: boolean, stop: number, replies: number, spotlight: boolean, about: string | undefined}} At how a slip stands now */

/** @param {Console} c @param {any} item @param {At} at */
function drawnSlip(c, item, at) {
  const { id } = item;
  const classes = ["slip", at.chosen && "slip--chosen", item.pinned && "slip--pinned", item.wall === false && "slip--off-wall", item.status === "hidden" && "slip--hidden", item.origin === "owner_draft" && "slip--draft"];
  return html`<div class=${classes.filter(Boolean).join(" ")} role="option" aria-selected=${String(at.chosen)} data-id=${id} data-drag tabindex=${at.stop} @click=${() => c.deeds.tap(id)} @focus=${() => c.at(id)}>
    <span lang=${item.lang ?? nothing}>${item.text}</span>${item.translation ? html`<span class="slip__translation">${item.translation}</span>` : nothing}
    ${foot(item, at)}</div>`;
}

/** @param {any} item @param {At} at */
function foot(item, { chosen, replies, spotlight, about }) {
  const aim = item.target?.element ?? item.target?.aspect;
  const signs = [
    item.origin === "owner_draft" ? html`<span>${icon("pencil-line")} ${t("owner’s draft")}</span>` : nothing,
    item.kind === "experience" ? html`<span>${t("experience")}</span>` : nothing,
    item.kind === "question" ? html`<span>${t("question")}</span>` : nothing,
    aim ? html`<span title=${about ?? ""}>${aim}</span>` : nothing,
    item.people ? html`<span>${tn("for %(n)s person", "for %(n)s people", item.people)}</span>` : nothing,
    replies ? html`<span>${tn("%(n)s reply", "%(n)s replies", replies)}</span>` : nothing,
    item.parked ? html`<span>${icon("square-parking")}<span class="visually-hidden">${t("parked")}</span></span>` : nothing,
    item.pinned ? html`<span>${icon("pin")}<span class="visually-hidden">${t("pinned")}</span></span>` : nothing,
    item.wall === false ? html`<span>${icon("smartphone")} ${t("not on the wall")}</span>` : nothing,
    spotlight ? html`<span>${icon("maximize")} ${t("fills the wall")}</span>` : nothing,
    chosen ? icon("check") : nothing,
  ].filter((sign) => sign !== nothing);
  if (!signs.length && !item.tier) return nothing;
  return html`<div class="slip__foot">${item.tier ? tier(item.tier, false) : nothing}<span class="slip__signs">${signs}</span></div>`;
}

/** @param {Console} c @param {any} board @param {import("./part.js").ColumnPart} column */
function hiddenOnes(c, board, { id: column, hidden }) {
  const { drawn, more } = endOf(`hidden:${board.id}:${column}`, hidden, c.ui.asked);
  return html`<details class="more more--plain hidden-ones"><summary>${tn("%(n)s hidden", "%(n)s hidden", hidden.length)}</summary>
    ${moreButton(c, more, t("Show earlier ones (%(n)s)", { n: number(more?.rest ?? 0) }))}<ul>${repeat(drawn, (id) => id, (id) => {
      const item = c.room.byId.get(id);
      return item ? html`<li class="slip slip--hidden"><span>${item.text}</span><small>${item.reason || t("without a reason")}</small>${c.may("contribution.restore") ? html`<button class="text-button" type="button" @click=${() => c.deeds.restore(id)}>${t("Show again")}</button>` : nothing}</li>` : nothing;
    })}</ul></details>`;
}

/** @param {Console} c @param {import("./part.js").More | null} more @param {string} [words] @returns {Drawn} */
export function moreButton(c, more, words = t("Show more (%(n)s)", { n: number(more?.rest ?? 0) })) {
  return more ? html`<p><button class="button button--small" type="button" @click=${(/** @type {any} */ event) => c.askFor(more, event.currentTarget)}>${words}</button></p>` : nothing;
}
