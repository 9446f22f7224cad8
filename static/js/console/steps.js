// What comes next in a lab, and what one should be asked before going there. Pure.

import { t, tn } from "../lib/i18n.js";
import { ballotsHere, secondsLeft } from "./room.js";

/** @typedef {import("./room.js").Room} Room */
/**
 * @typedef {object} Step
 * @property {string} id changes when the step becomes another one, so that a second tap never confirms something else
 * @property {string} label
 * @property {string} [command]
 * @property {any} [args]
 * @property {string} [guard] a question: ask for a second tap within three seconds
 * @property {"close" | "report"} [opens] instead of a command
 * @property {string} [done] what the toast says
 */

/**
 * The one main act: open, begin, the steps of a ballot, the next activity, the close.
 * @param {Room} room @param {number} now ms @param {number} online
 * @returns {Step | null}
 */
export function nextStep(room, now, online) {
  switch (room.lab.state) {
    case "draft":
      return { id: "open", label: t("Open the lab"), command: "lab.open", args: {}, done: t("The lab is open. People can join.") };
    case "lobby":
      return room.next ? toActivity(room, now) : null;
    case "paused":
      return { id: "resume", label: t("Go on"), command: "lab.resume", args: {}, done: t("The lab goes on.") };
    case "live":
      return ballotStep(room, online) ?? toActivity(room, now) ?? { id: "close", label: t("Close the lab…"), opens: "close" };
    case "closed":
      return { id: "report", label: t("To the report"), opens: "report" };
    default:
      return null;
  }
}

/** @param {Room} room @param {number} online @returns {Step | null} */
function ballotStep(room, online) {
  const ballots = ballotsHere(room);
  const many = ballots.length > 1;
  const number = (/** @type {any} */ ballot) => ballots.indexOf(ballot) + 1;
  const open = ballots.find((ballot) => ballot.state === "open");
  if (open) {
    const missing = online - room.voted(open.id);
    const guard = missing > 0 ? tn("Close voting, %(n)s still to vote?", "Close voting, %(n)s still to vote?", missing) : undefined;
    const label = many ? t("Close vote %(n)s", { n: number(open) }) : t("Close voting");
    return { id: `close ${open.id}`, label, command: "ballot.close", args: { ballot: open.id }, guard, done: t("Voting is closed.") };
  }
  const closed = ballots.find((ballot) => ballot.state === "closed");
  if (closed) {
    const label = t("Show the result");
    return { id: `reveal ${closed.id}`, label, command: "ballot.reveal", args: { ballot: closed.id }, done: t("Everybody sees the result.") };
  }
  const planned = ballots.find((ballot) => ballot.state === "planned");
  if (!planned) return null;
  const label = many ? t("Open vote %(n)s", { n: number(planned) }) : t("Open voting");
  return { id: `vote ${planned.id}`, label, command: "ballot.open", args: { ballot: planned.id }, done: t("Voting is open.") };
}

/** @param {Room} room @param {number} now @returns {Step | null} */
function toActivity(room, now) {
  const { next, here } = room;
  if (!next) return null;
  const label = here ? t("Next: %(title)s", { title: next.title }) : t("Begin: %(title)s", { title: next.title });
  return { id: `next ${next.id}`, label, command: "activity.start", args: { activity: next.id }, guard: early(here, next, now), done: t("Now: %(title)s", { title: next.title }) };
}

/**
 * The question before time is up: how much is left, or that the running one was never revealed.
 * @param {any} here @param {any} next @param {number} now
 */
export function early(here, next, now) {
  const left = secondsLeft(here, now);
  if (!here || left === null || left <= 0) return undefined;
  const minutes = Math.round(left / 60);
  if (minutes < 1) return tn("Open “%(title)s”, %(n)s second left?", "Open “%(title)s”, %(n)s seconds left?", left, { title: next.title });
  return tn("Open “%(title)s”, %(n)s minute left?", "Open “%(title)s”, %(n)s minutes left?", minutes, { title: next.title });
}

/**
 * What the room is doing, in one or two words, for the sentence of the control bar.
 * @param {Room} room
 */
export function phaseWord(room) {
  const { here, lab } = room;
  if (lab.state === "paused" || here?.state === "paused") return t("paused");
  const ballot = ballotsHere(room).find((item) => item.state === "open" || item.state === "closed");
  if (ballot) return ballot.state === "open" ? t("voting") : t("counted, not shown");
  const own = room.boards.filter((board) => board.activity === here?.id);
  if (own.some((board) => !board.revealed)) return t("written unseen");
  return kindWord(here?.kind);
}

/** @param {string | undefined} kind */
function kindWord(kind) {
  switch (kind) {
    case "cluster":
      return t("clustering");
    case "present":
    case "validation":
      return t("presenting");
    case "talk":
      return t("talking");
    case "break":
      return t("resting");
    case "evaluation":
      return t("being answered");
    case "ballot":
      return t("before the vote");
    default:
      return t("open to all");
  }
}
