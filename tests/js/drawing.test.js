import assert from "node:assert/strict";
import { test } from "node:test";
import { createDrawing } from "../../static/js/lib/drawing.js";

const frames = [];
const heard = new Map();
globalThis.requestAnimationFrame = (act) => frames.push(act);
globalThis.addEventListener = (name, act) => heard.set(name, act);

/** A drawing that counts itself, and the frames of a page. */
function counted() {
  frames.length = 0;
  const told = { drawn: 0 };
  return { told, drawing: createDrawing(() => (told.drawn += 1)), frame: () => frames.splice(0).forEach((act) => act()) };
}

test("many changes, one drawing with the next frame", () => {
  const { told, drawing, frame } = counted();
  for (let n = 0; n < 5; n += 1) drawing.soon();
  assert.equal(told.drawn, 0);
  frame();
  assert.equal(told.drawn, 1);
  frame();
  assert.equal(told.drawn, 1);
});

test("what a hand changed is drawn before its next event, and not once more with the frame", () => {
  const { told, drawing, frame } = counted();
  drawing.followHands();
  assert.deepEqual([...heard.keys()], ["click", "keydown", "input", "change", "submit"]);
  drawing.soon();
  heard.get("click")();
  assert.equal(told.drawn, 1);
  frame();
  assert.equal(told.drawn, 1);
  heard.get("input")(); // nothing changed
  assert.equal(told.drawn, 1);
  drawing.soon();
  frame();
  assert.equal(told.drawn, 2);
});
