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
