// Toasts: what just happened, with its undo. They stay while one reads them, and never take the focus.

import { t } from "../lib/i18n.js";

const STAY_MS = 9000;
const MOST = 3;

/** @param {HTMLElement} root the live region of the page */
export function createToasts(root) {
  return toast;

  /**
   * @param {string} text @param {{undo?: () => void, kind?: "alarm"}} [more]
   * @returns {() => void} takes it away before its time
   */
  function toast(text, { undo, kind } = {}) {
    const box = document.createElement("div");
    box.className = kind === "alarm" ? "toast toast--alarm" : "toast";
    const words = document.createElement("span");
    words.textContent = text;
    box.append(words);
    if (undo) box.append(button(undo, box));
    root.append(box);
    while (root.children.length > MOST) root.firstElementChild?.remove();
    leaveLater(box);
    return () => box.remove();
  }
}

/** @param {() => void} undo @param {HTMLElement} box */
function button(undo, box) {
  const element = document.createElement("button");
  element.type = "button";
  element.append(t("Undo"));
  const key = document.createElement("kbd");
  key.textContent = "U";
  key.setAttribute("aria-hidden", "true");
  element.append(key);
  element.addEventListener("click", () => {
    box.remove();
    undo();
  });
  return element;
}

/** @param {HTMLElement} box */
function leaveLater(box) {
  let timer = setTimeout(() => box.remove(), STAY_MS);
  for (const [name, stays] of /** @type {const} */ ([["pointerenter", true], ["focusin", true], ["pointerleave", false], ["focusout", false]])) {
    box.addEventListener(name, () => {
      clearTimeout(timer);
      if (!stays) timer = setTimeout(() => box.remove(), STAY_MS / 2);
    });
  }
}
