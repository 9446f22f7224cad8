// Saving a case: one save at a time, both texts kept, nothing lost.

import assert from "node:assert/strict";
import { test } from "node:test";

import { createSaver, differing, same } from "../../static/js/cases/saver.js";

/** A server with one section, and a saver at it whose clock is ours. */
function desk(fields = { a: "one", b: "two" }) {
  const server = { fields: { ...fields }, number: 1, seen: [], online: true, refuse: null };
  const mark = () => `m${server.number}`;
  let pending = null;
  let kept = null;
  let keys = 0;
  const answers = new Map();
  const send = async (changes, base, key) => {
    server.seen.push({ changes, base, key });
    if (answers.has(key)) return answers.get(key);
    if (server.refuse) return { ok: false, code: "invalid", message: server.refuse, retry: false, fields: { "fields.a": "no" } };
    if (server.online === false) return { ok: false, code: "unknown", message: "", retry: true };
    if (base !== mark()) return { ok: false, code: "conflict", message: "", retry: false, data: { theirs: { ...server.fields }, base: mark() } };
    Object.assign(server.fields, changes);
    server.number += 1;
    const answer = { ok: true, result: { base: mark(), version: server.number } };
    answers.set(key, answer);
    return server.online === "deaf" ? { ok: false, code: "unknown", message: "", retry: true } : answer;
  };
  const saver = createSaver({
    fields,
    base: mark(),
    send,
    newKey: () => `key${(keys += 1)}`,
    keep: (draft) => (kept = draft),
    later: (run) => ((pending = run), 1),
  });
  const pass = async () => {
    const run = pending;
    pending = null;
    run?.();
    await new Promise((done) => setImmediate(done));
  };
  const theirs = (changes) => {
    Object.assign(server.fields, changes);
    server.number += 1;
  };
  return { saver, server, pass, theirs, kept: () => kept, mark };
}

test("a moment after the last key it is stored, and only what changed is sent", async () => {
  const { saver, server, pass, kept } = desk();
  saver.set("a", "on");
  saver.set("a", "only this");
  assert.equal(saver.state(), "writing");
  assert.deepEqual(kept().fields, { a: "only this" });
  await pass();
  assert.deepEqual(server.seen.map((save) => save.changes), [{ a: "only this" }]);
  assert.equal(saver.state(), "stored");
  assert.equal(kept(), null);
});

test("what is written back to what it was is not sent", async () => {
  const { saver, server, pass } = desk();
  saver.set("a", "x");
  saver.set("a", "one");
  assert.equal(saver.state(), "stored");
  await pass();
  assert.equal(server.seen.length, 0);
});

test("a save without answer goes again as it was, under its key, before anything newer", async () => {
  const { saver, server, pass } = desk();
  server.online = "deaf";
  saver.set("a", "first");
  await pass();
  assert.equal(saver.state(), "waiting");
  saver.set("a", "second");
  server.online = true;
  await pass();
  await pass();
  assert.deepEqual(server.seen.map((save) => [save.key, save.changes.a]), [["key1", "first"], ["key1", "first"], ["key2", "second"]]);
  assert.equal(server.fields.a, "second");
  assert.equal(saver.state(), "stored");
});

test("somebody else in another field: both stay, nobody is asked", async () => {
  const { saver, server, pass, theirs } = desk();
  theirs({ b: "theirs" });
  saver.set("a", "mine");
  await pass();
  assert.equal(saver.state(), "writing");
  assert.equal(saver.fields.b, "theirs");
  await pass();
  assert.deepEqual(server.fields, { a: "mine", b: "theirs" });
});

test("somebody else in the same field: both texts are kept until one person decides", async () => {
  const { saver, server, pass, theirs, kept } = desk();
  theirs({ a: "theirs" });
  saver.set("a", "mine");
  await pass();
  assert.equal(saver.state(), "conflict");
  assert.deepEqual(saver.clashes, [{ name: "a", mine: "mine", theirs: "theirs" }]);
  assert.deepEqual(kept().fields, { a: "mine" });
  assert.equal(server.fields.a, "theirs");
  saver.resolve("a", "theirs and mine");
  await pass();
  assert.equal(server.fields.a, "theirs and mine");
});

test("taking theirs needs no save", async () => {
  const { saver, server, pass, theirs } = desk();
  theirs({ a: "theirs" });
  saver.set("a", "mine");
  await pass();
  saver.resolve("a", "theirs");
  await pass();
  assert.equal(saver.state(), "stored");
  assert.equal(server.seen.length, 1);
});

test("a refusal is told, stays with its author, and the next key tries again", async () => {
  const { saver, server, pass, kept } = desk();
  server.refuse = "too long";
  saver.set("a", "very long");
  await pass();
  assert.equal(saver.state(), "refused");
  assert.equal(saver.refusal.message, "too long");
  assert.deepEqual(kept().fields, { a: "very long" });
  server.refuse = null;
  saver.set("a", "short");
  await pass();
  assert.equal(server.fields.a, "short");
});

test("what was kept in the browser comes back after a reload", async () => {
  const first = desk();
  first.server.online = false;
  first.saver.set("a", "written in the tunnel");
  await first.pass();
  const draft = first.kept();
  const second = desk();
  second.saver.restore(draft);
  await second.pass();
  assert.equal(second.server.fields.a, "written in the tunnel");
});

test("what was kept meets what somebody else wrote meanwhile", async () => {
  const { saver, pass, server } = desk({ a: "newer", b: "two" });
  saver.restore({ fields: { a: "kept" }, loaded: { a: "one", b: "two" }, base: "m0" });
  await pass();
  assert.deepEqual(saver.clashes, [{ name: "a", mine: "kept", theirs: "newer" }]);
  assert.equal(server.fields.a, "newer");
});

test("empty is empty", () => {
  assert.ok(same("", undefined));
  assert.ok(same([], null));
  assert.ok(same({ a: "" }, {}));
  assert.ok(same({ a: 1, b: 2 }, { b: 2, a: 1 }));
  assert.ok(!same(["a", "b"], ["b", "a"]));
  assert.deepEqual(differing({ a: "x", b: "" }, { a: "y" }), { a: "x" });
});
