// Screens that are not needed at first: fetched when the room comes to them, or quietly once the phone has nothing to do. So the
// first load stays small (experience, 2.9), and a phone in a tunnel has all of them.

const PARTS = {
  ballot: () => import("./ballot.js"),
  evaluation: () => import("./evaluation.js"),
  reading: () => import("./reading.js"),
  reword: () => import("./reword.js"),
  transfer: () => import("./transfer.js"),
  validation: () => import("./validation.js"),
  you: () => import("./you.js"),
};
const AGAIN_MS = 2000;
const QUIET_MS = 6000;

/** @typedef {keyof typeof PARTS} Part */
/** @type {Map<string, any>} */
const there = new Map();
/** @type {Map<string, Promise<any>>} */
const coming = new Map();

/**
 * The module of a part, or null while it is on its way.
 * @param {Part} part
 * @param {() => void} arrived called when it is there
 * @returns {any}
 */
export function part(part, arrived) {
  if (!there.has(part)) void fetchPart(part).then(arrived);
  return there.get(part) ?? null;
}

/** @param {Part} name @returns {Promise<any>} tries until it is there */
export function fetchPart(name) {
  const known = coming.get(name);
  if (known) return known;
  const fetching = PARTS[name]().then(
    (module) => {
      there.set(name, module);
      return module;
    },
    async () => {
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
      coming.delete(name);
      return fetchPart(name);
    },
  );
  coming.set(name, fetching);
  return fetching;
}

/** Fetch the rest, one after the other, once the phone is quiet. */
export function fetchTheRest() {
  setTimeout(async () => {
    for (const name of /** @type {Part[]} */ (Object.keys(PARTS))) await fetchPart(name);
  }, QUIET_MS);
}
