import assert from "node:assert/strict";
import { test } from "node:test";
import { createStore } from "../../static/js/live/store.js";
import { order } from "../../static/js/wall/fold.js";
import { boardsOf, columnOf, countOf, frozenStore, itemsOf, readRoom, sceneOf } from "../../static/js/wall/scene.js";

const COLUMNS = ["S", "W"].map((id) => ({ id, title: id }));

/** @param {any} more */
function store(more = {}) {
  const made = createStore();
  const board = (position, extra) => ({ kind: "swot", activity: "swot", position, columns: COLUMNS, title: `board ${position}`, revealed: true, ...extra });
  made.apply({
    epoch: "e", stream: "room", seq: 1,
    entities: {
      lab: { L: { title: "Lab", state: "live", activity: "swot", case: "k2", wall: { frozen: false, join: false }, spotlight: null, ...more.lab } },
      activity: Object.fromEntries(["talk", "present", "swot", "cluster", "break", "challenges", "ballot", "evaluation"].map((kind, position) => [kind, { kind, position, title: kind, state: "planned" }])),
      board: { b1: board(1, { case: "k1" }), b2: board(2, { case: "k2" }), b3: board(3, { kind: "challenges", activity: "challenges", columns: [] }), ...more.board },
      contribution: more.contribution ?? {},
      cluster: more.cluster ?? {},
      ballot: more.ballot ?? {},
      tally: more.tally ?? {},
      case: { k1: { title: "One", position: 0 }, k2: { title: "Two", position: 1 } },
    },
  }); // prettier-ignore
  return made;
}

const scene = (more, join) => sceneOf(readRoom(store(more)), join);
const said = (n, more = {}) => ({ board: "b2", column: "S", text: `text ${n}`, n, ...more });

test("each moment of a lab has its slide", () => {
  const at = (activity, more = {}) => scene({ ...more, lab: { activity, ...more.lab } });
  assert.equal(scene({ lab: { state: "draft" } }).kind, "draft");
  assert.equal(scene({ lab: { state: "lobby", activity: null } }).kind, "lobby");
  assert.equal(scene({ lab: { state: "paused" } }).kind, "paused");
  assert.equal(scene({ lab: { state: "closed" } }).kind, "closed");
  assert.equal(at("talk").kind, "talk");
  assert.equal(at("break").kind, "break");
  assert.equal(at("evaluation").kind, "evaluation");
  assert.equal(at("present").kind, "case");
  assert.equal(at("present").case.id, "k2");
  assert.equal(at("challenges").kind, "board");
  assert.equal(scene({ lab: { state: "closing" } }).kind, "swot"); // the countdown is a band over what is shown
});

test("the SWOT follows the case that is shown; before the reveal there are blank cards", () => {
  assert.deepEqual([scene().kind, scene().board.id], ["swot", "b2"]);
  assert.equal(scene({ lab: { case: "k1" } }).board.id, "b1");
  assert.equal(scene({ board: { b2: { kind: "swot", activity: "swot", case: "k2", columns: COLUMNS, revealed: false, position: 2 } } }).kind, "blank");
  assert.equal(scene({ lab: { activity: "cluster" } }).kind, "swot"); // grouping: the same boards
});

test("a ballot goes from open over counted to its result", () => {
  const vote = (state, method = "dots") => scene({ lab: { activity: "ballot" }, ballot: { v: { activity: "ballot", scope: "challenges", state, method, items: [], position: 1 } } }).kind;
  assert.equal(vote("planned"), "board"); // what is voted on
  assert.equal(vote("open"), "voting");
  assert.equal(vote("closed"), "counting");
  assert.equal(vote("revealed"), "dots");
  assert.equal(vote("revealed", "rating"), "rating");
});

test("join slide and spotlight come before the board; a spotlight off the wall does not", () => {
  assert.equal(scene({ lab: { wall: { join: true } } }).kind, "join");
  assert.equal(scene({}, true).kind, "join");
  const one = { lab: { spotlight: "c1" } };
  assert.equal(scene({ ...one, contribution: { c1: said(1) } }).kind, "spotlight");
  assert.equal(scene({ ...one, contribution: { c1: said(1, { wall: false }) } }).kind, "swot");
  assert.equal(scene(one).kind, "swot"); // hidden meanwhile
});

test("what is switched off the wall is on no slide, and neither are its replies", () => {
  const room = readRoom(store({ contribution: { c1: said(1, { wall: false }), c2: said(2), r1: said(3, { parent: "c1" }), r2: said(4, { parent: "c2" }) } }));
  assert.deepEqual(room.on("b2").map((item) => item.id), ["c2"]);
  assert.deepEqual(room.replies.get("c2").map((item) => item.id), ["r2"]);
  assert.deepEqual(columnOf(room, room.boards[1], "S").loose.map((item) => item.id), ["c2"]);
});

test("a cluster all of whose contributions are off the wall is not shown, and cannot be ranked by its text", () => {
  const room = readRoom(store({ contribution: { c1: said(1, { wall: false, cluster: "k" }) }, cluster: { k: { board: "b2", column: "S", title: "K", n: 1 } } }));
  assert.deepEqual(columnOf(room, room.boards[1], "S").clusters, []);
  assert.deepEqual(itemsOf(room, { items: ["c1"] }), []);
});

test("counts before the reveal are added up per board", () => {
  const room = readRoom(store({ tally: { "b1:S": { count: 4 }, "b1:W": { count: 3 }, "b3:": { count: 2 } } }));
  assert.equal(countOf(room, room.boards[0]), 7);
  assert.equal(countOf(room, room.boards[2]), 2);
  assert.deepEqual(boardsOf(room, room.agenda[2]).map((board) => board.id), ["b1", "b2"]);
});

test("a frozen wall keeps what it showed, but not a text that has gone since", () => {
  const live = store({ contribution: { c1: said(1), c2: said(2), c3: said(3) } });
  const kept = live.snapshot().entities;
  live.apply({ epoch: "e", stream: "room", from: 1, to: 5, changes: [
    { type: "contribution", id: "c1", value: null }, // hidden
    { type: "contribution", id: "c2", value: { ...said(2), wall: false } },
    { type: "contribution", id: "c4", value: said(4) }, // new
    { type: "lab", id: "L", value: { title: "Lab", state: "live", activity: "break", wall: { frozen: true, join: true } } },
  ] }); // prettier-ignore
  const room = readRoom(frozenStore(kept, live));
  assert.deepEqual(room.on("b2").map((item) => item.id), ["c3"]);
  assert.equal(room.lab.activity, "swot");
  assert.equal(sceneOf(room).kind, "join"); // the join slide is asked for at the console: it comes all the same
});

test("the smallest blocks give way first, of equal ones the last; one always stays", () => {
  const block = (name, size) => ({ name, dataset: { size: String(size) } });
  const names = (blocks) => order(blocks).map((entry) => entry.name);
  assert.deepEqual(names([block("three", 3), block("one a", 1), block("two", 2), block("one b", 1)]), ["one b", "one a", "two"]);
  assert.deepEqual(names([block("only", 1)]), []);
});
