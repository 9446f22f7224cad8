// Length as a person counts it: grapheme clusters, like core/text.py. An emoji with its skin tone is one.

const segmenter = typeof Intl.Segmenter === "function" ? new Intl.Segmenter(undefined, { granularity: "grapheme" }) : null;
// Older browsers: a sign with its combining marks, selectors and joined parts; a pair of flag letters; CR LF.
const CLUSTER =
  /\r\n|\p{RI}\p{RI}|\P{M}[\p{M}\u200D\uFE0F\u{E0020}-\u{E007F}\p{EMod}]*(?:(?<=\u200D)\P{M}[\p{M}\u200D\uFE0F\p{EMod}]*)*/gsu;

/** @param {string} text @returns {number} */
export function graphemes(text) {
  const tidy = text.normalize("NFC").trim();
  if (isPlain(tidy)) return tidy.length;
  if (segmenter) return [...segmenter.segment(tidy)].length;
  return tidy.match(CLUSTER)?.length ?? 0;
}

/** Only signs that stand for themselves: no need to look closer. @param {string} text */
function isPlain(text) {
  return /^[\n\x20-\x7e]*$/.test(text);
}
