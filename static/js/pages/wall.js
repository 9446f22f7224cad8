// The wall page: takes its token from the address, opens the room's stream, draws one slide at a time.
//
// Keys at the wall itself: j fills it with the join slide, f makes the window full screen.

import { html, nothing, render } from "../../vendor/lit-html.js";
import { createDrawing } from "../lib/drawing.js";
import { t } from "../lib/i18n.js";
import { openLink } from "../live/link.js";
import { blankBoard, columnBoard, swotBoard } from "../wall/boards.js";
import { createFold } from "../wall/fold.js";
import { bands, head, joinStrip } from "../wall/frame.js";
import { boardsOf, frozenStore, readRoom, sceneOf } from "../wall/scene.js";
import { caseSlide, joinSlide, plain, spotlight, talk } from "../wall/slides.js";
import { dotResult, headline, ratingResult, voting } from "../wall/votes.js";

const REVEAL_MS = 400;

const root = /** @type {HTMLElement} */ (document.getElementById("wall"));
const { lab } = JSON.parse(document.getElementById("island")?.textContent ?? "{}");
const token = location.hash.slice(1) || new URLSearchParams(location.search).get("wall");
const link = openLink({ lab, as: "staff", wall: token, stream: "room" });
const KEPT = `wall-frozen ${lab}`;

/** @type {import("../wall/frame.js").Wall} */
const wall = { room: readRoom(link.store), now: link.serverNow(), online: 0, frozen: false, status: "connecting", fresh: new Map() };
let joinHere = false;
let blankBefore = "";
let revealedAt = -Infinity;
/** @type {import("../wall/scene.js").Readable | null} what a frozen wall goes on showing */
let kept = null;

/** Draw, then fold what does not fit. */
const fold = createFold(root);
const { soon: redraw } = createDrawing(() => void (draw() && fold()));

/** @returns {boolean} was there something to draw? */
function draw() {
  wall.now = link.serverNow();
  if (wall.status === "ended") return ended();
  if (link.store.seq < 0) return false;
  if (inAnotherLanguage()) return false;
  freeze();
  wall.room = readRoom(kept ?? link.store);
  const scene = sceneOf(wall.room, joinHere);
  watchReveal(scene);
  document.body.dataset.scene = scene.kind;
  show(html`${around(scene)}`);
  return true;
}

/** @param {unknown} page */
function show(page) {
  if (!root.dataset.drawn) root.replaceChildren();
  root.dataset.drawn = "yes";
  render(page, root);
}

/** Frozen, it keeps what it shows: over a reload as well, as long as this window is open. */
function freeze() {
  const wanted = Boolean(link.store.lab()?.wall?.frozen) && link.store.lab()?.state !== "closed";
  if (!wanted) {
    kept = null;
    remember(null);
  } else if (!kept) {
    const entities = remembered() ?? link.store.snapshot().entities;
    remember(entities);
    kept = frozenStore(entities, link.store);
  }
  wall.frozen = wanted;
  document.body.toggleAttribute("data-frozen", wanted);
}

function remembered() {
  try {
    return JSON.parse(sessionStorage.getItem(KEPT) ?? "null");
  } catch {
    return null;
  }
}

/** @param {any} value */
function remember(value) {
  try {
    if (value) sessionStorage.setItem(KEPT, JSON.stringify(value));
    else sessionStorage.removeItem(KEPT);
  } catch {
    // a private window: frozen until the next reload
  }
}

/** The wall speaks the language of the lab. @returns {boolean} is the page on its way to another one? */
function inAnotherLanguage() {
  const wanted = link.store.lab()?.language;
  const address = new URL(location.href);
  if (!wanted || wanted === document.documentElement.lang || address.searchParams.get("lang") === wanted) return false;
  address.searchParams.set("lang", wanted);
  location.replace(address);
  return true;
}

/** The moment blank cards turn over. @param {import("../wall/scene.js").Scene} scene */
function watchReveal(scene) {
  if (scene.kind === "blank") blankBefore = scene.board?.id ?? "";
  else if (blankBefore && scene.board?.id === blankBefore) {
    revealedAt = performance.now();
    blankBefore = "";
    setTimeout(redraw, REVEAL_MS);
  }
}

/** @param {import("../wall/scene.js").Scene} scene */
function around(scene) {
  const { room } = wall;
  const title = room.lab.title;
  const { activity, board, ballot } = scene;
  const revealing = performance.now() - revealedAt < REVEAL_MS;
  const noNames = t("Words by the room, no names");
  switch (scene.kind) {
    case "closed":
      return html`${head(wall, { title })}${plain(t("Thank you"), thanks())}`;
    case "join":
    case "lobby":
      return html`${joinSlide(wall, title)}${bands(wall)}`;
    case "draft":
      return html`${head(wall, { title })}${plain(t("We begin soon"), t("The lab is not open yet."))}${bands(wall)}`;
    case "paused":
      return html`${head(wall, { where: activity?.title, title })}${plain(t("A short pause"), t("What you wrote is safe. We go on in a moment."))}${bands(wall)}${joinStrip(wall)}`;
    case "spotlight":
      return html`${head(wall, { title })}${spotlight(wall, /** @type {any} */ (scene.contribution), board)}${bands(wall)}${joinStrip(wall, noNames)}`;
    case "case":
      return html`${head(wall, { where: place(scene.case), title: scene.case?.title, activity })}${caseSlide(wall, /** @type {any} */ (scene.case))}${bands(wall)}${joinStrip(wall, t("Read along on your phone"))}`;
    case "blank":
      return html`${head(wall, { where: boardPlace(scene), title: board?.title, activity })}${blankBoard(wall, /** @type {any} */ (board), /** @type {any} */ (activity))}${bands(wall)}${joinStrip(wall)}`;
    case "swot":
      return html`${head(wall, { where: boardPlace(scene), title: board?.title, activity })}${swotBoard(wall, /** @type {any} */ (board), revealing)}${bands(wall)}${joinStrip(wall, noNames)}`;
    case "board":
      return html`${head(wall, { where: boardPlace(scene), title: activity?.title, activity })}${columnBoard(wall, /** @type {any} */ (board), revealing)}${bands(wall)}${joinStrip(wall, noNames)}`;
    case "voting":
    case "counting":
      return html`${head(wall, { where: activity?.title, title: ballot?.question || t("Your dots, please"), activity })}${voting(wall, /** @type {any} */ (ballot))}${bands(wall)}${joinStrip(wall)}`;
    case "dots":
      return html`${head(wall, { title: headline(wall, /** @type {any} */ (ballot)) })}${dotResult(wall, /** @type {any} */ (ballot))}${bands(wall)}${joinStrip(wall, t("Full table on your phone"))}`;
    case "rating":
      return html`${head(wall, { where: activity?.title, title: ballot?.question || t("The result") })}${ratingResult(wall, /** @type {any} */ (ballot))}${bands(wall)}${joinStrip(wall, t("Full table on your phone"))}`;
    default:
      return html`${head(wall, { title })}${talk(wall, /** @type {any} */ (activity))}${bands(wall)}${joinStrip(wall)}`;
  }
}

function thanks() {
  const hours = wall.room.lab.promises?.withdraw_hours;
  return hours ? t("The lab is closed. Your own words can be taken back on your phone for %(hours)s hours.", { hours }) : t("The lab is closed.");
}

/** @param {any} about */
function place(about) {
  const { cases } = wall.room;
  return cases.length > 1 ? t("Case %(n)s of %(all)s", { n: cases.findIndex((item) => item.id === about?.id) + 1, all: cases.length }) : nothing;
}

/** @param {import("../wall/scene.js").Scene} scene */
function boardPlace({ board, activity }) {
  if (!activity) return nothing;
  const boards = boardsOf(wall.room, activity).filter((item) => item.kind === board?.kind);
  if (board?.kind !== "swot") return nothing;
  return boards.length > 1 ? t("SWOT %(n)s of %(all)s", { n: boards.findIndex((item) => item.id === board?.id) + 1, all: boards.length }) : t("SWOT");
}

/** Neither token nor staff, or a new code ended this address. */
function ended() {
  show(html`${plain(t("This wall needs a new address"), t("Please open it again from the console of the lab."))}`);
  return true;
}

link.store.subscribe((touched) => {
  for (const change of touched ?? []) if (change.type === "tally") wall.fresh.set(change.id, link.serverNow());
  redraw();
});
link.on("presence", ({ online }) => {
  wall.online = online;
  redraw();
});
link.on("status", ({ state }) => {
  document.documentElement.dataset.link = state;
  wall.status = state;
  redraw();
});
addEventListener("resize", redraw);
addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  if (event.key.toLowerCase() === "j") {
    joinHere = !joinHere;
    redraw();
  }
  if (event.key.toLowerCase() === "f") void (document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen?.());
});
document.fonts?.addEventListener("loadingdone", () => fold(true)); // other letters, other lengths
setInterval(redraw, 1000); // the clock
