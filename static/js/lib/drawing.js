// When a page draws itself: once a frame for what comes from outside, at once for what a hand does.
//
// What is drawn holds the values of its moment. Between a tap and the next frame a second tap would act on the first one's past:
// two quick dots became one, a sent text lacked its last letter. So whatever an event of a person changed stands on the screen
// before the next event is looked at.

const HANDS = ["click", "keydown", "input", "change", "submit"];

/** @param {() => void} draw */
export function createDrawing(draw) {
  let asked = false;

  /** Draw what was asked for, if anything was. */
  function now() {
    if (!asked) return;
    asked = false;
    draw();
  }

  return {
    now,

    /** Draw with the next frame, once, however many things changed. */
    soon() {
      if (asked) return;
      asked = true;
      requestAnimationFrame(now);
    },

    /** From here on every event of a person ends with a drawing. Called last: its listeners come after the page's own. */
    followHands() {
      for (const name of HANDS) addEventListener(name, now);
    },
  };
}
