import assert from "node:assert/strict";
import { test } from "node:test";
import { createBackoff, pause } from "../../static/js/live/backoff.js";
import { createClock } from "../../static/js/live/clock.js";
import { newKey } from "../../static/js/lib/command.js";
import { setMessages, t, tn } from "../../static/js/lib/i18n.js";

test("a key is 128 random bits as 22 characters of base64url", () => {
  const keys = new Set(Array.from({ length: 500 }, newKey));
  assert.equal(keys.size, 500);
  for (const key of keys) assert.match(key, /^[A-Za-z0-9_-]{22}$/);
});

test("back-off: full jitter, 0–2 s first, doubling to 30 s", () => {
  const most = createBackoff(() => 0.999999);
  assert.deepEqual(Array.from({ length: 7 }, () => most.next()), [2000, 4000, 8000, 16000, 30000, 30000, 30000]);
  assert.equal(createBackoff(() => 0).next(), 0);
  most.reset();
  assert.equal(most.next(), 2000);
});

test("the pause before a resend is never shorter than the server asked for", () => {
  assert.equal(pause({ after_ms: 1000 }, 1, () => 0), 1000);
  assert.equal(pause({ after_ms: 1000 }, 1, () => 1), 1500);
  assert.ok(pause({}, 20, () => 1) <= 45_000);
});

test("the server's clock: late messages do not slow it, a changed device clock is noticed", () => {
  let here = 1_000_000;
  const clock = createClock(() => here);
  clock.hear(2_000_000 - 900); // travelled 900 ms
  clock.hear(2_000_000 - 50);
  assert.equal(clock.now(), 2_000_000 - 50);
  clock.hear(2_000_100, here - 200); // an answer: half the round trip is added
  assert.equal(clock.now(), 2_000_200);
  here += 3_600_000; // somebody set the clock of the phone
  clock.hear(2_001_000);
  assert.equal(clock.now(), 2_001_000);
  clock.hear(Number.NaN); // a header no clock can be read from
  clock.hear(undefined);
  assert.ok(Number.isFinite(clock.now()));
});

test("words: msgid, translation, places, plurals", () => {
  setMessages({ "Stored": "Gespeichert", "%(n)s reply": ["%(n)s Antwort", "%(n)s Antworten"] }, "de");
  assert.equal(t("Stored"), "Gespeichert");
  assert.equal(t("Not there yet"), "Not there yet");
  assert.equal(t("%(done)s of %(all)s, 100 %%", { done: 1, all: 2 }), "1 of 2, 100 %");
  assert.equal(tn("%(n)s reply", "%(n)s replies", 1), "1 Antwort");
  assert.equal(tn("%(n)s reply", "%(n)s replies", 2000), "2.000 Antworten");
  setMessages({}, "en");
  assert.equal(tn("%(n)s reply", "%(n)s replies", 1), "1 reply");
});
