// Where an activity stands in the agenda: plain functions over the lines of the list, tested without a browser.

/**
 * One line of the agenda: a stage's heading or an activity.
 * @typedef {{stage: string} | {activity: string, isBreak: boolean}} AgendaLine
 */

/**
 * What the server is told: the activity it follows (empty: none) and the stage it stands in (empty: a break keeps its own).
 * @param {AgendaLine[]} lines in their new order
 * @param {string} moved id of the activity
 */
export function placeOf(lines, moved) {
  let after = "";
  let stage = "";
  for (const line of lines) {
    if ("stage" in line) stage = line.stage;
    else if (line.activity === moved) return { after, stage: line.isBreak ? "" : stage };
    else after = line.activity;
  }
  return { after: "", stage: "" };
}

/**
 * The lines with one of them moved by a step; the first heading stays first.
 * @template {AgendaLine} Line
 * @param {Line[]} lines
 * @param {number} index of the line that moves
 * @param {number} step −1 up, +1 down
 */
export function stepped(lines, index, step) {
  const target = index + step;
  if (target < 1 || target >= lines.length) return lines;
  const order = [...lines];
  order.splice(target, 0, ...order.splice(index, 1));
  return order;
}

/**
 * Before which line a dragged one goes: the first whose middle is below the pointer; −1 for the end.
 * @param {{top: number, height: number}[]} boxes of the other lines
 * @param {number} y
 */
export function slotAt(boxes, y) {
  const found = boxes.findIndex((box) => y < box.top + box.height / 2);
  return found === 0 ? 1 : found;
}
