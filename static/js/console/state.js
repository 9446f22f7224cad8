// What only this screen knows: which tab and board are open, what is chosen, which dialog asks something.

/** @typedef {{kind: string, [more: string]: any}} Dialog */
/** @typedef {ReturnType<typeof createState>} State */

/** @param {() => void} redraw */
export function createState(redraw) {
  return {
    /** @type {"queue" | "board" | "heard" | "covered" | "wall"} on a phone */
    tab: /** @type {string} */ ("queue"),
    /** @type {string | null} the board on the table; null: the first one of the activity */
    board: /** @type {string | null} */ (null),
    /** @type {Set<string>} chosen contributions, in the order of choosing */
    chosen: new Set(),
    /** @type {string | null} the chosen cluster */
    cluster: /** @type {string | null} */ (null),
    /** @type {string | null} where the arrow keys are */
    cursor: /** @type {string | null} */ (null),
    /** the next tap says where the chosen ones belong */
    picking: false,
    /** a name for the chosen ones is being asked for */
    naming: false,
    dragging: false,
    /** @type {{step: string, until: number} | null} a second tap within three seconds carries it out */
    armed: /** @type {{step: string, until: number} | null} */ (null),
    /** @type {Dialog | null} */
    dialog: /** @type {Dialog | null} */ (null),
    /** @type {import("./arrange.js").Overlay} */
    overlay: new Map(),
    /** @type {import("./part.js").Asked} where more of a long list was asked for */
    asked: new Map(),
    /** @type {any} the last `presence` */
    presence: /** @type {any} */ (null),
    /** @type {Array<{id: string, text: string, at: number}>} */
    notes: /** @type {any[]} */ ([]),
    /** where spoken words go: the column chosen last */
    column: "",
    wide: true,
    status: "connecting",

    /** @param {Record<string, any>} patch */
    set(patch) {
      Object.assign(this, patch);
      redraw();
    },
    clear() {
      this.chosen.clear();
      this.set({ cluster: null, picking: false, naming: false });
    },
  };
}
