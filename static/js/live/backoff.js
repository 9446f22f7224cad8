// When to try again: full jitter, 0–2 s first, doubling to 30 s (live contract, phone rule 4), so that a room that lost its
// network together does not come back together.

const FIRST_MS = 2000;
const LONGEST_MS = 30_000;

/** @param {() => number} [random] 0 ≤ x < 1 */
export function createBackoff(random = Math.random) {
  let failures = 0;
  return {
    get failures() {
      return failures;
    },
    /** Milliseconds until the next try; each call counts a failure. */
    next() {
      const ceiling = Math.min(LONGEST_MS, FIRST_MS * 2 ** failures);
      failures += 1;
      return Math.round(random() * ceiling);
    },
    reset() {
      failures = 0;
    },
  };
}

/**
 * How long to keep a refused command before it is sent again: what the server said, and up to half of it more.
 * @param {{after_ms?: number}} answer
 * @param {number} tries how often it was sent already
 * @param {() => number} [random]
 */
export function pause(answer, tries, random = Math.random) {
  const base = answer.after_ms ?? Math.min(LONGEST_MS, 500 * 2 ** Math.min(tries, 6));
  return Math.round(base * (1 + random() / 2));
}
