// Tables and lists of lines: add, take out (with undo), move by button or Alt+arrow, say where each comes from.

import { html, live, nothing, repeat } from "../../vendor/lit-html.js";
import { t } from "../lib/i18n.js";
import { icon } from "../views/marks.js";
import { drawError, drawOptions, on } from "./fields.js";

/** @typedef {import("./fields.js").Field} Field */
/** @typedef {import("./fields.js").Column} Column */
/** @typedef {import("./fields.js").Desk} Desk */
/** @typedef {import("../views/marks.js").Drawn} Drawn */
/** @typedef {{id: string, origin?: string} & Record<string, any>} Row */

const SIGNS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

/** A random id as the server makes them: 12 letters and digits. */
export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(48)).filter((byte) => byte < 248);
  return Array.from(bytes.slice(0, 12), (byte) => SIGNS[byte % 62]).join("");
}

/** A table: each row a small group of inputs, so that it fits any width. @param {Field} field @param {Desk} desk @returns {Drawn} */
export function drawRows(field, desk) {
  const list = editor(desk.value(field.id) ?? [], (rows) => desk.set(field.id, rows), desk);
  return html`<fieldset class="field rows"><legend>${field.label}${field.required ? nothing : html` <span class="tag">${t("optional")}</span>`}</legend>
    <ol class="rows__list">${repeat(list.rows, (row) => row.id, (row, place) => drawRow(field, row, place, list, desk))}</ol>
    ${drawError(`f-${field.id}`, desk.error(field.id))}
    <p><button class="button button--small" type="button" @click=${() => add(list, field.id)}>${icon("plus")}<span>${t("Add a row")}</span></button></p></fieldset>`;
}

/** @param {Field} field @param {Row} row @param {number} place @param {Editor} list @param {Desk} desk */
function drawRow(field, row, place, list, desk) {
  const id = (/** @type {string} */ name) => `f-${field.id}-${row.id}-${name}`;
  return html`<li class="rows__row" @keydown=${moves(list, place)}>
    <div class="rows__cells">${(field.columns ?? []).map(
      (column) => html`<label class="rows__cell" data-column=${column.id}><span>${column.label}</span>${drawCell(column, row, id(column.id), (value) =>
        list.change(place, { [column.id]: value }),
      )}</label>`,
    )}</div>${drawActs(row, place, list, desk)}</li>`;
}

/** @param {Column} column @param {Row} row @param {string} id @param {(value: string) => void} set */
function drawCell(column, row, id, set) {
  const value = row[column.id] ?? "";
  if (column.options.length) return drawOptions(id, [["", "–"], ...column.options], value, set);
  return html`<textarea class="input" id=${id} rows="1" maxlength="2000" .value=${live(value)} @input=${on(set)}></textarea>`;
}

/** Lines of one text each: SWOT, questions, further lines. @param {string} name @param {string} label @param {Desk} desk @param {{hint?: string}} [more] @returns {Drawn} */
export function drawLines(name, label, desk, { hint = "" } = {}) {
  const list = editor(desk.value(name) ?? [], (rows) => desk.set(name, rows), desk);
  return html`${hint ? html`<p class="field__hint">${hint}</p>` : nothing}
    <ol class="rows__list">${repeat(list.rows, (row) => row.id, (row, place) => html`<li class="rows__row rows__row--line" @keydown=${moves(list, place)}>
      <textarea class="input" rows="1" maxlength="2000" aria-label=${t("%(label)s, line %(n)s", { label, n: place + 1 })} id="f-${name}-${row.id}-text"
        .value=${live(row.text ?? "")} @input=${on((text) => list.change(place, { text }))}></textarea>${drawActs(row, place, list, desk)}</li>`)}</ol>
    ${drawError(`f-${name}`, desk.error(name))}
    <p><button class="button button--small" type="button" @click=${() => add(list, name)}>${icon("plus")}<span>${t("Add a line")}</span></button></p>`;
}

/** @param {Row} row @param {number} place @param {Editor} list @param {Desk} desk */
function drawActs(row, place, list, desk) {
  const n = place + 1;
  return html`<div class="rows__acts">
    ${drawOptions(`o-${row.id}`, desk.words.origins, row.origin ?? desk.words.origin, (origin) => list.change(place, { origin }), t("Row %(n)s comes from", { n }))}
    ${act("arrow-up", t("Move row %(n)s up", { n }), () => list.move(place, -1), place === 0)}
    ${act("arrow-down", t("Move row %(n)s down", { n }), () => list.move(place, 1), place === list.rows.length - 1)}
    ${act("trash-2", t("Take row %(n)s out", { n }), () => list.remove(place))}</div>`;
}

/** @param {string} sign @param {string} label @param {() => void} run @param {boolean} [disabled] @param {string} [name] @returns {Drawn} */
export function act(sign, label, run, disabled = false, name = "") {
  return html`<button class="button button--icon button--small" type="button" data-act=${name || nothing} aria-label=${label} title=${label} ?disabled=${disabled} @click=${run}>${icon(sign)}</button>`;
}

/** @typedef {ReturnType<typeof editor>} Editor */

/** Changes of a list as new lists. @param {Row[]} rows @param {(rows: Row[]) => void} set @param {Desk} desk */
function editor(rows, set, desk) {
  return {
    rows,
    /** @param {number} place @param {object} change */
    change: (place, change) => set(rows.map((row, at) => (at === place ? { ...row, ...change } : row))),
    /** @param {number} place @param {number} by */
    move(place, by) {
      const to = place + by;
      if (to < 0 || to >= rows.length) return;
      const next = rows.slice();
      next.splice(to, 0, ...next.splice(place, 1));
      set(next);
    },
    /** @param {number} place */
    remove(place) {
      set(rows.filter((_, at) => at !== place));
      desk.removed?.(() => set(rows));
    },
    add: () => {
      const row = { id: newId(), origin: desk.words.origin };
      set([...rows, row]);
      return row.id;
    },
  };
}

/** @param {Editor} list @param {string} name */
function add(list, name) {
  const before = document.activeElement;
  const id = list.add();
  queueMicrotask(() => document.activeElement === before && /** @type {HTMLElement | null} */ (document.querySelector(`[id^="f-${CSS.escape(name)}-${id}-"]`))?.focus());
}

/** Alt with an arrow moves the row one is in. @param {Editor} list @param {number} place */
function moves(list, place) {
  return (/** @type {KeyboardEvent} */ event) => {
    if (!event.altKey || (event.key !== "ArrowUp" && event.key !== "ArrowDown")) return;
    event.preventDefault();
    const focused = /** @type {HTMLElement} */ (event.target);
    list.move(place, event.key === "ArrowUp" ? -1 : 1);
    focused.focus();
  };
}
