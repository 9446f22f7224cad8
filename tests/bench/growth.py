"""What must not grow faster than its work: each measured small and large in one run, so that ratios are of one machine.

    python -m tests.bench.run growth             about ten minutes; with --write its part of RESULTS.md

Late joins while people post, snapshots of many labs, report files of 500 and 5,000 contributions, and the memory of a server
that has made hundreds of files. CPU times, because others may use the machine meanwhile.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import resource
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache, partial
from itertools import cycle, islice
from pathlib import Path

from facilitation.cases.files.formats import FORMATS as CASE_FORMATS
from facilitation.core import ids
from facilitation.reports.assemble import assemble
from facilitation.reports.content import Report
from facilitation.reports.render import FORMATS
from tests.bench import servers
from tests.bench.exporting import Given, exporting
from tests.bench.fetching import cpu_seconds
from tests.bench.goals import FILES, KEPT, LATE, MEMORY
from tests.bench.step import Found, Step
from tests.reports.transcript import sample_lab
from tests.running import Server

OPEN = {"POSTS_BURST": "1000000", "COMMANDS_PER_10S": "1000000"}  # one seat posts for the whole room
ROUNDS, SEATS = 40, 500  # so many that nobody has much of their own
SMALL, LARGE = 500, 5000


def growth() -> Iterator[Step]:
    """All of them; the small size of each first."""
    for size in (0, 1000, 5000):
        yield Step(LATE, f"{size} contributions", partial(late_join, size))
    for labs in (16, 64, 300):
        yield Step(KEPT, f"{labs} labs", partial(in_turn, labs))
    for kind in FORMATS:
        yield Step(FILES, kind, partial(files, kind))
    yield Step(MEMORY, "30 PDFs", partial(memory, 30, pdf_only=True))
    yield Step(MEMORY, "500 mixed files", partial(memory, 500))


# ---- snapshots


class Phone:
    """One seat over one connection."""

    def __init__(self, running: servers.Running, number: int = 0) -> None:
        assert running.given is not None
        name, _, value = running.given.cookies[number].partition(": ")
        self.lab, self.board = running.given.labs[number % len(running.given.labs)]
        self.cookie = {name: value, "Origin": f"http://127.0.0.1:{running.port}"}
        self._running, self._line = running, http.client.HTTPConnection("127.0.0.1", running.port, timeout=60)

    def post(self, text: str) -> None:
        said = {"v": 1, "key": ids.new_key(), "name": "contribution.post", "args": {"board": self.board, "text": text}}
        self._line.request(
            "POST", f"/labs/{self.lab}/commands", json.dumps(said), {**self.cookie, "Content-Type": "application/json"}
        )
        answer = json.loads(self._line.getresponse().read())
        assert answer["ok"], answer

    def fetch(self) -> float:
        """The whole stream; milliseconds of the server's processor."""
        before = cpu_seconds(self._running.pid)
        self._line.request("GET", f"/labs/{self.lab}/stream/room", headers={**self.cookie, "Accept-Encoding": "gzip"})
        answer = self._line.getresponse()
        answer.read()
        assert answer.status == 200
        time.sleep(0.003)  # until it waits again: only then its account says all
        return (cpu_seconds(self._running.pid) - before) * 1000


def late_join(size: int) -> Found:
    """One phone posts, another one comes late, and so on; beside it one that comes late while nobody posts."""
    with servers.product(SEATS, contributions=size, **OPEN) as running:
        author, late = Phone(running), Phone(running, 1)
        late.fetch()
        quiet = [late.fetch() for _ in range(ROUNDS)]
        posting = []
        for number in range(ROUNDS):
            author.post(f"A sentence of about eighty letters, as somebody in the room says it, number {number}")
            time.sleep(0.02)  # the announcer has its turn
            posting.append(late.fetch())
    return {"quiet_ms": statistics.median(quiet), "posting_ms": statistics.median(posting)}


def in_turn(labs: int) -> Found:
    """Somebody comes to each lab in turn, again and again; the first round is not counted."""
    with servers.product(labs, labs=labs) as running:
        phones = [Phone(running, number) for number in range(labs)]
        for phone in phones:
            phone.fetch()
        found = [phone.fetch() for phone in (*phones, *phones)]
    return {"quiet_ms": statistics.median(found)}


# ---- files


@cache
def report(size: int) -> Report:
    """The sample lab with so many contributions."""
    lab = sample_lab()
    said = [one for one in lab.contributions if one.text]
    more = (replace(one, id=f"more-{n}", text=f"{one.text} {n}") for n, one in enumerate(cycle(said)))
    return assemble(replace(lab, contributions=(*lab.contributions, *islice(more, size - len(lab.contributions)))))


def files(kind: str) -> Found:
    """CPU seconds of one file, with the program that sets it; the first one is not counted."""
    FORMATS[kind].write(report(SMALL))
    return {"small_s": min(_spent(kind, SMALL) for _ in range(3)), "large_s": min(_spent(kind, LARGE) for _ in range(2))}


def _spent(kind: str, size: int) -> float:
    made = report(size)
    before = _processor()
    FORMATS[kind].write(made)
    return _processor() - before


def _processor() -> float:
    ours, children = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in (ours, children))


# ---- memory


def memory(count: int, *, pdf_only: bool = False) -> Found:
    """MB of the server, and of it with all the programs it started, before and after so many files; the one of each kind that
    loads what makes it is counted with them."""
    with tempfile.TemporaryDirectory(prefix="bench-growth-") as folder:
        given = exporting(Path(folder) / "data")
        server = Server(given.data, "--no-bootstrap", "--no-demo", LOG_LEVEL="WARNING").start()
        try:
            return measured(server, given, list(islice(cycle(addresses(given, pdf_only=pdf_only)), count)))
        finally:
            server.stop()


def addresses(given: Given, *, pdf_only: bool = False) -> Sequence[str]:
    """Files of cases and of a small lab in every form, and now and then one of a large lab."""
    if pdf_only:
        return [f"/cases/{case}.pdf" for case in given.cases] + [f"/labs/{given.small}/report.pdf"]
    small = [f"/labs/{given.small}/report.{kind}" for kind in FORMATS]
    cases = [f"/cases/{case}.{kind}?questions={n % 2}" for n, case in enumerate(given.cases) for kind in CASE_FORMATS]
    found: list[str] = []
    for kind in FORMATS:
        found += [*small, *cases, f"/labs/{given.large}/report.{kind}"]
    return found


def measured(server: Server, given: Given, wanted: Sequence[str]) -> Found:
    line = http.client.HTTPConnection("127.0.0.1", server.port, timeout=300)
    alone, together = resident(server.pid), tree(server.pid)
    highest, began = 0.0, time.monotonic()
    for number, address in enumerate(wanted):
        line.request("GET", address, headers={"Cookie": given.cookie})
        answer = line.getresponse()
        content = answer.read()
        assert answer.status == 200, (address, answer.status)
        assert content
        if number % 10 == 0:
            highest = max(highest, resident(server.pid))
    until = time.monotonic() + 30
    while len(family(server.pid)) > 1 and time.monotonic() < until:
        time.sleep(0.1)
    found = {"mb_before": alone, "mb_after": resident(server.pid), "mb_highest": highest, "loads_typst": loads_typst(server.pid)}
    return {**found, "mb_tree_before": together, "mb_tree_after": tree(server.pid), "took_s": time.monotonic() - began}


def family(pid: int) -> list[int]:
    """A process and all it started, as far as they still run."""
    found = [pid]
    for one in found:
        with contextlib.suppress(OSError):
            for task in Path(f"/proc/{one}/task").iterdir():
                found += [int(child) for child in (task / "children").read_text().split()]
    return found


def tree(pid: int) -> float:
    return sum(resident(one) for one in family(pid))


def resident(pid: int) -> float:
    """MB of memory; none of a process that has just ended."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmRSS"):
                return int(line.split()[1]) / 1024
    return 0.0


def loads_typst(pid: int) -> bool:
    return "_typst" in Path(f"/proc/{pid}/maps").read_text()
