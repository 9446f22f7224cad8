// An order of one's own: the same for the same seed, another one for another (experience, section 2.4), so that nobody's idea
// profits from standing first on every phone.

/**
 * @template T
 * @param {readonly T[]} items
 * @param {string} seed for example seat and ballot
 * @returns {T[]}
 */
export function shuffled(items, seed) {
  const random = randomFrom(seed);
  const order = [...items];
  for (let last = order.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1));
    [order[last], order[other]] = [order[other], order[last]];
  }
  return order;
}

/** Numbers from 0 to below 1 that depend on nothing but the seed (FNV-1a, then mulberry32). @param {string} seed */
function randomFrom(seed) {
  let state = 0x811c9dc5;
  for (const sign of seed) state = Math.imul(state ^ (sign.codePointAt(0) ?? 0), 0x01000193);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
