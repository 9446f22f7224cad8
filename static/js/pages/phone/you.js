// The person's own sheet: how they are shown, what they wrote, what is kept about them, parking, and the way out (safety, section 6).

import { html, nothing, render, repeat } from "../../../vendor/lit-html.js";
import { at } from "../../lib/address.js";
import { newKey } from "../../lib/command.js";
import { t, tn } from "../../lib/i18n.js";
import { icon } from "../../views/marks.js";
import { ownEntry } from "./entry.js";
import { labelNow } from "./promise.js";
import { wordsOf } from "./returned.js";

/** @typedef {import("./app.js").App} App */
/** @typedef {import("../../views/marks.js").Drawn} Drawn */

/** @param {App} app @returns {Drawn} */
export function youSheet(app) {
  app.places = [];
  const own = app.own().filter((each) => each.value.text && each.state !== "returned");
  return html`<div class="sheet-page"><div class="sheet-page__title"><h1 id="task" tabindex="-1">${t("You in this lab")}</h1></div>
    <section>${settings(app)}</section>
    <section class="entries entries--sheet"><h2>${tn("Your contribution", "Your contributions", own.length)}</h2>${
      own.length ? repeat(own, (each) => each.id, (each) => ownEntry(app, each)) : html`<p class="tag">${t("Nothing yet.")}</p>`
    }</section>
    ${unfinished(app)}
    <section><h2>${t("Your data")}</h2><p>${t("What the lab holds that is tied to you: your answers on joining, your contributions, your votes. Facilitators see tiers, not who wrote.")}</p>
      <ul class="ways"><li><a href=${at(`/labs/${app.island.lab}/phone/mine.json`)} download>${icon("download")}<span>${t("Download your data")}</span></a></li>
        <li><button type="button" @click=${() => switchSheet(app, "parking")}>${icon("square-parking")}<span>${t("Parking list")}</span></button></li>
        <li><button type="button" @click=${() => openLeave(app)}>${icon("log-out")}<span>${t("Leave the lab")}</span></button></li></ul></section>
  </div>`;
}

/** @param {App} app @param {"parking"} sheet */
function switchSheet(app, sheet) {
  app.ui.sheet = sheet;
  app.draw();
}

/** Texts begun elsewhere: nothing half-written is lost when the room moves on. @param {App} app @returns {Drawn} */
function unfinished(app) {
  const drafts = app.drafts.unfinished();
  if (!drafts.length) return nothing;
  const drop = async (/** @type {string} */ place) => {
    await app.drafts.clear(place);
    app.draw();
  };
  return html`<section class="entries entries--sheet"><h2>${t("Begun, not sent")}</h2>${drafts.map(
    (draft) => html`<article class="contribution"><span class="contribution__mark">${icon("pencil-line")}</span><div class="contribution__body"><p class="contribution__text">${draft.text}</p>
      <div class="contribution__line"><button class="text-button" type="button" @click=${() => drop(draft.place)}>${t("Discard")}</button></div></div></article>`,
  )}</section>`;
}

/** Tier, label, name, organisation, stage: each can be corrected; figures and labels follow (R-61). @param {App} app @returns {Drawn} */
function settings(app) {
  const seat = app.seat();
  const { promises } = app.lab();
  const levels = [t("No source"), t("Tier"), t("Tier and value chain stage"), t("Organisation"), t("Name")].slice(0, (promises.ceiling ?? 1) + 1);
  const { shown } = labelNow(seat, promises, app.store.mine.contributions ?? [], app.words.stages);
  const { errors } = app.ui;
  return html`<form class="form-page form-page--sheet" @submit=${(/** @type {SubmitEvent} */ event) => save(app, event)}>
    <h2>${t("How you are shown")}</h2>
    <p>${shown ? html`${t("Shown as")} <b>${shown}</b>.` : t("Shown without a source.")}</p>
    ${select("tier", t("Where you sit"), app.words.tiers.map((/** @type {any} */ tier) => [tier.id, tier.label]), seat.tier)}
    ${levels.length > 1 ? select("attribution", t("Label of your contributions"), levels.map((word, level) => [String(level), word]), String(Math.min(seat.attribution, promises.ceiling ?? 1))) : nothing}
    ${select("stage", t("Stage of the value chain"), [["", t("I do not say")], ...app.words.stages.map((/** @type {any} */ stage) => [stage.id, stage.label])], seat.stage ?? "")}
    ${input("name", t("Name"), seat.name ?? "", "name", errors.name)}
    ${input("organisation", t("Organisation"), seat.organisation ?? "", "organization", errors.organisation)}
    ${errors.form ? html`<p class="field__error">${icon("circle-alert")}<span>${errors.form}</span></p>` : nothing}
    <button class="button button--main" type="submit"><span>${t("Save")}</span></button></form>`;
}

/** @param {string} name @param {string} label @param {string[][]} options @param {string} value @returns {Drawn} */
function select(name, label, options, value) {
  return html`<div class="field"><label for="y-${name}">${label}</label><select class="input" id="y-${name}" name=${name}>${options.map(
    ([id, word]) => html`<option value=${id} ?selected=${id === value}>${word}</option>`,
  )}</select></div>`;
}

/** @param {string} name @param {string} label @param {string} value @param {string} fill @param {string} [error] @returns {Drawn} */
function input(name, label, value, fill, error) {
  return html`<div class="field"><label for="y-${name}">${label} <span class="tag">${t("optional")}</span></label>
    <input class="input" id="y-${name}" name=${name} maxlength="120" autocomplete=${fill} value=${value} aria-invalid=${error ? "true" : nothing} aria-describedby=${error ? `y-${name}-error` : nothing}>
    ${error ? html`<p class="field__error" id="y-${name}-error">${icon("circle-alert")}<span>${error}</span></p>` : nothing}</div>`;
}

/** @param {App} app @param {SubmitEvent} event */
async function save(app, event) {
  event.preventDefault();
  const form = new FormData(/** @type {HTMLFormElement} */ (event.target));
  const given = /** @type {Record<string, any>} */ (Object.fromEntries(form));
  if (given.attribution !== undefined) given.attribution = Number(given.attribution);
  const answer = await app.ask("seat.update", given);
  if (answer.ok) {
    app.ui.errors = {};
    app.toast(t("Saved. Labels and figures follow."));
  } else {
    const offline = "silent" in answer && answer.silent;
    app.ui.errors = answer.fields ?? { form: offline ? t("No network. Please save again in a moment.") : answer.message };
  }
  app.draw();
}

/** Leaving: what stays, what goes; with or without the words. @param {App} app */
function openLeave(app) {
  const dialog = document.createElement("dialog");
  dialog.className = "dialog";
  dialog.setAttribute("aria-labelledby", "leave-title");
  const unsent = app.outbox.items().filter((item) => item.state !== "stored" && wordsOf(item)).length;
  const close = () => dialog.close();
  const go = (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    const takeBack = new FormData(/** @type {HTMLFormElement} */ (event.target)).get("words") === "take";
    close();
    void leave(app, takeBack);
  };
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  render(
    html`<header class="dialog__head"><h2 id="leave-title">${t("Leave the lab?")}</h2><button class="button button--icon button--small" type="button" aria-label=${t("Close")} @click=${close}>${icon("x")}</button></header>
      <form class="dialog__body" @submit=${go}>
        <fieldset class="field"><legend>${t("What you wrote")}</legend><div class="choices">
          <label class="choice"><input type="radio" name="words" value="keep" checked><span><b>${t("stays in the lab")}</b><small>${t("with the label it has now")}</small></span></label>
          <label class="choice"><input type="radio" name="words" value="take"><span><b>${t("is taken back")}</b><small>${t("nobody sees it any more")}</small></span></label></div></fieldset>
        ${unsent ? html`<div class="notice notice--alarm">${icon("triangle-alert")}<p>${tn("%(n)s text is not sent yet and would be deleted.", "%(n)s texts are not sent yet and would be deleted.", unsent)}</p></div>` : nothing}
        <p>${t("Everything kept on this phone is deleted. With the code you can join again, as a new participant.")}</p>
        <div class="dialog__acts"><button class="button" type="button" @click=${close}>${t("Stay")}</button><button class="button button--alarm" type="submit">${t("Leave")}</button></div></form>`,
    dialog,
  );
  dialog.showModal();
}

/** Leave the lab: tell it, forget everything here, go. @param {App} app @param {boolean} takeBack withdraw every text first */
async function leave(app, takeBack) {
  const { lab } = app.island;
  if (takeBack) {
    for (const own of app.own()) if (!own.item) await app.link.command("contribution.withdraw", { id: own.id });
  }
  const answer = await fetch(at(`/labs/${lab}/phone/leave`), {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json" },
    body: JSON.stringify({ key: newKey() }),
  }).catch(() => null);
  if (!answer?.ok) return app.say(t("Leaving needs the network. Please try again in a moment."));
  await app.keep.wipe(lab);
  location.href = at("/goodbye");
}
