// What the dialogs of the console are made of: a form that closes its dialog, and its fields.

import { html, nothing } from "../../vendor/lit-html.js";
import { t } from "../lib/i18n.js";

/** @typedef {import("./controls.js").Console} Console */

/** A form that closes the dialog when it was sent. @param {Console} c @param {(values: Record<string, string>) => unknown} send @param {unknown} fields @param {unknown} label */
export function form(c, send, fields, label) {
  return html`<form class="dialog__form" @submit=${(/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    const values = Object.fromEntries(new FormData(/** @type {HTMLFormElement} */ (event.target)));
    c.close();
    send(/** @type {Record<string, string>} */ (values));
  }}>${fields}<div class="dialog__acts"><button class="button button--quiet" type="button" @click=${c.close}>${t("Not now")}</button><button class="button button--main" type="submit">${label}</button></div></form>`;
}

/** @param {string} label @param {string} name @param {{value?: string, hint?: string, type?: string, max?: number, rows?: number, required?: boolean}} [more] */
export function field(label, name, { value = "", hint = "", type = "text", max = 200, rows = 0, required = false } = {}) {
  const id = `d-${name}`;
  const input = rows
    ? html`<textarea class="input" id=${id} name=${name} rows=${rows} maxlength=${max} ?required=${required} .value=${value}></textarea>`
    : html`<input class="input" id=${id} name=${name} type=${type} maxlength=${type === "text" ? max : nothing} ?required=${required} autocomplete="off" .value=${value}>`;
  return html`<div class="field"><label class="field__label" for=${id}>${label}</label>${hint ? html`<p class="field__hint">${hint}</p>` : nothing}${input}</div>`;
}
