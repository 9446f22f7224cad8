// Dragging slips between piles and columns. The library is fetched when the pointer first comes to the board; what it moves in
// the document is put back at once: the board is drawn from the lab, and the drop is a command like any other.

/** @typedef {import("./controls.js").Console} Console */
/** @typedef {import("./deeds.js").Place} Place */

const GROUP = "slips";

/** @param {Console} c @param {HTMLElement} root */
export function watchDragging(c, root) {
  /** @type {Promise<any> | null} */
  let library = null;
  /** @type {WeakMap<HTMLElement, any>} */
  const made = new WeakMap();
  /** @type {HTMLElement | null} where it would fall now */
  let over = null;

  root.addEventListener("pointerover", (event) => {
    if (!(/** @type {HTMLElement} */ (event.target).closest?.("[data-drop]"))) return;
    library ??= import("../../vendor/sortablejs.js");
    library.then(({ default: Sortable }) => attach(Sortable)).catch(() => {
      library = null; // offline: the taps and keys do the same
    });
  });

  /** @param {any} Sortable */
  function attach(Sortable) {
    for (const list of /** @type {NodeListOf<HTMLElement>} */ (root.querySelectorAll("[data-drop]"))) {
      if (!made.has(list)) made.set(list, Sortable.create(list, options()));
    }
    root.dataset.drag = "ready";
  }

  function options() {
    /** @type {ChildNode | null} */
    let anchor = null;
    return {
      group: GROUP,
      sort: false,
      draggable: "[data-drag]",
      animation: 0,
      forceFallback: true,
      fallbackOnBody: true,
      fallbackTolerance: 5,
      delay: 180,
      delayOnTouchOnly: true,
      ghostClass: "slip--ghost",
      fallbackClass: "slip--lifted",
      onStart: (/** @type {any} */ event) => {
        anchor = event.item.nextSibling; // a mark of the renderer: the slip must come back right before it
        c.dragging(true);
        for (const name of MOVES) addEventListener(name, follow);
      },
      onEnd: (/** @type {any} */ event) => {
        for (const name of MOVES) removeEventListener(name, follow);
        const target = over;
        show(null);
        event.from.insertBefore(event.item, anchor);
        c.dragging(false);
        if (target && target !== event.from) drop(event.item.dataset.id, placeOf(target));
      },
    };
  }

  /** @param {Event} event */
  function follow(event) {
    const { clientX, clientY } = typeof TouchEvent !== "undefined" && event instanceof TouchEvent ? event.touches[0] : /** @type {PointerEvent} */ (event);
    show(listAt(clientX, clientY));
  }

  /** @param {HTMLElement | null} list */
  function show(list) {
    over?.classList.remove("is-over");
    list?.classList.add("is-over");
    over = list;
  }

  /** A chosen slip takes the other chosen ones along. @param {string} id @param {Place} place */
  function drop(id, place) {
    const ids = c.ui.chosen.has(id) ? [...c.ui.chosen] : [id];
    if (place.kind !== "new") c.putThere(ids, place.kind === "pile" ? { cluster: place.id } : { cluster: null, column: place.id });
    void c.deeds.drop(ids, place);
  }
}

const MOVES = typeof TouchEvent === "undefined" ? ["pointermove"] : ["pointermove", "touchmove"];

/** The list under a point: anywhere on a pile means the pile, anywhere else in a column the column. @param {number} x @param {number} y @returns {HTMLElement | null} */
function listAt(x, y) {
  const at = document.elementFromPoint(x, y);
  const near = at?.closest("[data-drop]") ?? at?.closest(".cluster--pile")?.querySelector("[data-drop]") ?? at?.closest(".column")?.querySelector(".column__loose");
  return near instanceof HTMLElement ? near : null;
}

/** @param {HTMLElement} list @returns {Place} */
function placeOf(list) {
  const [kind, ...rest] = (list.dataset.drop ?? "").split(":");
  return /** @type {Place} */ ({ kind, id: rest.join(":") });
}
