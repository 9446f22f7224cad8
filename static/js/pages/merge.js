// The merge desk: keys, folds, one proposal open at a time. Every decision is a plain form: without script all of it still works.
//
// J next, K back, A accept, E reword, D decline, L later, Escape closes a fold. Keys are for those who decide many; they do nothing
// while somebody writes.

import { t } from "../lib/i18n.js";

const rows = /** @type {HTMLElement[]} */ ([...document.querySelectorAll("[data-proposal]")]);
const said = document.getElementById("said");

/** @param {HTMLElement} row */
function open(row, { focus = true } = {}) {
  for (const other of rows) {
    const here = other === row;
    other.classList.toggle("merge__row--open", here);
    other.querySelector(".proposal")?.classList.toggle("proposal--open", here);
    const sources = other.querySelector(".proposal__sources");
    if (here && sources instanceof HTMLDetailsElement) sources.open = true;
  }
  if (!focus) return;
  row.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
  if (said) said.textContent = t("Proposal %(n)s of %(all)s", { n: rows.indexOf(row) + 1, all: rows.length });
}

function current() {
  return rows.find((row) => row.classList.contains("merge__row--open")) ?? rows[0];
}

/** @param {number} step */
function go(step) {
  const place = rows.indexOf(/** @type {HTMLElement} */ (current())) + step;
  if (rows[place]) open(rows[place]);
}

/** @param {HTMLElement} row @param {string} name @param {boolean} [shown] */
function fold(row, name, shown) {
  for (const part of /** @type {NodeListOf<HTMLElement>} */ (row.querySelectorAll("[data-fold]"))) {
    const here = part.dataset.fold === name;
    part.hidden = !here || !(shown ?? part.hidden);
    row.querySelector(`[data-toggles="${part.dataset.fold}"]`)?.setAttribute("aria-expanded", String(!part.hidden));
    if (here && !part.hidden) /** @type {HTMLElement | null} */ (part.querySelector("textarea, input:not([type=hidden])"))?.focus();
  }
}

/** @param {HTMLElement} row @param {string} act */
function press(row, act) {
  const button = row.querySelector(`form[data-act="${act}"] button`);
  if (button instanceof HTMLButtonElement && !button.disabled) button.click();
}

/** @type {Record<string, (row: HTMLElement) => void>} */
const KEYS = {
  j: () => go(1),
  k: () => go(-1),
  a: (row) => press(row, "accept"),
  l: (row) => press(row, "postpone"),
  e: (row) => fold(row, "edit", true),
  r: (row) => fold(row, "edit", true),
  d: (row) => fold(row, "reject", true),
};

document.addEventListener("keydown", (event) => {
  const row = current();
  const writes = event.target instanceof HTMLElement && event.target.closest("input, textarea, select");
  if (event.key === "Escape" && row && writes) {
    fold(row, "", false);
    row.focus();
    return;
  }
  if (!row || writes || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  const act = KEYS[event.key.toLowerCase()];
  if (!act) return;
  event.preventDefault();
  act(row);
});

document.addEventListener("click", (event) => {
  const target = /** @type {HTMLElement} */ (event.target);
  const row = /** @type {HTMLElement | null} */ (target.closest("[data-proposal]"));
  if (!row) return;
  if (!row.classList.contains("merge__row--open")) open(row, { focus: false });
  const toggle = /** @type {HTMLElement | null} */ (target.closest("[data-toggles]"));
  if (toggle) fold(row, toggle.dataset.toggles ?? "");
});

// Another fact was chosen to be corrected: its words come into the box, unless somebody wrote in it already.
document.addEventListener("change", (event) => {
  const select = event.target;
  if (!(select instanceof HTMLSelectElement) || !select.matches("[data-facts]")) return;
  const now = select.selectedOptions[0]?.dataset.now ?? "";
  const form = /** @type {HTMLFormElement} */ (select.form);
  const text = /** @type {HTMLTextAreaElement} */ (form.elements.namedItem("text"));
  const base = /** @type {HTMLInputElement} */ (form.elements.namedItem("base"));
  if (text.value === base.value) text.value = now;
  base.value = now;
});

// After a decision the page comes back at the next open proposal.
const wanted = rows.find((row) => `#${row.id}` === location.hash);
if (wanted && !document.getElementById("errors")) open(wanted);
