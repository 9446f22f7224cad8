// Downloads that say how far they are: a large report takes a few seconds. Without this module they are plain links.
import { t } from "../lib/i18n.js";
import { stepwise } from "../lib/stepwise.js";

const told = document.querySelector("[data-report-files-told]");
const bar = document.querySelector("[data-report-files-bar]");

/** Where the bar stands when a step begins, and what is said. Figures move it on to the next. */
const STEPS = {
  waiting: [0, (name) => t("%(name)s: waiting until another file is made…", { name })],
  starting: [5, (name) => t("%(name)s is being made…", { name })],
  reading: [15, (name) => t("%(name)s: collecting what was said…", { name })],
  sorting: [30, (name) => t("%(name)s: putting it in order…", { name })],
  drawing: [40, (name) => t("%(name)s: drawing the figures…", { name })],
  setting: [80, (name) => t("%(name)s: setting the pages…", { name })],
};
const FETCHING = 95;

for (const link of document.querySelectorAll("[data-report-file]")) {
  link.addEventListener("click", (event) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.button) return;
    event.preventDefault();
    void make(link);
  });
}

async function make(link) {
  if (document.querySelector('[data-report-file][aria-busy="true"]')) return; // one after the other
  const name = link.textContent.trim();
  link.setAttribute("aria-busy", "true");
  say(t("%(name)s is being made…", { name }));
  place(0);
  try {
    const answer = await fetch(`${link.href}?steps=1`, { credentials: "same-origin" });
    if (!answer.ok) throw new Error(String(answer.status));
    const made = await stepwise(answer.body, {
      step: (step) => show(name, step),
      got: (share) => place(FETCHING + (100 - FETCHING) * share),
    });
    save(made.content, made.name);
    say(t("%(name)s is ready.", { name }));
  } catch {
    say(t("%(name)s could not be made. Please try again.", { name }));
  } finally {
    bar.hidden = true;
    link.removeAttribute("aria-busy");
  }
}

function show(name, { step, done, of }) {
  const [at, words] = STEPS[step] ?? STEPS.setting;
  say(words(name));
  place(step === "drawing" && of ? at + ((STEPS.setting[0] - at) * done) / of : at);
}

function place(value) {
  bar.hidden = false;
  bar.value = value;
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
  if (told.textContent !== words) told.textContent = words;
}
