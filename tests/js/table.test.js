// The lists and groups a store keeps up to date are those one would work out from scratch, whatever the changes.
import assert from "node:assert/strict";
import { test } from "node:test";
import { columnKey, entities, entity, inColumn, onBoard, underParent } from "../../static/js/live/groups.js";
import { createStore } from "../../static/js/live/store.js";

/** Numbers from 0 to below 1, the same for the same seed. */
function chance(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** The law the store keeps, worked out the long way: a stable sorting of everything in the order of arrival. */
function fromScratch(known, keep = () => true) {
  const place = (value) => value.position ?? value.n ?? 0;
  return [...known].filter(([, value]) => keep(value)).sort(([, a], [, b]) => place(a) - place(b));
}

const BOARDS = ["b1", "b2"];
const COLUMNS = ["S", "W", null];

/** A contribution as they come: most arrive last, some share a place, some are replies. */
function contribution(random, n, known) {
  const pick = (list) => list[Math.floor(random() * list.length)];
  const parent = random() < 0.3 ? (pick([...known.keys()]) ?? null) : null;
  return { n: random() < 0.1 ? Math.floor(random() * 20) : n, board: pick(BOARDS), column: pick(COLUMNS), text: `text ${n}`, ...(parent ? { parent } : {}) };
}

for (const seed of [1, 7, 42, 2026]) {
  test(`lists and groups follow ${seed}`, () => {
    const random = chance(seed);
    const store = createStore();
    const known = new Map();
    for (let n = 0; n < 30; n += 1) known.set(`c${n}`, contribution(random, n, known));
    store.apply({ epoch: "e", stream: "room", seq: 0, entities: { contribution: Object.fromEntries(known) } });
    if (seed % 2) store.group("contribution", onBoard, "b1"); // worked out before the changes, or by the first question after them

    for (let step = 1; step <= 400; step += 1) {
      const changes = Array.from({ length: 1 + Math.floor(random() * 4) }, () => change(random, known, step));
      store.apply({ epoch: "e", stream: "room", from: step - 1, to: step, changes });
      compare(store, known);
    }
  });
}

/** Something new, something worded differently, moved or gone; `known` is what there is afterwards. */
function change(random, known, step) {
  const what = random();
  const some = [...known.keys()][Math.floor(random() * known.size)];
  if (some && what < 0.25) {
    known.delete(some);
    return { type: "contribution", id: some, value: null };
  }
  const id = some && what < 0.55 ? some : `n${step}-${Math.floor(random() * 1e6)}`;
  const value = contribution(random, known.get(id)?.n ?? 30 + step, known);
  known.set(id, value);
  return { type: "contribution", id, value };
}

function compare(store, known) {
  assert.deepEqual(store.all("contribution"), fromScratch(known));
  for (const board of BOARDS) {
    assert.deepEqual(store.group("contribution", onBoard, board), fromScratch(known, (value) => !value.parent && value.board === board));
    for (const column of COLUMNS) {
      const here = (value) => !value.parent && value.board === board && value.column === column;
      assert.deepEqual(store.group("contribution", inColumn, columnKey(board, column)), fromScratch(known, here));
    }
  }
  for (const id of [...known.keys()].slice(0, 5)) {
    assert.deepEqual(store.group("contribution", underParent, id), fromScratch(known, (value) => value.parent === id));
  }
}

const said = (n, more = {}) => ({ n, board: "b", column: "S", text: `text ${n}`, ...more });

function filled(count) {
  const store = createStore();
  const contribution = Object.fromEntries(Array.from({ length: count }, (_, n) => [`c${n}`, said(n)]));
  store.apply({ epoch: "e", stream: "room", seq: 0, entities: { contribution, board: { b: { position: 1 } } } });
  return store;
}

const change1 = (id, value, type = "contribution") => ({ epoch: "e", stream: "room", from: 0, to: 1, changes: [{ type, id, value }] });

test("the same array as long as nothing in it changed, and what was handed out stays as it was", () => {
  const store = filled(3);
  const [all, column, replies] = [store.all("contribution"), store.group("contribution", inColumn, "b:S"), store.group("contribution", underParent, "c1")];
  store.apply(change1("b", { position: 2 }, "board"));
  assert.equal(store.all("contribution"), all);
  store.apply({ ...change1("r", said(9, { parent: "c1" })), from: 1, to: 2 });
  assert.equal(store.group("contribution", inColumn, "b:S"), column); // a reply stands in no column
  assert.notEqual(store.all("contribution"), all);
  assert.equal(all.length, 3);
  assert.deepEqual(store.group("contribution", underParent, "c1").map(([id]) => id), ["r"]);
  assert.deepEqual(replies, []);
});

test("an entity is the same object as long as its value is, so that its row need not be drawn again", () => {
  const store = filled(3);
  const before = entities(store.all("contribution"));
  assert.equal(entities(store.all("contribution")), before);
  store.apply(change1("c1", said(1, { text: "worded differently" })));
  const after = entities(store.all("contribution"));
  assert.deepEqual([after[0] === before[0], after[1] === before[1], after[2] === before[2]], [true, false, true]);
  assert.equal(entity(store.entry("contribution", "c1")).text, "worded differently");
});

test("what one more contribution costs does not grow with those that are there", () => {
  const reads = (count) => {
    const store = filled(count);
    let read = 0;
    const watched = (value) => {
      read += 1;
      return inColumn(value);
    };
    store.group("contribution", watched, "b:S");
    store.all("contribution");
    read = 0;
    store.apply(change1("new", said(count)));
    assert.equal(store.group("contribution", watched, "b:S").length, count + 1);
    return read;
  };
  assert.equal(reads(5000), reads(10));
});
