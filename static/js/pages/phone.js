// The phone page: starts the app and draws it. Everything else lies in pages/phone/.

import { html, render } from "../../vendor/lit-html.js";
import { keepPage } from "../live/kept-page.js";
import { createApp } from "./phone/app.js";
import { connection, followBar, head, notices, toast } from "./phone/frame.js";
import { answerSilentReturns } from "./phone/returned.js";
import { fetchPart, fetchTheRest } from "./phone/later.js";
import { screen } from "./phone/screens.js";

const island = JSON.parse(document.getElementById("island")?.textContent ?? "{}");
const root = /** @type {HTMLElement} */ (document.getElementById("phone"));
const app = await createApp(island);
root.replaceChildren();

let before = "";

function draw() {
  const { main, foot } = screen(app);
  render(
    html`${head(app)}
      <main id="main" class="phone__main" tabindex="-1">${connection(app)}${notices(app)}${main}</main>
      <div class="phone__edge">${app.ui.sheet ? "" : followBar(app)}${foot}</div>${toast(app)}`,
    root,
  );
  answerReturns();
  turnPage();
}

/** What came back and needs a word: a conflict of wordings shows both, the rest says why. */
function answerReturns() {
  answerSilentReturns(app);
  const reworded = app.outbox.items().some((item) => item.name === "contribution.reword" && item.state === "returned");
  if (reworded) void fetchPart("reword").then((module) => module.answerReturnedRewords(app));
}

/** Another screen begins at its top, and whoever listens or uses a keyboard stands at its title. */
function turnPage() {
  const now = `${app.ui.at}|${app.ui.sheet}|${app.lab().state === "closed"}|${app.ended()}`;
  if (now === before) return;
  const first = before === "";
  before = now;
  if (first) return;
  scrollTo(0, 0);
  document.getElementById("task")?.focus({ preventScroll: true });
}

app.onDraw(draw);
draw();
void fetchTheRest().then(() => !app.readOnly && keepPage());

// A seat speaks the language of its page: labels and messages of the server follow.
const language = document.documentElement.lang;
if (!app.readOnly && app.store.mine.seat && app.store.mine.seat.language !== language) void app.ask("seat.update", { language });

// Ctrl+Enter sends, Escape closes what lies over the task.
addEventListener("keydown", (event) => {
  if (event.key === "Escape" && app.ui.sheet && !document.querySelector("dialog[open]")) app.closeSheet();
});
app.followHands();

// The screen stays awake while the lab runs, where the browser allows it (https only).
async function stayAwake() {
  if (document.visibilityState === "visible" && app.lab().state === "live") await navigator.wakeLock?.request("screen").catch(() => null);
}
document.addEventListener("visibilitychange", stayAwake);
void stayAwake();

