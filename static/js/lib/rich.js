// Sentences with marked parts, translated as a whole: rich("%(what)s is %(phase)s.", {what: html`<b>…</b>`, phase: …}).

/**
 * @param {string} msgid already through t(): pass t("…") so that it is found for the catalogue
 * @param {Record<string, unknown>} parts
 * @returns {unknown[]} texts and parts in the order of the language
 */
export function rich(msgid, parts) {
  return msgid.split(/%\((\w+)\)s/).map((piece, index) => (index % 2 ? parts[piece] : piece));
}

