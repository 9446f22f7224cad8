import assert from "node:assert/strict";
import { test } from "node:test";
import { arrange, changesBetween, countOf, step, stops } from "../../static/js/console/arrange.js";
import { createCalm } from "../../static/js/console/calm.js";
import { challengeCover, elementCover, handRows, heardRows, quadrantRows, silentRows } from "../../static/js/console/cover.js";
import { boardsElsewhere, boardsHere, itemsOf, queueOf, readRoom } from "../../static/js/console/room.js";
import { early, nextStep, phaseWord } from "../../static/js/console/steps.js";
import { createStore } from "../../static/js/live/store.js";

const COLUMNS = ["S", "W", "O", "T"].map((id) => ({ id, title: id }));
const NOW = 1_000_000;

/** A lab with a SWOT, clustering with a ballot, challenges and ideas. @param {any} more entities by type */
function room(more = {}) {
  const store = createStore();
  const activity = (position, kind, extra = {}) => ({ position, kind, title: kind, state: "planned", seconds: 600, boards: [], ...extra });
  store.apply({
    epoch: "e", stream: "staff", seq: 1,
    entities: {
      lab: { L: { state: "live", activity: "a1", case: "k1", hands: [], wall: {}, ...more.lab } },
      activity: {
        a1: activity(1, "swot", { boards: ["b1", "b2"], state: "running", ends_at: NOW + 240_000 }),
        a2: activity(2, "cluster"),
        a3: activity(3, "talk"),
        a4: activity(4, "challenges", { boards: ["b3"] }),
        ...more.activity,
      },
      board: {
        b1: { kind: "swot", activity: "a1", case: "k1", position: 1, columns: COLUMNS, title: "One", revealed: true },
        b2: { kind: "swot", activity: "a1", case: "k2", position: 2, columns: COLUMNS, title: "Two", revealed: true },
        b3: { kind: "challenges", activity: "a4", position: 3, columns: [], title: "Challenges", revealed: true },
        b4: { kind: "transferability", activity: "a4", position: 4, columns: [], title: "Ideas", revealed: true },
        ...more.board,
      },
      contribution: more.contribution ?? {},
      cluster: more.cluster ?? {},
      ballot: more.ballot ?? {},
      tally: more.tally ?? {},
      case: {
        k1: { title: "Case one", position: 0, aspects: [{ id: "x", ref: "A1", elements: [{ id: "e1", ref: "A1.E1", title: "First" }, { id: "e2", ref: "A1.E2", title: "Second" }] }] },
        k2: { title: "Case two", position: 1, aspects: [] },
      },
    },
  }); // prettier-ignore
  return readRoom(store);
}

const said = (n, column, more = {}) => ({ board: "b1", column, kind: "swot", text: `text ${n}`, status: "shown", origin: "participant", n, ...more });

test("a board: clusters first, pinned ones before others, hidden ones apart, waiting ones nowhere", () => {
  const r = room({
    contribution: {
      c1: said(1, "S"), c2: said(2, "S", { pinned: true }), c3: said(3, "S", { cluster: "k", place: 2 }), c4: said(4, "W", { cluster: "k", place: 1 }),
      c5: said(5, "S", { status: "hidden" }), c6: said(6, "S", { status: "pending" }), c7: said(7, "T", { cluster: "dissolved" }),
    },
    cluster: { k: { board: "b1", column: "S", title: "K", n: 1, contributions: ["c4", "c3"] } },
  }); // prettier-ignore
  const layout = arrange(r, r.boards[0]);
  assert.deepEqual(layout.columns[0], { id: "S", title: "S", piles: [{ id: "k", members: ["c4", "c3"] }], loose: ["c2", "c1"], hidden: ["c5"] });
  assert.deepEqual(layout.columns[3].loose, ["c7"]); // its cluster is gone
  assert.equal(countOf(layout.columns[0]), 4);
  assert.deepEqual(stops(layout)[0], ["k", "c4", "c3", "c2", "c1"]);
});

test("a board without columns has one lane; a column nobody knows falls into the first", () => {
  const r = room({ contribution: { c1: said(1, "", { board: "b3" }), c2: said(2, "gone", {}) } });
  assert.deepEqual(arrange(r, r.boards[2]).columns.map((column) => column.loose), [["c1"]]);
  assert.deepEqual(arrange(r, r.boards[0]).columns[0].loose, ["c2"]);
});

test("what was put somewhere is shown there before the answer comes", () => {
  const r = room({ contribution: { c1: said(1, "S"), c2: said(2, "T") }, cluster: { k: { board: "b1", column: "W", title: "K", n: 1, contributions: [] } } });
  const layout = arrange(r, r.boards[0], new Map([["c1", { cluster: "k" }], ["c2", { cluster: null, column: "O" }]]));
  assert.deepEqual(layout.columns[1].piles[0].members, ["c1"]);
  assert.deepEqual(layout.columns[2].loose, ["c2"]);
});

test("the arrow keys walk through columns and skip empty ones", () => {
  const r = room({ contribution: { c1: said(1, "S"), c2: said(2, "S"), c3: said(3, "O") } });
  const layout = arrange(r, r.boards[0]);
  assert.equal(step(layout, null, "ArrowDown"), "c1");
  assert.equal(step(layout, "c1", "ArrowDown"), "c2");
  assert.equal(step(layout, "c2", "ArrowDown"), "c2");
  assert.equal(step(layout, "c2", "ArrowRight"), "c3"); // W is empty
  assert.equal(step(layout, "c3", "ArrowLeft"), "c1");
  assert.equal(step(layout, "c1", "ArrowLeft"), "c1");
});

test("changes by others are counted once per contribution", () => {
  const before = arrange(room({ contribution: { c1: said(1, "S"), c2: said(2, "S") } }), room().boards[0]);
  const after = arrange(room({ contribution: { c1: said(1, "W"), c3: said(3, "S") } }), room().boards[0]);
  assert.equal(changesBetween(before, after), 3); // moved, gone, new
  assert.equal(changesBetween(before, before), 0);
});

test("changes are counted as if every place were looked at", () => {
  let state = 5;
  const random = (n) => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) % n;
  const places = ["S", "W", "S hidden", "k1", "k2"];
  const made = (ids) => {
    const at = Object.fromEntries(places.map((place) => [place, ids.filter((id) => id.at === place).map((id) => id.id)]));
    const column = (id, piles) => ({ id, title: id, piles: piles.map((pile) => ({ id: pile, members: at[pile] })), loose: at[id], hidden: at[`${id} hidden`] ?? [] });
    return { board: "b", columns: [column("S", ["k1"]), column("W", ["k2"])] };
  };
  for (let round = 0; round < 300; round += 1) {
    const before = Array.from({ length: random(12) }, (_, n) => ({ id: `c${n}`, at: places[random(5)] }));
    const after = before.filter(() => random(5)).map((each) => (random(4) ? each : { ...each, at: places[random(5)] }));
    for (let n = random(3); n > 0; n -= 1) after.push({ id: `new${n}`, at: places[random(5)] });
    const [was, is] = [before, after].map((list) => new Map(list.map(({ id, at }) => [id, at])));
    const wanted = [...new Set([...was.keys(), ...is.keys()])].filter((id) => was.get(id) !== is.get(id)).length;
    assert.equal(changesBetween(made(before), made(after)), wanted);
  }
});

test("calm: a list keeps its order under the moving pointer, own acts and rest let it go", () => {
  let now = 0;
  const calm = createCalm(() => {}, () => now);
  const show = (value) => calm.shown("board", value, () => true);
  assert.equal(show("a"), "a");
  calm.touch("board"); // nothing is drawn in between
  assert.equal(show("b"), "a"); // held
  calm.own();
  assert.equal(show("b"), "b"); // one's own act is seen at once
  now += 2000;
  calm.touch("board");
  assert.equal(show("c"), "b");
  now += 5000; // the pointer rests
  assert.equal(show("c"), "c");
  calm.release("board");
  assert.equal(show("d"), "d");
});

test("the boards at hand: of the activity, of what is grouped or voted on, of what was talked about", () => {
  const ids = (boards) => boards.map((board) => board.id);
  assert.deepEqual(ids(boardsHere(room())), ["b1", "b2"]);
  assert.deepEqual(ids(boardsHere(room({ lab: { activity: "a2" } }))), ["b1", "b2"]); // clustering: the SWOT
  assert.deepEqual(ids(boardsHere(room({ lab: { activity: "a3" } }))), ["b1", "b2"]); // a talk: what came before
  const vote = { ballot: { v: { activity: "a3", scope: "challenges", state: "planned", items: [], position: 1 } }, lab: { activity: "a3" } };
  assert.deepEqual(ids(boardsHere(room(vote))), ["b3"]);
  assert.deepEqual(ids(boardsElsewhere(room(vote))), ["b1", "b2", "b4"]);
});

test("the queue holds contributions and replies that wait, oldest first", () => {
  const r = room({ contribution: { c1: said(9, "S", { status: "pending" }), c2: said(1, "S"), r1: said(3, "S", { parent: "c2", status: "pending" }) } });
  assert.deepEqual(queueOf(r).map((item) => item.id), ["r1", "c1"]);
});

test("next: to the next activity, with a question while there is time left", () => {
  const step = nextStep(room(), NOW, 10);
  assert.equal(step.command, "activity.start");
  assert.deepEqual(step.args, { activity: "a2" });
  assert.equal(step.guard, "Open “cluster”, 4 minutes left?");
  assert.equal(nextStep(room(), NOW + 250_000, 10).guard, undefined); // time is up
  assert.equal(early({ ends_at: NOW + 20_000 }, { title: "Break" }, NOW), "Open “Break”, 20 seconds left?");
  assert.equal(early({}, { title: "Break" }, NOW), undefined); // no clock
});

test("next: the steps of a ballot come before the next activity", () => {
  const ballot = (state) => room({ ballot: { v: { activity: "a1", scope: "swot", state, items: [], position: 1 } }, tally: { v: { ballot: "v", count: 3 } } });
  assert.equal(nextStep(ballot("planned"), NOW, 5).command, "ballot.open");
  assert.equal(nextStep(ballot("open"), NOW, 5).guard, "Close voting, 2 still to vote?");
  assert.equal(nextStep(ballot("open"), NOW, 3).guard, undefined);
  assert.equal(nextStep(ballot("closed"), NOW, 5).command, "ballot.reveal");
  assert.equal(nextStep(ballot("revealed"), NOW, 5).command, "activity.start");
});

test("next: by the state of the lab", () => {
  assert.equal(nextStep(room({ lab: { state: "draft", activity: null } }), NOW, 0).command, "lab.open");
  assert.equal(nextStep(room({ lab: { state: "lobby", activity: null } }), NOW, 0).args.activity, "a1");
  assert.equal(nextStep(room({ lab: { state: "paused" } }), NOW, 0).command, "lab.resume");
  assert.equal(nextStep(room({ lab: { state: "closing" } }), NOW, 0), null);
  assert.equal(nextStep(room({ lab: { state: "closed" } }), NOW, 0).opens, "report");
  assert.equal(nextStep(room({ lab: { activity: "a4" } }), NOW, 0).opens, "close"); // the end of the agenda
});

test("the phase is said in a word", () => {
  assert.equal(phaseWord(room()), "open to all");
  assert.equal(phaseWord(room({ board: { b1: { kind: "swot", activity: "a1", columns: COLUMNS, revealed: false, position: 1 } } })), "written unseen");
  assert.equal(phaseWord(room({ lab: { state: "paused" } })), "paused");
});

test("heard: people by tier; the most silent tier is nudged first", () => {
  const rows = heardRows({ people: { 1: 16, 3: 4 }, silent_by_tier: { 1: 2, 3: 3 }, by_tier: { 1: 15 } });
  assert.deepEqual(rows, [
    { tier: "1", of: 16, silent: 2, n: 14, online: 15 },
    { tier: "3", of: 4, silent: 3, n: 1, online: 0 },
  ]);
  assert.deepEqual(silentRows(rows).map((row) => row.tier), ["3", "1"]);
  assert.deepEqual(heardRows(null), []);
  assert.deepEqual(handRows(["3", "1", "3"]), [{ tier: "3", n: 2 }, { tier: "1", n: 1 }]);
});

test("coverage: the room's own contributions per quadrant, challenges without a solution, elements without an idea", () => {
  const r = room({
    contribution: {
      c1: said(1, "S", { origin: "owner_draft" }), c2: said(2, "S"), c3: said(3, "T", { status: "hidden" }),
      h1: said(4, "", { board: "b3", kind: "challenge" }), h2: said(5, "", { board: "b3", kind: "challenge" }),
      s1: said(6, "", { board: "b3", parent: "h1", reply_kind: "solution" }), s2: said(7, "", { board: "b3", parent: "h2", reply_kind: "agree" }),
      i1: said(8, "", { board: "b4", target: { case: "k1", element: "A1.E1" } }), i2: said(9, "", { board: "b4", target: { case: "k1", element: "A1.E2" }, status: "hidden" }),
    },
  }); // prettier-ignore
  assert.deepEqual(quadrantRows(r)[0].cells.map((cell) => cell.n), [1, 0, 0, 0]);
  const challenges = challengeCover(r);
  assert.deepEqual([challenges.n, challenges.solved, challenges.open.map((item) => item.id)], [2, 1, ["h2"]]);
  const elements = elementCover(r);
  assert.deepEqual([elements.n, elements.covered, elements.rows[0].empty], [2, 1, [{ ref: "A1.E2", title: "Second" }]]);
});

test("items of a ballot stand in the order of making", () => {
  const r = room({ cluster: { k2: { board: "b1", n: 2, title: "Two" }, k1: { board: "b1", n: 1, title: "One" } } });
  assert.deepEqual(itemsOf(r, { items: ["k2", "k1"] }).map((item) => item.title), ["One", "Two"]);
});
