"""The misbehaving network in a process of its own: beside a thousand phones in one process it would be the slowest part.

`python -m tests.faults.apart SEED TARGET…` prints its port and then does what each line of its input says, until that ends.
"""

from __future__ import annotations

import asyncio
import json
import random
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import uvloop

from tests.faults.proxy import Proxy, spare_the_collector

ROOT = Path(__file__).resolve().parents[2]
DOES = {"holes", "cut", "turn"}


class Apart:
    """A `Proxy` in another process, before the `targets`. It does what it is told within a moment."""

    def __init__(self, targets: Sequence[int], seed: int) -> None:
        command = [sys.executable, "-m", "tests.faults.apart", str(seed), *map(str, targets)]
        self._process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        self.port = int(self._process.stdout.readline())

    def holes(self, *, up: bool, down: bool) -> None:
        self._tell("holes", up=up, down=down)

    def cut(self) -> None:
        self._tell("cut")

    def turn(self, **weather: float) -> None:
        self._tell("turn", **weather)

    def stop(self) -> None:
        """Let it end by itself."""
        self._process.communicate(timeout=30)
        assert self._process.returncode == 0

    def _tell(self, what: str, **how: float) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps([what, how]) + "\n")
        self._process.stdin.flush()


async def carry(seed: int, *targets: int) -> None:
    """Be the network until nobody says anything more."""
    proxy, told = Proxy(targets, random.Random(seed)), asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(told), sys.stdin)
    await proxy.start()
    print(proxy.port, flush=True)
    while line := await told.readline():
        what, how = json.loads(line)
        assert what in DOES
        getattr(proxy, what)(**how)
    await proxy.stop()


if __name__ == "__main__":
    with spare_the_collector():
        uvloop.run(carry(*map(int, sys.argv[1:])))
