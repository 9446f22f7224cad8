// What peers tied to a case and checked in it: challenges to write, records to reword or take out, lines beside the matrix.

import { html, live, nothing, repeat } from "../../vendor/lit-html.js";
import { t } from "../lib/i18n.js";
import { icon } from "../views/marks.js";
import { asText, drawConflict } from "./conflict.js";
import { drawError, on } from "./fields.js";
import { act, drawLines } from "./rows.js";
import { deskOf } from "./section.js";

/** @typedef {import("./section.js").Page} Page */
/** @typedef {import("./fields.js").Desk} Desk */
/** @typedef {import("../views/marks.js").Drawn} Drawn */
/** @typedef {{id: string, text: string, before: string, reword: boolean, where: string, section: string, verdict: string, origin: string}} Said */

const LINES = "lines:";

/** @param {any} form @param {Page} page @returns {() => Drawn} */
export function openPeers(form, page) {
  const lines = Object.fromEntries(form.lines.map((/** @type {any} */ each) => [`${LINES}${each.id}`, each.rows]));
  const content = { challenges: form.challenges, checks: form.checks.map(kept), ...lines };
  const saver = page.saver("peers", content, form.base, (/** @type {any} */ changes, /** @type {string} */ base, /** @type {string} */ key) =>
    page.send("case.save_peers", { ...asArgs(changes), base }, key),
  );
  const desk = deskOf(saver, form, page, "fields.");
  const known = new Map(form.checks.map((/** @type {Said} */ each) => [each.id, each]));
  const titles = new Map(form.lines.map((/** @type {any} */ each) => [`${LINES}${each.id}`, each.title]));
  const label = (/** @type {string} */ name) => titles.get(name) ?? (name === "checks" ? t("Checked with peers") : t("Unresolved challenges"));
  return () => html`${drawConflict(saver, label, (_name, value) => asText(value, new Map()))}
    <section class="swot-edit__questions" aria-label=${t("Unresolved challenges")}><h3>${icon("mountain")} ${t("Unresolved challenges")}</h3>
      ${drawLines("challenges", t("Unresolved challenges"), desk, { hint: t("What is not solved yet, here or in the sector. Phones show it on the reading sheet.") })}</section>
    <section class="swot-edit__questions" aria-label=${t("Checked with peers")}><h3>${icon("message-square")} ${t("Checked with peers")}</h3>
      ${drawChecks(desk, known)}</section>
    ${form.lines.map((/** @type {any} */ each) => drawBeside(each, desk))}`;
}

/** @param {Said} record */
const kept = ({ id, text }) => ({ id, text });

/** @param {any} changes */
function asArgs(changes) {
  const { challenges, checks, ...rest } = changes;
  const lines = Object.fromEntries(Object.entries(rest).map(([name, rows]) => [name.slice(LINES.length), rows]));
  return { ...(challenges && { challenges }), ...(checks && { checks }), ...(Object.keys(rest).length > 0 && { lines }) };
}

/** @param {Desk} desk @param {Map<string, Said>} known @returns {Drawn} */
function drawChecks(desk, known) {
  const records = desk.value("checks") ?? [];
  if (!records.length) return html`<p class="field__hint">${t("Nothing yet. A webinar or a lab fills this list, and you decide at the merge desk.")}</p>`;
  const set = (/** @type {any[]} */ next) => desk.set("checks", next);
  const remove = (/** @type {string} */ id) => {
    set(records.filter((/** @type {any} */ each) => each.id !== id));
    desk.removed?.(() => set(records));
  };
  const change = (/** @type {string} */ id, /** @type {string} */ text) => set(records.map((/** @type {any} */ each) => (each.id === id ? { ...each, text } : each)));
  return html`<ol class="rows__list">${repeat(records, (each) => each.id, (each, place) => drawCheck(each, place, known.get(each.id), change, remove))}</ol>
    ${drawError("f-checks", desk.error("checks"))}`;
}

/**
 * @param {{id: string, text: string}} said @param {number} place @param {Said | undefined} record
 * @param {(id: string, text: string) => void} change @param {(id: string) => void} remove
 */
function drawCheck(said, place, record, change, remove) {
  if (!record) return nothing;
  const id = `f-checks-${said.id}`;
  const where = record.section ? html`<a href=${record.section}>${record.where}</a>` : record.where;
  return html`<li class="rows__row record"><p class="record__head"><span class="stamp">${record.verdict}</span> ${where} <span class="tag">${record.origin}</span>
      <span class="rows__acts">${act("trash-2", t("Take row %(n)s out", { n: place + 1 }), () => remove(said.id))}</span></p>
    ${
      record.reword
        ? html`<textarea class="input" id=${id} rows="1" maxlength="2000" aria-label=${t("%(label)s, line %(n)s", { label: record.where, n: place + 1 })}
            .value=${live(said.text)} @input=${on((/** @type {string} */ text) => change(said.id, text))}></textarea>`
        : said.text
          ? html`<p class="record__words">${said.text}</p>`
          : nothing
    }
    ${record.before ? html`<p class="record__words record__before"><span class="tag">${t("Before")}</span> ${record.before}</p>` : nothing}
  </li>`;
}

/** Lines that stand beside a section of the matrix: there are some only when a lab put them there. @param {any} each @param {Desk} desk @returns {Drawn} */
function drawBeside(each, desk) {
  const name = `${LINES}${each.id}`;
  if (!each.rows.length && !desk.value(name)?.length) return nothing;
  return html`<section class="swot-edit__questions" aria-label=${each.title}><h3>${each.title}</h3>
    ${drawLines(name, each.title, desk, { hint: t("Lines a lab added beside the matrix.") })}</section>`;
}
