// The report while it is written: a half-written part is not lost by leaving the page without a word.

let changed = false;

for (const form of document.querySelectorAll("form[data-writes]")) {
  form.addEventListener("input", () => {
    changed = true;
  });
  form.addEventListener("submit", () => {
    changed = false;
  });
}

window.addEventListener("beforeunload", (event) => {
  if (changed) event.preventDefault();
});

// A part that was just stored is shown with its form closed, and takes the place of the reader.
const part = location.hash.startsWith("#part-") ? document.querySelector(location.hash) : null;
part?.scrollIntoView({ block: "center" });

// A proposal is taken as the start of a sentence: it comes to the end of the box, for a person to word.
document.addEventListener("click", (event) => {
  const link = /** @type {HTMLElement | null} */ (/** @type {HTMLElement} */ (event.target).closest("[data-take]"));
  const box = document.getElementById("f-conclusions");
  if (!link || !(box instanceof HTMLTextAreaElement)) return;
  event.preventDefault();
  box.value = `${box.value.trimEnd()}${box.value.trim() ? "\n\n" : ""}${link.dataset.take ?? ""}`;
  changed = true;
  box.focus();
  box.setSelectionRange(box.value.length, box.value.length);
});
