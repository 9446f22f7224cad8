// Boards on the wall: blank cards before the reveal, the SWOT as a cross, other boards in columns. No names, ever.

import { guard, html, nothing, repeat } from "../../vendor/lit-html.js";
import { language, number, t, tn } from "../lib/i18n.js";
import { memo } from "../lib/memo.js";
import { replyWord } from "../views/contribution.js";
import { icon, isQuad, quadWord } from "../views/marks.js";
import { boardsOf, columnOf, countOf } from "./scene.js";

/** @typedef {import("../views/marks.js").Drawn} Drawn */
/** @typedef {import("./frame.js").Wall} Wall */
/** @typedef {import("./scene.js").Entity} Entity */
/** @typedef {import("./scene.js").Column} Column */

const FRESH_MS = 4000;
const MOST_BLANK = { four: 12, one: 32 };
const MOST_BLOCKS = 150; // of one column, and lines of one cluster: more than any wall has room for
const FEW = 8; // up to so many contributions a board is set larger

/** @param {Wall} wall @param {Entity} board @param {Entity} activity @returns {Drawn} */
export function blankBoard(wall, board, activity) {
  const columns = board.columns.length ? board.columns : [{ id: "", title: board.title }];
  const one = columns.length === 1;
  return html`<main class="blank-board ${one ? "blank-board--one" : ""}" id="main" tabindex="-1" data-columns=${Math.min(6, columns.length)}>
      ${repeat(columns, (column) => column.id, (column) => blankColumn(wall, board, column, one ? MOST_BLANK.one : MOST_BLANK.four))}
    </main>${otherBoards(wall, board, activity)}`;
}

/** @param {Wall} wall @param {Entity} board @param {any} column @param {number} most */
function blankColumn(wall, board, column, most) {
  const tally = `${board.id}:${column.id}`;
  const n = wall.room.tally(tally);
  const fresh = wall.now - (wall.fresh.get(tally) ?? -Infinity) < FRESH_MS;
  const drafts = columnOf(wall.room, board, column.id).loose.filter((item) => item.origin === "owner_draft");
  const slips = Math.min(n, most - drafts.length);
  const name = tn("%(title)s: %(n)s contribution so far", "%(title)s: %(n)s contributions so far", n, { title: column.title });
  return html`<section class="column" data-q=${isQuad(column.id) ? column.id : nothing} aria-label=${name}>
    <div class="blank-board__head">${isQuad(column.id) ? html`<span class="swot-cross__letter" aria-hidden="true">${column.id}</span>` : nothing}<span class="blank-board__name">${
      isQuad(column.id) ? icon(`q-${column.id}`) : nothing
    }${board.columns.length ? column.title : tn("so far", "so far", n)}</span><span class="tally">${number(n)}</span></div>
    ${drafts.length ? html`<ul class="blank-board__drafts">${drafts.map((item) => html`<li class="slip is-draft">${icon("pencil-line")} <span class="visually-hidden">${t("The case owner’s draft")}</span>${words(item)}</li>`)}</ul>` : nothing}
    <div class="blank-board__slips" aria-hidden="true">${Array.from({ length: slips }, (_, index) => html`<div class="slip slip--blank ${fresh && index === slips - 1 ? "slip--fresh" : ""}"></div>`)}</div>
  </section>`;
}

/** @param {Wall} wall @param {Entity} board @param {Entity} activity */
function otherBoards(wall, board, activity) {
  const others = boardsOf(wall.room, activity).filter((item) => item.id !== board.id && !item.revealed);
  return html`<aside class="boards-line" aria-label=${t("All boards")}><p><b>${number(countOf(wall.room, board))}</b> ${t("on this board")}</p>
    ${others.map((item) => html`<p><b>${number(countOf(wall.room, item))}</b> <span class="boards-line__name">${item.title}</span></p>`)}
    <p class="boards-line__say">${t("All turn over together at the reveal.")}</p></aside>`;
}

/** @param {Wall} wall @param {Entity} board @param {boolean} revealing @returns {Drawn} */
export function swotBoard(wall, board, revealing) {
  const items = wall.room.on(board.id);
  return html`<main class="swot-cross ${revealing ? "is-revealing" : ""}" id="main" tabindex="-1" data-fill=${items.length <= FEW ? "few" : nothing}>
    ${repeat(
      board.columns,
      (/** @type {any} */ column) => column.id,
      (/** @type {any} */ column) => html`<section class="swot-cross__quad" data-q=${column.id} aria-labelledby="quad-${column.id}">
      <div class="swot-cross__margin"><span class="swot-cross__letter" aria-hidden="true">${column.id}</span>${icon(`q-${column.id}`)}<h2 class="swot-cross__name" id="quad-${column.id}">${quadWord(column.id) || column.title}</h2></div>
      <div class="swot-cross__body" data-fold>${blocks(wall, columnOf(wall.room, board, column.id))}</div></section>`,
    )}</main>`;
}

/** @param {Wall} wall @param {Entity} board @param {boolean} revealing @returns {Drawn} */
export function columnBoard(wall, board, revealing) {
  const items = wall.room.on(board.id);
  const columns = board.columns.length ? named(wall, board) : unnamed(wall, board, items.length <= FEW ? 2 : 3);
  return html`<main class="wall-board ${revealing ? "is-revealing" : ""}" id="main" tabindex="-1" data-fill=${items.length <= FEW ? "few" : nothing}>
    ${items.length ? columns : html`<section class="column"><p class="wall-board__none">${t("Nothing yet. The first words come from a phone.")}</p></section>`}</main>`;
}

/** @param {Wall} wall @param {Entity} board */
function named(wall, board) {
  return repeat(
    board.columns,
    (/** @type {any} */ column) => column.id,
    (/** @type {any} */ column) => html`<section class="column"><h2 class="column__head"><span>${column.title}</span></h2><div class="wall-board__body" data-fold>${blocks(wall, columnOf(wall.room, board, column.id))}</div></section>`,
  );
}

/** Without columns of its own a board is set in lanes; what comes later goes to the next lane, so nothing moves. @param {Wall} wall @param {Entity} board @param {number} lanes */
function unnamed(wall, board, lanes) {
  return lanesOf(columnOf(wall.room, board, ""), lanes).map((lane) => html`<section class="column"><div class="wall-board__body" data-fold>${blocks(wall, lane)}</div></section>`);
}

const lanesOf = memo((/** @type {Column} */ { clusters, loose }, /** @type {number} */ lanes) =>
  Array.from({ length: lanes }, (_, which) => ({
    clusters: clusters.filter((_cluster, index) => index % lanes === which),
    loose: loose.filter((_item, index) => index % lanes === which),
  })),
);

/** Clusters, then what stands alone; the last line counts what did not fit. @param {Wall} wall @param {Column} column */
function blocks(wall, column) {
  const { clusters, loose, rest } = mostOf(column);
  return html`${repeat(
    clusters,
    (cluster) => cluster.id,
    (cluster) => html`<div class="cluster" data-size=${cluster.members.length}><h3 class="cluster__title">${cluster.title}</h3><ul class="cluster__contributions">${repeat(cluster.members.slice(0, MOST_BLOCKS), (item) => item.id, (item) => line(wall, item))}</ul></div>`,
  )}${repeat(
    loose,
    (item) => item.id,
    (item) => html`<ul class="cluster cluster__contributions contribution--alone" data-size="1">${line(wall, item)}</ul>`,
  )}<p class="and-more" data-more data-rest=${rest} hidden></p>`;
}

/**
 * What may find room at all, by the rule of fold.js: the largest clusters, then what stands alone, the first ones first.
 * @param {Column} column @returns {Column & {rest: number}} `rest`: contributions that are only counted
 */
export function mostOf({ clusters, loose }) {
  const large = clusters.length > MOST_BLOCKS ? new Set([...clusters].sort((a, b) => b.members.length - a.members.length).slice(0, MOST_BLOCKS)) : null;
  const drawn = large ? clusters.filter((cluster) => large.has(cluster)) : clusters;
  const alone = loose.slice(0, MOST_BLOCKS - drawn.length);
  const left = large ? clusters.filter((cluster) => !large.has(cluster)) : [];
  return { clusters: drawn, loose: alone, rest: loose.length - alone.length + left.reduce((all, cluster) => all + cluster.members.length, 0) };
}

/** A line is drawn again only when it or a reply to it changed. @param {Wall} wall @param {Entity} item */
function line(wall, item) {
  const replies = wall.room.replies.get(item.id);
  return guard([item, replies], () => drawnLine(item, replies));
}

/** @param {Entity} item @param {readonly Entity[]} replies */
function drawnLine(item, replies) {
  const solutions = replies.filter((reply) => reply.reply_kind === "solution" || reply.reply_kind === "answer");
  return html`<li class=${item.origin === "owner_draft" ? "is-draft" : ""}>${words(item)}${solutions.map((reply) => html`<span class="wall-reply"><b>${replyWord(reply.reply_kind)}</b> ${words(reply)}</span>`)}</li>`;
}

/** A text in the language of the lab where there is one, saying from which it came. @param {Entity} item @returns {Drawn} */
export function words(item) {
  if (!item.translation) return html`<span lang=${item.lang ?? nothing}>${item.text}</span>`;
  return html`${item.translation} <span class="said-in">${t("from %(language)s", { language: languageName(item.lang) })}</span>`;
}

/** @param {string} tag */
function languageName(tag) {
  try {
    return new Intl.DisplayNames([language()], { type: "language" }).of(tag) ?? tag;
  } catch {
    return tag;
  }
}
