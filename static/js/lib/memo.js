// What was worked out holds as long as it was worked out from the same things: the very same, so hand in values that are replaced
// when they change, as the store's are.

/**
 * @template {any[]} Given
 * @template Result
 * @param {(...given: Given) => Result} work
 * @returns {(...given: Given) => Result} gives the last result again when it is asked with the same arguments
 */
export function memo(work) {
  /** @type {Given | null} */
  let last = null;
  /** @type {Result} */
  let result;
  return (...given) => {
    if (!last || given.some((value, index) => value !== last?.[index])) {
      result = work(...given);
      last = given;
    }
    return result;
  };
}
