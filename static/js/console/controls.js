// What the parts of the console share: the lab as it is now, this screen's state, and the acts behind buttons and keys.

import { t } from "../lib/i18n.js";
import { drawMoreAbove } from "../lib/long-list.js";
import { createActs } from "./acts.js";
import { createCalm } from "./calm.js";
import { createDeeds } from "./deeds.js";
import { goNext } from "./head.js";
import { boardKeys } from "./keys.js";
import { boardOf, boardsHere, readRoom, secondsLeft } from "./room.js";
import { createState } from "./state.js";

const KEYS_SETTING = "console-keys"; // "off" when somebody needs their single keys for something else
const OVERLAY_MS = 2500;

/** @typedef {ReturnType<typeof createConsole>} Console */

/**
 * @param {object} given
 * @param {any} given.island of the page: lab, me, may, sections, notes, wall, links
 * @param {import("../live/link.js").Link} given.link
 * @param {(text: string, more?: any) => () => void} given.toast
 * @param {ReturnType<typeof import("../lib/drawing.js").createDrawing>} given.drawing
 */
export function createConsole({ island, link, toast, drawing }) {
  const redraw = drawing.soon;
  const ui = createState(redraw);
  const calm = createCalm(redraw);
  const may = new Set(island.may);
  let room = readRoom(link.store);
  const log = () => room.acts.map((act) => ({ id: act.id, by: act.by, act: act.act, undone: act.undone, n: act.n }));
  const acts = createActs({ link, toast, may, me: island.me, log, after: () => calm.own() });
  const deeds = createDeeds({ room: () => room, ui, acts });
  ui.notes = island.notes;

  const c = {
    ui,
    calm,
    acts,
    deeds,
    redraw,
    me: island.me,
    sections: island.sections,
    links: { ...island.links, wall: `${island.links.wall}#${island.wall}` },
    get room() {
      return room;
    },
    read: () => void (room = readRoom(link.store)),
    may: (/** @type {string} */ name) => may.has(name),
    now: () => link.serverNow(),

    // ---- dialogs and focus
    open: (/** @type {string} */ kind, /** @type {any} */ more = {}) => ui.set({ dialog: { kind, ...more } }),
    close: () => ui.set({ dialog: null }),
    /** The dialog closed by itself (Escape). */
    closed: () => ui.dialog && ui.set({ dialog: null }),
    /** At once: the next key belongs to what is drawn now. @param {string} id */
    focusOn(id) {
      drawing.now();
      document.getElementById(id)?.focus();
    },
    focus(/** @type {string} */ tab, /** @type {string} */ id) {
      ui.set({ tab });
      c.focusOn(id);
    },
    focusBoard() {
      if (!document.querySelector(".board [data-id]")) ui.set({ tab: "board" });
      drawing.now();
      stopElement(ui.cursor)?.focus();
    },
    /** Walk to a contribution or the head of a cluster. @param {string} id */
    goTo(id) {
      ui.set({ cursor: id });
      stopElement(id)?.focus();
    },
    at(/** @type {string} */ id) {
      if (ui.cursor !== id) ui.set({ cursor: id });
    },
    /** Draw more of a long list. @param {import("./part.js").More} more @param {HTMLElement} [button] below its list */
    askFor({ id, next }, button) {
      ui.asked.set(id, next);
      redraw();
      if (button) drawMoreAbove(button, drawing.now);
    },
    /** One place of the board is reached by Tab: the cursor, else the first. @param {string} id */
    stop: (id) => (id === (c.first ?? id) ? 0 : -1),
    /** @type {string | null} set before each drawing */
    first: /** @type {string | null} */ (null),
    /** @type {(event: KeyboardEvent) => void} */
    onBoardKey: () => {},

    // ---- the board
    board: () => boardOf(room, ui.board) ?? boardsHere(room).find((board) => board.case && board.case === room.lab.case) ?? boardsHere(room)[0],
    chosen: () => [...ui.chosen].map((id) => room.byId.get(id)).filter((item) => item !== undefined),
    showBoard(/** @type {string} */ id) {
      if (!id) return;
      ui.chosen.clear();
      ui.asked.clear();
      ui.set({ board: id, cluster: null, cursor: null, picking: false, naming: false });
    },
    showInRoom: (/** @type {any} */ board) => acts.run("case.present", { case: board.case, section: null }, { done: t("Wall and phones show “%(title)s”", { title: board.title }), inverse: room.lab.case ? { name: "case.present", args: { case: room.lab.case, section: room.lab.section } } : undefined }),
    dragging(/** @type {boolean} */ on) {
      ui.set({ dragging: on });
    },
    /** Show slips where they were put, until the lab says so itself. @param {string[]} ids @param {{cluster?: string | null, column?: string}} place */
    putThere(ids, place) {
      for (const id of ids) ui.overlay.set(id, place);
      setTimeout(() => c.settle(ids), OVERLAY_MS);
      calm.own();
      redraw();
    },
    settle(/** @type {string[]} */ ids) {
      for (const id of ids) ui.overlay.delete(id);
      redraw();
    },

    // ---- running the room
    unrevealed: () => room.boards.filter((board) => board.activity === room.here?.id && !board.revealed),
    next: () => goNext(c),
    back: () => room.before && may.has("activity.back") && acts.run("activity.back", {}, { done: t("Now: %(title)s", { title: room.before.title }), inverse: room.here && { name: "activity.start", args: { activity: room.here.id } } }),
    extend: () => timed() && may.has("activity.extend") && acts.run("activity.extend", { seconds: 60 }, { done: t("One minute more, on every device"), inverse: { name: "activity.extend", args: { seconds: -60 } } }),
    pauseTime() {
      if (!timed() || !may.has("activity.pause")) return;
      const paused = room.here?.state === "paused";
      void acts.run(paused ? "activity.resume" : "activity.pause", {}, { done: paused ? t("The clock goes on") : t("The clock stands"), inverse: { name: paused ? "activity.pause" : "activity.resume", args: {} } });
    },
    reveal: () => c.unrevealed().length && may.has("activity.reveal") && acts.run("activity.reveal", {}, { done: t("Revealed: everybody sees all contributions") }),
    wall(/** @type {"frozen" | "join"} */ what) {
      if (!may.has("wall.set")) return;
      const on = !room.lab.wall?.[what];
      const words = { frozen: on ? t("The wall keeps what it shows") : t("The wall goes on"), join: on ? t("The join slide fills the wall") : t("The join slide is gone") };
      void acts.run("wall.set", { [what]: on }, { done: words[what] });
    },
    announce: (/** @type {string} */ text) => acts.run("lab.announce", { text }, { done: text ? t("On every phone and the wall") : t("Taken down"), inverse: { name: "lab.announce", args: { text: room.lab.announcement ?? "" } } }),
    async newCode() {
      const answer = await acts.run("lab.new_code", {}, { done: t("There is a new code. Please open the wall again from here.") });
      if (answer.ok) {
        c.links = { ...c.links, wall: `${island.links.wall}#${answer.result.wall}` };
        redraw();
      }
    },
    sayKey() {
      if (!may.has("contribution.note")) return;
      if (ui.wide) c.focusOn("say-text");
      else c.open("say");
    },

    // ---- keys
    keysOn: () => stored() !== "off",
    setKeys(/** @type {boolean} */ on) {
      try {
        localStorage.setItem(KEYS_SETTING, on ? "on" : "off");
      } catch {
        toast(t("This browser keeps no settings."));
      }
      redraw();
    },
  };

  function timed() {
    return ["live", "paused"].includes(room.lab.state) && secondsLeft(room.here, c.now()) !== null;
  }

  c.onBoardKey = boardKeys(c);
  return c;
}

function stored() {
  try {
    return localStorage.getItem(KEYS_SETTING);
  } catch {
    return null;
  }
}

/** The element of a place on the board, else of another one, else the first. @param {string | null} id @param {string | null} [other] */
export function stopElement(id, other = null) {
  const all = /** @type {HTMLElement[]} */ ([...document.querySelectorAll(".board [data-id]")]);
  const at = (/** @type {string | null} */ wanted) => all.find((element) => element.dataset.id === wanted);
  return at(id) ?? at(other) ?? all[0];
}
