// Words on the screen. English is the msgid; the page brings the other language in <script type="application/json" id="messages">.
//
//   t("Stored")                                     translated, or the msgid itself
//   t("%(n)s left", { n: 3 })                       places are filled after translation
//   tn("%(n)s reply", "%(n)s replies", n, {…})      the language's own plural rule; %(n)s is the number as the language writes it

/** @typedef {Record<string, string | string[]>} Catalogue */

/** @type {Catalogue} */
let messages = {};
let locale = "en";

/**
 * @param {Catalogue} catalogue msgid → translation, or [singular, plural …] in the order of the language's plural categories
 * @param {string} tag
 */
export function setMessages(catalogue, tag) {
  messages = catalogue;
  locale = tag;
}

/** The language of the page, with the person's own region where it is the same language: for dates, numbers and sorting. */
export function language() {
  const own = typeof navigator === "undefined" ? "" : (navigator.language ?? "");
  return own.split("-")[0] === locale ? own : locale;
}

/**
 * @param {string} msgid
 * @param {Record<string, unknown>} [values]
 */
export function t(msgid, values) {
  const found = messages[msgid];
  return fill(typeof found === "string" ? found : Array.isArray(found) ? found[0] : msgid, values);
}

/**
 * @param {string} singular
 * @param {string} plural
 * @param {number} n
 * @param {Record<string, unknown>} [values]
 */
export function tn(singular, plural, n, values) {
  const found = messages[singular];
  const forms = Array.isArray(found) ? found : [singular, plural];
  return fill(forms[form(n, forms.length)] ?? plural, { n: number(n), ...values });
}

/** @param {number} n */
export function number(n) {
  return new Intl.NumberFormat(language()).format(n);
}

/**
 * Which plural form: gettext keeps them in the order one, (few, many,) other. English and German have two.
 * @param {number} n
 * @param {number} count
 */
function form(n, count) {
  const rules = new Intl.PluralRules(locale);
  const order = ["zero", "one", "two", "few", "many", "other"];
  const known = rules.resolvedOptions().pluralCategories.slice().sort((a, b) => order.indexOf(a) - order.indexOf(b));
  return Math.min(known.indexOf(rules.select(n)), count - 1);
}

/**
 * @param {string} text
 * @param {Record<string, unknown>} [values]
 */
function fill(text, values) {
  if (!values) return text;
  return text.replace(/%\((\w+)\)s|%%/g, (whole, name) => (name ? String(values[name] ?? whole) : "%"));
}

if (typeof document !== "undefined") {
  const island = document.getElementById("messages");
  setMessages(island ? JSON.parse(island.textContent || "{}") : {}, document.documentElement.lang || "en");
}
