// A file with its steps, however the network cuts it into pieces.
import assert from "node:assert/strict";
import { test } from "node:test";

import { stepwise } from "../../static/js/lib/stepwise.js";

const FILE = new Uint8Array([10, 13, 10, 0, 255, 123, 125, 10]); // ends of lines and braces of its own
const LINES = ['{"step": "reading", "done": 0, "of": 0}', '{"step": "drawing", "done": 1, "of": 2}'];
const LAST = '{"size": 8, "name": "übersicht.docx", "media": "x/y"}';

function bytes(lines, file = FILE) {
  const head = new TextEncoder().encode(lines.map((line) => `${line}\n`).join(""));
  const all = new Uint8Array(head.length + file.length);
  all.set(head);
  all.set(file, head.length);
  return all;
}

function stream(...pieces) {
  return new ReadableStream({
    start(way) {
      for (const piece of pieces) way.enqueue(piece);
      way.close();
    },
  });
}

test("it is the same wherever it is cut", async () => {
  const all = bytes([...LINES, LAST]);
  for (let cut = 0; cut <= all.length; cut += 1) {
    const steps = [];
    const made = await stepwise(stream(all.subarray(0, cut), all.subarray(cut)), { step: (line) => steps.push(line.step) });
    assert.deepEqual(steps, ["reading", "drawing"]);
    assert.equal(made.name, "übersicht.docx");
    assert.deepEqual(new Uint8Array(await made.content.arrayBuffer()), FILE);
  }
});

test("byte by byte it says how much is there", async () => {
  const shares = [];
  const pieces = [...bytes([LAST])].map((byte) => new Uint8Array([byte]));
  await stepwise(stream(...pieces), { got: (share) => shares.push(share) });
  assert.deepEqual(shares, [1, 2, 3, 4, 5, 6, 7, 8].map((n) => n / 8));
});

test("a file that is cut off is none, wherever", async () => {
  const all = bytes([...LINES, LAST]);
  for (let end = 0; end < all.length; end += 1) {
    await assert.rejects(stepwise(stream(all.subarray(0, end))));
  }
});

test("what could not be made says so", async () => {
  await assert.rejects(stepwise(stream(bytes([LINES[0], '{"failed": true}'], new Uint8Array()))), /failed/);
});
