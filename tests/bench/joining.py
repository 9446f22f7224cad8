"""So many people send the join form at the same moment: `python -m tests.bench.joining PORT CODE COUNT`.

Everybody has a connection before the first one asks. Prints one JSON object: how many got a seat, how many were refused with
which status, and how long it took until the last one had an answer. All have one address, as a room behind one router has.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections import Counter
from typing import Any

import uvloop

PATIENCE = 120.0  # seconds


async def crowd(port: int, code: str, count: int) -> dict[str, Any]:
    lines = await asyncio.gather(*(asyncio.open_connection("127.0.0.1", port) for _ in range(count)))
    begun, took = time.monotonic(), []
    answers: Counter[str] = Counter()

    async def join(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, tier: int) -> None:
        body = json.dumps({"tier": str(tier)})
        head = f"POST /join/{code} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nOrigin: http://127.0.0.1:{port}\r\n"
        head += "Accept: application/json\r\nContent-Type: application/json\r\n"
        head += f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        writer.write((head + body).encode())
        try:
            async with asyncio.timeout(PATIENCE):
                said = (await reader.read()).decode()
            status = said.split(" ", 2)[1] if said.startswith("HTTP/") else "hung up"
        except (OSError, TimeoutError) as error:
            status = type(error).__name__
        writer.close()
        answers["joined" if status == "200" and "seat_" in said else status] += 1
        took.append(time.monotonic() - begun)

    await asyncio.gather(*(join(reader, writer, 1 + n % 3) for n, (reader, writer) in enumerate(lines)))
    joined = answers.pop("joined", 0)
    return {"ready": joined, "refused_with": dict(answers), "connect_s": round(max(took), 3)}


if __name__ == "__main__":
    print(json.dumps(uvloop.run(crowd(int(sys.argv[1]), sys.argv[2], int(sys.argv[3])))))
