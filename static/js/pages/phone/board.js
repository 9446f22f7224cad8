// A board on a phone: columns by tap, swipe and key; the owner's draft, own texts, the room's, and new ones behind a pill.

import { html, nothing, repeat } from "../../../vendor/lit-html.js";
import { number, t, tn } from "../../lib/i18n.js";
import { icon, isQuad, quad } from "../../views/marks.js";
import { composer } from "./composer.js";
import { boardsOf, countsOf, listed, othersIn } from "./derive.js";
import { ownEntry, roomEntry } from "./entry.js";
import { task } from "./frame.js";
import { moreButton, startOf } from "./long.js";
import { returnedTexts } from "./returned.js";

/** @typedef {import("./app.js").App} App */
/** @typedef {import("../../views/marks.js").Drawn} Drawn */
/** @typedef {import("../../live/table.js").Entry} Entry */

/**
 * The screen of an activity with boards: one per case, or one for all.
 * @param {App} app @param {any} activity @param {{below?: Drawn}} [more] what stands after the lists
 * @returns {{main: Drawn, foot: Drawn}}
 */
export function boardScreen(app, activity, { below = nothing } = {}) {
  const boards = boardsOf(app.store, activity);
  const [id, board] = chosenBoard(app, boards);
  if (!board) return { main: html`${task(app, activity)}${returnedTexts(app, [])}${below}`, foot: nothing };
  const column = chosenColumn(app, id, board);
  const title = boards.length > 1 || board.case ? board.title : activity.title;
  return {
    main: html`${task(app, activity, { title, above: boards.length > 1 ? boardSwitch(app, boards, id) : nothing })}
      ${columnSwitch(app, id, board, column)}
      <div class="lists" @touchstart=${swipeStart} @touchend=${(/** @type {TouchEvent} */ event) => swipeEnd(app, event, id, board, column)}>
        ${returnedTexts(app, boards.map(([each]) => each))}${lists(app, id, board, column)}${below}
      </div>
      ${readyButton(app, activity)}`,
    foot: composer(app, { board: id, value: board, column }),
  };
}

/** @param {App} app @param {Array<[string, any]>} boards @returns {[string, any] | [string, undefined]} */
function chosenBoard(app, boards) {
  const wished = app.ui.board[app.ui.at ?? ""];
  const presented = app.lab().case;
  return boards.find(([id]) => id === wished) ?? boards.find(([, value]) => value.case === presented) ?? boards[0] ?? ["", undefined];
}

/** @param {App} app @param {string} id @param {any} board */
export function chosenColumn(app, id, board) {
  const known = board.columns.map((/** @type {any} */ each) => each.id);
  const wished = app.ui.column[id];
  if (known.includes(wished)) return wished;
  return known.includes(app.lab().case) ? app.lab().case : (known[0] ?? "");
}

/** One button per case: numbers, because titles are long; the title stands below as the heading. @param {App} app @param {Array<[string, any]>} boards @param {string} chosen @returns {Drawn} */
function boardSwitch(app, boards, chosen) {
  return html`<nav class="case-switch" aria-label=${t("Cases")}>${boards.map(
    ([id, board], index) => html`<button type="button" aria-current=${id === chosen ? "true" : nothing} @click=${() => {
      app.ui.board[app.ui.at ?? ""] = id;
      app.ui.reply = null;
      app.draw();
    }}><span aria-hidden="true">${t("Case %(n)s", { n: index + 1 })}</span><span class="visually-hidden">${board.title}</span></button>`,
  )}</nav>`;
}

/** @param {App} app @param {string} id @param {any} board @param {string} chosen @returns {Drawn} */
export function columnSwitch(app, id, board, chosen) {
  if (board.columns.length < 2) return nothing;
  const counts = countsOf(app.store, id, board);
  const quads = isQuad(board.columns[0].id);
  return html`<nav class=${quads ? "quad-switch" : "tabs tabs--columns"} aria-label=${t("Columns")}>${board.columns.map(
    (/** @type {any} */ column) => html`<button type="button" data-q=${quads ? column.id : nothing} aria-current=${column.id === chosen ? "true" : nothing} @click=${() => choose(app, id, column.id)}>${
      quads ? quad(column.id) : html`<span class="tabs__word">${column.title}</span>`
    }${counts[column.id] ? html`<span class=${quads ? "quad-switch__count" : "tabs__count"}>${number(counts[column.id])}</span>` : nothing}</button>`,
  )}</nav>`;
}

/** @param {App} app @param {string} board @param {string} column */
function choose(app, board, column) {
  app.ui.column[board] = column;
  app.ui.reply = null;
  app.draw();
}

let from = { x: 0, y: 0 };

/** @param {TouchEvent} event */
function swipeStart(event) {
  from = { x: event.changedTouches[0].clientX, y: event.changedTouches[0].clientY };
}

const SWIPE = 70; // px along, and no more than half of it across

/** @param {App} app @param {TouchEvent} event @param {string} id @param {any} board @param {string} column */
function swipeEnd(app, event, id, board, column) {
  const along = event.changedTouches[0].clientX - from.x;
  const across = Math.abs(event.changedTouches[0].clientY - from.y);
  if (Math.abs(along) < SWIPE || across > Math.abs(along) / 2) return;
  const step = (along < 0 ? 1 : -1) * (document.dir === "rtl" ? -1 : 1);
  const place = board.columns.findIndex((/** @type {any} */ each) => each.id === column);
  const next = board.columns[place + step];
  if (next) choose(app, id, next.id);
}

/** The three lists of a column. @param {App} app @param {string} id @param {any} board @param {string} column @returns {Drawn} */
export function lists(app, id, board, column) {
  const own = app.own().filter((each) => each.value.board === id && each.state !== "returned" && (each.value.text || !each.value.parent));
  const { drafts, room } = othersIn(app.store, id, column, app.ownIds());
  const ownHere = own.filter((each) => each.value.column === column);
  const ownElsewhere = own.filter((each) => each.value.column !== column);
  return html`${draftList(app, drafts, board)}
    ${ownList(app, `own ${id}`, [...ownHere.reverse(), ...ownElsewhere.reverse()])}
    ${board.revealed ? roomList(app, id, board, column, room, ownHere.length > 0) : beforeReveal(app, id, board, column)}`;
}

/** @param {App} app @param {Entry[]} drafts @param {any} board @returns {Drawn} */
function draftList(app, drafts, board) {
  return section("draft", t("The case owner’s draft"), drafts, ([id]) => id, ([id, value]) => roomEntry(app, id, value, board.kind));
}

/** @param {App} app @param {string} place @param {import("./derive.js").Own[]} own @returns {Drawn} */
function ownList(app, place, own) {
  const part = startOf(app, place, own);
  const earlier = moreButton(app, place, part, t("Show earlier ones (%(n)s)", { n: number(part.rest) }));
  return section("yours", t("Yours on this board"), part.drawn, (each) => each.id, (each) => ownEntry(app, each), nothing, earlier);
}

/**
 * @template T
 * @param {string} id @param {string} title @param {readonly T[]} items @param {(item: T) => string} key @param {(item: T) => Drawn} draw
 * @param {Drawn} [above]
 * @param {Drawn} [below]
 * @returns {Drawn}
 */
function section(id, title, items, key, draw, above = nothing, below = nothing) {
  if (!items.length) return nothing;
  return html`<section class="entries" aria-labelledby=${id}><h2 class="entries__head" id=${id}>${title}</h2>${above}${repeat(items, key, draw)}${below}</section>`;
}

/** Others' texts are not there at all; only how many there are. @param {App} app @param {string} id @param {any} board @param {string} column @returns {Drawn} */
function beforeReveal(app, id, board, column) {
  const count = countsOf(app.store, id, board)[column] ?? 0;
  return html`<p class="entries entries__count">${icon("eye-off")}<span>${
    count ? tn("%(n)s contribution here so far. All are shown together at the reveal.", "%(n)s contributions here so far. All are shown together at the reveal.", count) : t("Nothing here yet. All are shown together at the reveal.")
  }</span></p>`;
}

/** @param {any} board @param {boolean} wrote */
function nothingYet(board, wrote) {
  if (board.kind === "questions") return t("No question from others yet.");
  return wrote ? t("Nothing from others here yet.") : t("Nothing from the room here yet. Yours can be the first.");
}

/**
 * The room's contributions. What came since one looked waits behind a pill, so that nothing moves under a reading eye.
 * @param {App} app @param {string} id @param {any} board @param {string} column @param {Entry[]} room
 * @param {boolean} wrote did this person write something here?
 * @returns {Drawn}
 */
function roomList(app, id, board, column, room, wrote) {
  const place = `${id}|${column}`;
  const seen = app.ui.seen.get(place);
  const known = seen?.size ? seen : new Set(room.map(([each]) => each));
  app.ui.seen.set(place, known);
  const { clustered, loose, waiting } = listed(room, known, app.store.all("cluster"));
  if (!room.length) return html`<p class="entries entries__count"><span>${nothingYet(board, wrote)}</span></p>`;
  const show = () => {
    app.ui.seen.set(place, new Set(room.map(([each]) => each)));
    app.ui.asked.delete(place); // back to the newest ones
    app.say(tn("%(n)s new contribution", "%(n)s new contributions", waiting));
    app.draw();
  };
  const pill = waiting
    ? html`<p class="pill-line"><button class="pill" type="button" @click=${show}>${icon("arrow-down")}<span>${tn("%(n)s new contribution", "%(n)s new contributions", waiting)}</span></button></p>`
    : nothing;
  const [piles, alone] = [startOf(app, `${place}|clusters`, clustered), startOf(app, place, loose)];
  const morePiles = moreButton(app, `${place}|clusters`, piles, t("Show more (%(n)s)", { n: number(piles.rest) }));
  const earlier = moreButton(app, place, alone, t("Show earlier ones (%(n)s)", { n: number(alone.rest) }));
  /** @type {Entry[]} */
  const between = clustered.length && loose.length ? [["cluster-none", { head: t("Not grouped"), above: morePiles }]] : [];
  const entries = [...piles.drawn, ...between, ...alone.drawn];
  return section("room", t("From the room"), entries, ([each]) => each, (entry) => drawGrouped(app, entry, board), pill, between.length ? earlier : html`${morePiles}${earlier}`);
}

/** @param {App} app @param {Entry} entry @param {any} board @returns {Drawn} */
function drawGrouped(app, [id, value], board) {
  return value.head === undefined ? roomEntry(app, id, value, board.kind) : html`${value.above ?? nothing}<h3 class="entries__cluster">${value.head}</h3>`;
}

/** "I am done with this round": the facilitators see how many, never who. @param {App} app @param {any} activity @returns {Drawn} */
export function readyButton(app, activity) {
  if (app.readOnly || activity.state === "done") return nothing;
  const waiting = app.outbox.items().findLast((item) => item.name === "ready.set" && item.args.activity === app.ui.at && item.state !== "returned");
  const ready = waiting ? waiting.args.ready : app.store.mine.ready === app.ui.at;
  return html`<p class="entries entries__end"><button class="button button--wide" type="button" aria-pressed=${String(ready)} @click=${() => {
    void app.send("ready.set", { activity: app.ui.at, ready: !ready }, "ready");
  }}>${icon("check")}<span>${ready ? t("Done. Tap to go on") : t("I am done with this round")}</span></button></p>`;
}
