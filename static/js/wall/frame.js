// What stands around every slide: the head with the time, an announcement, and the strip that says how to join.

import { html, nothing } from "../../vendor/lit-html.js";
import { at } from "../lib/address.js";
import { t, tn } from "../lib/i18n.js";
import { icon } from "../views/marks.js";
import { clockText, clockWords, timer } from "../views/timer.js";
import { rich } from "../lib/rich.js";

/** @typedef {import("../views/marks.js").Drawn} Drawn */
/** @typedef {{room: import("./scene.js").Room, now: number, online: number, frozen: boolean, status: string, fresh: Map<string, number>}} Wall */

/**
 * @param {Wall} wall @param {{where?: unknown, title: unknown, activity?: any}} said
 * @returns {Drawn}
 */
export function head(wall, { where = nothing, title, activity }) {
  return html`<header class="wall__head">${where === nothing ? nothing : html`<p class="wall__where">${where}</p>`}<h1>${title}</h1>${
    wall.room.lab.state === "closing" ? nothing : activity ? timer(activity, wall.now) : nothing
  }</header>`;
}

/** The address as one would say it: without scheme, without the code. @param {string | undefined} url */
export function shortAddress(url) {
  return (url ?? "").replace(/^https?:\/\//, "").replace(/\/[^/]*$/, "");
}

/** @param {Wall} wall @returns {Drawn} */
export function qr(wall) {
  const { join } = wall.room.lab;
  const words = t("QR code: %(address)s, code %(code)s", { address: shortAddress(join?.url), code: join?.code });
  return html`<span class="qr"><img src=${at(`/qr/${join?.code}.svg`)} alt=${words}></span>`;
}

/** @param {Wall} wall @param {unknown} [hint] @returns {Drawn} */
export function joinStrip(wall, hint = nothing) {
  const { lab } = wall.room;
  if (!lab.join) return html`<footer class="join-strip"><p>${t("connecting…")}</p></footer>`;
  const parts = { address: html`<b>${shortAddress(lab.join.url)}</b>`, code: html`<span class="join-strip__code">${lab.join.code}</span>` };
  return html`<footer class="join-strip">${qr(wall)}<p>${rich(t("Join at %(address)s with %(code)s"), parts)}</p>
    <p class="join-strip__end">${lab.locked ? html`<span>${icon("lock")} ${t("door closed")}</span>` : nothing}<span>${icon("users")} ${tn("%(n)s here", "%(n)s here", wall.online)}</span>${
      hint === nothing ? nothing : html`<span>${hint}</span>`
    }${wall.status === "live" || wall.status === "polling" ? nothing : html`<span>${icon("wifi-off")} ${t("connecting…")}</span>`}</p></footer>`;
}

/** The countdown of the close, and what the facilitators say to all. @param {Wall} wall @returns {Drawn} */
export function bands(wall) {
  const { lab } = wall.room;
  const left = Math.max(0, Math.ceil(((lab.closes_at ?? 0) - wall.now) / 1000));
  return html`${lab.state === "closing" ? html`<aside class="band" aria-label=${t("Closing")}><p>${t("The lab is closing. Please finish your sentence.")}</p><p class="timer" role="timer" aria-label=${clockWords(left)}>${clockText(left)}</p></aside>` : nothing}
    ${lab.announcement ? html`<aside class="band band--said" aria-label=${t("Announcement")}>${icon("bell")}<p>${lab.announcement}</p></aside>` : nothing}`;
}
