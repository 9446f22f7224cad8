import assert from "node:assert/strict";
import { test } from "node:test";
import { stops, step } from "../../static/js/console/arrange.js";
import { partOf, startOf, tailOf } from "../../static/js/console/part.js";
import { headOf, isShort, MOST } from "../../static/js/lib/long-list.js";
import { memo } from "../../static/js/lib/memo.js";
import { smallest } from "../../static/js/wall/fold.js";

const ids = (n, first = 0) => Array.from({ length: n }, (_, index) => `c${first + index}`);

test("a list of ordinary length is drawn whole", () => {
  for (const length of [0, 1, 150, 200]) {
    assert.equal(isShort(length), true);
    assert.equal(headOf(length), length);
    assert.equal(tailOf(ids(length)), 0);
  }
});

test("of a long list the first are drawn, and as many as somebody asked for", () => {
  assert.equal(headOf(5000), MOST);
  assert.equal(headOf(5000, 300), 300);
  assert.equal(headOf(220, 300), 220);
});

test("of a list that grows at its end the newest are drawn; it moves in steps, not with each that comes", () => {
  const firsts = [];
  for (let length = 201; length <= 1000; length += 1) {
    const from = tailOf(ids(length));
    assert.ok(length - from >= MOST && length - from < 200, `${length - from} of ${length} drawn`);
    firsts.push(from);
  }
  assert.ok(new Set(firsts).size <= 17);
});

test("what somebody asked to see stays, however many come", () => {
  assert.equal(tailOf(ids(5000), "c100"), 100);
  assert.equal(tailOf(ids(6000), "c100"), 100);
  assert.equal(tailOf(ids(6000), "c5999"), tailOf(ids(6000)));
  assert.equal(tailOf(ids(6000), "gone"), tailOf(ids(6000)));
});

const layout = (column) => ({ board: "b", columns: [{ id: "S", title: "S", piles: [], loose: [], hidden: [], ...column }, { id: "W", title: "W", piles: [], loose: ["w1"], hidden: [] }] });
const part = (column, { pinned = new Set(), asked = new Map(), held = null } = {}) => partOf(layout(column), (id) => pinned.has(id), asked, held);

test("a board of ordinary size: the part is the whole, with nothing to ask for", () => {
  const [column] = part({ piles: [{ id: "k", members: ids(150, 1000) }], loose: ids(150) }).columns;
  assert.deepEqual([column.loose.length, column.more, column.piles[0].members.length, column.piles[0].more, column.count], [150, null, 150, null, 300]);
});

test("a long column: pinned ones, a place to ask for more, the newest; the keys walk through all three", () => {
  const drawn = part({ loose: ids(1000) }, { pinned: new Set(["c0"]) });
  const [column] = drawn.columns;
  assert.deepEqual([column.count, column.ahead, column.loose[0], column.loose.at(-1)], [1000, 1, "c0", "c999"]);
  assert.equal(column.more.rest + column.loose.length, 1000);
  assert.equal(step(drawn, "c0", "ArrowDown"), column.more.id);
  assert.equal(step(drawn, column.more.id, "ArrowDown"), column.loose[1]);
  assert.equal(step(drawn, column.more.id, "ArrowUp"), "c0");
});

test("the slip the arrow keys are at stays when the others go, each is there once, and the number of those drawn is bounded", () => {
  const drawn = part({ loose: ids(5000) }, { held: "c321" });
  const [{ loose, more, ahead }] = drawn.columns;
  assert.deepEqual([loose[0], ahead, more.rest + loose.length], ["c321", 1, 5000]);
  assert.ok(loose.length < 201);
  assert.equal(step(drawn, "c321", "ArrowDown"), more.id);
  const near = part({ loose: ids(5000) }, { held: "c4990" }).columns[0];
  assert.deepEqual([near.ahead, new Set(near.loose).size], [0, near.loose.length]);
});

test("asking for more until everything is there shows each contribution once", () => {
  const asked = new Map();
  for (let tries = 0; tries < 40; tries += 1) {
    const [column] = part({ loose: ids(5000) }, { asked }).columns;
    assert.equal(new Set(column.loose).size, column.loose.length);
    if (!column.more) return assert.deepEqual(column.loose, ids(5000));
    asked.set(column.more.id, column.more.next);
  }
  assert.fail("it never ends");
});

test("crowded piles show the first few of each; the one with the focus stays", () => {
  const piles = Array.from({ length: 40 }, (_, index) => ({ id: `k${index}`, members: ids(125, index * 1000) }));
  const [column] = part({ piles }).columns;
  assert.deepEqual(column.piles.map((pile) => [pile.members.length, pile.more.rest, pile.count])[0], [5, 120, 125]);
  assert.equal(column.count, 5000);
  assert.ok(stops({ columns: [column] })[0].length <= 40 * 7);
  const held = part({ piles }, { held: "c3050" }).columns[0].piles[3];
  assert.deepEqual([held.members.length, held.members.at(-1), held.more.rest], [6, "c3050", 119]);
  const { more } = column.piles[0];
  assert.equal(part({ piles }, { asked: new Map([[more.id, more.next]]) }).columns[0].piles[0].more, null);
});

test("a list that is worked off grows by what is asked for", () => {
  const asked = new Map();
  const { drawn, more } = startOf("queue", ids(1000), asked);
  assert.deepEqual([drawn.length, more.rest], [MOST, 850]);
  asked.set("queue", more.next);
  assert.equal(startOf("queue", ids(1000), asked).drawn.length, 2 * MOST);
});

test("work is done again only when something it is made from changed", () => {
  let worked = 0;
  const double = memo((list, factor) => {
    worked += 1;
    return list.map((n) => n * factor);
  });
  const list = [1, 2];
  assert.equal(double(list, 2), double(list, 2));
  assert.equal(worked, 1);
  assert.deepEqual(double([1, 2], 2), [2, 4]);
  assert.deepEqual(double([1, 2], 3), [3, 6]);
  assert.equal(worked, 3);
});

test("folding asks for few layouts, and for two when nothing changed", () => {
  for (const wanted of [0, 1, 77, 149, 150]) {
    for (const guess of [0, 3, wanted, 150]) {
      let asked = 0;
      const found = smallest(150, (n) => {
        asked += 1;
        return n >= wanted;
      }, guess);
      assert.equal(found, wanted);
      assert.ok(asked <= (guess === wanted ? 2 : 10), `${asked} layouts`);
    }
  }
  assert.equal(smallest(5, () => false), 5); // it does not fit at all: everything gave way that may
});
