"""`python3 -m facilitation test`: every check, one after the other, each with its time; non-zero when one of them failed.

python3 -m facilitation test                      everything, the browser included
python3 -m facilitation test --quick              without the browser and what takes long
python3 -m facilitation test --only pytest -- -k merge -x
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

HOME = Path(__file__).resolve().parent.parent
OLDEST_NODE = 20


@dataclass(frozen=True, kw_only=True)
class Options:
    """`quick` leaves out what is marked `browser` or `slow`, `long` takes in what is marked so; `strict` (CI=true) turns a
    missing program into a failure."""

    quick: bool
    long: bool
    strict: bool
    pytest: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """`passed` is None for a check that could not be made; `why` says what it lacked."""

    passed: bool | None
    why: str = ""


def main(arguments: Sequence[str]) -> int:
    """Run the checks. Returns the exit code: 0 when all passed, 1 when one failed. Arguments after `--` go to pytest."""
    only, options = _parse(arguments)
    results = [(name, *_timed(name, check, options)) for name, check in CHECKS.items() if not only or name in only]
    print("\n== summary", flush=True)
    for name, outcome, seconds in results:
        print(f"{_verdict(outcome):8}{name:12}{seconds:7.1f} s  {outcome.why}".rstrip())
    return 1 if any(outcome.passed is False for _, outcome, _ in results) else 0


def _parse(arguments: Sequence[str]) -> tuple[list[str], Options]:
    own: list[str] = list(arguments)
    extra: tuple[str, ...] = ()
    if "--" in own:
        cut = own.index("--")
        own, extra = own[:cut], tuple(own[cut + 1 :])
    parser = argparse.ArgumentParser(prog="python3 -m facilitation test", epilog="Arguments after -- go to pytest.")
    parser.add_argument("--quick", action="store_true", help="leave out the browser and slow tests")
    parser.add_argument("--long", action="store_true", help="run the very long tests as well")
    parser.add_argument("--only", action="append", choices=list(CHECKS), help="only this check (may be repeated)")
    read = parser.parse_args(own)
    strict = os.environ.get("CI", "").lower() in ("1", "true")
    return read.only or [], Options(quick=read.quick, long=read.long, strict=strict, pytest=extra)


def _timed(name: str, check: Callable[[Options], Outcome], options: Options) -> tuple[Outcome, float]:
    print(f"\n== {name}", flush=True)
    begun = time.monotonic()
    outcome = check(options)
    seconds = time.monotonic() - begun
    print(f"-- {name}: {_verdict(outcome)} in {seconds:.1f} s {outcome.why}".rstrip(), flush=True)
    return outcome, seconds


def _verdict(outcome: Outcome) -> str:
    return {True: "passed", False: "FAILED", None: "skipped"}[outcome.passed]


def _python_style(options: Options) -> Outcome:
    return _tool("ruff", "check", ".")


def _types(options: Options) -> Outcome:
    return _tool("mypy")  # which files: setup.cfg


def _templates(options: Options) -> Outcome:
    return _tool("djlint", "--lint", "--quiet", "templates")


def _modules(options: Options) -> Outcome:
    node = os.environ.get("FACILITATION_TEST_NODE") or shutil.which("node")
    lacking = _lacking_node(node)
    if node is None or lacking:
        return Outcome(passed=False if options.strict else None, why=lacking)
    # Named one by one: what a folder means to `node --test` has changed between its versions.
    files = sorted(str(path.relative_to(HOME)) for path in (HOME / "tests" / "js").rglob("*.test.js"))
    if not files:
        return Outcome(passed=False, why="no file tests/js/**/*.test.js")
    return _run([node, "--test", "--test-reporter=spec", *files])


def _lacking_node(node: str | None) -> str:
    remedy = f"Node {OLDEST_NODE} or newer is needed (apt-get install nodejs)"
    if node is None:
        return remedy
    told = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout.strip()
    major = told.removeprefix("v").split(".")[0]
    return "" if major.isdecimal() and int(major) >= OLDEST_NODE else f"{remedy}; {node} is {told or 'unusable'}"


def _tests(options: Options) -> Outcome:
    left_out = [*(["browser", "slow"] if options.quick else []), *([] if options.long else ["long"])]
    chosen = ["-m", " and ".join(f"not {mark}" for mark in left_out)] if left_out else []
    # pytest's own exit code for "nothing collected" (5) is a failure here as well.
    return _tool("pytest", "-n", "3", "--dist", "loadfile", "--durations=25", *chosen, *options.pytest)


def _tool(module: str, *arguments: str) -> Outcome:
    return _run([sys.executable, "-m", module, *arguments])


def _run(command: Sequence[str]) -> Outcome:
    done = subprocess.run(command, cwd=HOME, check=False)
    return Outcome(passed=done.returncode == 0, why="" if done.returncode == 0 else f"exit code {done.returncode}")


CHECKS: dict[str, Callable[[Options], Outcome]] = {
    "ruff": _python_style,
    "mypy": _types,
    "djlint": _templates,
    "node": _modules,
    "pytest": _tests,
}
