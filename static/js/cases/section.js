// One section of the template, and the draft SWOT with the open questions: a form that saves itself.

import { html, nothing } from "../../vendor/lit-html.js";
import { t } from "../lib/i18n.js";
import { icon, quad, quadWord } from "../views/marks.js";
import { asText, drawConflict } from "./conflict.js";
import { drawGroup } from "./fields.js";
import { drawLines } from "./rows.js";

/** @typedef {import("./saver.js").Saver} Saver */
/** @typedef {import("./fields.js").Desk} Desk */
/** @typedef {import("../views/marks.js").Drawn} Drawn */
/** @typedef {{saver: (place: string, fields: object, base: string, send: any) => Saver, send: (name: string, args: object, key: string) => Promise<any>, undo: (text: string, undo: () => void) => void, origin: string}} Page */

/** @param {any} form @param {Page} page @returns {() => Drawn} */
export function openSection(form, page) {
  const saver = page.saver(form.id, form.content, form.base, (changes, base, key) =>
    page.send("case.save_section", { section: form.id, fields: changes, base }, key),
  );
  const desk = deskOf(saver, form, page, "fields.");
  const fields = form.groups.flatMap((group) => group.fields);
  const names = new Map([...fields.map((field) => [field.id, field.label]), ["additions", form.words.additions], ["cites", t("Sources of this section")]]);
  const labels = labelsOf(fields);
  return () => html`${drawConflict(saver, (name) => names.get(name) ?? name, (_name, value) => asText(value, labels))}
    <div class="guided">${form.groups.map((group) => drawGroup(group, desk))}</div>
    ${drawCites(form, desk)}
    <details class="more more--plain additions" ?open=${Boolean(desk.value("additions")?.length)}><summary>${form.words.additions}</summary>
      ${drawLines("additions", form.words.additions, desk, { hint: t("Lines that fit no field, such as those a lab added. Each keeps where it comes from.") })}</details>
    <p class="field__hint">${t("Long texts take **bold**, *italic* and lists with a dash; [3] means source 3 everywhere.")}</p>`;
}

/** Sources attached to the whole section (R-20). @param {any} form @param {Desk} desk @returns {Drawn} */
function drawCites(form, desk) {
  if (!form.references.length) return nothing;
  const chosen = desk.value("cites") ?? [];
  const set = (number) => desk.set("cites", form.references.map(([id]) => id).filter((id) => (id === number) !== chosen.includes(id)));
  return html`<details class="more more--plain cites" ?open=${chosen.length > 0}><summary>${t("Sources of this section")}</summary>
    <div class="boxes"><div class="boxes__list">${form.references.map(
      ([number, words]) => html`<label><input type="checkbox" .checked=${chosen.includes(number)} @change=${() => set(number)}> <span>[${number}] ${words}</span></label>`,
    )}</div></div></details>`;
}

/** @param {any} form @param {Page} page @returns {() => Drawn} */
export function openSwot(form, page) {
  const content = { ...form.lines, questions: form.questions };
  const saver = page.saver("swot", content, form.base, (changes, base, key) => page.send("case.save_swot", swotArgs(changes, base), key));
  const desk = deskOf(saver, form, page, "lines.");
  const label = (name) => (name === "questions" ? t("Open questions") : quadWord(name));
  return () => html`${drawConflict(saver, label, (_name, value) => asText(value, new Map()))}
    <div class="swot-edit">${["S", "W", "O", "T"].map(
      (letter) => html`<section class="swot-edit__column" data-q=${letter} aria-label=${quadWord(letter)}>
        <h3 class="column__head" data-q=${letter}>${quad(letter, "none")}<span>${quadWord(letter)}</span></h3>${drawLines(letter, quadWord(letter), desk)}</section>`,
    )}</div>
    <section class="swot-edit__questions" aria-label=${t("Open questions")}><h3>${icon("message-circle-question-mark")} ${t("Open questions")}</h3>
      ${drawLines("questions", t("Open questions"), desk, { hint: t("What you want to ask your peers. Phones show it on the reading sheet.") })}</section>`;
}

/** @param {any} changes @param {string} base */
function swotArgs({ questions, ...lines }, base) {
  return questions === undefined ? { lines, base } : { lines, questions, base };
}

/** What inputs need to know. @param {Saver} saver @param {any} form @param {Page} page @param {string} prefix @returns {Desk} */
export function deskOf(saver, form, page, prefix) {
  return {
    value: (id) => saver.fields[id],
    set: (id, value) => saver.set(id, value),
    error: (id) => messageFor(saver.refusal?.fields ?? {}, `${prefix}${id}`),
    words: { ...form.words, origin: page.origin },
    removed: (undo) => page.undo(t("Taken out"), undo),
  };
}

/** The message of a field or of something inside it. @param {Record<string, string>} fields @param {string} name */
export function messageFor(fields, name) {
  const found = Object.entries(fields).find(([path]) => path === name || path.startsWith(`${name}.`) || path.startsWith(`${name}[`));
  return found ? found[1] : "";
}

/** @param {any[]} fields @returns {Map<string, string>} */
export function labelsOf(fields) {
  const columns = fields.flatMap((field) => field.columns ?? []);
  return new Map([...fields, ...columns].flatMap((field) => field.options ?? []));
}
