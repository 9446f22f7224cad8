// The bar under the board: what to do with the chosen contributions, or with the chosen cluster.

import { html, nothing } from "../../vendor/lit-html.js";
import { t, tn } from "../lib/i18n.js";
import { icon } from "../views/marks.js";
import { extra, reply } from "../views/contribution.js";

/** @typedef {import("../views/marks.js").Drawn} Drawn */
/** @typedef {import("./controls.js").Console} Console */

/** @param {Console} c @param {any} board @returns {Drawn} */
export function boardAction(c, board) {
  const cluster = c.room.cluster(c.ui.cluster);
  if (cluster?.board === board.id) return clusterBar(c, cluster);
  const items = c.chosen().filter((item) => item.board === board.id);
  if (!items.length) return nothing;
  if (c.ui.picking) return pickingBar(c, items);
  return html`<div class="board-action" role="group" aria-label=${t("Chosen contributions")}>
    ${items.length === 1 ? details(c, items[0]) : nothing}
    <form class="board-action__row" @submit=${(/** @type {SubmitEvent} */ event) => nameIt(c, event)}>
      <p><b>${tn("%(n)s chosen.", "%(n)s chosen.", items.length)}</b></p>
      ${c.may("cluster.create") ? clusterActs(c) : nothing}
      <button class="button button--small button--quiet" type="button" @click=${() => c.ui.clear()}>${t("Clear")}</button>
    </form>
    <div class="board-action__row">${itemActs(c, board, items)}</div>
  </div>`;
}

/** @param {Console} c */
function clusterActs(c) {
  return html`<label class="visually-hidden" for="cluster-name">${t("Name of the cluster")}</label>
    <input class="input" id="cluster-name" name="title" maxlength="120" autocomplete="off" placeholder=${t("Name the cluster")} @focus=${() => c.ui.naming || c.ui.set({ naming: true })}>
    <button class="button button--main button--small" type="submit">${t("Make cluster")}${key(c, "C")}</button>
    <button class="button button--small" type="button" @click=${c.deeds.startPicking}>${t("Same as…")}${key(c, "A")}</button>`;
}

/** @param {Console} c @param {string} name */
function key(c, name) {
  return c.ui.wide ? html`<kbd aria-hidden="true">${name}</kbd>` : nothing;
}

/** @param {Console} c @param {SubmitEvent} event */
async function nameIt(c, event) {
  event.preventDefault();
  const field = /** @type {HTMLInputElement} */ (document.getElementById("cluster-name"));
  const title = field.value.trim();
  if (!title) return field.focus();
  field.value = "";
  await c.deeds.makeCluster(title);
}

/** @param {Console} c @param {any[]} items */
function pickingBar(c, items) {
  return html`<div class="board-action" role="group" aria-label=${t("Same as…")}><div class="board-action__row">
    <p role="status"><b>${tn("%(n)s says the same as…", "%(n)s say the same as…", items.length)}</b> ${t("Tap the cluster or contribution it belongs to.")}</p>
    <button class="button button--small" type="button" @click=${() => c.ui.set({ picking: false })}>${t("Not now")}${key(c, "Esc")}</button></div></div>`;
}

/** @param {Console} c @param {any} item */
function details(c, item) {
  const replies = c.room.replies.get(item.id);
  if (!replies.length && !item.extra) return nothing;
  return html`<div class="board-action__details">${extra(item.extra)}
    ${replies.map((entry) => reply(entry, replyLine(c, entry)))}</div>`;
}

/** @param {Console} c @param {any} item */
function replyLine(c, item) {
  if (item.status === "pending") return html`<span class="tag">${t("waits in the queue")}</span>`;
  const act = item.status === "hidden" ? () => c.deeds.restore(item.id) : () => c.open("hide", { ids: [item.id] });
  if (!c.may("contribution.hide")) return nothing;
  return html`<button class="text-button" type="button" @click=${act}>${item.status === "hidden" ? t("Show again") : t("Hide")}</button>`;
}

/** @param {Console} c @param {any} board @param {any[]} items */
function itemActs(c, board, items) {
  const ids = items.map((item) => item.id);
  const one = items.length === 1 ? items[0] : null;
  const inCluster = items.some((item) => c.room.cluster(item.cluster));
  const all = (/** @type {(item: any) => unknown} */ test) => String(items.every((item) => Boolean(test(item))));
  const by = (/** @type {string} */ sign, /** @type {string} */ text, /** @type {string} */ keyName, /** @type {() => unknown} */ run, /** @type {string | typeof nothing} */ pressed = nothing) =>
    html`<button class="button button--small" type="button" aria-pressed=${pressed} @click=${run}>${icon(sign)}<span>${text}</span>${keyName ? key(c, keyName) : nothing}</button>`;
  return html`
    ${inCluster && c.may("cluster.remove") ? by("undo-2", t("Take out"), "X", () => c.deeds.takeOut(ids)) : nothing}
    ${board.columns.length > 1 && c.may("contribution.move") ? by("move-right", t("Move"), "M", () => c.open("move", { ids })) : nothing}
    ${c.may("contribution.hide") ? by("eye-off", t("Hide"), "H", () => c.open("hide", { ids })) : nothing}
    ${c.may("contribution.pin") ? by("pin", t("Pin"), "P", () => c.deeds.pin(ids), all((item) => item.pinned)) : nothing}
    ${c.may("contribution.wall") ? by("monitor", t("Off the wall"), "W", () => c.deeds.wall(ids), all((item) => item.wall === false)) : nothing}
    ${one && c.may("contribution.spotlight") ? by("maximize", t("Fill the wall"), "S", () => c.deeds.spotlight(one.id), String(c.room.lab.spotlight === one.id)) : nothing}
    ${one && c.may("contribution.park") ? by("square-parking", t("Park"), "K", () => c.open("park", { id: one.id })) : nothing}
    ${one && c.may("contribution.translate") ? by("languages", t("Translate"), "", () => c.open("translate", { id: one.id })) : nothing}
    ${one && c.may("contribution.ask") && one.origin === "participant" ? by("message-square", t("Ask to reword"), "", () => c.open("ask", { id: one.id })) : nothing}
    ${one && c.may("seat.hide_all") && one.origin === "participant" ? by("ban", t("This device…"), "", () => c.open("device", { id: one.id })) : nothing}`;
}

/** @param {Console} c @param {any} cluster */
function clusterBar(c, cluster) {
  const ids = c.chosen().map((item) => item.id);
  const rename = (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    const field = /** @type {HTMLInputElement} */ (document.getElementById("cluster-title"));
    void c.deeds.rename(cluster, field.value.trim());
  };
  return html`<div class="board-action" role="group" aria-label=${t("Cluster “%(title)s”", { title: cluster.title })}><form class="board-action__row" @submit=${rename}>
    <label class="visually-hidden" for="cluster-title">${t("Name of the cluster")}</label>
    <input class="input" id="cluster-title" maxlength="120" autocomplete="off" .value=${cluster.title}>
    ${c.may("cluster.rename") ? html`<button class="button button--main button--small" type="submit">${t("Rename")}${key(c, "E")}</button>` : nothing}
    ${ids.length && c.may("cluster.add") ? html`<button class="button button--small" type="button" @click=${() => c.deeds.addTo(cluster.id, ids)}>${tn("Put the %(n)s chosen in", "Put the %(n)s chosen in", ids.length)}</button>` : nothing}
    ${c.may("cluster.dissolve") ? html`<button class="button button--small" type="button" @click=${() => c.deeds.dissolve(cluster)}>${icon("split")}<span>${t("Dissolve")}</span></button>` : nothing}
    <button class="button button--small button--quiet" type="button" @click=${() => c.ui.set({ cluster: null })}>${t("Done")}</button></form></div>`;
}
