import assert from "node:assert/strict";
import { test } from "node:test";
import { createOutbox } from "../../static/js/live/outbox.js";

const ok = (result = {}) => ({ ok: true, result, dup: false, now: 1 });
const no = (code, retry, more = {}) => ({ ok: false, code, message: code, retry, ...more });

/** A place that keeps, like IndexedDB: what comes out is a copy, in the order of the keys. */
function createKeep({ fails = false } = {}) {
  const rows = new Map();
  return {
    rows,
    durable: !fails,
    async put(table, key, value) {
      if (fails) return false;
      rows.set(JSON.stringify([table, ...key]), structuredClone(value));
      return true;
    },
    async remove(table, key) {
      rows.delete(JSON.stringify([table, ...key]));
    },
    async all(table, lab) {
      const mine = [...rows].filter(([key]) => key.startsWith(JSON.stringify([table, lab]).slice(0, -1)));
      return mine.map(([, value]) => structuredClone(value)).sort((a, b) => a.order - b.order);
    },
  };
}

/** An outbox whose server answers with `script`, one answer per call, then ok. */
async function started({ keep = createKeep(), script = [], gate = null } = {}) {
  const calls = [];
  const waits = [];
  const send = async (name, args, { key }) => {
    calls.push({ name, args, key });
    if (gate) await gate;
    return script.shift() ?? ok({ id: `r${calls.length}` });
  };
  const outbox = createOutbox({ lab: "L", keep, send, wait: async (ms) => void waits.push(ms) });
  await outbox.start();
  return { outbox, calls, waits, keep };
}

const idle = (outbox) =>
  new Promise((resolve) => {
    const look = () =>
      outbox.items().every((item) => item.state === "stored" || item.state === "returned") ? resolve() : setTimeout(look, 1);
    look();
  });

test("texts go out one at a time, in the order they were written", async () => {
  let release;
  const gate = new Promise((resolve) => (release = resolve));
  const { outbox, calls } = await started({ gate });
  await outbox.add("contribution.post", { text: "first" });
  await outbox.add("contribution.post", { text: "second" });
  assert.deepEqual(calls.map((call) => call.args.text), ["first"]);
  assert.deepEqual(outbox.items().map((item) => item.state), ["sending", "waiting"]);
  release();
  await idle(outbox);
  assert.deepEqual(calls.map((call) => call.args.text), ["first", "second"]);
});

test("a refusal that may pass is sent again with the same key, after the time the server named", async () => {
  const { outbox, calls, waits } = await started({ script: [no("rate", true, { after_ms: 400 }), no("unknown", true)] });
  await outbox.add("contribution.post", { text: "patience" });
  await idle(outbox);
  assert.equal(calls.length, 3);
  assert.equal(new Set(calls.map((call) => call.key)).size, 1);
  assert.ok(waits[0] >= 400 && waits[0] <= 600);
  assert.equal(outbox.items()[0].state, "stored");
});

test("a final refusal gives the text back with its reason and lets the next one through", async () => {
  const { outbox, calls, keep } = await started({ script: [no("not_open", false)] });
  await outbox.add("contribution.post", { text: "too late" });
  await outbox.add("contribution.post", { text: "in time" });
  await idle(outbox);
  const [late, next] = outbox.items();
  assert.deepEqual([late.state, late.reason.code, late.args.text], ["returned", "not_open", "too late"]);
  assert.equal(next.state, "stored");
  assert.equal(calls.length, 2);
  assert.equal(keep.rows.size, 1); // the returned one is kept until the person decides
  await outbox.discard(late.key);
  assert.equal(keep.rows.size, 0);
});

test("a reload goes on where the page stopped: same keys, same order, older ones first", async () => {
  const keep = createKeep();
  const never = new Promise(() => {});
  const before = await started({ keep, gate: never });
  await before.outbox.add("contribution.post", { text: "one" });
  await before.outbox.add("contribution.post", { text: "two" });
  const keys = before.outbox.items().map((item) => item.key);
  const after = await started({ keep });
  await after.outbox.add("contribution.post", { text: "three" });
  await idle(after.outbox);
  assert.deepEqual(after.calls.map((call) => call.args.text), ["one", "two", "three"]);
  assert.deepEqual(after.calls.slice(0, 2).map((call) => call.key), keys);
});

test("what is written before the kept ones are read still goes after them", async () => {
  const keep = createKeep();
  await keep.put("outbox", ["L", 1], { key: "k".repeat(22), order: 1, name: "contribution.post", args: { text: "kept" }, state: "waiting", tries: 1 });
  const calls = [];
  const outbox = createOutbox({ lab: "L", keep, send: async (_name, args) => (calls.push(args.text), ok()) });
  await outbox.add("contribution.post", { text: "new" });
  assert.deepEqual(calls, []);
  await outbox.start();
  await idle(outbox);
  assert.deepEqual(calls, ["kept", "new"]);
});

test("a newer vote takes the place of one that was never sent, not of one that may have arrived", async () => {
  let release;
  const gate = new Promise((resolve) => (release = resolve));
  const { outbox, calls } = await started({ gate });
  for (const n of [1, 2, 3]) await outbox.add("ballot.vote", { dots: { a: n } }, { slot: "vote:b" });
  release();
  await idle(outbox);
  assert.deepEqual(calls.map((call) => call.args.dots.a), [1, 3]);
});

test("a newer allocation replaces the older one at once, and at no moment is neither of them kept", async () => {
  let release;
  const gate = new Promise((resolve) => (release = resolve));
  const keep = createKeep();
  const { outbox } = await started({ keep, gate });
  const held = [];
  for (const method of ["put", "remove"]) {
    const real = keep[method];
    keep[method] = async (...given) => {
      const answer = await real(...given);
      held.push((await keep.all("outbox", "L")).map((item) => item.args.dots.a));
      return answer;
    };
  }
  await outbox.add("ballot.vote", { dots: { a: 1 } }, { slot: "vote:b" }); // under way
  await outbox.add("ballot.vote", { dots: { a: 2 } }, { slot: "vote:b" });
  const adding = outbox.add("ballot.vote", { dots: { a: 3 } }, { slot: "vote:b" });
  assert.deepEqual(outbox.items().map((item) => item.args.dots.a), [1, 3]);
  await adding;
  assert.deepEqual(held, [[1], [1, 2], [1, 2, 3], [1, 3]]);
  release();
  await idle(outbox);
});

test("nothing is sent before it is written down", async () => {
  let written;
  const keep = createKeep();
  const put = keep.put;
  keep.put = async (...given) => {
    await new Promise((resolve) => (written = resolve));
    return put(...given);
  };
  const { outbox, calls } = await started({ keep });
  const adding = outbox.add("contribution.post", { text: "later" });
  outbox.hurry();
  await new Promise((resolve) => setTimeout(resolve, 5));
  assert.equal(calls.length, 0);
  written();
  await adding;
  await idle(outbox);
  assert.equal(calls.length, 1);
});

test("without storage the text is kept in memory and the page can say so", async () => {
  let release;
  const gate = new Promise((resolve) => (release = resolve));
  const { outbox } = await started({ keep: createKeep({ fails: true }), gate });
  await outbox.add("contribution.post", { text: "fragile" });
  assert.equal(outbox.atRisk(), true);
  release();
  await idle(outbox);
  assert.equal(outbox.atRisk(), false);
});

test("a stored text is shown until the lab's own record has it", async () => {
  const { outbox } = await started();
  await outbox.add("contribution.post", { text: "here" });
  await idle(outbox);
  outbox.forget(() => false);
  assert.equal(outbox.items().length, 1);
  outbox.forget((item) => item.args.text === "here");
  assert.equal(outbox.items().length, 0);
});
