// Lists do not jump under the pointer: while somebody points at one and moves, it keeps its order; what is new waits behind a pill.
// Own acts are shown at once, and so is everything when the pointer leaves or rests.

const REST_MS = 4000;
const OWN_MS = 1500; // the change of an own act arrives a moment after its answer

/**
 * @param {() => void} redraw
 * @param {() => number} [clock]
 */
export function createCalm(redraw, clock = () => performance.now()) {
  /** @type {Map<string, {moved: number, kept?: any}>} */
  const places = new Map();
  /** @type {Map<string, any>} what was shown last */
  const last = new Map();
  let own = -Infinity;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  return {
    /** The pointer moves over the list `name`. @param {string} name */
    touch(name) {
      const place = places.get(name) ?? { moved: 0, kept: last.get(name) };
      place.moved = clock();
      places.set(name, place);
      clearTimeout(timer);
      timer = setTimeout(redraw, REST_MS + 20);
    },

    /** The pointer left it, or somebody asked for what waits. @param {string} name */
    release(name) {
      places.delete(name);
      redraw();
    },

    /** Something of one's own changes now. */
    own() {
      own = clock();
    },

    /**
     * What to show for `name`: the kept value while it is held, else the fresh one.
     * @template T
     * @param {string} name
     * @param {T} fresh
     * @param {(kept: T, fresh: T) => boolean} fits may the kept one still be shown?
     * @returns {T}
     */
    shown(name, fresh, fits) {
      const place = places.get(name);
      const held = place !== undefined && clock() - place.moved < REST_MS && clock() - own > OWN_MS;
      const value = held && place.kept !== undefined && fits(place.kept, fresh) ? place.kept : fresh;
      if (place) place.kept = value;
      last.set(name, value);
      return value;
    },
  };
}
