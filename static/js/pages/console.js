// The console page: opens the staff's stream, draws the parts, keeps the focus where it was.

import { html, nothing, render } from "../../vendor/lit-html.js";
import { t } from "../lib/i18n.js";
import { createDrawing } from "../lib/drawing.js";
import { applyVars } from "../lib/vars.js";
import { openLink } from "../live/link.js";
import { icon } from "../views/marks.js";
import { boardPanel, layoutOf } from "../console/board.js";
import { stops } from "../console/arrange.js";
import { createConsole, stopElement } from "../console/controls.js";
import { dialog } from "../console/dialogs.js";
import { watchDragging } from "../console/drag.js";
import { controlBar, head, ruler } from "../console/head.js";
import { heard, silence } from "../console/heard.js";
import { roomKeys } from "../console/keys.js";
import { notes, parked, queue, sayFor } from "../console/queue.js";
import { queueOf } from "../console/room.js";
import { createToasts } from "../console/toasts.js";
import { ballots } from "../console/ballots.js";
import { covered, facts, wallNow } from "../console/views.js";

/** @typedef {import("../console/controls.js").Console} Console */

const WIDE = matchMedia("(min-width: 75em)");
const root = /** @type {HTMLElement} */ (document.getElementById("console"));
const island = JSON.parse(document.getElementById("island")?.textContent ?? "{}");
const link = openLink({ lab: island.lab, as: "staff", stream: "staff" });
const toasts = /** @type {HTMLElement} */ (document.getElementById("toasts"));
const toast = createToasts(toasts);
const drawing = createDrawing(draw);
const c = createConsole({ island, link, toast, drawing });

let drawn = false;
let naming = false;

function draw() {
  document.body.classList.toggle("is-dragging", c.ui.dragging);
  if (link.store.seq < 0 || c.ui.dragging) return;
  c.read();
  forgetTheGone();
  const held = focused();
  c.first = firstStop();
  if (!drawn) root.replaceChildren();
  drawn = true;
  document.body.classList.toggle("console--phone", !c.ui.wide);
  render(html`${head(c)}${controlBar(c)}${c.ui.wide ? wide() : narrow()}${dialog(c)}`, root);
  root.dataset.ready = "yes";
  applyVars(root);
  showDialog();
  keepFocus(held);
  liftToasts();
}

function wide() {
  return html`${ruler(c)}
    <main class="console__body" id="main" tabindex="-1"><h1 class="visually-hidden">${t("Console")}</h1>
      <div class="console__queue">${queue(c)}${parked(c)}${sayFor(c)}${notes(c)}</div>
      ${boardPanel(c)}
      <aside class="console__views" aria-label=${t("Views")}>${ballots(c)}${facts(c)}${heard(c)}${covered(c)}${wallNow(c)}</aside>
    </main>`;
}

function narrow() {
  const waiting = queueOf(c.room).length;
  const tabs = /** @type {Array<[string, string]>} */ ([["queue", t("Queue")], ["board", t("Board")], ["heard", t("Heard")], ["covered", t("Covered")], ["wall", t("Wall")]]);
  return html`<main class="console__one" id="main" tabindex="-1"><h1 class="visually-hidden">${t("Console")}</h1>
      <nav class="tabs" aria-label=${t("Views")}>${tabs.map(([id, text]) => html`<button type="button" aria-current=${c.ui.tab === id ? "true" : nothing} @click=${() => c.ui.set({ tab: id })}>${text}${id === "queue" && waiting ? html` <b>${waiting}</b>` : ""}</button>`)}</nav>
      <div class="console__tab" data-tab=${c.ui.tab}>${panel(c.ui.tab)}</div>
    </main>
    <footer class="console__foot"><div class="console__thumb">
      ${c.may("contribution.note") && c.board() ? html`<button class="button button--wide" type="button" @click=${() => c.open("say")}>${icon("message-square-plus")}<span>${t("Say it for someone")}</span></button>` : html`<span></span>`}
      ${c.may("wall.set") ? html`<button class="button button--icon" type="button" aria-label=${t("Freeze the wall")} aria-pressed=${String(Boolean(c.room.lab.wall?.frozen))} @click=${() => c.wall("frozen")}>${icon("snowflake")}</button>` : ""}</div></footer>`;
}

/** @param {string} tab */
function panel(tab) {
  switch (tab) {
    case "board":
      return html`${boardPanel(c)}`;
    case "heard":
      return html`${heard(c)}${notes(c)}`;
    case "covered":
      return html`${ballots(c)}${facts(c)}${covered(c)}`;
    case "wall":
      return html`${wallNow(c)}<section><h2>${t("Agenda")}</h2>${ruler(c)}</section>`;
    default:
      return html`${queue(c)}${silence(c)}${parked(c)}`;
  }
}

/** What was chosen and is no longer there is let go; what was put somewhere and arrived needs no overlay. */
function forgetTheGone() {
  const { ui, room } = c;
  for (const id of ui.chosen) if (room.byId.get(id)?.status !== "shown") ui.chosen.delete(id);
  if (ui.cluster && !room.cluster(ui.cluster)) ui.cluster = null;
  if (!ui.chosen.size) ui.picking = ui.naming = false;
  for (const [id, place] of ui.overlay) {
    const item = room.byId.get(id);
    const arrived = !item || (place.cluster ? item.cluster === place.cluster : !item.cluster && item.column === place.column);
    if (arrived) ui.overlay.delete(id);
  }
}

/** Which place of the board Tab reaches. */
function firstStop() {
  const board = c.board();
  if (!board) return null;
  const all = stops(layoutOf(c, board).part).flat();
  return c.ui.cursor && all.includes(c.ui.cursor) ? c.ui.cursor : (all[0] ?? null);
}

/** The place of the board that has the focus before a drawing, and the one beside it. */
function focused() {
  const at = document.activeElement;
  if (!(at instanceof HTMLElement) || !at.dataset.id || !at.closest(".board")) return null;
  const beside = /** @type {HTMLElement | null} */ (at.nextElementSibling ?? at.previousElementSibling);
  return { id: at.dataset.id, beside: beside?.dataset.id ?? null };
}

/** A slip that moved to another pile is a new element: the focus goes with it. Where more was asked for and all is there now, it goes beside. @param {ReturnType<typeof focused>} held */
function keepFocus(held) {
  if (c.ui.naming && !naming) document.getElementById("cluster-name")?.focus();
  else if (held && document.activeElement === document.body) stopElement(held.id, held.beside)?.focus({ preventScroll: true });
  naming = c.ui.naming;
}

/** Toasts stand above the bar of the chosen ones, never on it. */
function liftToasts() {
  const foot = /** @type {HTMLElement | null} */ (root.querySelector(".board-foot"));
  toasts.style.setProperty("--lift", `${foot?.offsetHeight ?? 0}px`);
}

function showDialog() {
  const element = /** @type {HTMLDialogElement} */ (document.getElementById("dialog"));
  if (c.ui.dialog && !element.open) {
    element.showModal();
    const first = element.querySelector("[autofocus]") ?? element.querySelector(".dialog__form :is(input, textarea)");
    if (first instanceof HTMLElement) first.focus();
  }
  if (!c.ui.dialog && element.open) element.close();
}

link.store.subscribe(drawing.soon);
link.on("presence", (presence) => c.ui.set({ presence }));
link.on("status", ({ state }) => {
  document.documentElement.dataset.link = state;
  c.ui.set({ status: state });
});
addEventListener("keydown", roomKeys(c));
WIDE.addEventListener("change", () => c.ui.set({ wide: WIDE.matches }));
c.ui.wide = WIDE.matches;
c.ui.status = link.status().state;
watchDragging(c, root);
setInterval(drawing.soon, 1000); // the clock of the control bar
drawing.followHands();
