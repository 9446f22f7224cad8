// What one can do with contributions and clusters, the same for buttons, keys and dragging.

import { t, tn } from "../lib/i18n.js";
import { boardOf } from "./room.js";

/** @typedef {import("./room.js").Room} Room */
/** @typedef {ReturnType<typeof createDeeds>} Deeds */
/** @typedef {{kind: "pile", id: string} | {kind: "column", id: string} | {kind: "new", id: string}} Place where a slip is put */

/**
 * @param {object} given
 * @param {() => Room} given.room
 * @param {import("./state.js").State} given.ui
 * @param {import("./acts.js").Acts} given.acts
 */
export function createDeeds({ room, ui, acts }) {
  const item = (/** @type {string} */ id) => room().byId.get(id);
  const cluster = (/** @type {string | null} */ id) => room().cluster(id);

  const deeds = {
    /** What an act is about: the chosen ones, else the one under the cursor. @returns {string[]} */
    targets() {
      if (ui.chosen.size) return [...ui.chosen].filter((id) => item(id));
      return ui.cursor && item(ui.cursor) ? [ui.cursor] : [];
    },

    /** A tap on a contribution or the head of a cluster. @param {string} id */
    tap(id) {
      if (ui.picking) return deeds.belongTo(id);
      if (cluster(id)) return ui.set({ cluster: ui.cluster === id ? null : id, cursor: id, naming: false });
      if (!ui.chosen.delete(id)) ui.chosen.add(id);
      ui.set({ cursor: id, cluster: null, naming: ui.naming && ui.chosen.size > 0 });
    },

    /** Ask for a name for the chosen ones. */
    startCluster() {
      const ids = deeds.targets();
      if (!ids.length) return;
      for (const id of ids) ui.chosen.add(id);
      ui.set({ naming: true, picking: false, cluster: null });
    },

    /** @param {string} title */
    async makeCluster(title) {
      const ids = deeds.targets();
      const board = item(ids[0])?.board;
      if (!board || !title.trim()) return;
      const answer = await acts.run("cluster.create", { board, title, contributions: ids }, { done: t("Cluster “%(title)s” made", { title }) });
      if (answer.ok) ui.clear();
    },

    /** The next tap says where the chosen ones belong. */
    startPicking() {
      for (const id of deeds.targets()) ui.chosen.add(id);
      if (ui.chosen.size) ui.set({ picking: true, naming: false, cluster: null });
    },

    /** The chosen ones say the same as this one. @param {string} id of a cluster or contribution */
    async belongTo(id) {
      const target = cluster(id) ?? cluster(item(id)?.cluster);
      const ids = deeds.targets().filter((chosen) => chosen !== id);
      if (!ids.length) return;
      if (target) return deeds.addTo(target.id, ids);
      ui.chosen.add(id);
      ui.set({ picking: false, naming: true });
    },

    /** @param {string} id @param {string[]} ids */
    async addTo(id, ids) {
      const words = { title: cluster(id)?.title };
      const done = tn("%(n)s put into “%(title)s”", "%(n)s put into “%(title)s”", ids.length, words);
      const answer = await acts.run("cluster.add", { cluster: id, contributions: ids }, { done });
      if (answer.ok) ui.clear();
    },

    /** @param {string[]} ids */
    async takeOut(ids) {
      const inside = ids.filter((id) => cluster(item(id)?.cluster));
      /** @type {Map<string, string[]>} */
      const byCluster = new Map();
      for (const id of inside) byCluster.set(item(id)?.cluster, [...(byCluster.get(item(id)?.cluster) ?? []), id]);
      const commands = [...byCluster].map(([id, contributions]) => /** @type {[string, any]} */ (["cluster.remove", { cluster: id, contributions }]));
      await acts.runAll(commands, { done: tn("%(n)s taken out", "%(n)s taken out", inside.length) });
    },

    /** @param {any} entry a cluster as seen @param {string} title */
    async rename(entry, title) {
      if (!title.trim() || title === entry.title) return;
      await acts.run("cluster.rename", { cluster: entry.id, title, version: entry.version }, {
        done: t("Renamed to “%(title)s”", { title }),
        conflict: (data) => ui.set({ dialog: { kind: "conflict", cluster: entry.id, ...data } }),
      });
    },

    /** @param {any} entry */
    async dissolve(entry) {
      const answer = await acts.run("cluster.dissolve", { cluster: entry.id }, { done: t("Cluster “%(title)s” dissolved", { title: entry.title }) });
      if (answer.ok) ui.set({ cluster: null });
    },

    /** @param {string[]} ids @param {string} column */
    async moveTo(ids, column) {
      const board = boardOf(room(), item(ids[0])?.board);
      const title = board?.columns.find((/** @type {any} */ entry) => entry.id === column)?.title ?? "";
      const moved = ids.filter((id) => item(id)?.column !== column);
      const commands = moved.map((id) => /** @type {[string, any]} */ (["contribution.move", { id, column }]));
      await acts.runAll(commands, { done: tn("%(n)s moved to “%(title)s”", "%(n)s moved to “%(title)s”", moved.length, { title }) });
    },

    /** A slip was dropped. @param {string[]} ids @param {Place} place */
    async drop(ids, place) {
      if (place.kind === "pile") return deeds.addTo(place.id, ids);
      if (place.kind === "new") {
        ui.chosen = new Set(ids);
        return ui.set({ naming: true, picking: false, cluster: null });
      }
      const inside = ids.filter((id) => cluster(item(id)?.cluster));
      if (inside.length) await deeds.takeOut(inside);
      if (ids.some((id) => item(id)?.column !== place.id)) await deeds.moveTo(ids, place.id);
    },

    /** @param {string} id */
    publish: (id) => acts.run("contribution.publish", { id }, { done: t("Shown to all") }),

    /** @param {string[]} ids @param {string} reason */
    async hide(ids, reason) {
      const commands = ids.map((id) => /** @type {[string, any]} */ (["contribution.hide", { id, reason }]));
      await acts.runAll(commands, { done: tn("%(n)s hidden. The author is told why.", "%(n)s hidden. The authors are told why.", ids.length) });
      ui.clear();
    },

    /** @param {string} id */
    restore: (id) => acts.run("contribution.restore", { id }, { done: t("Shown again") }),

    /** @param {string[]} ids */
    async pin(ids) {
      const pinned = !ids.every((id) => item(id)?.pinned);
      const commands = ids.map((id) => /** @type {[string, any]} */ (["contribution.pin", { id, pinned }]));
      await acts.runAll(commands, { done: pinned ? t("Pinned to the top") : t("No longer pinned") });
    },

    /** The wall's own switch. @param {string[]} ids */
    async wall(ids) {
      const on = !ids.every((id) => item(id)?.wall !== false);
      const commands = ids.map((id) => /** @type {[string, any]} */ (["contribution.wall", { id, on }]));
      await acts.runAll(commands, { done: on ? t("On the wall again") : t("Off the wall, still on the phones") });
    },

    /** Fill the wall with one contribution, or with none. @param {string | null} id */
    async spotlight(id) {
      const wanted = room().lab.spotlight === id ? null : id;
      await acts.run("contribution.spotlight", { id: wanted }, { done: wanted ? t("It fills the wall") : t("The wall shows the board again") });
    },
  };
  return deeds;
}
