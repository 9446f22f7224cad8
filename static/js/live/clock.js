// The server's clock as this device can best tell it. Every message that carries `now` is a sample; a sample is late by the time
// it travelled, so the largest of the last ones is the best.

const KEPT = 8;

/** @param {() => number} [here] this device's clock, in ms */
export function createClock(here = Date.now) {
  /** @type {number[]} */
  let offsets = [];
  return {
    /**
     * @param {number | undefined} now the server's time in ms
     * @param {number} [sent] when this device asked, if it asked
     */
    hear(now, sent) {
      if (now === undefined || !Number.isFinite(now)) return; // an answer without a usable moment
      const received = here();
      const offset = now - (sent === undefined ? received : (sent + received) / 2);
      const far = offsets.length > 0 && Math.abs(offset - best()) > 5000; // somebody set this device's clock
      offsets = [...(far ? [] : offsets), offset].slice(-KEPT);
    },
    /** Milliseconds since 1970 by the server's clock. */
    now() {
      return here() + best();
    },
  };

  function best() {
    return offsets.length ? Math.max(...offsets) : 0;
  }
}
