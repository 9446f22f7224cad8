// Appearance, and the small manners of a page that need a script: no inline handlers anywhere.
//
// * .theme-switch: a form whose buttons say auto | light | dark. Without script it posts and the page loads again; with script
//   the page changes at once. The choice is kept in the cookie `theme` (one year), which the server reads, so that the next
//   page is painted right from the start. (.language-switch needs no script: another language is another page.)
// * [data-opens="id"] opens the <dialog> of that id; a click on its backdrop closes it again.
// * #errors takes the focus after a form came back.

import { at } from "./address.js";

const YEAR = 31_536_000;

/** @param {string} choice auto, light or dark; anything else counts as auto */
export function setTheme(choice) {
  const root = document.documentElement;
  const theme = choice === "light" || choice === "dark" ? choice : "auto";
  if (theme === "auto") delete root.dataset.theme;
  else root.dataset.theme = theme;
  const secure = location.protocol === "https:" ? "; Secure" : "";
  // biome-ignore lint/suspicious/noDocumentCookie: Cookie Store exists only on https, venues run plain http.
  document.cookie = `theme=${theme}; Path=${at("") || "/"}; Max-Age=${YEAR}; SameSite=Lax${secure}`;
  for (const button of document.querySelectorAll(".theme-switch button")) {
    button.setAttribute("aria-pressed", String(/** @type {HTMLButtonElement} */ (button).value === theme));
  }
}

/** @param {SubmitEvent} event */
function onSubmit(event) {
  const form = /** @type {HTMLFormElement} */ (event.target);
  if (!form.matches(".theme-switch") || !(event.submitter instanceof HTMLButtonElement)) return;
  event.preventDefault();
  setTheme(event.submitter.value);
}

/** @param {MouseEvent} event */
function onClick(event) {
  const target = /** @type {HTMLElement} */ (event.target);
  if (target instanceof HTMLDialogElement && target.classList.contains("dialog")) return target.close();
  const opener = /** @type {HTMLElement | null} */ (target.closest("[data-opens]"));
  const dialog = opener && document.getElementById(opener.dataset.opens ?? "");
  if (dialog instanceof HTMLDialogElement) dialog.showModal();
}

document.addEventListener("submit", onSubmit);
document.addEventListener("click", onClick);
document.getElementById("errors")?.focus();
