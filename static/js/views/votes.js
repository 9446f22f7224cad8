// Votes: dots one can give, results that are never a bare total. Bars are SVG with percent attributes, as in templates/parts/votes.html.

import { html, nothing, svg } from "../../vendor/lit-html.js";
import { language, number, t, tn } from "../lib/i18n.js";
import { tierWord } from "./marks.js";

/** @typedef {import("./marks.js").Drawn} Drawn */
/** @typedef {Record<string, number>} ByTier */

export const TIERS = ["1", "2", "3", "other", "joined"];
const LABEL_FROM = 0.03; // narrower parts carry no number of their own

/** @param {ByTier} counts */
export function sum(counts) {
  return Object.values(counts).reduce((all, n) => all + n, 0);
}

/** "12 dots: Tier 1 7, Tier 2 5" for people who listen. @param {ByTier} counts @param {"dots" | "people" | "contributions"} unit */
export function splitWords(counts, unit) {
  const total = sum(counts);
  const whole = {
    dots: tn("%(n)s dot", "%(n)s dots", total),
    people: tn("%(n)s person", "%(n)s people", total),
    contributions: tn("%(n)s contribution", "%(n)s contributions", total),
  }[unit];
  const parts = TIERS.filter((id) => counts[id]).map((id) => `${tierWord(id)} ${number(counts[id])}`);
  return parts.length ? `${whole}: ${parts.join(", ")}` : whole;
}

/**
 * One bar, split by tier. `of`: what the full width stands for (the highest total of the list).
 * @param {ByTier} counts @param {number} of @param {"dots" | "people" | "contributions"} [unit]
 * @returns {Drawn}
 */
export function tierSplit(counts, of, unit = "dots") {
  const full = Math.max(of, sum(counts), 1);
  let x = 0;
  const parts = TIERS.filter((id) => counts[id]).map((id) => {
    const at = x;
    x += counts[id];
    return svg`<svg x="${percent(at / full)}" width="${percent(counts[id] / full)}" height="100%" data-tier=${id === "joined" ? "other" : id}><rect width="100%" height="100%"></rect>${
      counts[id] / full >= LABEL_FROM ? svg`<text x="50%" y="50%" text-anchor="middle" dominant-baseline="central">${counts[id]}</text>` : nothing
    }</svg>`;
  });
  return html`<svg class="tier-split" role="img" aria-label=${splitWords(counts, unit)} width="100%" height="26">${parts}</svg>`;
}

/** @param {number} part */
function percent(part) {
  return `${Math.round(part * 100_000) / 1000}%`;
}

/**
 * @typedef {object} Row
 * @property {string} id
 * @property {string} title
 * @property {number} total
 * @property {ByTier} by_tier
 * @property {number} [place] ties share one
 * @property {unknown} [mark] what stands before the title
 * @property {unknown} [note] what stands after it
 */

/**
 * Places for the result of a dot ballot: more dots first, ties share a place and stand in the order given.
 * @param {Array<{id: string, title: string, mark?: unknown, note?: unknown}>} items in the order of making
 * @param {Record<string, {dots: number, by_tier: ByTier}>} result
 * @returns {Row[]}
 */
export function ranked(items, result) {
  const rows = items.map((item) => ({ ...item, total: result[item.id]?.dots ?? 0, by_tier: result[item.id]?.by_tier ?? {} }));
  rows.sort((a, b) => b.total - a.total);
  let place = 1;
  return rows.map((row, index) => {
    if (index && row.total < rows[index - 1].total) place = index + 1;
    return { ...row, place };
  });
}

/**
 * @param {readonly Row[]} rows highest first
 * @param {string} [label]
 * @param {number} [most] what the full width stands for, when these rows go on from others
 * @returns {Drawn}
 */
export function ranking(rows, label = "", most = Math.max(0, ...rows.map((row) => row.total))) {
  return html`<ol class="ranking" aria-label=${label || nothing}>${rows.map(
    (row, index) => html`<li><span class="ranking__place">${row.place ?? index + 1}</span><span class="ranking__title">${row.mark ?? nothing} ${row.title}${row.note ?? nothing}</span>${tierSplit(
      row.by_tier,
      most,
    )}<span class="ranking__total" aria-hidden="true">${number(row.total)}</span></li>`,
  )}</ol>`;
}

/**
 * The result of a rating: the mean on its scale, how many rated, the means by tier.
 * @param {Array<{id: string, title: string}>} items
 * @param {Record<string, {mean: number | null, n: number, spread: number | null, by_tier: Record<string, number | null>}>} result
 * @param {string[]} steps words of the scale, from its lower end
 * @returns {Drawn}
 */
export function ratings(items, result, steps) {
  const top = Math.max(1, steps.length - 1);
  const rows = items.map((item) => ({ ...item, ...(result[item.id] ?? { mean: null, n: 0, spread: null, by_tier: {} }) }));
  rows.sort((a, b) => (b.mean ?? -1) - (a.mean ?? -1));
  return html`<ol class="ratings">${rows.map((row) => html`<li class="ratings__row"><p class="ratings__title">${row.title}</p>${scaleLine(row, top)}
    <p class="ratings__words">${row.mean === null ? t("nobody rated this") : ratingWords(row, steps, top)}</p></li>`)}</ol>`;
}

/** @param {any} row @param {number} top @returns {Drawn} */
function scaleLine({ mean, spread }, top) {
  const at = percent((mean ?? 0) / top);
  const low = Math.max(0, (mean ?? 0) - (spread ?? 0)) / top;
  const wide = Math.min(1, ((mean ?? 0) + (spread ?? 0)) / top) - low;
  return html`<svg class="ratings__line" width="100%" height="22" aria-hidden="true"><line class="ratings__scale" x1="0" x2="100%" y1="11" y2="11"></line>${
    mean === null ? nothing : svg`<rect class="ratings__spread" x=${percent(low)} width=${percent(wide)} y="7" height="8"></rect><circle class="ratings__mean" cx=${at} cy="11" r="7"></circle>`
  }</svg>`;
}

/** @param {any} row @param {string[]} steps @param {number} top */
function ratingWords({ mean, n, by_tier }, steps, top) {
  const whole = t("%(mean)s of %(top)s, near “%(step)s”", { mean: tenth(mean), top: number(top), step: steps[Math.round(mean)] ?? "" });
  const split = TIERS.filter((id) => by_tier[id] != null).map((id) => t("%(group)s: %(mean)s", { group: tierWord(id), mean: tenth(by_tier[id]) }));
  return [whole, tn("%(n)s person", "%(n)s people", n), ...split].join(" · ");
}

/** @param {number} mean */
function tenth(mean) {
  return new Intl.NumberFormat(language(), { minimumFractionDigits: 1, maximumFractionDigits: 1 }).format(mean);
}

/** @param {number} left @param {number} total @returns {Drawn} */
export function dots(left, total) {
  const words = t("%(left)s of %(total)s dots left", { left, total });
  return html`<span class="dots" role="img" aria-label=${words}>${dotMarks(left, total)}</span>`;
}

/** @param {number} filled @param {number} total @returns {Drawn[]} */
export function dotMarks(filled, total) {
  return Array.from({ length: total }, (_, place) => html`<i class="dot ${place < filled ? "" : "dot--spent"}"></i>`);
}
