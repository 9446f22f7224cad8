import assert from "node:assert/strict";
import { test } from "node:test";
import { applyVars, readVars } from "../../static/js/lib/vars.js";

test("plain numbers are read, in the order given", () => {
  assert.deepEqual(readVars("len:24; part:.5;x:-3"), [["len", "24"], ["part", ".5"], ["x", "-3"]]);
});

test("what is not a plain number never reaches the style sheet", () => {
  for (const text of ["", "len", "len:", "len:url(x)", "len:1px", "len:1;;", "1:2", "len:calc(1)", "a b:1"]) {
    assert.deepEqual(readVars(text).filter(([name]) => name !== "len" || text !== "len:1;;"), []);
  }
  assert.deepEqual(readVars("len:1;;"), [["len", "1"]]);
});

/** An element as far as applyVars looks at one. @param {string | undefined} vars @param {object[]} inner */
function element(vars, inner = []) {
  const set = new Map();
  return { dataset: { vars }, style: { setProperty: (name, value) => set.set(name, value) }, querySelectorAll: () => inner, set };
}

test("custom properties are set on everything that asks for them", () => {
  const inner = [element("len:5"), element("len:18;part:.25")];
  applyVars(/** @type {any} */ (element(undefined, inner)));
  assert.deepEqual([...inner[0].set], [["--len", "5"]]);
  assert.deepEqual([...inner[1].set], [["--len", "18"], ["--part", ".25"]]);
});
