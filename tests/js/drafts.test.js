import "./page.js";
import assert from "node:assert/strict";
import { test } from "node:test";
import { openKeep } from "../../static/js/live/keep.js";
import { openDrafts } from "../../static/js/pages/phone/drafts.js";

const kept = new Map();
globalThis.localStorage = {
  getItem: (name) => kept.get(name) ?? null,
  setItem: (name, value) => void kept.set(name, value),
  removeItem: (name) => void kept.delete(name),
};
const heard = new Map();
globalThis.addEventListener = (name, act) => heard.set(name, act);
document.addEventListener = (name, act) => heard.set(name, act);

/** A page of a phone whose storage is `keep`. @param {string} visibility */
function see(visibility) {
  document.visibilityState = visibility;
  heard.get("visibilitychange")();
}

async function page() {
  kept.clear();
  const keep = await openKeep(); // without a database: in memory
  return { keep, drafts: await openDrafts("lab", keep) };
}

test("a place is empty as soon as its text is on its way; what is written there since stays", async () => {
  const { keep, drafts } = await page();
  drafts.set("b|", { text: "Sent" });
  drafts.take("b|");
  assert.deepEqual(drafts.get("b|"), { place: "b|" });
  drafts.set("b|", { text: "Begun since" });
  await drafts.settle("b|");
  assert.equal(drafts.get("b|").text, "Begun since");
  assert.deepEqual((await keep.all("drafts", "lab")).map((draft) => draft.text), ["Begun since"]);
});

test("a page that goes away before its text is written down keeps it, and only then", async () => {
  const { keep, drafts } = await page();
  drafts.set("b|", { text: "On its way" });
  drafts.set("c|", { text: "Elsewhere" });
  drafts.take("b|");
  see("hidden");
  assert.deepEqual((await openDrafts("lab", keep)).get("b|").text, "On its way"); // another page of the phone finds it
  see("visible");
});

test("once it is written down, a page put away leaves no ghost of it", async () => {
  const { keep, drafts } = await page();
  drafts.set("b|", { text: "On its way" });
  drafts.set("c|", { text: "Elsewhere" });
  drafts.take("b|");
  see("hidden");
  await drafts.settle("b|");
  const next = await openDrafts("lab", keep);
  assert.equal(next.get("b|").text, undefined);
  assert.equal(next.get("c|").text, "Elsewhere");
  see("visible");
});
