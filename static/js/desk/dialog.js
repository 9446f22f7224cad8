// A page of one form, opened over the plan instead of in its place. It is the same page: its part marked data-dialog-body.

import { t } from "../lib/i18n.js";
import { icon } from "../views/marks.js";
import { render } from "../../vendor/lit-html.js";

/** @returns the dialog of this page: `show` puts a fetched page into it, `close` closes it. */
export function createDialog() {
  const dialog = document.createElement("dialog");
  dialog.className = "dialog dialog--wide";
  dialog.setAttribute("aria-labelledby", "desk-dialog-title");
  const head = document.createElement("header");
  head.className = "dialog__head";
  const title = document.createElement("h2");
  title.id = "desk-dialog-title";
  const body = document.createElement("div");
  body.className = "dialog__body";
  head.append(title, closer());
  dialog.append(head, body);
  document.body.append(dialog);

  let written = "";
  dialog.addEventListener("cancel", keepWords);
  dialog.addEventListener("click", (event) => {
    const target = /** @type {HTMLElement} */ (event.target);
    if (!target.closest("[data-dialog-close]") && target !== dialog) return;
    event.preventDefault();
    event.stopPropagation(); // the page's own manners would close it without asking
    if (!keepWords(event)) dialog.close();
  });

  return { show, close: () => dialog.close(), isOpen: () => dialog.open, element: dialog };

  /** @param {Document} page @returns {boolean} whether the page has such a part */
  function show(page) {
    const part = /** @type {HTMLElement | null} */ (page.querySelector("[data-dialog-body]"));
    if (!part) return false;
    title.textContent = part.dataset.dialogTitle ?? "";
    body.replaceChildren(document.adoptNode(part));
    if (!dialog.open) dialog.showModal();
    written = words();
    const first = body.querySelector("#errors, .conflict, input:not([type=hidden]), a");
    if (first instanceof HTMLElement) {
      if (!first.matches("input, a")) first.tabIndex = -1;
      first.focus();
    }
    return true;
  }

  /** Ask before words that were typed are thrown away. @param {Event} event @returns {boolean} whether to stay */
  function keepWords(event) {
    const stays = words() !== written && !window.confirm(t("Throw away what you changed here?"));
    if (stays) event.preventDefault();
    return stays;
  }

  function words() {
    const form = body.querySelector("form");
    return form ? JSON.stringify([...new FormData(form)]) : "";
  }
}

function closer() {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button button--icon button--small";
  button.dataset.dialogClose = "";
  button.setAttribute("aria-label", t("Close"));
  button.title = t("Close");
  render(icon("x"), button);
  return button;
}
