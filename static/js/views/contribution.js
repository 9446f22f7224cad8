// Contributions, replies, clusters and the SWOT cross, as phone, wall and console draw them. Text is always a binding, never markup.

import { html, nothing, repeat } from "../../vendor/lit-html.js";
import { t, tn } from "../lib/i18n.js";
import { degreeWord, icon, isQuad, quad, quadWord, tag, tier } from "./marks.js";

/** @typedef {import("./marks.js").Drawn} Drawn */

/**
 * One contribution as an entry: mark, text, one line of truth.
 * @param {any} item the value of a `contribution` entity, or one of `mine`
 * @param {{mark?: boolean, id?: string, line?: unknown, below?: unknown, cls?: string, label?: boolean, context?: unknown}} [more]
 *   `line`: what stands in the line of truth (state, acts); `below`: replies, a reason; `context`: a word above (the case)
 * @returns {Drawn}
 */
export function contribution(item, { mark = true, id, line = nothing, below = nothing, cls = "", label = true, context = nothing } = {}) {
  const draft = item.origin === "owner_draft";
  const said = [
    label && item.label ? html`<span class="contribution__label">${item.label}</span>` : nothing,
    item.people > 1 ? html`<span>${tn("for %(n)s person", "for %(n)s people", item.people)}</span>` : nothing,
    item.kind === "experience" ? tag(t("Experience")) : nothing,
    item.kind === "question" ? tag(t("Question")) : nothing,
    line,
  ];
  const silent = said.every((part) => part === nothing);
  return html`<article class="contribution ${draft ? "contribution--draft" : ""} ${cls}" id=${id ?? nothing} data-q=${isQuad(item.column) ? item.column : nothing}>
    ${margin(item, draft, mark)}
    <div class="contribution__body">
      ${context === nothing ? nothing : html`<p class="tag">${context}</p>`}
      ${item.text ? html`<p class="contribution__text" lang=${item.lang ?? nothing}>${item.text}</p>` : nothing}
      ${item.translation ? html`<p class="contribution__translation">${item.translation}</p>` : nothing}
      ${extra(item.extra)}
      ${silent ? nothing : html`<div class="contribution__line">${said}</div>`}
      ${below}
    </div>
  </article>`;
}

/** @param {any} item @param {boolean} draft @param {boolean} mark @returns {Drawn} */
function margin(item, draft, mark) {
  if (draft) return html`<span class="contribution__mark">${icon("pencil-line")}<span class="visually-hidden">${t("The case owner’s draft")}</span></span>`;
  if (mark && isQuad(item.column)) return quad(item.column);
  if (mark && item.tier) return tier(item.tier, false);
  return html`<span class="contribution__mark" aria-hidden="true">–</span>`;
}

/** What an idea for transfer needs, where it fits, how far it travels. @param {any} given @returns {Drawn} */
export function extra(given) {
  if (!given) return nothing;
  const rows = [
    [t("Needs"), given.needs],
    [t("Setting"), given.setting],
    [t("Travels"), degreeWord(given.degree)],
  ].filter(([, text]) => text);
  if (!rows.length) return nothing;
  return html`<dl class="facts">${rows.map(([term, text]) => html`<dt>${term}</dt><dd>${text}</dd>`)}</dl>`;
}

const REPLY_SIGNS = {
  question: "message-circle-question-mark",
  build: "plus",
  agree: "thumbs-up",
  disagree: "thumbs-down",
  answer: "reply",
  experience: "history",
  solution: "key-round",
};
/** @typedef {keyof typeof REPLY_SIGNS} ReplyKind */

/** What a reply is, said before its text. @param {ReplyKind | string} kind */
export function replyWord(kind) {
  return (
    {
      question: t("Question:"),
      build: t("Builds on it:"),
      agree: t("Agrees:"),
      disagree: t("Disputes:"),
      answer: t("Answer:"),
      experience: t("Experience:"),
      solution: t("Solution:"),
    }[kind] ?? t("Answer:")
  );
}

/** The act that makes a reply, as a button says it. @param {ReplyKind | string} kind */
export function replyAct(kind) {
  return (
    {
      question: t("Ask"),
      build: t("Build on it"),
      agree: t("Agree"),
      disagree: t("Dispute"),
      answer: t("Answer"),
      experience: t("Tell an experience"),
      solution: t("Offer a solution"),
    }[kind] ?? t("Answer")
  );
}

/** @param {string} kind */
export function replySign(kind) {
  return REPLY_SIGNS[/** @type {ReplyKind} */ (kind)] ?? "reply";
}

/**
 * A reply under its contribution. An agreement without words is only counted (see `stances`).
 * @param {any} item value of a `contribution` with `parent` @param {unknown} [line]
 * @returns {Drawn}
 */
export function reply(item, line = nothing) {
  return html`<div class="reply">${icon(replySign(item.reply_kind))}<div><p><b class="reply__kind">${replyWord(item.reply_kind)}</b> <span lang=${item.lang ?? nothing}>${item.text}</span>${
    item.label ? html` ${tag(item.label)}` : nothing
  }</p>${line}</div></div>`;
}

/**
 * Agreements and objections as counts: "3 agree, 1 disputes".
 * @param {any[]} replies @returns {string}
 */
export function stances(replies) {
  const count = (/** @type {string} */ kind) => replies.filter((item) => item.reply_kind === kind).length;
  const [agree, disagree] = [count("agree"), count("disagree")];
  return [
    agree ? tn("%(n)s agrees", "%(n)s agree", agree) : "",
    disagree ? tn("%(n)s disputes", "%(n)s dispute", disagree) : "",
  ]
    .filter(Boolean)
    .join(", ");
}

/** @param {string} letter @param {unknown} [count] @param {string} [title] @returns {Drawn} */
export function columnHead(letter, count = nothing, title = quadWord(letter)) {
  return html`<h2 class="column__head" data-q=${letter}>${isQuad(letter) ? quad(letter, "none") : nothing}<span>${title}</span>${
    count === nothing ? nothing : html`<span class="column__count">${count}</span>`
  }</h2>`;
}

/**
 * A cluster with its members as dashed lines.
 * @param {any} value of a `cluster` entity @param {any[]} members values of its contributions
 * @param {{dots?: number | null, tiers?: boolean, most?: number}} [more] `most`: fold the rest into "and 2 more"
 * @returns {Drawn}
 */
export function cluster(value, members, { dots = null, tiers = false, most = Infinity } = {}) {
  const rest = members.length - most;
  return html`<div class="cluster"><h3 class="cluster__title">${value.title}${dots === null ? nothing : html` <span class="cluster__dots">${dots}</span>`}</h3>
    ${members.length ? memberList(members.slice(0, most), tiers, rest) : nothing}</div>`;
}

/** @param {any[]} members @param {boolean} [tiers] @param {number} [rest] how many more there are @returns {Drawn} */
export function memberList(members, tiers = false, rest = 0) {
  return html`<ul class="cluster__contributions">${members.map(
    (item) => html`<li lang=${item.lang ?? nothing}>${item.text}${tiers && item.tier ? html` ${tier(item.tier, false)}` : nothing}</li>`,
  )}${rest > 0 ? html`<li>${tn("and %(n)s more", "and %(n)s more", rest)}</li>` : nothing}</ul>`;
}

/** A blank slip: before the reveal the room feels the energy without the content. @param {string} [key] @returns {Drawn} */
export function blankSlip() {
  return html`<div class="slip slip--blank" aria-hidden="true"></div>`;
}

/**
 * The four fields of a SWOT.
 * @param {Array<{letter: string, title: string, count?: unknown, body: unknown}>} columns
 * @returns {Drawn}
 */
export function swotCross(columns) {
  return html`${repeat(
    columns,
    (column) => column.letter,
    (column) => html`<section class="column" data-q=${column.letter}>${columnHead(column.letter, column.count ?? nothing, column.title)}${column.body}</section>`,
  )}`;
}
