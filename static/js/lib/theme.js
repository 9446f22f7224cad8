// Appearance, language, and the small manners of a page that need a script: no inline handlers anywhere.
//
// * [data-theme-switch]: buttons with value auto | light | dark. The choice is kept in the cookie `theme` (one year), which the
//   server reads, so that the next page is painted right at once.
// * a <select> inside .language-switch posts its form when something else is chosen (a button does it without script).
// * [data-opens="id"] opens the <dialog> of that id; a click on its backdrop closes it again.
// * #errors takes the focus after a form came back.

const YEAR = 31_536_000;

/** @param {string} choice auto, light or dark; anything else counts as auto */
export function setTheme(choice) {
  const root = document.documentElement;
  const theme = choice === "light" || choice === "dark" ? choice : "auto";
  if (theme === "auto") delete root.dataset.theme;
  else root.dataset.theme = theme;
  const secure = location.protocol === "https:" ? "; Secure" : "";
  // biome-ignore lint/suspicious/noDocumentCookie: Cookie Store exists only on https, venues run plain http.
  document.cookie = `theme=${theme}; Path=/; Max-Age=${YEAR}; SameSite=Lax${secure}`;
  for (const button of document.querySelectorAll("[data-theme-switch] button")) {
    button.setAttribute("aria-pressed", String(/** @type {HTMLButtonElement} */ (button).value === theme));
  }
}

/** @param {Document | HTMLElement} root what to look through; call again for parts that arrive later */
export function wireTheme(root = document) {
  for (const group of root.querySelectorAll("[data-theme-switch]")) {
    /** @type {HTMLElement} */ (group).hidden = false;
    group.addEventListener("click", (event) => {
      const button = /** @type {HTMLElement} */ (event.target).closest("button");
      if (button) setTheme(button.value);
    });
  }
  for (const select of root.querySelectorAll(".language-switch select")) {
    select.addEventListener("change", () => /** @type {HTMLSelectElement} */ (select).form?.requestSubmit());
  }
}

/** @param {MouseEvent} event */
function onClick(event) {
  const target = /** @type {HTMLElement} */ (event.target);
  if (target instanceof HTMLDialogElement && target.classList.contains("dialog")) return target.close();
  const opener = /** @type {HTMLElement | null} */ (target.closest("[data-opens]"));
  const dialog = opener && document.getElementById(opener.dataset.opens ?? "");
  if (dialog instanceof HTMLDialogElement) dialog.showModal();
}

wireTheme();
document.addEventListener("click", onClick);
document.getElementById("errors")?.focus();
