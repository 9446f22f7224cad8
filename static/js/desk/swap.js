// Forms that stay: sent in the background, and the page's own answer takes the place of what is shown. One template on the
// server draws everything; without this file the same forms simply load the page again.

import { t } from "../lib/i18n.js";

const PATIENCE_MS = 15_000;

/**
 * @typedef {object} Answer
 * @property {Document} page the server's answer, read as a page (its scripts do not run)
 * @property {string} url where it ended
 * @property {boolean} ok
 */

/**
 * Ask for a page, or send a form. Never throws: without a usable answer it is null.
 * @param {string} url
 * @param {FormData} [body]
 * @returns {Promise<Answer | null>}
 */
export async function ask(url, body) {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), PATIENCE_MS);
  try {
    const response = await fetch(url, {
      method: body ? "POST" : "GET",
      body,
      headers: { Accept: "text/html" },
      credentials: "same-origin",
      signal: stop.signal,
    });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    return page.getElementById("main") ? { page, url: response.url, ok: response.ok } : null;
  } catch {
    return null;
  } finally {
    clearTimeout(timer);
  }
}

/**
 * What a form sends when this button is pressed (FormData's second argument is missing in older browsers).
 * @param {HTMLFormElement} form
 * @param {HTMLElement | null} [submitter]
 */
export function sent(form, submitter) {
  const data = new FormData(form);
  if (submitter instanceof HTMLButtonElement && submitter.name) data.append(submitter.name, submitter.value);
  return data;
}

/**
 * Put the answer's main part in place of the page's. The focus stays on the same control, the page where it was scrolled to.
 * @param {Answer} answer
 * @param {(text: string, more?: {kind?: "alarm"}) => unknown} toast
 */
export function swap(answer, toast) {
  const main = /** @type {HTMLElement} */ (document.getElementById("main"));
  const fresh = /** @type {HTMLElement} */ (answer.page.getElementById("main"));
  const held = place(document.activeElement);
  const top = window.scrollY;
  const said = flashes(fresh);
  main.className = fresh.className;
  main.replaceChildren(...document.adoptNode(fresh).childNodes);
  document.title = answer.page.title;
  if (answer.ok) history.replaceState(history.state, "", answer.url);
  window.scrollTo({ top, behavior: "instant" });
  const errors = document.getElementById("errors") ?? main.querySelector(".conflict");
  const focus = errors ?? (held && main.querySelector(held));
  if (focus instanceof HTMLElement) {
    if (errors) focus.tabIndex = -1;
    focus.focus({ preventScroll: !errors });
  }
  for (const text of said) toast(text);
}

/** Say that nothing is known about what was sent. @param {(text: string, more?: {kind?: "alarm"}) => unknown} toast */
export function unheard(toast) {
  toast(t("No answer from the server. What you wrote is still here; please try again."), { kind: "alarm" });
}

/**
 * Calm messages of the answer become toasts, since the page is not scrolled to its top; alarms stay where they are.
 * @param {HTMLElement} main
 */
function flashes(main) {
  const notices = [...main.querySelectorAll(".flashes > .notice:not(.notice--alarm)")];
  const said = notices.map((notice) => notice.textContent?.trim() ?? "");
  for (const notice of notices) notice.remove();
  return said.filter(Boolean);
}

/**
 * A selector that finds the same control after the swap: by its own id, or by its kind inside the nearest thing with one.
 * @param {Element | null} element
 */
function place(element) {
  if (!element || element === document.body || !element.closest("#main")) return "";
  if (element.id) return `#${CSS.escape(element.id)}`;
  const around = element.closest("[id]");
  if (!around || around.id === "main") return "";
  const own = element.classList[0] ? `.${CSS.escape(element.classList[0])}` : element.tagName.toLowerCase();
  return `#${CSS.escape(around.id)} ${own}`;
}
