// Single keys: every control has one. They rest while somebody writes or a dialog is open, and can be switched off.

import { t } from "../lib/i18n.js";
import { queueOf } from "./room.js";
import { step } from "./arrange.js";
import { layoutOf } from "./board.js";

/** @typedef {import("./controls.js").Console} Console */

/** @returns {Array<{title: string, keys: Array<[string, string]>}>} */
export function KEYS() {
  return [
    {
      title: t("The room"),
      keys: [["n", t("Next step")], ["b", t("Back one activity")], ["+", t("One minute more")], ["t", t("Stop or start the clock")], ["r", t("Reveal")], ["g", t("Announce")], ["f", t("Freeze the wall")], ["j", t("Join slide")], ["o", t("Say it for someone")], ["u", t("Undo")], ["l", t("Lab")], ["?", t("This list")]],
    },
    { title: t("Queue"), keys: [["q", t("To the queue")], ["1–9", t("Show the first to ninth")]] },
    {
      title: t("Board"),
      keys: [["d", t("To the board")], ["← ↑ ↓ →", t("Go from one to the next")], [t("Space"), t("Choose or let go")], ["c", t("New cluster of the chosen")], ["a", t("Same as…: then choose where")], ["x", t("Take out of its cluster")], ["e", t("Rename the cluster")], ["m", t("Move to another column")], ["h", t("Hide")], ["p", t("Pin")], ["w", t("Off the wall, or on it again")], ["s", t("Fill the wall with it")], ["k", t("Park")], ["Esc", t("Let go of all")]],
    },
  ]; // prettier-ignore
}

/**
 * Keys that work everywhere on the page.
 * @param {Console} c
 * @returns {(event: KeyboardEvent) => void}
 */
export function roomKeys(c) {
  /** @type {Record<string, () => unknown>} */
  const table = {
    n: c.next,
    b: c.back,
    "+": c.extend,
    t: c.pauseTime,
    r: c.reveal,
    g: () => c.may("lab.announce") && c.open("announce"),
    f: () => c.wall("frozen"),
    j: () => c.wall("join"),
    o: c.sayKey,
    u: () => c.acts.undo(),
    l: () => c.open("lab"),
    q: () => c.focus("queue", "queue-title"),
    d: () => c.focusBoard(),
    "?": () => c.open("keys"),
    c: c.deeds.startCluster,
    a: c.deeds.startPicking,
    x: () => c.deeds.takeOut(c.deeds.targets()),
    e: () => renameKey(c),
    m: () => ask(c, "move"),
    h: () => ask(c, "hide"),
    p: () => c.deeds.targets().length && c.may("contribution.pin") && c.deeds.pin(c.deeds.targets()),
    w: () => c.deeds.targets().length && c.may("contribution.wall") && c.deeds.wall(c.deeds.targets()),
    s: () => c.deeds.targets().length === 1 && c.may("contribution.spotlight") && c.deeds.spotlight(c.deeds.targets()[0]),
    k: () => c.deeds.targets().length === 1 && c.open("park", { id: c.deeds.targets()[0] }),
  };
  return (event) => {
    if (event.key === "Escape") return escape(c);
    if (!c.keysOn() || c.ui.dialog || event.ctrlKey || event.metaKey || event.altKey || event.repeat || isWriting(event.target)) return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (/^[1-9]$/.test(key)) return publishNth(c, Number(key));
    const run = table[key];
    if (!run) return;
    event.preventDefault();
    run();
  };
}

/** @param {EventTarget | null} target */
function isWriting(target) {
  return target instanceof HTMLElement && target.matches("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");
}

/** @param {Console} c */
function escape(c) {
  if (c.ui.dialog) return;
  if (c.ui.picking || c.ui.naming) {
    c.ui.set({ picking: false, naming: false });
    c.focusBoard();
  } else if (c.ui.chosen.size || c.ui.cluster) c.ui.clear();
}

/** @param {Console} c @param {number} n */
function publishNth(c, n) {
  const item = queueOf(c.room)[n - 1];
  if (item && c.may("contribution.publish")) void c.deeds.publish(item.id);
}

/** @param {Console} c @param {string} kind */
function ask(c, kind) {
  const ids = c.deeds.targets();
  if (ids.length && c.may(`contribution.${kind}`)) c.open(kind, { ids });
}

/** @param {Console} c */
function renameKey(c) {
  const at = c.ui.cursor;
  const id = c.room.cluster(at) ? at : c.room.byId.get(at ?? "")?.cluster;
  if (!id) return;
  c.ui.set({ cluster: id, naming: false });
  c.focusOn("cluster-title");
}

/**
 * Keys on the board: the arrows walk, space and enter choose.
 * @param {Console} c
 * @returns {(event: KeyboardEvent) => void}
 */
export function boardKeys(c) {
  return (event) => {
    const board = c.board();
    const on = /** @type {HTMLElement} */ (event.target).dataset?.id;
    if (!board || !on) return;
    if (event.key === " " || event.key === "Enter") {
      event.preventDefault();
      /** @type {HTMLElement} */ (event.target).click();
    } else if (event.key.startsWith("Arrow")) {
      event.preventDefault();
      const to = step(layoutOf(c, board).part, on, event.key);
      if (to) c.goTo(to);
    }
  };
}
