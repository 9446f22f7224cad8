// The two ends: the lab closed, the seat ended.

import { html, nothing, repeat } from "../../../vendor/lit-html.js";
import { at } from "../../lib/address.js";
import { language, t, tn } from "../../lib/i18n.js";
import { icon } from "../../views/marks.js";
import { ownEntry } from "./entry.js";
import { returnedTexts, wordsOf } from "./returned.js";

/** @typedef {import("./app.js").App} App */
/** @typedef {import("../../views/marks.js").Drawn} Drawn */
/** @typedef {{main: Drawn, foot: Drawn}} Screen */

/** The lab is closed: own texts, and taking back while the promise lasts. @param {App} app @returns {Screen} */
export function closedScreen(app) {
  app.places = [];
  const lab = app.lab();
  const until = (lab.closed_at ?? 0) + (lab.promises.withdraw_hours ?? 0) * 3_600_000;
  const open = app.now() < until;
  const own = app.own().filter((each) => each.state !== "returned" && each.value.text);
  return {
    main: html`<div class="waiting waiting--short"><p class="tag">${lab.title}</p><h1 id="task" tabindex="-1">${t("The lab is closed. Thank you.")}</h1>
        <p>${open ? t("You can take your words back until %(when)s. Then what ties them to you is destroyed.", { when: moment(until) }) : t("What ties your words to you is destroyed, as promised.")}</p></div>
      ${returnedTexts(app, [])}
      ${own.length ? html`<section class="entries" aria-labelledby="yours"><h2 class="entries__head" id="yours">${tn("Your contribution", "Your contributions", own.length)}</h2>${repeat(own, (each) => each.id, (each) => ownEntry(app, each))}</section>` : nothing}`,
    foot: nothing,
  };
}

/** @param {number} ms */
function moment(ms) {
  return new Intl.DateTimeFormat(language(), { dateStyle: "medium", timeStyle: "short" }).format(ms);
}

/** The seat is gone; what was never sent stays here to copy. @param {App} app @returns {Screen} */
export function endedScreen(app) {
  app.places = [];
  const unsent = app.outbox.items().filter((item) => item.state !== "stored" && wordsOf(item));
  return {
    main: html`<div class="waiting waiting--short"><h1 id="task" tabindex="-1">${t("Your place in this lab has ended")}</h1>
        <p>${t("What you contributed is kept. The facilitators can tell you more, and with the code you can join again.")}</p>
        <p><a class="button button--main" href=${at("/join")}>${t("Join with the code")}</a></p></div>
      ${unsent.length ? html`<section class="entries" aria-labelledby="unsent"><h2 class="entries__head" id="unsent">${t("Not sent, only on this phone")}</h2>${unsent.map(
        (item) => html`<article class="contribution"><span class="contribution__mark">${icon("undo-2")}</span><div class="contribution__body"><p class="contribution__text">${wordsOf(item)}</p></div></article>`,
      )}</section>` : nothing}`,
    foot: nothing,
  };
}
