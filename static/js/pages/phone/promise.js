// The promise under the composer: who will see this and how it will be labelled. Every sentence has to be true.

import { t, tn } from "../../lib/i18n.js";
import { tierWord } from "../../views/marks.js";

/** @typedef {import("./app.js").App} App */

const [NOTHING, TIER, STAGE, ORGANISATION, NAME] = [0, 1, 2, 3, 4];

/**
 * How a text of this seat is labelled now: {shown, note}. `shown` is empty for "no source".
 * @param {any} seat @param {any} promises of the lab @param {Array<{label?: string | null}>} own stored contributions, oldest first
 * @param {Array<{id: string, label: string}>} stages
 */
export function labelNow(seat, promises, own, stages) {
  const level = Math.min(seat.attribution ?? TIER, promises.ceiling ?? TIER);
  const where = tierWord(seat.tier);
  if (level === NAME && seat.name) return { shown: seat.name, note: "" };
  if (level >= ORGANISATION && seat.organisation) return { shown: seat.organisation, note: "" };
  if (level === NOTHING) return { shown: "", note: "" };
  const stage = level >= STAGE ? stages.find((each) => each.id === seat.stage)?.label : undefined;
  return smallCell({ shown: stage ? `${where}, ${stage}` : where, last: own.at(-1), minimum: promises.minimum_cell ?? 3 });
}

/** In a small group the label is coarser, until the group has grown. @param {{shown: string, last: any, minimum: number}} given */
function smallCell({ shown, last, minimum }) {
  if (last?.label === shown) return { shown, note: "" };
  if (last && !last.label) return { shown: "", note: t("Fewer than %(n)s of your group are here.", { n: minimum }) };
  return { shown, note: t("In a group under %(n)s people it says less.", { n: minimum }) };
}

/**
 * The sentences of the promise line, the label apart so that it can stand in bold.
 * @param {App} app @param {any} board
 * @returns {{before: string, label: string, after: string[]}}
 */
export function promise(app, board) {
  const { promises } = app.lab();
  const own = (app.store.mine.contributions ?? []).filter((/** @type {any} */ item) => item.status !== "withdrawn");
  const { shown, note } = labelNow(app.seat(), promises, own, app.words.stages);
  const looked = board?.moderated ? t("The facilitators look at it first.") : "";
  return {
    before: shown ? t("Shown as") : t("Shown without a source."),
    label: shown,
    after: [note, looked, linkWords(promises)].filter(Boolean),
  };
}

/** @param {any} promises */
function linkWords(promises) {
  return tn(
    "What ties it to you is destroyed %(n)s hour after the close.",
    "What ties it to you is destroyed %(n)s hours after the close.",
    promises.withdraw_hours ?? 0,
  );
}
