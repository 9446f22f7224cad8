// Every act of the console: one command, its toast, its undo. Refusals are told kindly; nothing is retried under another key.

import { newKey } from "../lib/command.js";
import { t } from "../lib/i18n.js";
import { pause } from "../live/backoff.js";

const TRIES = 5;

/** @typedef {import("../lib/command.js").Answer} Answer */
/** @typedef {{name: string, args: any}} Inverse */
/**
 * @typedef {object} Words
 * @property {string} [done] what the toast says; without it nothing is said
 * @property {Inverse | ((result: any) => Inverse)} [inverse] how to take it back, for acts that are not in the moderation log
 * @property {(data: any) => void} [conflict] somebody else changed it: both texts
 */
/** @typedef {{inverses: Inverse[], leave?: () => void}} Entry one thing to take back; several commands when they were one act of the person */
/** @typedef {ReturnType<typeof createActs>} Acts */

/**
 * @param {object} given
 * @param {import("../live/link.js").Link} given.link
 * @param {(text: string, more?: {undo?: () => void, kind?: "alarm"}) => () => void} given.toast
 * @param {Set<string>} given.may names of the commands this person's role includes
 * @param {() => Array<{id: string, by: string, act: string, undone: boolean, n: number}>} given.log
 * @param {string} given.me
 * @param {() => void} given.after something of one's own was done: show it at once
 */
export function createActs({ link, toast, may, log, me, after }) {
  /** @type {Array<Entry>} what can be taken back, oldest first */
  const taken = [];

  return {
    may: (/** @type {string} */ name) => may.has(name),
    run,
    runAll,
    undo,
    /** Take one act of the log back, whoever did it. @param {string} action */
    undoAct: (action) => takeBack({ inverses: [undoing(action)] }),
  };

  /** @param {string} name @param {any} args @param {Words} [words] @returns {Promise<Answer>} */
  async function run(name, args, { done, inverse, conflict } = {}) {
    const answer = await sendPatiently(name, args);
    after();
    if (answer.ok) remember(answer.result, done, inverse);
    else if (answer.code === "conflict" && answer.data && conflict) conflict(answer.data);
    else toast(sayRefusal(answer), { kind: "alarm" });
    return answer;
  }

  /** The same key until there is an answer: one effect, however often it is sent. @param {string} name @param {any} args */
  async function sendPatiently(name, args) {
    const key = newKey();
    let answer = await link.command(name, args, { key });
    for (let tries = 1; !answer.ok && answer.retry && tries < TRIES; tries += 1) {
      const wait = pause(answer, tries);
      await new Promise((resolve) => setTimeout(resolve, wait));
      answer = await link.command(name, args, { key });
    }
    return answer;
  }

  /**
   * Several commands that are one act for the person: one toast, one undo.
   * @param {Array<[string, any]>} commands @param {{done: string}} words
   */
  async function runAll(commands, { done }) {
    /** @type {Inverse[]} */
    const inverses = [];
    for (const [name, args] of commands) {
      const answer = await sendPatiently(name, args);
      if (!answer.ok) {
        toast(sayRefusal(answer), { kind: "alarm" });
        break;
      }
      if (answer.result?.act) inverses.unshift(undoing(answer.result.act));
    }
    after();
    if (inverses.length) keep({ inverses }, done);
  }

  /** @param {any} result @param {string | undefined} done @param {Words["inverse"]} inverse */
  function remember(result, done, inverse) {
    if (result?.act === null) return; // it was so already
    const back = typeof inverse === "function" ? inverse(result) : inverse;
    const own = result?.act ? undoing(result.act) : back;
    if (own) keep({ inverses: [own] }, done);
    else if (done) toast(done);
  }

  /** @param {Entry} entry @param {string | undefined} done */
  function keep(entry, done) {
    taken.push(entry);
    if (done) entry.leave = toast(done, { undo: () => takeBack(entry) });
  }

  /** Take the last own act back: of this page, else of the log. */
  async function undo() {
    const last = taken.at(-1) ?? lastOfLog();
    if (last) await takeBack(last);
    else toast(t("There is nothing of yours to take back."));
  }

  /** @returns {Entry | null} */
  function lastOfLog() {
    const mine = log().filter((item) => item.by === me && !item.undone && item.act !== "undo");
    const last = mine.sort((a, b) => a.n - b.n).at(-1);
    return last ? { inverses: [undoing(last.id)] } : null;
  }

  /** @param {Entry} entry */
  async function takeBack(entry) {
    const place = taken.indexOf(entry);
    if (place >= 0) taken.splice(place, 1);
    entry.leave?.();
    for (const { name, args } of entry.inverses) {
      const answer = await sendPatiently(name, args);
      if (!answer.ok) {
        after();
        return toast(sayRefusal(answer), { kind: "alarm" });
      }
    }
    after();
    toast(t("Taken back."));
  }
}

/** @param {string} action @returns {Inverse} */
function undoing(action) {
  return { name: "moderation.undo", args: { action } };
}

/** @param {import("../lib/command.js").Refusal} answer */
export function sayRefusal(answer) {
  if (answer.silent || answer.code === "unknown") return t("No answer from the server. Please try again when the connection is back.");
  return answer.message || t("This did not work.");
}
