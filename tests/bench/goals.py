"""The goals of the issue, each with what this run says about it."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

ONE, THREE = "PostgreSQL, 1 worker", "PostgreSQL, 3 workers"  # the product there; "product" is the one on SQLite
LOWEST_RATE = 5.0  # of the ladder that stock climbs: failing there counts as having managed it
Results = dict[tuple[str, str], list[dict[str, Any]]]
LATE, KEPT, FILES, MEMORY = "late join while people post", "labs in turn", "report files", "memory of a server that exports"
FORM = "1,000 join forms at once"
SMALL, LARGE, LABS = "fan-out 300 × 20", "fan-out 1000 × 100", "50 labs × 20 phones, 50 posts/s"


@dataclass(frozen=True)
class Goal:
    """One row: what was asked, what came out, and by how much it was missed."""

    what: str
    asked: str
    measured: str
    verdict: str


def goals(results: Results) -> list[Goal]:
    """Every goal whose runs are there."""
    found = []
    for what, limit, unit, more_is_better, measure in _TABLE:
        try:
            value = measure(_Reader(results))
        except (LookupError, statistics.StatisticsError):
            continue
        except NothingArrived as nothing:
            found.append(Goal(what, f"{'≥' if more_is_better else '≤'} {limit:g}{unit}", "–", f"**no number**: {nothing}"))
            continue
        met = value >= limit if more_is_better else value <= limit
        off = (limit / value if more_is_better else value / limit) if value and limit else float("inf")
        sign = "≥" if more_is_better else "≤"
        found.append(Goal(what, f"{sign} {limit:g}{unit}", f"{value:.3g}{unit}", "met" if met else f"**missed**, {off:.2f} ×"))
    return found


class NothingArrived(Exception):
    """A run in which a server was so far behind that nothing came through in time."""


@dataclass(frozen=True)
class _Reader:
    results: Results

    def __call__(self, scenario: str, server: str, *path: str) -> float:
        """The median of one number over the runs of one server."""
        found = statistics.median(_at(run, path) for run in self.results[scenario, server])
        if found < 0 or (path[0] == "wire_bytes_per_delivery" and not found):
            raise NothingArrived(f"{server} was overloaded")
        return found

    def cpu(self, scenario: str, server: str) -> float:
        found = self(scenario, server, "cpu_s_per_1k_deliv") * 1000
        if not found:
            raise NothingArrived(f"{server} was overloaded")
        return found

    def joined_in(self, scenario: str, server: str) -> float:
        """Seconds in which all of 1,000 were in."""
        if refused := self.refused(scenario, server):
            raise NothingArrived(f"{refused:g} of 1,000 were refused, {server}")
        return self(scenario, server, "connect_s")

    def refused(self, scenario: str, server: str) -> float:
        """The most of 1,000 in any run."""
        return max(1000 - float(run["ready"]) for run in self.results[scenario, server])

    def lost_or_doubled(self) -> float:
        ours = ("product", ONE, THREE)
        runs = [run for (_scenario, server), all_ in self.results.items() if server in ours for run in all_ if "dups" in run]
        if not runs:
            raise LookupError("nobody posted")
        return sum(run.get("lost", 0) + run["dups"] for run in runs)


def _at(run: dict[str, Any], path: tuple[str, ...]) -> float:
    value: Any = run
    for name in path:
        value = value[name]
    return float(value)


Row = tuple[str, float, str, bool, Callable[[_Reader], float]]
_TABLE: tuple[Row, ...] = (
    ("CPU per delivery, 300 × 20, against Node", 1.0, " ×", False, lambda r: r.cpu(SMALL, "product") / r.cpu(SMALL, "node")),
    ("CPU per delivery, 300 × 20: stock costs", 4.0, " ×", True, lambda r: r.cpu(SMALL, "stock") / r.cpu(SMALL, "product")),
    ("CPU per delivery, 1000 × 100, against Node", 0.5, " ×", False, lambda r: r.cpu(LARGE, "product") / r.cpu(LARGE, "node")),
    ("CPU per delivery, 1000 × 100, against the relay", 1.0, " ×", False,
     lambda r: r.cpu(LARGE, "product") / r.cpu(LARGE, "relay")),
    ("highest rate at 1,000 phones, against stock", 10.0, " ×", True,
     lambda r: r("top rate at 1000", "product", "rate") / max(LOWEST_RATE, r("top rate at 1000", "stock", "rate"))),
    ("durable answer p99, 300 × 20, against Node", 1.0, " ×", False,
     lambda r: r(SMALL, "product", "ack_ms", "p99") / r(SMALL, "node", "ack_ms", "p99")),
    ("seen by all p99, 300 × 20, against the best of Node and relay", 1.5, " ×", False,
     lambda r: r(SMALL, "product", "seen_all_ms", "p99")
     / min(r(SMALL, server, "seen_all_ms", "p99") for server in ("node", "relay"))),
    ("1,000 joins at once", 1.5, " s", False, lambda r: r("storm 1000", "product", "connect_s")),
    ("joins refused of 4,000 at once", 0, "", False, lambda r: 4000 - r("storm 4000", "product", "ready")),
    ("1,000 joins at once on PostgreSQL, against SQLite", 3.0, " ×", False,
     lambda r: r.joined_in("storm 1000", ONE) / r.joined_in("storm 1000", "product")),
    ("1,000 join forms at once on PostgreSQL, against SQLite", 3.0, " ×", False,
     lambda r: r.joined_in(FORM, ONE) / r.joined_in(FORM, "product")),
    ("refused of 1,000 joins and 1,000 forms on PostgreSQL, one worker", 0, "", False,
     lambda r: r.refused("storm 1000", ONE) + r.refused(FORM, ONE)),
    ("refused of 1,000 joins and 1,000 forms on PostgreSQL, three workers", 0, "", False,
     lambda r: r.refused("storm 1000", THREE) + r.refused(FORM, THREE)),
    ("late join, 2,000 contributions: CPU", 1.5, " ms", False, lambda r: r("late join 2000", "product", "cpu_ms")),
    ("late join, 2,000 contributions: bytes", 100, " kB", False, lambda r: r("late join 2000", "product", "bytes") / 1000),
    ("memory per phone, 1,000 phones", 80, " kB", False, lambda r: r("storm 1000", "product", "rss_per_conn_kb")),
    ("bytes per contribution and phone, 300 × 20", 160, "", False, lambda r: r(SMALL, "product", "wire_bytes_per_delivery")),
    ("bytes per contribution and phone, 1000 × 100", 160, "", False, lambda r: r(LARGE, "product", "wire_bytes_per_delivery")),
    ("many labs: CPU against Node", 1.5, " ×", False, lambda r: r.cpu(LABS, "product") / r.cpu(LABS, "node")),
    ("phone, 1,000 contributions: one more", 5.0, " ms", False, lambda r: r("phone in a browser", "1000 there", "page_ms")),
    ("phone, 5,000 contributions: elements", 5000, "", False, lambda r: r("phone in a browser", "5000 there", "elements")),
    ("console, 5,000 contributions: one more", 12.0, " ms", False, lambda r: r("console in a browser", "5000 there", "page_ms")),
    ("console, 5,000 contributions: one more, against 300", 1.5, " ×", False,
     lambda r: r("console in a browser", "5000 there", "page_ratio")),
    ("wall, 5,000 contributions: one more, against 300", 1.5, " ×", False,
     lambda r: r("wall in a browser", "5000 there", "page_ratio")),
    ("late join while people post, 5,000 contributions, against quiet", 3.0, " ×", False,
     lambda r: r(LATE, "5000 contributions", "posting_ms") / r(LATE, "5000 contributions", "quiet_ms")),
    ("late join while people post, 5,000 contributions against 1,000", 2.0, " ×", False,
     lambda r: r(LATE, "5000 contributions", "posting_ms") / r(LATE, "1000 contributions", "posting_ms")),
    ("300 labs in turn against 16", 1.5, " ×", False, lambda r: r(KEPT, "300 labs", "quiet_ms") / r(KEPT, "16 labs", "quiet_ms")),
    ("Word: a report of 5,000 contributions against one of 500", 12.0, " ×", False,
     lambda r: r(FILES, "docx", "large_s") / r(FILES, "docx", "small_s")),
    ("memory of the server and its programs after 500 files", 60.0, " MB more", False,
     lambda r: r(MEMORY, "500 mixed files", "mb_tree_after") - r(MEMORY, "500 mixed files", "mb_tree_before")),
    ("lost or doubled in all runs of the product", 0, "", False, lambda r: r.lost_or_doubled()),
)  # fmt: skip
