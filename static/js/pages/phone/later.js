// Screens that are not needed at first: fetched when the room comes to them, or quietly once the phone has nothing to do. So the
// first load stays small (experience, 2.9), and a phone in a tunnel has all of them.

const PARTS = ["ballot", "ends", "evaluation", "reading", "reword", "transfer", "validation", "you"];
const AGAIN_MS = 2000;
const QUIET_MS = 6000;

/** @typedef {"ballot" | "ends" | "evaluation" | "reading" | "reword" | "transfer" | "validation" | "you"} Part */
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

/** @param {Part} name @param {number} [tries] @returns {Promise<any>} tries until it is there */
export function fetchPart(name, tries = 0) {
  const known = coming.get(name);
  if (known) return known;
  // some browsers remember that an address failed: another try needs another address
  const fetching = import(tries ? `./${name}.js?${tries}` : `./${name}.js`).then(
    (module) => {
      there.set(name, module);
      return module;
    },
    async () => {
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
      coming.delete(name);
      return fetchPart(name, tries + 1);
    },
  );
  coming.set(name, fetching);
  return fetching;
}

/** Fetch the rest, one after the other, once the phone is quiet; resolves when all are there. @returns {Promise<void>} */
export async function fetchTheRest() {
  await new Promise((resolve) => setTimeout(resolve, QUIET_MS));
  for (const name of /** @type {Part[]} */ (PARTS)) await fetchPart(name);
}
