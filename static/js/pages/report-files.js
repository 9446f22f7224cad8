// Downloads that say that they are being made: a large report takes a few seconds. Without this module they are plain links.
import { t } from "../lib/i18n.js";

const told = document.querySelector("[data-report-files-told]");

for (const link of document.querySelectorAll("[data-report-file]")) {
  link.addEventListener("click", (event) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.button) return;
    event.preventDefault();
    void make(link);
  });
}

async function make(link) {
  if (link.getAttribute("aria-busy") === "true") return;
  const name = link.textContent.trim();
  const began = performance.now();
  link.setAttribute("aria-busy", "true");
  say(t("%(name)s is being made…", { name }));
  const clock = setInterval(() => {
    say(t("%(name)s is being made, %(n)s s…", { name, n: Math.round((performance.now() - began) / 1000) }));
  }, 2000);
  try {
    const answer = await fetch(link.href, { credentials: "same-origin" });
    if (!answer.ok) throw new Error(String(answer.status));
    save(await answer.blob(), named(answer, link));
    say(t("%(name)s is ready.", { name }));
  } catch {
    say(t("%(name)s could not be made. Please try again.", { name }));
  } finally {
    clearInterval(clock);
    link.removeAttribute("aria-busy");
  }
}

function named(answer, link) {
  const found = /filename="([^"]+)"/.exec(answer.headers.get("Content-Disposition") ?? "");
  return found ? found[1] : link.href.split("/").pop();
}

function save(content, name) {
  const address = URL.createObjectURL(content);
  const way = document.createElement("a");
  way.href = address;
  way.download = name;
  way.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

function say(words) {
  told.textContent = words;
}
