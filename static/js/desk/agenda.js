// Moving activities in the agenda: by dragging the grip, or with the arrow keys on it. The move is sent as the form that stands
// in each line, so the server decides, and times and open points come back right.

import { t } from "../lib/i18n.js";
import { placeOf, slotAt, stepped } from "./place.js";

const SETTLE_MS = 900; // the keys rest this long before a move by keyboard is sent

/** @typedef {{stage: string, element: HTMLElement} | {activity: string, isBreak: boolean, element: HTMLElement}} Line */

/**
 * Give every line its grip. Call it again after the list was drawn anew.
 * @param {{send: (form: HTMLFormElement) => void, say: (text: string) => void}} way
 */
export function watchAgenda({ send, say }) {
  const list = /** @type {HTMLElement | null} */ (document.querySelector("[data-agenda]:not([data-live])"));
  if (!list) return;
  list.dataset.live = "";
  for (const form of list.querySelectorAll(".agenda__move")) /** @type {HTMLElement} */ (form).hidden = false;
  /** @type {Moving | null} */
  let moving = null;

  list.addEventListener("keydown", (event) => {
    const grip = grabbed(event);
    if (!grip) return;
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key] ?? 0;
    if (step) {
      event.preventDefault();
      moving ??= new Moving(list, grip);
      moving.step(step, say);
      moving.settle(SETTLE_MS, finish);
    } else if (moving && event.key === "Escape") {
      moving.back();
      moving = null;
      say(t("Back where it was."));
    } else if (moving && event.key === "Enter") {
      event.preventDefault();
      finish();
    }
  });
  list.addEventListener("focusout", (event) => {
    if (moving && !moving.isDragged && grabbed(event)) moving.settle(0, finish);
  });
  list.addEventListener("pointerdown", (event) => {
    const grip = grabbed(event);
    if (!grip || event.button !== 0) return;
    event.preventDefault();
    grip.focus();
    grip.setPointerCapture(event.pointerId);
    moving = new Moving(list, grip);
    moving.isDragged = true;
  });
  list.addEventListener("pointermove", (event) => {
    if (moving?.isDragged) moving.to(event.clientY);
  });
  list.addEventListener("pointerup", () => {
    if (moving?.isDragged) finish();
  });
  list.addEventListener("pointercancel", () => {
    moving?.back();
    moving = null;
  });

  function finish() {
    const done = moving;
    moving = null;
    done?.stop();
    if (!done?.isElsewhere()) return;
    const { after, stage } = placeOf(linesOf(/** @type {HTMLElement} */ (list)), done.id);
    input(done.form, "after").value = after;
    input(done.form, "stage").value = stage;
    send(done.form);
  }
}

/** One activity on its way, and the order it may go back to. */
class Moving {
  isDragged = false;

  /** @param {HTMLElement} list @param {HTMLElement} grip */
  constructor(list, grip) {
    this.list = list;
    this.grip = grip;
    this.element = /** @type {HTMLElement} */ (grip.closest("[data-activity]"));
    this.form = /** @type {HTMLFormElement} */ (grip.closest("form"));
    this.id = this.element.dataset.activity ?? "";
    this.before = linesOf(list).map((line) => line.element);
    this.timer = 0;
    this.element.classList.add("is-moving");
  }

  /** @param {number} by @param {(text: string) => void} say */
  step(by, say) {
    const lines = linesOf(this.list);
    const order = stepped(lines, lines.findIndex((line) => line.element === this.element), by);
    this.order(order.map((line) => line.element));
    this.grip.focus();
    say(wordsFor(this.element));
  }

  /** @param {number} y of the pointer */
  to(y) {
    const others = linesOf(this.list).flatMap((line) => (line.element === this.element ? [] : [line.element]));
    const slot = slotAt(others.map((element) => element.getBoundingClientRect()), y);
    this.list.insertBefore(this.element, slot < 0 ? null : others[slot]);
  }

  /** @param {HTMLElement[]} elements */
  order(elements) {
    this.list.append(...elements);
  }

  back() {
    this.order(this.before);
    this.stop();
  }

  /** @param {number} after milliseconds @param {() => void} then */
  settle(after, then) {
    clearTimeout(this.timer);
    this.timer = window.setTimeout(then, after);
  }

  stop() {
    clearTimeout(this.timer);
    this.element.classList.remove("is-moving");
  }

  isElsewhere() {
    return linesOf(this.list).some((line, index) => line.element !== this.before[index]);
  }
}

/** @param {HTMLElement} list @returns {Line[]} */
function linesOf(list) {
  const found = /** @type {NodeListOf<HTMLElement>} */ (list.querySelectorAll(":scope > [data-stage], :scope > [data-activity]"));
  return [...found].map((element) =>
    element.dataset.stage === undefined
      ? { activity: element.dataset.activity ?? "", isBreak: Boolean(element.dataset.break), element }
      : { stage: element.dataset.stage, element },
  );
}

/** What a screen reader is told about the new place. @param {HTMLElement} element */
function wordsFor(element) {
  const above = element.previousElementSibling;
  const title = above?.querySelector("h3, .agenda__what b")?.textContent?.trim() ?? "";
  return t("Now after “%(title)s”. Enter keeps it, Escape takes it back.", { title });
}

/** @param {Event} event */
function grabbed(event) {
  return /** @type {HTMLElement | null} */ (/** @type {HTMLElement} */ (event.target).closest(".agenda__grip"));
}

/** @param {HTMLFormElement} form @param {string} name */
function input(form, name) {
  return /** @type {HTMLInputElement} */ (form.elements.namedItem(name));
}
