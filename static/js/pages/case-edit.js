// The editor of a case: one place at a time. What is written saves itself; what could not be saved stays in this browser.

import { render } from "../../vendor/lit-html.js";
import { newKey, send } from "../lib/command.js";
import { t } from "../lib/i18n.js";
import { openMatrix } from "../cases/matrix.js";
import { createSaver } from "../cases/saver.js";
import { openPeers } from "../cases/peers.js";
import { openSection, openSwot } from "../cases/section.js";
import { refreshContents, showState, worst } from "../cases/status.js";
import { createToasts } from "../console/toasts.js";

const island = JSON.parse(document.getElementById("island")?.textContent ?? "{}");
const place = /** @type {HTMLElement} */ (document.getElementById("desk"));
const status = /** @type {HTMLElement} */ (document.getElementById("saving"));
const toast = createToasts(/** @type {HTMLElement} */ (document.getElementById("toasts")));
const OPEN = { section: openSection, swot: openSwot, peers: openPeers, matrix: openMatrix };

/** @type {Set<import("../cases/saver.js").Saver>} */
const savers = new Set();
const stores = new WeakMap();
let { saved, version } = island;
let kept = true;
let flying = 0; // commands without an answer yet
let drawn = false;

const page = {
  origin: island.origin,
  draw: () => drawSoon(),
  undo: (text, undo) => toast(text, { undo }),
  tell: (text) => toast(text, { kind: "alarm" }),
  note: (answer) => stored(answer),
  /** Send a command about this case. @param {string} name @param {object} args @param {string} [key] */
  async send(name, args, key = newKey()) {
    flying += 1;
    drawSoon();
    const answer = await send(name, { case: island.case, ...args }, { key });
    flying -= 1;
    drawSoon();
    return answer;
  },
  /** A saver for one place; what it could not store waits under its name (a text, or a function that tells it) in this browser. */
  saver(name, fields, base, sendChanges) {
    const store = () => `case:${island.case}:${typeof name === "function" ? name() : name}`;
    let before = store();
    const saver = createSaver({
      fields,
      base,
      newKey,
      send: sendChanges,
      changed: () => drawSoon(),
      stored: (answer) => stored(answer),
      keep: (draft) => {
        const now = store();
        if (now !== before) keepHere(before, null);
        before = now;
        kept = keepHere(now, draft);
      },
    });
    savers.add(saver);
    stores.set(saver, store);
    const draft = keptHere(before);
    if (draft) saver.restore(draft);
    return saver;
  },
  /** Done with a place; with `forget` nothing of it stays in this browser. */
  drop(saver, forget = false) {
    saver.stop();
    savers.delete(saver);
    if (forget) keepHere(stores.get(saver)?.() ?? "", null);
  },
};

/** @param {{version?: number}} answer */
function stored(answer) {
  version = answer.version ?? version;
  saved = Date.now();
  void refreshContents(island.case).then((progress) => {
    if (!progress) return;
    ({ saved, version } = progress);
    drawSoon();
  });
}

const view = OPEN[/** @type {keyof typeof OPEN} */ (island.form.kind)](island.form, page);

function drawSoon() {
  if (drawn) return;
  drawn = true;
  queueMicrotask(() => {
    drawn = false;
    draw();
  });
}

function draw() {
  if (!view) return;
  render(view(), place);
  const all = [...savers];
  const state = worst([flying ? "saving" : "stored", ...all.map((saver) => saver.state())]);
  const refusal = all.find((saver) => saver.refusal)?.refusal;
  showState(status, state, { saved, version, message: refusal?.message ?? "", kept });
}

/** @param {string} name @param {object | null} draft @returns {boolean} whether the browser keeps it */
function keepHere(name, draft) {
  try {
    if (draft) localStorage.setItem(name, JSON.stringify(draft));
    else localStorage.removeItem(name);
    return true;
  } catch {
    return false;
  }
}

/** @param {string} name */
function keptHere(name) {
  try {
    return JSON.parse(localStorage.getItem(name) ?? "null");
  } catch {
    return null;
  }
}

const flushAll = () => Promise.all([...savers].map((saver) => saver.flush()));

document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden") void flushAll();
});
addEventListener("online", () => void flushAll());
addEventListener("beforeunload", (event) => {
  if (!kept && [...savers].some((saver) => saver.open)) event.preventDefault();
});
document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key === "s") {
    event.preventDefault();
    void flushAll();
  } else if (event.key === "u" && !(/** @type {HTMLElement} */ (event.target).closest("input, textarea, select"))) {
    /** @type {HTMLElement | null} */ (document.querySelector("#toasts .toast:last-child button"))?.click();
  }
});
// Leaving by a link of the contents: save first, then go.
document.addEventListener("click", (event) => {
  const link = /** @type {HTMLAnchorElement | null} */ (/** @type {HTMLElement} */ (event.target).closest("a[href]"));
  if (!link || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
  if (link.origin !== location.origin || link.target || link.hash || ![...savers].some((saver) => saver.state() === "writing")) return;
  event.preventDefault();
  void Promise.race([flushAll(), new Promise((done) => setTimeout(done, 1500))]).then(() => location.assign(link.href));
});

drawSoon();
