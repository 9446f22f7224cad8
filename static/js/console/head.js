// The top of the console: who is here, the sentence with its acts, the plan of the day.

import { html, nothing, repeat } from "../../vendor/lit-html.js";
import { t, tn } from "../lib/i18n.js";
import { clockText } from "../views/timer.js";
import { icon, stamp } from "../views/marks.js";
import { rich } from "../lib/rich.js";
import { secondsLeft } from "./room.js";
import { nextStep, phaseWord } from "./steps.js";

/** @typedef {import("../views/marks.js").Drawn} Drawn */
/** @typedef {import("./controls.js").Console} Console */

const ARMED_MS = 3000;

/** @param {string} state */
function stateStamp(state) {
  const words = {
    draft: t("Not open yet"),
    lobby: t("Lobby"),
    live: t("Live"),
    paused: t("Paused"),
    closing: t("Closing"),
    closed: t("Closed"),
  };
  return stamp(words[/** @type {"live"} */ (state)] ?? state, state === "closing" || state === "paused" ? "open" : state === "draft" ? "quiet" : "");
}

/** @param {Console} c @returns {Drawn} */
export function head(c) {
  const { lab } = c.room;
  const online = c.ui.presence?.online ?? 0;
  const people = Object.values(c.ui.presence?.people ?? {}).reduce((/** @type {number} */ all, n) => all + Number(n), 0);
  return html`<header class="running-head">
    <span class="brand">${icon("brand")}<span>${lab.title}</span></span>
    ${stateStamp(lab.state)}
    ${c.ui.wide && c.room.here ? html`<span>${stageWord(c.room.here.stage)}</span>` : nothing}
    ${c.ui.wide && lab.join ? html`<span>${t("Code")} <b>${lab.join.code}</b>${lab.locked ? html` ${icon("lock")} ${t("door closed")}` : nothing}</span>` : nothing}
    ${connection(c.ui.status)}
    <div class="running-head__end">
      <span title=${t("phones online, of people who joined")}>${icon("users")} ${c.ui.wide ? rich(t("%(n)s of %(all)s online"), { n: html`<b>${online}</b>`, all: people }) : online}</span>
      ${c.ui.wide ? wideLinks(c) : nothing}
      <button class="button button--small" type="button" @click=${() => c.open("lab")}>${icon("settings")}<span>${t("Lab")}</span></button>
      ${c.ui.wide ? html`<span>${c.me}</span>` : nothing}
    </div>
  </header>`;
}

/** @param {Console} c */
function wideLinks(c) {
  return html`<a href=${c.links.wall} target="_blank" rel="opener">${icon("monitor")}${t("Wall")}</a>
    <a href=${c.links.phone} target="_blank" rel="noopener">${icon("smartphone")}${t("See as a participant")}</a>
    <button class="text-button" type="button" @click=${() => c.open("log")}>${icon("history")}${t("Log")}</button>
    <button class="text-button" type="button" aria-keyshortcuts="?" @click=${() => c.open("keys")}>${icon("keyboard")}${t("Keys")}</button>`;
}

/** @param {string} stage */
function stageWord(stage) {
  const stages = { context: 1, peer_learning: 2, outcomes: 3 };
  const n = stages[/** @type {"context"} */ (stage)];
  return n ? t("Stage %(n)s of 3", { n }) : t("Break");
}

/** @param {string} status */
function connection(status) {
  if (status === "live") return nothing;
  const words = status === "polling" ? t("slow connection") : status === "ended" ? t("ended") : t("connecting…");
  return html`<span class="stamp stamp--open" role="status">${icon("wifi-off")} ${words}</span>`;
}

/** @param {Console} c @returns {Drawn} */
export function controlBar(c) {
  return html`<section class="control-bar" aria-label=${t("Control bar")}>
    <p class="control-bar__sentence">${sentence(c)}</p>
    <div class="control-bar__acts">${barActs(c)}</div>
  </section>`;
}

/** @param {Console} c */
function sentence(c) {
  const { lab, here, next } = c.room;
  const mark = (/** @type {unknown} */ word) => html`<span class="now">${word}</span>`;
  if (lab.state === "draft") return t("Nobody can join yet. Open the lab when the room fills.");
  if (lab.state === "closing") return rich(t("The lab %(closes)s, %(left)s left to finish writing."), { closes: mark(t("is closing")), left: html`<b data-closing>${clockText(closingLeft(c))}</b>` });
  if (lab.state === "closed") return tn("The lab is closed. %(n)s evaluation was given.", "The lab is closed. %(n)s evaluations were given.", lab.evaluations ?? 0);
  if (!here) return next ? rich(t("People are %(arriving)s. %(title)s comes first."), { arriving: mark(t("arriving")), title: html`<b>${next.title}</b>` }) : t("The agenda is empty.");
  const parts = { activity: html`<b>${here.title}</b>`, phase: mark(phaseWord(c.room)), left: timeLeft(c), ready: ready(c) };
  const timed = secondsLeft(here, c.now()) !== null;
  const over = (secondsLeft(here, c.now()) ?? 0) < 0;
  if (!timed) return rich(parts.ready ? t("%(activity)s is %(phase)s, %(ready)s ready.") : t("%(activity)s is %(phase)s."), parts);
  if (over) return rich(parts.ready ? t("%(activity)s is %(phase)s, %(left)s over time, %(ready)s ready.") : t("%(activity)s is %(phase)s, %(left)s over time."), parts);
  return rich(parts.ready ? t("%(activity)s is %(phase)s, %(left)s left, %(ready)s ready.") : t("%(activity)s is %(phase)s, %(left)s left."), parts);
}

/** @param {Console} c */
function timeLeft(c) {
  const seconds = secondsLeft(c.room.here, c.now()) ?? 0;
  return html`<b class="sentence__time" role="timer">${clockText(Math.abs(seconds))}</b>`;
}

/** @param {Console} c */
function ready(c) {
  const n = c.room.here?.ready ?? 0;
  const online = Math.max(c.ui.presence?.online ?? 0, n);
  return online && !["talk", "break"].includes(c.room.here?.kind) ? html`<b>${t("%(n)s of %(all)s", { n, all: online })}</b>` : null;
}

/** @param {Console} c */
export function closingLeft(c) {
  return Math.max(0, Math.ceil(((c.room.lab.closes_at ?? 0) - c.now()) / 1000));
}

/** @param {Console} c */
function barActs(c) {
  const { lab, here } = c.room;
  const live = ["live", "paused"].includes(lab.state) && here;
  const timed = live && secondsLeft(here, c.now()) !== null;
  return html`${live && c.room.before && c.may("activity.back") ? act(c, "arrow-left", t("Back"), "B", c.back) : nothing}
    ${timed && c.may("activity.extend") ? act(c, "", c.ui.wide ? t("+1 minute") : t("+1 min"), "+", c.extend) : nothing}
    ${timed && c.may("activity.pause") ? act(c, here.state === "paused" ? "play" : "pause", here.state === "paused" ? t("Go on") : t("Pause"), "T", c.pauseTime, true) : nothing}
    ${live && c.unrevealed().length && c.may("activity.reveal") ? act(c, "eye", t("Reveal"), "R", c.reveal) : nothing}
    ${lab.state === "closing" && c.may("lab.reopen") ? act(c, "rotate-ccw", t("Keep it open"), "", () => c.acts.run("lab.reopen", {}, { done: t("The lab stays open, paused.") })) : nothing}
    ${mainAct(c)}`;
}

/**
 * @param {Console} c @param {string} sign @param {string} text @param {string} key @param {() => void} run
 * @param {boolean} [small] on a phone only the sign
 */
function act(c, sign, text, key, run, small = sign === "arrow-left") {
  const bare = !c.ui.wide && small;
  return html`<button class="button ${bare ? "button--icon" : ""}" type="button" aria-label=${bare ? text : nothing} aria-keyshortcuts=${key || nothing} @click=${run}>${
    sign ? icon(sign) : nothing
  }${bare ? nothing : html`<span>${text}</span>`}${key && c.ui.wide ? html`<kbd aria-hidden="true">${key}</kbd>` : nothing}</button>`;
}

/** The next step, in ink; asks once more when it is early. @param {Console} c */
function mainAct(c) {
  const step = nextStep(c.room, c.now(), c.ui.presence?.online ?? 0);
  if (!step || (step.command && !c.may(step.command)) || (step.opens === "close" && !c.may("lab.close"))) return nothing;
  const armed = c.ui.armed?.step === step.id && c.ui.armed.until > Date.now();
  return html`<button class="button button--main control-bar__next ${armed ? "is-armed" : ""}" type="button" aria-keyshortcuts="N" @click=${c.next}><span aria-live="assertive">${
    armed ? step.guard : step.label
  }</span>${icon("arrow-right")}${c.ui.wide ? html`<kbd aria-hidden="true">N</kbd>` : nothing}</button>`;
}

/** Carry the main act out, or arm it. @param {Console} c */
export function goNext(c) {
  const step = nextStep(c.room, c.now(), c.ui.presence?.online ?? 0);
  if (!step) return;
  if (step.opens === "report") return void location.assign(c.links.report);
  if (step.opens === "close") return c.open("close");
  const armed = c.ui.armed?.step === step.id && c.ui.armed.until > Date.now();
  if (step.guard && !armed) {
    setTimeout(c.redraw, ARMED_MS + 20);
    return c.ui.set({ armed: { step: step.id, until: Date.now() + ARMED_MS } });
  }
  c.ui.armed = null;
  const back = step.command === "activity.start" && c.room.here ? { name: "activity.start", args: { activity: c.room.here.id } } : undefined;
  return c.acts.run(/** @type {string} */ (step.command), step.args, { done: step.done, inverse: back });
}

/** The agenda in true proportions; a tap asks whether to go there. @param {Console} c @returns {Drawn} */
export function ruler(c) {
  const at = c.room.agenda.findIndex((item) => item.id === c.room.here?.id);
  return html`<nav aria-label=${t("Agenda")}><ol class="ruler">${repeat(
    c.room.agenda,
    (item) => item.id,
    (item, index) => {
      const state = index === at ? "now" : index < at || item.state === "done" ? "done" : "next"; // what was skipped is behind us as well
      return html`<li class="ruler--${state}" data-vars="len:${Math.max(1, Math.round(item.seconds / 60))}" aria-current=${state === "now" ? "step" : nothing}>
        <button type="button" title=${item.title} @click=${() => c.open("jump", { activity: item.id })}><span>${item.title}</span></button></li>`;
    },
  )}</ol></nav>`;
}
