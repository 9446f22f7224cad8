// A file that says how far it is while it is made: lines of JSON, then {size, …}, then the file itself (web/reports.py).

const END = 10;

/**
 * @param {ReadableStream<Uint8Array>} stream
 * @param {{step?: (line: object) => void, got?: (share: number) => void}} heard every step, and how much of the file is there
 * @returns {Promise<{content: Blob, size: number}>} with all else the last line says. Throws when the file is not whole.
 */
export async function stepwise(stream, { step = () => {}, got = () => {} } = {}) {
  const reader = stream.getReader();
  const letters = new TextDecoder();
  const pieces = [];
  let head = "";
  let told = null;
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    let rest = value;
    while (!told && rest.length) {
      const end = rest.indexOf(END);
      head += letters.decode(rest.subarray(0, end < 0 ? rest.length : end), { stream: true });
      rest = end < 0 ? rest.subarray(rest.length) : rest.subarray(end + 1);
      if (end < 0) continue;
      const line = JSON.parse(head);
      head = "";
      if (line.failed) throw new Error("failed");
      if ("size" in line) told = line;
      else step(line);
    }
    if (!rest.length) continue;
    pieces.push(rest);
    size += rest.length;
    got(size / told.size);
  }
  if (!told || size !== told.size) throw new Error("cut off");
  return { ...told, content: new Blob(pieces, { type: told.media }) };
}
