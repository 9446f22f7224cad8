// The way in. Everything works without this module; it spares a wrong letter and a second press.

const code = /** @type {HTMLInputElement | null} */ (document.querySelector("[data-code-form] input[name=code]"));

// Signs that no code has (O 0 I 1 L, spaces, dashes) are dropped while typing.
code?.addEventListener("input", () => {
  const at = code.selectionStart;
  const tidy = code.value.toUpperCase().replace(/[^2-9A-HJKMNP-Z]/g, "");
  if (tidy === code.value) return;
  code.value = tidy;
  if (at !== null && at < tidy.length) code.setSelectionRange(at, at);
});

const form = document.querySelector("[data-join-form]");
form?.addEventListener("submit", (event) => {
  if (form.hasAttribute("data-sent")) event.preventDefault();
  form.setAttribute("data-sent", "");
});
// Back from the next page: the form may be sent again.
addEventListener("pageshow", () => form?.removeAttribute("data-sent"));
