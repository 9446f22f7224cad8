// When a stored command may leave the outbox: as soon as the lab's own record of this seat shows it.

/**
 * @param {import("../../live/outbox.js").Item} item a stored one
 * @param {any} mine what the lab says this seat wrote and gave
 * @returns {boolean}
 */
export function isReflected(item, mine) {
  const texts = mine.contributions ?? [];
  const known = (/** @type {string} */ id) => texts.find((/** @type {any} */ text) => text.id === id);
  switch (item.name) {
    case "contribution.post":
    case "contribution.reply":
      return texts.some((/** @type {any} */ text) => text.key === item.key);
    case "contribution.reword":
      return (known(item.args.id)?.version ?? Infinity) >= (item.result?.version ?? 0);
    case "contribution.withdraw":
      return known(item.args.id)?.status === "withdrawn";
    case "ballot.vote":
      return same(item.args.dots, mine.dots?.[item.args.ballot]);
    case "evaluation.answer":
      return Boolean(mine.evaluated);
    default:
      return true;
  }
}

/** The same dots; what has none does not count. @param {Record<string, number>} a @param {Record<string, number> | undefined} b */
function same(a, b) {
  if (!b) return false;
  const given = (/** @type {Record<string, number>} */ dots) => JSON.stringify(Object.entries(dots).filter(([, n]) => n).sort());
  return given(a) === given(b);
}
