// The frame of a phone: head, what is true about the connection, the room that moved on, the task's title and clock.

import { html, nothing } from "../../../vendor/lit-html.js";
import { t, tn } from "../../lib/i18n.js";
import { icon, tier } from "../../views/marks.js";
import { clockText, clockWords, timebar, timer } from "../../views/timer.js";

/** @typedef {import("./app.js").App} App */
/** @typedef {import("../../views/marks.js").Drawn} Drawn */

/** @param {App} app @returns {Drawn} */
export function head(app) {
  const sheet = app.ui.sheet;
  return html`<header class="running-head phone__head">
    ${
      sheet
        ? html`<button class="button button--small" type="button" @click=${app.closeSheet}>${icon("arrow-left")}<span>${t("Back")}</span></button>`
        : html`<span class="brand">${icon("brand")}<span class="brand__name">${app.lab().title}</span></span>`
    }
    <span class="running-head__end">${sheet ? timer(app.activity(), app.now()) : doors(app)}</span>
  </header>`;
}

/** @param {App} app @returns {Drawn} */
function doors(app) {
  const cases = app.store.all("case").length;
  return html`${app.readOnly ? html`<span class="stamp stamp--quiet">${t("Read only")}</span>` : you(app)}
    ${
      cases
        ? html`<button class="button button--small" type="button" @click=${() => app.openSheet("case")}>${icon("book-open")}<span>${tn("Case", "Cases", cases)}</span></button>`
        : nothing
    }`;
}

/** @param {App} app @returns {Drawn} */
function you(app) {
  const raised = handIsRaised(app);
  return html`<button class="phone__you" type="button" @click=${() => app.openSheet("you")}>${tier(app.seat().tier)} <span class="visually-hidden">${t("You, your texts and settings")}</span></button>
    <button class="button button--icon button--small" type="button" aria-pressed=${raised ? "true" : "false"} aria-label=${t("Raise your hand")} title=${t("Raise your hand")}
      @click=${() => raiseHand(app, !raised)}>${icon("hand")}</button>`;
}

/** @param {App} app */
export function handIsRaised(app) {
  const waiting = app.outbox.items().findLast((item) => item.name === "hand.set" && item.state !== "returned");
  return waiting ? waiting.args.raised : Boolean(app.store.mine.hand);
}

/** @param {App} app @param {boolean} raised */
function raiseHand(app, raised) {
  void app.send("hand.set", { raised }, "hand");
  app.say(raised ? t("Your hand is up. The facilitators see one hand more, not whose.") : t("Your hand is down."));
}

/** What is true about the network and about what is kept, said once, in words. @param {App} app @returns {Drawn} */
export function connection(app) {
  const { state } = app.link.status();
  const cut = state === "offline" || !navigator.onLine;
  const waiting = app.outbox.items().filter((item) => item.state === "waiting" || item.state === "sending").length;
  const lines = [];
  if (cut) lines.push(html`<p class="connection" data-kind="offline">${icon("wifi-off")}<span>${t("No network. What you write is kept on this phone.")}</span></p>`);
  else if (state === "connecting" && waiting) lines.push(html`<p class="connection">${icon("refresh-cw")}<span>${t("Looking for the network.")}</span></p>`);
  if (!app.readOnly && app.outbox.atRisk()) {
    lines.push(html`<p class="connection" data-kind="risk">${icon("triangle-alert")}<span>${t("This browser cannot keep texts. Keep this page open until they are sent.")}</span></p>`);
  }
  return html`${lines}`;
}

/** What everybody should know now: an announcement, the end that comes. @param {App} app @returns {Drawn} */
export function notices(app) {
  const lab = app.lab();
  const left = lab.state === "closing" && lab.closes_at ? Math.max(0, Math.ceil((lab.closes_at - app.now()) / 1000)) : null;
  return html`${
    left === null
      ? nothing
      : html`<div class="notice notice--marker phone__notice">${icon("clock")}<p>${t("The lab closes in")} <b class="timer timer--inline" role="timer" aria-label=${clockWords(left)}>${clockText(left)}</b>. ${t("What is sent until then counts.")}</p></div>`
  }
  ${lab.state === "paused" ? html`<div class="notice phone__notice">${icon("pause")}<p>${t("The lab is paused. You can go on writing; sending works again when it goes on.")}</p></div>` : nothing}
  ${lab.announcement ? html`<div class="notice notice--marker phone__notice">${icon("bell")}<p>${lab.announcement}</p></div>` : nothing}`;
}

/** The room has moved on: calm, above the composer. @param {App} app @returns {Drawn} */
export function followBar(app) {
  const { ui } = app;
  const to = app.lab().activity;
  if (to === ui.at || !to) return nothing;
  const there = app.store.get("activity", to)?.title ?? "";
  return html`<div class="follow-bar" role="region" aria-label=${t("The room has moved on")}>
    <p>${t("The room is at “%(title)s”.", { title: there })} ${ui.staying ? t("Your text can still be sent.") : nothing}</p>
    <p class="follow-bar__acts">${
      ui.staying
        ? nothing
        : html`<button class="button button--small" type="button" @click=${() => {
            ui.staying = true;
            app.draw();
          }}>${t("Finish here")}</button>`
    }<button class="button button--small" type="button" @click=${app.goNow}>${t("Go now")}${icon("arrow-right")}</button></p>
  </div>`;
}

/**
 * The head of a task: name of the activity and clock, title, the two-line instruction (R-64).
 * @param {App} app @param {any} activity @param {{title?: unknown, above?: unknown}} [more]
 * @returns {Drawn}
 */
export function task(app, activity, { title = activity.title, above = nothing } = {}) {
  const named = title !== activity.title;
  return html`<div class="task">
    <div class="task__line"><p>${named ? activity.title : stageWord(activity.stage)}</p>${timer(activity, app.now())}</div>
    ${timebar(activity, app.now())}
    ${above}
    <h1 id="task" tabindex="-1">${title}</h1>
    ${activity.instruction ? html`<p class="task__how">${activity.instruction}</p>` : nothing}
  </div>`;
}

/** @param {string} stage */
function stageWord(stage) {
  return { context: t("Setting the scene"), peer_learning: t("Learning from each other"), outcomes: t("What comes out"), break: t("Break") }[stage] ?? "";
}

/** @param {App} app @returns {Drawn} */
export function toast(app) {
  const said = app.ui.toast;
  if (!said || said.until < Date.now()) return nothing;
  return html`<div class="toasts"><div class="toast"><span>${said.text}</span></div></div>`;
}
