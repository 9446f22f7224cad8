// The phone as one object: what it knows, where the person is, what they can do. Screens get it as `app` and draw from it.

import { createDrawing } from "../../lib/drawing.js";
import { t } from "../../lib/i18n.js";
import { memo } from "../../lib/memo.js";
import { openKeep } from "../../live/keep.js";
import { openLink } from "../../live/link.js";
import { createOutbox } from "../../live/outbox.js";
import { isBegun, openDrafts } from "./drafts.js";
import { ownTexts, stancesOf } from "./derive.js";
import { isReflected } from "./reflected.js";

const TOAST_MS = 5000;
const KEPT_AFTER_CLOSE_MS = 24 * 3600 * 1000; // phone rule 7

/** @typedef {Awaited<ReturnType<typeof createApp>>} App */

/**
 * @typedef {object} Ui where the person is; nothing here is worth keeping over a reload
 * @property {string | null} at the activity on screen; the room's own unless somebody finishes a text
 * @property {boolean} staying the person chose to finish here
 * @property {Record<string, string>} board activity → board chosen
 * @property {Record<string, string>} column board → column chosen
 * @property {Record<string, string>} tab place → tab chosen
 * @property {null | "case" | "you" | "parking" | "target"} sheet what lies over the task
 * @property {string | null} readCase the case of the reading sheet
 * @property {null | {case: string, section: string}} stay reading on one's own during a presentation
 * @property {null | {id: string, kind: string}} reply
 * @property {boolean} options of the composer
 * @property {Set<string>} open folded-out replies and clusters
 * @property {Map<string, number>} asked how much of a long list was asked for
 * @property {Map<string, Set<string>>} seen board and column → what was on screen already
 * @property {Record<string, string>} errors of forms
 * @property {null | {text: string, until: number}} toast
 */

/** @param {any} island what the server gave: {lab, as, start?, wall?, words} */
export async function createApp(island) {
  const readOnly = island.as === "staff";
  const keep = await openKeep();
  await keep.wipeOld(Date.now());
  const link = openLink({ lab: island.lab, as: readOnly ? "staff" : "seat", wall: island.wall ?? null, start: island.start });
  const { store } = link;
  const drafts = await openDrafts(island.lab, keep);
  const outbox = createOutbox({ lab: island.lab, keep, send: (name, args, options) => link.command(name, args, options) });
  /** @type {Ui} */
  const ui = {
    at: store.lab()?.activity ?? null, staying: false, board: {}, column: {}, tab: {}, sheet: null, readCase: null, stay: null,
    reply: null, options: false, open: new Set(), asked: new Map(), seen: new Map(), errors: {}, toast: null,
  };
  /** @type {Set<() => void>} */
  const drawers = new Set();
  const drawing = createDrawing(() => {
    for (const drawer of drawers) drawer();
  });

  let outboxChanges = 0; // its items change in place
  const own = memo((/** @type {any[]} */ ..._from) => ownTexts(store, outbox.items()));
  const stances = memo(stancesOf);
  const ownIds = memo((/** @type {any} */ mine) => new Set((mine.contributions ?? []).map((/** @type {any} */ value) => value.id)));

  const app = {
    island, words: island.words, keep, link, store, drafts, outbox, ui, readOnly,
    online: 0,
    /** Where the texts of this screen are kept: set by the screen while it draws. */
    places: /** @type {string[]} */ ([]),
    now: () => link.serverNow(),
    lab: () => store.lab() ?? { state: "lobby", title: "", promises: {}, activity: null },
    activity: () => store.get("activity", ui.at),
    seat: () => store.mine.seat ?? { id: "", tier: "other", attribution: 1 },
    own: () => own(store.mine, store.all("board"), outbox.items().length ? store.all("contribution") : null, outboxChanges),
    /** What this person agreed with or objected to: "id kind" → the reply without words. */
    stances: () => stances(app.own()),
    /** The ids of what is stored of this person. */
    ownIds: () => ownIds(store.mine),
    ended: () => link.status().state === "ended",

    /** Draw soon, once, however many things changed. */
    draw: drawing.soon,
    drawNow: drawing.now,
    followHands: drawing.followHands,

    /** @param {() => void} drawer */
    onDraw: (drawer) => drawers.add(drawer),

    /** Tell whoever listens instead of looking. @param {string} text */
    say(text) {
      const place = document.getElementById("said");
      if (place) place.textContent = place.textContent === text ? `${text}\u00a0` : text;
    },

    /** A short word that goes again by itself. @param {string} text */
    toast(text) {
      app.say(text);
      ui.toast = { text, until: Date.now() + TOAST_MS };
      setTimeout(app.draw, TOAST_MS + 50);
      app.draw();
    },

    /** Keep a command and send it when its turn comes. @param {string} name @param {any} args @param {string} [slot] */
    async send(name, args, slot) {
      if (readOnly) return;
      await outbox.add(name, args, { slot });
      app.draw();
    },

    /**
     * Send what was written at a place. The place is empty at once: a second tap finds nothing to send, and what is typed
     * while this one is being written down stays.
     * @param {string} place @param {string} name @param {any} args @param {string} [slot]
     */
    async sendDraft(place, name, args, slot) {
      drafts.take(place);
      await app.send(name, args, slot);
      await drafts.settle(place);
      app.say(t("On this phone. It sends itself."));
      app.draw();
    },

    /** A command whose answer is awaited on screen (settings): nothing to keep. @param {string} name @param {any} args */
    ask: (name, args) => link.command(name, args),

    /** Is a text begun on the screen one looks at? */
    isWriting: () => app.places.some((place) => isBegun(drafts.get(place))),

    /** Go where the room is. */
    goNow() {
      const to = app.lab().activity ?? null;
      if (ui.at !== to) Object.assign(ui, { at: to, staying: false, reply: null, options: false, stay: null });
      app.draw();
    },

    /** @param {Ui["sheet"]} sheet @param {string | null} [caseId] */
    openSheet(sheet, caseId = null) {
      if (!ui.sheet) history.pushState({ sheet }, "");
      Object.assign(ui, { sheet, readCase: caseId ?? ui.readCase ?? app.lab().case ?? null });
      app.draw();
    },

    /** Back to the task; the device's own back button does the same. */
    closeSheet() {
      if (!ui.sheet) return;
      history.back();
    },
  };

  // ---- what happens by itself -----------------------------------------------------------------------------------

  /** Follow, never yank: an empty composer goes with the room, a begun text keeps its place. */
  function follow() {
    const lab = store.lab();
    if (!lab || lab.activity === ui.at) {
      ui.staying = false;
      return;
    }
    if (app.isWriting()) return;
    app.goNow();
    const activity = app.activity();
    if (activity) app.say(t("Now: %(title)s", { title: activity.title }));
  }

  let announced = store.lab()?.announcement ?? null;
  function hearAnnouncement() {
    const text = store.lab()?.announcement ?? null;
    if (text && text !== announced) app.say(text);
    announced = text;
  }

  /** Note when everything here is to be forgotten. */
  function planWipe() {
    const closed = store.lab()?.closed_at;
    void keep.put("labs", island.lab, { lab: island.lab, until: closed ? closed + KEPT_AFTER_CLOSE_MS : undefined });
  }

  let wasClosed = false;
  store.subscribe(() => {
    outbox.forget((item) => isReflected(item, store.mine));
    const closed = Boolean(store.lab()?.closed_at);
    if (closed !== wasClosed) planWipe();
    wasClosed = closed;
    hearAnnouncement();
    follow();
    app.draw();
  });
  outbox.subscribe(() => {
    outboxChanges += 1;
    outbox.forget((item) => isReflected(item, store.mine));
    follow();
    app.draw();
  });
  /** @param {{state: string}} status */
  function showLink({ state }) {
    document.documentElement.dataset.link = state;
    if (state === "live" || state === "polling") outbox.hurry();
    app.draw();
  }
  link.on("status", showLink);
  link.on("presence", ({ online }) => {
    app.online = online;
    app.draw();
  });
  addEventListener("online", app.draw);
  addEventListener("offline", app.draw);
  addEventListener("popstate", () => {
    ui.sheet = null;
    app.draw();
  });
  setInterval(() => app.activity() && app.draw(), 1000); // the clock on screen

  if (!readOnly) {
    planWipe();
    await outbox.start();
  }
  showLink(link.status()); // the link may have been quicker than what the phone keeps
  return app;
}
