// Dragging slips between piles and columns. The library is fetched when the pointer first comes to the board; what it moves in
// the document is put back at once: the board is drawn from the lab, and the drop is a command like any other.

/** @typedef {import("./controls.js").Console} Console */

const GROUP = "slips";

/** @param {Console} c @param {HTMLElement} root */
export function watchDragging(c, root) {
  /** @type {Promise<any> | null} */
  let library = null;
  /** @type {WeakMap<HTMLElement, any>} */
  const made = new WeakMap();

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
      },
      onEnd: (/** @type {any} */ event) => {
        event.from.insertBefore(event.item, anchor);
        c.dragging(false);
        const place = placeOf(event.to);
        if (event.to !== event.from && place) drop(event.item.dataset.id, place);
      },
    };
  }

  /** A chosen slip takes the other chosen ones along. @param {string} id @param {import("./deeds.js").Place} place */
  function drop(id, place) {
    const ids = c.ui.chosen.has(id) ? [...c.ui.chosen] : [id];
    if (place.kind !== "new") c.putThere(ids, place.kind === "pile" ? { cluster: place.id } : { cluster: null, column: place.id });
    void c.deeds.drop(ids, place);
  }
}

/** @param {HTMLElement} list @returns {import("./deeds.js").Place | null} */
function placeOf(list) {
  const [kind, ...rest] = (list.dataset.drop ?? "").split(":");
  return kind ? /** @type {any} */ ({ kind, id: rest.join(":") }) : null;
}
