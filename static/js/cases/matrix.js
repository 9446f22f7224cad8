// The matrix editor: aspects, their elements, suggestions. One item is open at a time and saves itself; adding, moving, taking out
// and putting back are commands of their own, so two people in different items never meet.

import { t } from "../lib/i18n.js";
import { drawMatrix } from "../views/matrix.js";
import { deskOf } from "./section.js";

/** @typedef {{id: string, ref?: string, base: string} & Record<string, any>} Item */
/** @typedef {"aspect" | "element" | "suggestion"} Kind */
/** @typedef {{kind: Kind, item: Item | null, parent: Item | null, saver: import("./saver.js").Saver, adding: boolean}} Open */

const UNDER = { aspect: "elements", element: "suggestions" };
const PARENT = { element: "aspect", suggestion: "element" };

/** @param {any} form @param {any} page */
export function openMatrix(form, page) {
  /** @type {Open | null} */
  let open = null;

  const ask = async (name, args) => {
    const answer = await page.send(name, args);
    if (answer.ok) page.note(answer.result);
    else page.tell(answer.message || t("No answer came. Please try again."));
    return answer;
  };

  /** @param {Kind} kind @param {Item | null} parent @returns {Item[]} */
  const siblings = (kind, parent) => (kind === "aspect" ? form.aspects : (parent?.[UNDER[PARENT[kind]]] ?? []));

  /** @param {Kind} kind @param {Item | null} parent @param {Item[]} items */
  function put(kind, parent, items) {
    if (kind === "aspect") form.aspects = items;
    else if (parent) parent[UNDER[PARENT[kind]]] = items;
    page.draw();
  }

  /** Open an item, or (without one) a new one under `parent`. */
  function edit(kind, item, parent) {
    close();
    const { id, ref, base, elements, suggestions, sources, author, numbered, ...fields } = item ?? {};
    const name = `new:${kind}:${parent?.id ?? ""}`;
    /** @type {Open} */
    const opened = { kind, item, parent, adding: !item, saver: /** @type {any} */ (null) };
    const places = { id };
    opened.saver = page.saver(() => (places.id ? `item:${places.id}` : name), item ? fields : { origin: page.origin }, base ?? "", async (changes, now, key) => {
      if (places.id) return kept(opened, changes, await page.send(`case.update_${kind}`, { item: places.id, fields: changes, base: now }, key));
      const added = { origin: page.origin, ...changes };
      if (!sayable(kind, added)) return waiting();
      const answer = await page.send(`case.add_${kind}`, { ...placeOf(kind, parent), fields: trimmed(added) }, key);
      if (answer.ok) {
        places.id = answer.result.id;
        const made = { ...blank(kind), ...added, id: answer.result.id, base: answer.result.base, ref: (answer.result.ref ?? "").split(".").pop() };
        opened.item = made;
        put(kind, parent, [...siblings(kind, parent), made]);
      }
      return answer;
    });
    open = opened;
    page.draw();
    focusForm();
  }

  /** The item on the page says what was stored. */
  function kept(opened, changes, answer) {
    if (answer.ok && opened.item) Object.assign(opened.item, changes, { base: answer.result.base });
    else if (answer.code === "conflict" && opened.item) Object.assign(opened.item, answer.data.theirs, { base: answer.data.base });
    return answer;
  }

  function close() {
    if (!open) return;
    const closing = open;
    open = null;
    if (closing.saver.state() === "stored" || (closing.adding && !closing.item && !sayable(closing.kind, closing.saver.fields))) return forget(closing);
    void closing.saver.flush().then(() => (closing.saver.open ? undefined : forget(closing)));
    page.draw();
  }

  /** @param {Open} closing */
  function forget(closing) {
    page.drop(closing.saver, !closing.item);
    page.draw();
  }

  /** @param {Kind} kind @param {Item} item @param {Item | null} parent @param {number} by */
  async function move(kind, item, parent, by) {
    const items = siblings(kind, parent);
    const from = items.indexOf(item);
    const to = from + by;
    if (to < 0 || to >= items.length) return;
    const next = items.filter((other) => other !== item);
    next.splice(to, 0, item);
    put(kind, parent, next);
    focusItem(item, by < 0 ? "up" : "down");
    const answer = await ask(`case.move_${kind}`, { item: item.id, to });
    if (!answer.ok) put(kind, parent, items);
  }

  /** @param {Kind} kind @param {Item} item @param {Item | null} parent */
  async function remove(kind, item, parent) {
    if (open?.item === item || open?.parent === item) close();
    const items = siblings(kind, parent);
    const at = items.indexOf(item);
    const answer = await ask(`case.remove_${kind}`, { item: item.id });
    if (!answer.ok) return;
    put(kind, parent, items.filter((other) => other !== item));
    page.undo(t("%(what)s taken out", { what: nameOf(kind, item) }), () => void putBack(kind, item, parent, at, answer.result.undo));
  }

  /** @param {Kind} kind @param {Item} item @param {Item | null} parent @param {number} at @param {number} revision */
  async function putBack(kind, item, parent, at, revision) {
    const answer = await ask("case.restore_item", { item: item.id, revision });
    if (!answer.ok) return;
    const items = siblings(kind, parent).slice();
    items.splice(at, 0, item);
    put(kind, parent, items);
  }

  return () =>
    drawMatrix({
      form,
      open,
      desk: open ? { ...deskOf(open.saver, form, page, "fields."), part: (name) => part(open, form, page, name) } : null,
      edit,
      close,
      move,
      remove,
    });
}

/** A desk for named answers inside one field (extra, needs): an emptied answer is sent as empty. */
function part(open, form, page, name) {
  const desk = deskOf(open.saver, form, page, `fields.${name}.`);
  return {
    ...desk,
    value: (id) => open.saver.fields[name]?.[id],
    set: (id, value) => open.saver.set(name, { ...open.saver.fields[name], [id]: value }),
  };
}

/** Is there enough to store it? @param {Kind} kind @param {any} fields */
function sayable(kind, fields) {
  if (kind !== "suggestion") return Boolean(fields.title?.trim());
  const { origin, needs = {}, ...said } = fields;
  return [...Object.values(said), ...Object.values(needs)].some((value) => String(value ?? "").trim());
}

/** Nothing to send yet: not a refusal, the next key tries again. */
function waiting() {
  return { ok: false, code: "invalid", message: t("Please write a title first."), retry: false, fields: {}, key: "" };
}

/** @param {Kind} kind @param {Item | null} parent */
function placeOf(kind, parent) {
  return kind === "aspect" ? {} : { [PARENT[kind]]: parent?.id };
}

/** @param {any} fields */
function trimmed(fields) {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== "" && value !== undefined));
}

/** @param {Kind} kind */
function blank(kind) {
  return kind === "suggestion" ? {} : { [UNDER[kind]]: [] };
}

/** @param {Kind} kind @param {Item} item */
function nameOf(kind, item) {
  if (kind === "suggestion") return t("Suggestion");
  return item.ref ? `${item.ref}` : t("Item");
}

function focusForm() {
  queueMicrotask(() => /** @type {HTMLElement | null} */ (document.querySelector(".is-edited textarea, .is-edited input, .is-edited select"))?.focus());
}

/** @param {Item} item @param {string} name */
function focusItem(item, name) {
  queueMicrotask(() => {
    const box = document.querySelector(`[data-item="${CSS.escape(item.id)}"]`);
    const wanted = /** @type {HTMLButtonElement | null} */ (box?.querySelector(`[data-act="${name}"]`));
    (wanted && !wanted.disabled ? wanted : /** @type {HTMLElement | null} */ (box?.querySelector('[data-act="edit"]')))?.focus();
  });
}
