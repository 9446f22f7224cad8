// Half-written texts: kept per place (board and column, reply, form), over reload, lock and change of activity (phone rule 5).

const WRITE_AFTER_MS = 300;

/** Where a text is written: in the evaluation, on a board, as an idea (one draft per board: the case comes with the target), as a reply. */
export const EVALUATION = "evaluation|";
/** @param {{board: string, column: string}} surface */
export const placeOf = ({ board, column }) => `${board}|${column}`;
/** @param {string} board */
export const ideaPlace = (board) => placeOf({ board, column: "" });
/** @param {string} id of the contribution replied to */
export const replyPlace = (id) => `reply|${id}`;

/**
 * @typedef {object} Draft
 * @property {string} place
 * @property {string} [text]
 * @property {string} [kind]
 * @property {number} [people]
 * @property {string} [needs]
 * @property {string} [setting]
 * @property {string} [degree]
 * @property {any} [target]
 * @property {Record<string, any>} [answers]
 */

/**
 * @param {string} lab
 * @param {import("../../live/keep.js").Keep} keep
 */
export async function openDrafts(lab, keep) {
  /** @type {Map<string, Draft>} */
  const drafts = new Map();
  for (const draft of [...(await keep.all("drafts", lab)), ...keep.takeLast(lab)]) drafts.set(draft.place, draft);
  /** @type {Map<string, ReturnType<typeof setTimeout>>} */
  const timers = new Map();
  /** @type {Map<string, Draft>} taken to be sent, and not written down there yet */
  const leaving = new Map();

  /** @param {string} place */
  function write(place) {
    clearTimeout(timers.get(place));
    timers.delete(place);
    const draft = drafts.get(place);
    return draft ? keep.put("drafts", [lab, place], draft) : keep.remove("drafts", [lab, place]);
  }

  // A page that goes away says so at last here. What was typed a moment ago is put where writing does not need another moment.
  addEventListener("pagehide", flush);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") flush();
    else keep.takeLast(lab); // the page came back, and with it the writing below
  });
  function flush() {
    const last = [...timers.keys()].map((place) => drafts.get(place) ?? { place });
    keep.putLast(lab, [...leaving.values(), ...last]);
    for (const place of [...timers.keys()]) void write(place);
  }

  return {
    /** @param {string} place @returns {Draft} */
    get: (place) => drafts.get(place) ?? { place },

    /** @param {string} place @param {Partial<Draft>} change */
    set(place, change) {
      drafts.set(place, { ...(drafts.get(place) ?? { place }), ...change });
      clearTimeout(timers.get(place));
      timers.set(place, setTimeout(write, WRITE_AFTER_MS, place));
    },

    /** Write a place down now instead of in a moment. */
    write,

    /** Empty a place because its text is being sent; the kept copy stays until `settle`. @param {string} place */
    take(place) {
      leaving.set(place, drafts.get(place) ?? { place });
      drafts.delete(place);
      clearTimeout(timers.get(place));
      timers.delete(place);
    },

    /** What was taken is safe elsewhere: keep only what was written here since. @param {string} place */
    settle(place) {
      const gone = leaving.get(place);
      leaving.delete(place);
      // A page that was put away meanwhile left it as last words: it would come back as if it had never been sent.
      if (gone && document.visibilityState === "hidden") {
        keep.putLast(lab, keep.takeLast(lab).filter((draft) => draft.place !== place || draft.text !== gone.text));
      }
      return write(place);
    },

    /** @param {string} place */
    clear(place) {
      drafts.delete(place);
      return write(place);
    },

    /** Texts somebody began and did not send. @returns {Draft[]} */
    unfinished: () => [...drafts.values()].filter(isBegun),
  };
}

/** @typedef {Awaited<ReturnType<typeof openDrafts>>} Drafts */

/** Is there anything a person would miss? @param {Draft} draft */
export function isBegun(draft) {
  return Boolean(draft.text?.trim() || draft.needs?.trim() || draft.setting?.trim());
}
