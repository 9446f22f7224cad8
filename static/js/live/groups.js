// How contributions belong together. The store keeps each of these groups up to date, so that no page has to look through all of
// them: `store.group("contribution", inColumn, columnKey(board, column))`.

/** @typedef {{id: string} & Record<string, any>} Entity */
/** @typedef {import("./table.js").Entry} Entry */
/** @typedef {import("./table.js").Entries} Entries */

/** @param {string} board @param {string | null | undefined} column */
export const columnKey = (board, column) => `${board}:${column ?? ""}`;

/** Replies by the contribution they hang under. @param {any} value @returns {string | undefined} */
export const underParent = (value) => value.parent || undefined;

/** Contributions, replies aside, by board. @param {any} value @returns {string | undefined} */
export const onBoard = (value) => (value.parent ? undefined : value.board);

/** Contributions, replies aside, by board and column. @param {any} value @returns {string | undefined} */
export const inColumn = (value) => (value.parent ? undefined : columnKey(value.board, value.column));

/** @type {WeakMap<Entry, Entity>} */
const known = new WeakMap();
/** @type {WeakMap<Entries, readonly Entity[]>} */
const knownLists = new WeakMap();

/** The value of an entry with its id in it; the same object as long as the value is. @param {Entry} entry @returns {Entity} */
export function entity(entry) {
  const found = known.get(entry);
  if (found) return found;
  const made = { ...entry[1], id: entry[0] };
  known.set(entry, made);
  return made;
}

/** @param {Entries} entries @returns {readonly Entity[]} the same array as long as the entries are */
export function entities(entries) {
  const found = knownLists.get(entries);
  if (found) return found;
  const made = entries.map(entity);
  knownLists.set(entries, made);
  return made;
}
