// Dialogs about the whole lab: doors and states, the close, announcements, the log with its undo, the list of keys.

import { html, nothing, repeat } from "../../vendor/lit-html.js";
import { t, tn } from "../lib/i18n.js";
import { clockText } from "../views/timer.js";
import { icon, stamp } from "../views/marks.js";
import { moreButton } from "./board.js";
import { field, form } from "./dialog-form.js";
import { presets } from "./heard.js";
import { KEYS } from "./keys.js";
import { startOf } from "./part.js";
import { early } from "./steps.js";

/** @typedef {import("./controls.js").Console} Console */

/** @param {Console} c */
export function lab(c) {
  const { lab: value } = c.room;
  const act = (/** @type {string} */ name, /** @type {any} */ args, /** @type {string} */ sign, /** @type {string} */ text, /** @type {string} */ done, /** @type {string | typeof nothing} */ pressed = nothing) =>
    c.may(name) ? html`<button class="button" type="button" aria-pressed=${pressed} @click=${() => c.acts.run(name, args, { done })}>${icon(sign)}<span>${text}</span></button>` : nothing;
  const states = {
    draft: act("lab.open", {}, "play", t("Open the lab"), t("The lab is open. People can join.")),
    lobby: nothing,
    live: act("lab.pause", {}, "pause", t("Pause the lab"), t("The lab is paused: nobody can write.")),
    paused: act("lab.resume", {}, "play", t("Go on"), t("The lab goes on.")),
    closing: act("lab.reopen", {}, "rotate-ccw", t("Keep it open"), t("The lab stays open, paused.")),
    closed: act("lab.reopen", {}, "rotate-ccw", t("Open it again"), t("The lab is open again, paused.")),
  };
  const running = ["lobby", "live", "paused"].includes(value.state);
  return {
    title: value.title,
    body: html`<section class="dialog__part"><h3>${t("The lab")}</h3><div class="acts">${states[/** @type {"live"} */ (value.state)]}
        ${running && c.may("lab.close") ? html`<button class="button" type="button" @click=${() => c.open("close")}>${icon("log-out")}<span>${t("Close the lab…")}</span></button>` : nothing}
        ${value.evaluations !== undefined ? html`<span>${tn("%(n)s evaluation so far", "%(n)s evaluations so far", value.evaluations)}</span>` : nothing}</div></section>
      <section class="dialog__part"><h3>${t("The door")}</h3><p>${t("Code")} <b class="code">${value.join?.code}</b> <span class="tag">${value.join?.url}</span></p>
        <div class="acts">${act("lab.lock", { locked: !value.locked }, value.locked ? "lock-open" : "lock", value.locked ? t("Open the door") : t("Close the door"), value.locked ? t("The door is open") : t("The door is closed: nobody else can join"))}
        ${c.may("lab.new_code") ? html`<button class="button" type="button" @click=${c.newCode}>${icon("refresh-cw")}<span>${t("New code")}</span></button>` : nothing}</div>
        <p class="tag">${t("A new code ends the old one and the old address of the wall. Who is in, stays in.")}</p></section>
      <section class="dialog__part"><h3>${t("Moderation")}</h3><div class="acts">
        ${act("lab.approve_first", { on: !value.approve_first }, "shield-check", t("Look first, on every board"), value.approve_first ? t("New contributions are shown at once") : t("New contributions wait for a look, on every board"), String(Boolean(value.approve_first)))}
        <button class="button" type="button" @click=${() => c.open("log")}>${icon("history")}<span>${t("Log, with undo")}</span></button>
        ${c.may("lab.announce") ? html`<button class="button" type="button" @click=${() => c.open("announce")}>${icon("bell")}<span>${t("Announce")}</span></button>` : nothing}</div></section>
      <section class="dialog__part"><h3>${t("Other pages")}</h3><ul class="ways">
        <li><a href=${c.links.wall} target="_blank" rel="opener">${icon("monitor")}<span>${t("Wall")}</span></a></li>
        <li><a href=${c.links.phone} target="_blank" rel="noopener">${icon("smartphone")}<span>${t("See as a participant")}</span></a></li>
        <li><a href=${c.links.plan}>${icon("calendar")}<span>${t("Plan of the lab")}</span></a></li>
        <li><a href=${c.links.report}>${icon("file-text")}<span>${t("Report")}</span></a></li>
        <li><button class="ways__button" type="button" @click=${() => c.open("keys")}>${icon("keyboard")}<span>${t("Keys")}</span></button></li></ul></section>`,
  };
}

/** Close with grace: everybody sees the countdown and can finish the sentence. @param {Console} c */
export function closing(c) {
  const choices = [0, 30, 60, 120, 300];
  const words = (/** @type {number} */ seconds) => (seconds === 0 ? t("At once") : seconds < 60 ? tn("%(n)s second", "%(n)s seconds", seconds) : tn("%(n)s minute", "%(n)s minutes", seconds / 60));
  const fields = html`<p>${t("Writing goes on until the time is over, with a countdown on every device. Then one final number is fixed, and the report is made from it.")}</p>
    <fieldset class="grace"><legend>${t("Time to finish writing")}</legend>${choices.map((seconds) => html`<label><input type="radio" name="grace" value=${seconds} ?checked=${seconds === 60}> <span>${words(seconds)}</span></label>`)}</fieldset>`;
  const send = (/** @type {Record<string, string>} */ { grace }) => c.acts.run("lab.close", { grace_s: Number(grace) }, { done: Number(grace) ? t("The lab closes, the countdown runs on every device") : t("The lab is closed"), inverse: c.may("lab.reopen") ? { name: "lab.reopen", args: {} } : undefined });
  return { title: t("Close the lab"), body: form(c, send, fields, t("Close the lab")) };
}

/** @param {Console} c @param {{tier?: string}} asked */
export function announce(c, { tier }) {
  const fields = html`${field(t("One sentence for every phone and the wall"), "text", { value: tier ? presets(tier)[0] : (c.room.lab.announcement ?? ""), rows: 2, required: true })}
    <ul class="choices__list">${presets(tier).map((text) => html`<li><button class="text-button" type="button" @click=${() => fill(text)}>${text}</button></li>`)}</ul>
    <p class="tag">${t("It stays until the next activity. Everybody reads it: no one is named.")}</p>`;
  return { title: tier ? t("Nudge") : t("Announce"), body: form(c, ({ text }) => c.announce(text), fields, t("Send to all")) };
}

/** @param {string} text */
function fill(text) {
  const input = /** @type {HTMLTextAreaElement} */ (document.getElementById("d-text"));
  input.value = text;
  input.focus();
}

/** @param {Console} c @param {{activity: string}} asked */
export function jump(c, { activity }) {
  const item = c.room.agenda.find((entry) => entry.id === activity);
  if (!item) return null;
  const isHere = item.id === c.room.here?.id;
  const open = ["draft", "lobby", "live", "paused"].includes(c.room.lab.state) && !isHere && c.may("activity.start");
  const guard = early(c.room.here, item, c.now());
  const go = () => {
    c.close();
    const here = c.room.here;
    void c.acts.run("activity.start", { activity }, { done: t("Now: %(title)s", { title: item.title }), inverse: here ? { name: "activity.start", args: { activity: here.id } } : undefined });
  };
  return {
    title: item.title,
    body: html`<p>${item.seconds ? stamp(clockText(item.seconds), "quiet", "clock") : nothing} ${item.state === "done" ? stamp(t("done"), "quiet", "check") : nothing}</p><p>${item.instruction}</p>
      ${open ? html`<p class="tag">${guard ?? t("Going back or forth never loses anything.")}</p><div class="dialog__acts"><button class="button button--quiet" type="button" @click=${c.close}>${t("Stay here")}</button><button class="button button--main" type="button" autofocus @click=${go}>${t("Go there")}</button></div>` : isHere ? html`<p class="tag">${t("The room is here.")}</p>` : nothing}`,
  };
}

/** @param {string} act */
function actWord(act) {
  const words = {
    publish: t("Shown after a look"), hide: t("Hidden"), restore: t("Shown again"), ask: t("Asked to reword"), hide_all: t("Everything of a device hidden"),
    move: t("Moved"), pin: t("Pinned or not"), wall: t("Wall switch"), spotlight: t("Wall filled"), lock: t("Door"), approve_first: t("Look first"), wall_set: t("Wall"),
    park: t("Parked"), cluster_create: t("Cluster made"), cluster_add: t("Put into a cluster"), cluster_remove: t("Taken out of a cluster"),
    cluster_dissolve: t("Cluster dissolved"), cluster_rename: t("Cluster renamed"), undo: t("Taken back"),
  }; // prettier-ignore
  return words[/** @type {"hide"} */ (act)] ?? act;
}

/** Every act, newest first, each with its inverse. @param {Console} c */
export function log(c) {
  const acts = c.room.acts.sort((a, b) => b.n - a.n);
  const { drawn, more } = startOf("log", acts, c.ui.asked);
  const about = (/** @type {any} */ act) => c.room.byId.get(act.entity_id)?.text ?? c.room.cluster(act.entity_id)?.title ?? "";
  const time = (/** @type {number} */ at) => new Date(at).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  return {
    title: t("What the staff did"),
    body: acts.length
      ? html`<ol class="log" reversed>${repeat(drawn, (act) => act.id, (act) => html`<li class=${act.undone ? "log--undone" : ""}><time datetime=${new Date(act.at).toISOString()}>${time(act.at)}</time>
          <span><b>${actWord(act.act)}</b>${act.by ? html` <span class="tag">${act.by}</span>` : nothing} ${about(act)}</span>
          ${act.undone ? html`<span class="tag">${t("taken back")}</span>` : act.act !== "undo" && c.may("moderation.undo") ? html`<button class="text-button" type="button" @click=${() => c.acts.undoAct(act.id)}>${t("Undo")}</button>` : html`<span></span>`}</li>`)}</ol>${moreButton(c, more)}`
      : html`<p>${t("Nothing yet. Each act of moderation is written here, with its undo.")}</p>`,
  };
}

/** @param {Console} c */
export function keys(c) {
  return {
    title: t("Keys"),
    body: html`<p><label><input type="checkbox" .checked=${c.keysOn()} @change=${(/** @type {Event} */ event) => c.setKeys(/** @type {HTMLInputElement} */ (event.target).checked)}> ${t("Single keys are on (on this device)")}</label></p>
      ${KEYS().map((group) => html`<h3>${group.title}</h3><div class="keys">${group.keys.map(([key, words]) => html`<div><span>${words}</span><kbd>${key.length === 1 ? key.toUpperCase() : key}</kbd></div>`)}</div>`)}`,
  };
}
