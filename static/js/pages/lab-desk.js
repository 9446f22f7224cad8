// The lab desk, made livelier: forms save without leaving the page, activities open over the agenda and are moved in it, texts
// are copied. Every form and link here also works without this file.

import { createToasts } from "../console/toasts.js";
import { watchAgenda } from "../desk/agenda.js";
import { createDialog } from "../desk/dialog.js";
import { ask, sent, swap, unheard } from "../desk/swap.js";
import { t } from "../lib/i18n.js";
import { applyVars } from "../lib/vars.js";

const toasts = liveRegion("toasts", "toasts");
const said = liveRegion("said", "visually-hidden");
const toast = createToasts(toasts);
const dialog = createDialog();
let isBusy = false;

document.addEventListener("submit", (event) => {
  const form = /** @type {HTMLFormElement} */ (event.target);
  if (event.defaultPrevented || !form.matches("[data-stays], [data-stays] form")) return;
  event.preventDefault();
  send(form, event.submitter);
});

document.addEventListener("click", (event) => {
  const target = /** @type {HTMLElement} */ (event.target);
  const link = /** @type {HTMLAnchorElement | null} */ (target.closest("a[data-dialog]"));
  if (link && isPlain(event)) open(event, link);
  const copier = /** @type {HTMLElement | null} */ (target.closest("[data-copies]"));
  if (copier) copy(copier);
  if (target.closest("[data-prints]")) window.print();
});

ready();

/** What the page needs after it was drawn, or drawn anew. */
function ready() {
  applyVars();
  for (const button of document.querySelectorAll("[data-copies], [data-prints]")) /** @type {HTMLElement} */ (button).hidden = false;
  for (const select of document.querySelectorAll("select[data-own-zone=yes]")) chooseOwnZone(/** @type {HTMLSelectElement} */ (select));
  watchAgenda({ send, say: (text) => said.replaceChildren(text) });
}

/**
 * Send a form and show the answer: in the dialog when it is the dialog's own page again, else in place of the main part.
 * @param {HTMLFormElement} form
 * @param {HTMLElement | null} [submitter]
 */
async function send(form, submitter = null) {
  if (isBusy) return;
  isBusy = true;
  const answer = await ask(form.action, sent(form, submitter));
  isBusy = false;
  if (!answer) return unheard(toast);
  if (dialog.isOpen() && dialog.show(answer.page)) return;
  if (dialog.isOpen()) dialog.close();
  swap(answer, toast);
  ready();
}

/** @param {Event} event @param {HTMLAnchorElement} link */
async function open(event, link) {
  event.preventDefault();
  const answer = await ask(link.href);
  if (!answer?.ok || !dialog.show(answer.page)) window.location.assign(link.href);
}

/** A click that wants another tab or window gets it. @param {MouseEvent} event */
function isPlain(event) {
  return event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
}

/** Copy a text. On plain http there is no clipboard, so the text is selected and the old way is tried. @param {HTMLElement} button */
async function copy(button) {
  const source = document.getElementById(button.dataset.copies ?? "");
  if (!source) return;
  const text = button.dataset.text ?? (source instanceof HTMLElement && "value" in source ? String(source.value) : source.textContent ?? "");
  toast((await copied(text)) ? t("Copied.") : t("The text is selected: copy it with the keyboard or the menu."));
  if (source instanceof HTMLInputElement || source instanceof HTMLTextAreaElement) source.select();
}

/** @param {string} text @returns {Promise<boolean>} */
async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const helper = document.createElement("textarea");
    helper.value = text;
    helper.className = "visually-hidden";
    document.body.append(helper);
    helper.select();
    const done = document.execCommand("copy");
    helper.remove();
    return done;
  }
}

/** Where the organiser sits is the likeliest zone of the event. @param {HTMLSelectElement} select */
function chooseOwnZone(select) {
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if ([...select.options].some((option) => option.value === own)) select.value = own;
  select.dataset.ownZone = "chosen";
}

/** @param {string} id @param {string} name of the class */
function liveRegion(id, name) {
  const region = document.createElement("div");
  region.id = id;
  region.className = name;
  region.setAttribute("role", "status");
  region.setAttribute("aria-live", "polite");
  document.body.append(region);
  return region;
}
