// Voting: a budget one can see, tap to add, tap to take back, sent by itself (R-73, R-74). The order differs per phone.

import { html, nothing, repeat } from "../../../vendor/lit-html.js";
import { number, t, tn } from "../../lib/i18n.js";
import { memo } from "../../lib/memo.js";
import { shuffled } from "../../lib/shuffle.js";
import { memberList } from "../../views/contribution.js";
import { degreeWord, delivery, icon, isQuad, legend, quad } from "../../views/marks.js";
import { dotMarks, dots, ranked, ranking, ratings, sum } from "../../views/votes.js";
import { task } from "./frame.js";
import { readyButton } from "./board.js";
import { moreButton, startOf } from "./long.js";
import { returnedTexts } from "./returned.js";
import { allocation, votedOn } from "./subjects.js";

/** @typedef {import("./app.js").App} App */
/** @typedef {import("../../views/marks.js").Drawn} Drawn */

/**
 * @param {App} app @param {any} activity @param {Array<[string, any]>} begun
 * @returns {{main: Drawn, foot: Drawn}}
 */
export function ballotScreen(app, activity, begun) {
  const wished = app.ui.tab[`ballot:${app.ui.at}`];
  const [id, ballot] = begun.find(([each]) => each === wished) ?? begun.find(([, value]) => value.state === "open") ?? begun[0];
  app.places = [];
  const title = ballot.question || activity.title;
  return {
    main: html`${task(app, { ...activity, instruction: howTo(ballot) }, { title, above: begun.length > 1 ? ballotSwitch(app, begun, id) : nothing })}${returnedTexts(app, [])}
      ${ballot.state === "revealed" ? result(app, id, ballot) : vote(app, id, ballot)}
      ${ballot.state === "open" ? readyButton(app, activity) : nothing}`,
    foot: ballot.state === "revealed" ? nothing : foot(app, id, ballot),
  };
}

/** @param {any} ballot */
function howTo({ state, method, per_person, max_per_item }) {
  if (state === "revealed") return t("The result, in total and by tier.");
  if (state === "closed") return "";
  if (method === "rating") return t("Choose one step for each. Nobody sees a result before the reveal.");
  return tn(
    "%(n)s dot. Nobody sees a count before the reveal.",
    "%(n)s dots, at most %(max)s on one. Nobody sees a count before the reveal.",
    per_person,
    { max: max_per_item },
  );
}

/** @param {App} app @param {Array<[string, any]>} begun @param {string} chosen @returns {Drawn} */
function ballotSwitch(app, begun, chosen) {
  return html`<nav class="case-switch" aria-label=${t("Votes")}>${begun.map(
    ([id, value]) => html`<button type="button" aria-current=${id === chosen ? "true" : nothing} @click=${() => {
      app.ui.tab[`ballot:${app.ui.at}`] = id;
      app.draw();
    }}>${value.method === "rating" ? t("Rating") : t("Dots")}</button>`,
  )}</nav>`;
}

/** @param {App} app @param {string} id @param {any} ballot @returns {Drawn} */
function vote(app, id, ballot) {
  const given = allocation(app.store, app.outbox.items(), id);
  const part = startOf(app, `ballot ${id}`, inOwnOrder(ballot.items, `${app.seat().id}:${id}`));
  const draw = ballot.method === "rating" ? ratingItem : dotItem;
  return html`${ballot.state === "closed" ? html`<div class="notice phone__notice">${icon("lock")}<p>${t("Voting is closed. The result is shown by the facilitators in a moment.")}</p></div>` : nothing}
    <ol class="ballot" aria-label=${t("In an order of your own")}>${repeat(part.drawn, (item) => item, (item) => draw(app, id, ballot, item, given.dots))}</ol>
    ${moreButton(app, `ballot ${id}`, part, t("Show more (%(n)s)", { n: number(part.rest) }))}`;
}

const inOwnOrder = memo((/** @type {string[]} */ items, /** @type {string} */ seed) => shuffled(items, seed));

/** @param {App} app @param {any} found @param {Drawn} acts @param {string} item @returns {Drawn} */
function ballotItem(app, found, acts, item) {
  const several = app.store.all("case").length > 1;
  const mark = isQuad(found?.column) ? quad(found.column) : html`<span class="contribution__mark" aria-hidden="true">–</span>`;
  const open = app.ui.open.has(item);
  return html`<li class="ballot__item contribution" data-q=${isQuad(found?.column) ? found.column : nothing}>${mark}
    <div class="contribution__body">
      ${several && found?.board?.case ? html`<p class="tag">${found.board.title}</p>` : nothing}
      <h2 class="cluster__title">${found?.title ?? t("Not shown yet")}</h2>
      ${open && found?.members.length ? memberList(found.members, true) : nothing}
      <div class="ballot__acts">${found?.members.length ? fold(app, item, found.members.length, open) : html`<span></span>`}${acts}</div>
    </div></li>`;
}

/** @param {App} app @param {string} item @param {number} count @param {boolean} open @returns {Drawn} */
function fold(app, item, count, open) {
  return html`<button class="text-button" type="button" aria-expanded=${String(open)} @click=${() => {
    if (!app.ui.open.delete(item)) app.ui.open.add(item);
    app.draw();
  }}>${open ? t("Close") : tn("%(n)s contribution", "%(n)s contributions", count)}</button>`;
}

/** @param {App} app @param {string} id @param {any} ballot @param {string} item @param {Record<string, number>} given @returns {Drawn} */
function dotItem(app, id, ballot, item, given) {
  const found = votedOn(app.store, item);
  const [here, left] = [given[item] ?? 0, ballot.per_person - sum(given)];
  const title = found?.title ?? "";
  const open = ballot.state === "open" && !app.readOnly;
  const change = (/** @type {number} */ n) => cast(app, id, { ...given, [item]: n }, left + here - n);
  const stepper = html`<div class="stepper">
    <button type="button" aria-label=${t("Take a dot back from %(title)s", { title })} ?disabled=${!open || here === 0} @click=${() => change(here - 1)}>${icon("minus")}</button>
    <span class="dots" role="img" aria-label=${t("%(n)s of %(max)s dots", { n: here, max: ballot.max_per_item })}>${dotMarks(here, ballot.max_per_item)}</span>
    <button type="button" aria-label=${t("Add a dot to %(title)s", { title })} ?disabled=${!open || left <= 0 || here >= ballot.max_per_item} @click=${() => change(here + 1)}>${icon("plus")}</button></div>`;
  return ballotItem(app, found, stepper, item);
}

/** The whole allocation goes each time, so that sending it twice is harmless. @param {App} app @param {string} ballot @param {Record<string, number>} dots @param {number} left */
function cast(app, ballot, dots, left) {
  void app.send("ballot.vote", { ballot, dots }, `vote:${ballot}`);
  app.say(leftWords(left));
}

/** @param {number} left */
function leftWords(left) {
  return left ? tn("%(n)s dot left", "%(n)s dots left", left) : t("No dots left");
}

/** @param {any} ballot @returns {Array<{step: number, word: string}>} */
function stepsOf(ballot) {
  return Object.entries(ballot.scale ?? {})
    .map(([step, word]) => ({ step: Number(step), word: degreeWord(String(word)) || String(word) }))
    .sort((a, b) => a.step - b.step);
}

/** @param {App} app @param {string} id @param {any} ballot @param {string} item @param {Record<string, number>} given @returns {Drawn} */
function ratingItem(app, id, ballot, item, given) {
  const found = votedOn(app.store, item);
  const steps = stepsOf(ballot);
  const open = ballot.state === "open" && !app.readOnly;
  const choose = (/** @type {number} */ step) => {
    void app.send("ballot.vote", { ballot: id, dots: { ...given, [item]: step } }, `vote:${id}`);
  };
  const scale = html`<fieldset class="degree ${steps.length > 4 ? "degree--list" : ""}" ?disabled=${!open}><legend class="visually-hidden">${found?.title ?? ""}</legend>${steps.map(
    ({ step, word }) => html`<label><input type="radio" name="rate-${item}" value=${step} .checked=${given[item] === step} @change=${() => choose(step)}><span>${word}</span></label>`,
  )}</fieldset>`;
  return html`<li class="ballot__item ballot__item--rating"><h2 class="cluster__title">${found?.title ?? t("Not shown yet")}</h2>${scale}</li>`;
}

/** @param {App} app @param {string} id @param {any} ballot @returns {Drawn} */
function foot(app, id, ballot) {
  const given = allocation(app.store, app.outbox.items(), id);
  const rated = ballot.items.filter((/** @type {string} */ item) => given.dots[item] !== undefined).length;
  const left = Math.max(0, ballot.per_person - sum(given.dots));
  const budget =
    ballot.method === "rating"
      ? html`<strong>${t("%(n)s of %(all)s rated", { n: number(rated), all: number(ballot.items.length) })}</strong>`
      : html`${ballot.per_person <= 12 ? dots(left, ballot.per_person) : nothing}<strong>${leftWords(left)}</strong>`;
  return html`<section class="dots-budget phone__foot" id="budget" aria-label=${ballot.method === "rating" ? t("Your rating") : t("Your dots")} tabindex="-1">
    <div class="dots-budget__row">${budget}</div>
    <p>${voteState(given)} ${t("Votes are counted by tier, never by person.")}</p></section>`;
}

/** @param {ReturnType<typeof allocation>} given @returns {Drawn} */
function voteState(given) {
  if (given.state === "waiting") return delivery("waiting");
  if (given.state === "returned") return delivery("returned", given.reason);
  if (given.state === "stored") return html`<span class="delivery" data-state="stored">${icon("check")}<span>${t("Saved as you tap.")}</span></span>`;
  return html`<span>${t("Sent by itself, as you tap.")}</span>`;
}

/** @param {App} app @param {string} ballotId @param {any} ballot @returns {Drawn} */
function result(app, ballotId, ballot) {
  const items = ballot.items.map((/** @type {string} */ id) => {
    const found = votedOn(app.store, id);
    return { id, title: found?.title ?? "", mark: isQuad(found?.column ?? "") ? quad(found?.column ?? "") : nothing };
  });
  if (ballot.method === "rating") {
    return html`<section class="result" aria-label=${t("Result")}>${ratings(items, ballot.result ?? {}, stepsOf(ballot).map(({ word }) => word))}</section>`;
  }
  const rows = ranked(items, ballot.result ?? {});
  const part = startOf(app, `result ${ballotId}`, rows);
  const most = Math.max(0, ...rows.slice(0, 1).map((row) => row.total));
  const joined = rows.some((row) => row.by_tier.joined);
  return html`<section class="result" aria-label=${t("Result")}>${ranking(part.drawn, t("Result"), most)}${moreButton(app, `result ${ballotId}`, part, t("Show more (%(n)s)", { n: number(part.rest) }))}${legend(["1", "2", "3", joined ? "joined" : "other"])}</section>`;
}
