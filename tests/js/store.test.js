import assert from "node:assert/strict";
import { test } from "node:test";
import { createStore } from "../../static/js/live/store.js";

const start = () => ({
  epoch: "e1",
  stream: "room",
  seq: 4,
  entities: { lab: { L: { title: "Lab", activity: "a1" } }, contribution: { c1: { text: "one", n: 1 }, c2: { text: "two", n: 2 } } },
});
const delta = (from, to, ...changes) => ({ epoch: "e1", stream: "room", from, to, changes });

function filled() {
  const store = createStore();
  store.apply(start());
  return store;
}

test("snapshot at h, then the delta, is the snapshot at H", () => {
  const store = filled();
  const outcome = store.apply(
    delta(4, 7, { type: "contribution", id: "c3", value: { text: "three", n: 3 } }, { type: "contribution", id: "c1", value: null }),
  );
  assert.equal(outcome, "applied");
  assert.deepEqual(store.snapshot(), {
    ...start(),
    seq: 7,
    entities: { lab: start().entities.lab, contribution: { c2: { text: "two", n: 2 }, c3: { text: "three", n: 3 } } },
  });
});

test("a delta that reaches back may be applied, an old one changes nothing, a gap asks for a sync", () => {
  const store = filled();
  assert.equal(store.apply(delta(2, 6, { type: "contribution", id: "c2", value: { text: "two!", n: 2 } })), "applied");
  assert.equal(store.apply(delta(3, 6, { type: "contribution", id: "c2", value: { text: "stale", n: 2 } })), "old");
  assert.equal(store.apply(delta(9, 10, { type: "contribution", id: "c2", value: null })), "gap");
  assert.equal(store.get("contribution", "c2").text, "two!");
  assert.equal(store.seq, 6);
});

test("another epoch is a gap for a delta and a new start for a snapshot", () => {
  const store = filled();
  assert.equal(store.apply({ ...delta(4, 5), epoch: "e2" }), "gap");
  assert.equal(store.apply({ ...start(), epoch: "e2", seq: 1, entities: {} }), "applied");
  assert.deepEqual(store.all("contribution"), []);
  assert.equal(store.seq, 1);
});

test("an older snapshot of the same epoch does not turn time back", () => {
  const store = filled();
  assert.equal(store.apply({ ...start(), seq: 3, entities: {} }), "old");
  assert.equal(store.all("contribution").length, 2);
});

test("entities come in the order of position or arrival, whatever the order of the deltas", () => {
  const store = filled();
  store.apply(delta(4, 6, { type: "contribution", id: "c9", value: { n: 9 } }, { type: "contribution", id: "c0", value: { n: 0 } }));
  assert.deepEqual(
    store.all("contribution").map(([id]) => id),
    ["c0", "c1", "c2", "c9"],
  );
});

test("listeners hear what changed, and `mine` travels with a sync even when nothing else is new", () => {
  const store = filled();
  const heard = [];
  const stop = store.subscribe((touched) => heard.push(touched));
  store.apply(delta(4, 5, { type: "lab", id: "L", value: { title: "Lab 2" } }));
  assert.deepEqual(heard[0].map(({ type, id }) => [type, id]), [["lab", "L"]]);
  store.apply({ ...delta(5, 5), mine: { hand: true } });
  assert.equal(store.mine.hand, true);
  assert.equal(heard.length, 2);
  stop();
  store.setMine({ hand: false });
  assert.equal(heard.length, 2);
});
