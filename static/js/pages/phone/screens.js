// Which screen a phone shows: one thing at a time.

import { html, nothing } from "../../../vendor/lit-html.js";
import { t } from "../../lib/i18n.js";
import { boardScreen, lists } from "./board.js";
import { composer } from "./composer.js";
import { begunBallots } from "./derive.js";
import { part } from "./later.js";
import { listenScreen, lobbyScreen } from "./plain.js";

/** @typedef {import("./app.js").App} App */
/** @typedef {import("../../views/marks.js").Drawn} Drawn */
/** @typedef {{main: Drawn, foot: Drawn}} Screen */

/** @param {App} app @returns {Screen} */
export function screen(app) {
  if (app.ended()) return drawn(app, "ends", (module) => module.endedScreen(app));
  if (app.ui.sheet) return sheet(app, app.ui.sheet);
  if (app.lab().state === "closed") return drawn(app, "ends", (module) => module.closedScreen(app));
  const activity = app.activity();
  return activity ? task(app, activity) : lobbyScreen(app);
}

/** @param {App} app @param {string} name @returns {Screen} */
function sheet(app, name) {
  if (name === "parking") return parkingSheet(app);
  if (name === "you") return drawn(app, "you", (module) => ({ main: module.youSheet(app), foot: nothing }));
  if (name === "target") return drawn(app, "transfer", (module) => ({ main: module.targetSheet(app), foot: nothing }));
  return drawn(app, "reading", (module) => ({ main: module.caseSheet(app), foot: nothing }));
}

/** @param {App} app @param {any} activity @returns {Screen} */
function task(app, activity) {
  const begun = begunBallots(app.store, activity);
  if (begun.length) return drawn(app, "ballot", (module) => module.ballotScreen(app, activity, begun));
  switch (activity.kind) {
    case "talk":
    case "break":
    case "ballot":
      return listenScreen(app, activity);
    case "present":
      return drawn(app, "reading", (module) => module.presentScreen(app, activity));
    case "transferability":
      return drawn(app, "transfer", (module) => module.transferScreen(app, activity));
    case "evaluation":
      return drawn(app, "evaluation", (module) => module.evaluationScreen(app, activity));
    case "validation":
      return drawn(app, "validation", (module) => module.validationScreen(app, activity));
    case "parking":
      return parkingSheet(app, activity.title);
    case "cluster":
      return boardScreen(app, activity, { below: clusters(app) });
    default:
      return boardScreen(app, activity);
  }
}

/** A screen whose module may still be on its way. @param {App} app @param {import("./later.js").Part} name @param {(module: any) => Screen} draw @returns {Screen} */
function drawn(app, name, draw) {
  const module = part(name, app.draw);
  return module ? draw(module) : { main: html`<div class="waiting"><p>${t("One moment.")}</p></div>`, foot: nothing };
}

/** What was grouped so far, on every SWOT board that is open to all. @param {App} app @returns {Drawn} */
function clusters(app) {
  const boards = app.store.all("board").filter(([, value]) => value.kind === "swot" && value.revealed);
  const found = app.store.all("cluster").filter(([, value]) => boards.some(([id]) => id === value.board));
  if (!found.length) return nothing;
  return html`<section class="entries" aria-labelledby="grouped"><h2 class="entries__head" id="grouped">${t("Grouped so far")}</h2>
    <ul class="plain-list plain-list--clusters">${found.map(([, value]) => html`<li>${value.title} <span class="tag">${value.contributions.length}</span></li>`)}</ul></section>`;
}

/** The lab's parking list: open to everybody, at any time. @param {App} app @param {string} [title] @returns {Screen} */
function parkingSheet(app, title = t("Parking list")) {
  const [id, board] = app.store.all("board").find(([, value]) => value.kind === "parking") ?? ["", null];
  return {
    main: html`<div class="task"><h1 id="task" tabindex="-1">${title}</h1><p class="task__how">${t("Points that need another place. Each gets an owner and a next step.")}</p></div>
      <div class="lists">${board ? lists(app, id, board, "") : nothing}</div>`,
    foot: board ? composer(app, { board: id, value: board, column: "" }) : nothing,
  };
}
