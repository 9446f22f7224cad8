import "./page.js";
import assert from "node:assert/strict";
import { test } from "node:test";
import { graphemes } from "../../static/js/lib/graphemes.js";
import { shuffled } from "../../static/js/lib/shuffle.js";
import { createStore } from "../../static/js/live/store.js";
import { countsOf, othersIn, ownTexts } from "../../static/js/pages/phone/derive.js";
import { aimedAt, allocation, votedOn } from "../../static/js/pages/phone/subjects.js";
import { labelNow } from "../../static/js/pages/phone/promise.js";
import { isReflected } from "../../static/js/pages/phone/reflected.js";
import { clockText, secondsLeft } from "../../static/js/views/timer.js";
import { ranked } from "../../static/js/views/votes.js";

test("length as a person counts it", () => {
  assert.equal(graphemes("  two words \n"), 9);
  assert.equal(graphemes("👩‍👩‍👧🇩🇪👍🏽"), 3);
  assert.equal(graphemes("e\u0301"), 1);
  assert.equal(graphemes("नमस्ते"), [...new Intl.Segmenter().segment("नमस्ते")].length);
  assert.equal(graphemes(""), 0);
});

test("an order of one's own: the same for the same seat, fair over many seats", () => {
  const items = ["a", "b", "c", "d"];
  assert.deepEqual(shuffled(items, "seat1:b"), shuffled(items, "seat1:b"));
  const first = new Map(items.map((item) => [item, 0]));
  for (let seat = 0; seat < 4000; seat += 1) {
    const order = shuffled(items, `seat${seat}:ballot`);
    assert.deepEqual([...order].sort(), items);
    first.set(order[0], first.get(order[0]) + 1);
  }
  for (const count of first.values()) assert.ok(count > 880 && count < 1120, String(count));
});

const board = (more = {}) => ({ kind: "swot", columns: [{ id: "S" }, { id: "W" }], revealed: false, ...more });

function knowing(entities, mine = {}) {
  const store = createStore();
  store.apply({ epoch: "e", stream: "room", seq: 1, entities, mine });
  return store;
}

test("own texts: stored ones with their true state, then what waits on this phone, each once", () => {
  const store = knowing(
    { board: { b: board(), open: board({ revealed: true }) } },
    {
      contributions: [
        { id: "1", key: "k1", board: "b", column: "S", text: "kept", status: "shown", version: 1 },
        { id: "2", key: "k2", board: "b", column: "S", text: "looked at", status: "pending", version: 1 },
        { id: "3", key: "k3", board: "open", column: "S", text: "seen", status: "shown", version: 1 },
        { id: "4", key: "k4", board: "b", column: "S", text: "away", status: "hidden", reason: "name", version: 2 },
        { id: "5", key: "k5", board: "b", column: "S", text: "gone", status: "withdrawn", version: 2 },
      ],
    },
  );
  const items = [
    { key: "k1", order: 1, name: "contribution.post", args: { board: "b", column: "S", text: "kept" }, state: "stored", tries: 1 },
    { key: "k9", order: 2, name: "contribution.post", args: { board: "b", column: "W", text: "new" }, state: "sending", tries: 0 },
    { key: "k8", order: 3, name: "contribution.post", args: { board: "b", column: "W", text: "late" }, state: "returned", tries: 1, reason: { message: "locked" } },
    { key: "k7", order: 4, name: "contribution.reword", args: { id: "3", text: "seen better" }, state: "waiting", tries: 0 },
  ];
  assert.deepEqual(
    ownTexts(store, items).map((own) => [own.value.text, own.state, own.reason, own.pendingText]),
    [
      ["kept", "stored", "", undefined],
      ["looked at", "approval", "", undefined],
      ["seen", "shown", "", "seen better"],
      ["away", "hidden", "name", undefined],
      ["new", "waiting", "", undefined],
      ["late", "returned", "locked", undefined],
    ],
  );
});

test("before the reveal only the tally counts, after it what is there; replies never do", () => {
  const entities = {
    board: { b: board() },
    tally: { "b:S": { board: "b", column: "S", count: 7 }, v: { ballot: "v", count: 3 } },
    contribution: { d: { board: "b", column: "S", origin: "owner_draft", text: "draft", n: 1 } },
  };
  assert.deepEqual(countsOf(knowing(entities), "b", board()), { S: 7 });
  entities.contribution.c = { board: "b", column: "W", origin: "participant", text: "c", n: 2 };
  entities.contribution.r = { board: "b", column: "W", parent: "c", text: "r", n: 3 };
  assert.deepEqual(countsOf(knowing(entities), "b", board({ revealed: true })), { S: 1, W: 1 });
  const [strengths, weaknesses] = ["S", "W"].map((column) => othersIn(knowing(entities), "b", column, new Set()));
  assert.deepEqual([strengths.drafts.map(([id]) => id), weaknesses.room.map(([id]) => id)], [["d"], ["c"]]);
  assert.deepEqual([strengths.room, weaknesses.drafts], [[], []]);
  assert.deepEqual(othersIn(knowing(entities), "b", "W", new Set(["c"])).room, []);
});

test("the allocation one sees is the last one tapped; a refused one says why and falls back", () => {
  const store = knowing({}, { dots: { v: { a: 1 } } });
  const vote = (dots, state, more = {}) => ({ key: "k", order: 1, name: "ballot.vote", args: { ballot: "v", dots }, state, tries: 1, ...more });
  assert.deepEqual(allocation(store, [], "v"), { dots: { a: 1 }, state: "stored", reason: "" });
  assert.deepEqual(allocation(store, [vote({ a: 2 }, "sending"), vote({ a: 3 }, "waiting")], "v").dots, { a: 3 });
  const refused = allocation(store, [vote({ a: 9 }, "returned", { reason: { message: "closed" } })], "v");
  assert.deepEqual([refused.dots, refused.state, refused.reason], [{ a: 1 }, "returned", "closed"]);
});

test("what one votes on: a cluster with its members, a single contribution, or nothing that may be seen", () => {
  const store = knowing({
    board: { b: board({ title: "Case" }) },
    cluster: { k: { board: "b", column: "W", title: "Size", contributions: ["c", "hidden"] } },
    contribution: { c: { board: "b", column: "W", text: "too small", n: 1 } },
  });
  assert.deepEqual(votedOn(store, "k").members.map((each) => each.text), ["too small"]);
  assert.equal(votedOn(store, "c").title, "too small");
  assert.equal(votedOn(store, "unseen"), null);
});

test("an idea finds its aspect and element by reference", () => {
  const value = { aspects: [{ ref: "A1", title: "one", elements: [{ ref: "A1.E2", title: "two" }] }] };
  assert.equal(aimedAt(value, { aspect: "A1", element: "A1.E2" }).element.title, "two");
  assert.deepEqual(aimedAt(value, { aspect: "A9" }), { aspect: undefined, element: undefined });
});

test("the promise never says less than what is shown: choice, ceiling and small groups", () => {
  const stages = [{ id: "mining", label: "Mining" }];
  const say = (seat, promises, own = []) => labelNow({ tier: "2", ...seat }, { minimum_cell: 3, ceiling: 4, ...promises }, own, stages).shown;
  assert.equal(say({ attribution: 0 }, {}), "");
  assert.equal(say({ attribution: 4, name: "Ben" }, {}), "Ben");
  assert.equal(say({ attribution: 4, name: "Ben" }, { ceiling: 1 }), "Tier 2");
  assert.equal(say({ attribution: 3, organisation: "Refiner" }, {}), "Refiner");
  assert.equal(say({ attribution: 2, stage: "mining" }, {}), "Tier 2, Mining");
  assert.equal(say({ attribution: 2 }, {}), "Tier 2");
  assert.equal(say({ attribution: 1 }, {}, [{ label: null }]), ""); // the lab showed nothing: so it says
  assert.match(labelNow({ tier: "2", attribution: 1 }, { ceiling: 1, minimum_cell: 3 }, [], stages).note, /3/);
});

test("a stored command leaves the outbox only when the lab's record shows it", () => {
  const mine = { contributions: [{ id: "1", key: "k1", version: 2, status: "withdrawn" }], dots: { v: { a: 2 } } };
  const item = (name, args, more = {}) => ({ key: "k", order: 1, name, args, state: "stored", tries: 1, ...more });
  assert.equal(isReflected(item("contribution.post", {}, { key: "k1" }), mine), true);
  assert.equal(isReflected(item("contribution.post", {}, { key: "k2" }), mine), false);
  assert.equal(isReflected(item("contribution.reword", { id: "1" }, { result: { version: 3 } }), mine), false);
  assert.equal(isReflected(item("contribution.withdraw", { id: "1" }), mine), true);
  assert.equal(isReflected(item("ballot.vote", { ballot: "v", dots: { a: 2, b: 0 } }), mine), true);
  assert.equal(isReflected(item("ballot.vote", { ballot: "v", dots: { a: 1 } }), mine), false);
  assert.equal(isReflected(item("evaluation.answer", {}), mine), false);
});

test("time left by the server's clock", () => {
  assert.equal(secondsLeft({ ends_at: 10_500 }, 10_000), 1);
  assert.equal(secondsLeft({ ends_at: 9000 }, 10_000), 0);
  assert.equal(secondsLeft({ left_s: 42, state: "paused" }, 10_000), 42);
  assert.equal(secondsLeft({}, 0), null);
  assert.deepEqual([clockText(312), clockText(59), clockText(3720)], ["5:12", "0:59", "1:02:00"]);
});

test("ties share a place and stand in the order of making", () => {
  const items = ["a", "b", "c", "d"].map((id) => ({ id, title: id }));
  const result = { a: { dots: 3, by_tier: {} }, b: { dots: 5, by_tier: {} }, c: { dots: 3, by_tier: {} } };
  assert.deepEqual(ranked(items, result).map((row) => [row.place, row.id]), [[1, "b"], [2, "a"], [2, "c"], [4, "d"]]);
});
