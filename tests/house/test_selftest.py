"""The test command fails when a check fails, when nothing was tested, and in CI when something could not be."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from facilitation import selftest
from facilitation.selftest import Options, Outcome
from tests import programs

HOME = Path(__file__).resolve().parents[2]


def _given(monkeypatch: pytest.MonkeyPatch, **outcomes: bool | None) -> list[tuple[str, Options]]:
    """Replace the checks by ones with these outcomes; returns what was run, in order, with its options."""
    ran: list[tuple[str, Options]] = []

    def check(name: str, passed: bool | None) -> Callable[[Options], Outcome]:
        def run(options: Options) -> Outcome:
            ran.append((name, options))
            return Outcome(passed=passed, why="" if passed else f"why {name}")

        return run

    monkeypatch.setattr(selftest, "CHECKS", {name: check(name, passed) for name, passed in outcomes.items()})
    return ran


def test_one_failure_fails_the_whole_and_the_rest_still_runs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ran = _given(monkeypatch, first=True, second=False, third=True)
    assert selftest.main([]) == 1
    assert [name for name, _ in ran] == ["first", "second", "third"]
    summary = capsys.readouterr().out.split("== summary")[1].split("\n")
    assert [line.split()[:2] for line in summary if line] == [["passed", "first"], ["FAILED", "second"], ["passed", "third"]]
    assert "why second" in summary[2]


def test_a_skipped_check_is_named_and_does_not_fail(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    _given(monkeypatch, first=True, second=None)
    assert selftest.main([]) == 0
    assert "skipped second" in " ".join(capsys.readouterr().out.split())


def test_options_reach_the_checks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    ran = _given(monkeypatch, first=True, second=True)
    assert selftest.main(["--quick", "--only", "second", "--", "-k", "merge", "--quick"]) == 0
    assert ran == [("second", Options(quick=True, long=False, strict=True, pytest=("-k", "merge", "--quick")))]


def test_a_check_nobody_knows_is_refused() -> None:
    with pytest.raises(SystemExit) as refused:
        selftest.main(["--only", "nothing"])
    assert refused.value.code == 2


def test_collecting_nothing_is_a_failure(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "facilitation", "test", "--no-bootstrap", "--only", "pytest", "--", str(tmp_path)],
        cwd=HOME,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "exit code 5" in done.stdout


@pytest.mark.parametrize(("strict", "passed"), [(True, False), (False, None)])
def test_node_may_be_absent_except_in_ci(monkeypatch: pytest.MonkeyPatch, strict: bool, passed: bool | None) -> None:
    monkeypatch.setenv("FACILITATION_TEST_NODE", "")
    monkeypatch.setenv("PATH", "")
    outcome = selftest._modules(Options(quick=False, long=False, strict=strict, pytest=()))
    assert outcome.passed is passed
    assert "apt-get install nodejs" in outcome.why


class TestPrograms:
    """Finding what the system has."""

    def test_a_variable_overrides_everything(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        mine = tmp_path / "my-redis"
        monkeypatch.setenv("FACILITATION_TEST_REDIS", str(mine))
        assert programs.find("redis") is None, "named, but not there: no other one is taken instead"
        mine.write_text("#!/bin/sh\n")
        mine.chmod(0o755)
        assert programs.need("redis") == mine

    def test_the_newest_of_several_folders_is_taken(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        for version in ("9", "16", "15"):
            server = tmp_path / version / "bin" / "tested-server"
            server.parent.mkdir(parents=True)
            server.write_text("#!/bin/sh\n")
            server.chmod(0o755)
        folders = (f"{tmp_path}/*/bin",)
        program = programs.Program(variable="FACILITATION_TEST_X", names=("tested-server",), folders=folders, install="")
        monkeypatch.setitem(programs.PROGRAMS, "tested", program)
        assert programs.find("tested") == tmp_path / "16" / "bin" / "tested-server"

    def test_a_sibling_is_looked_for_where_the_program_really_lies(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        real, link = tmp_path / "15" / "postgres", tmp_path / "postgres"
        real.parent.mkdir()
        real.write_text("#!/bin/sh\n")
        real.chmod(0o755)
        link.symlink_to(real)
        monkeypatch.setenv("FACILITATION_TEST_POSTGRES", str(link))
        assert programs.beside("postgres", "initdb") == tmp_path / "15" / "initdb"

    @pytest.mark.parametrize(("ci", "outcome"), [("true", pytest.fail.Exception), ("", pytest.skip.Exception)])
    def test_what_is_absent_skips_and_in_ci_fails(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, ci: str, outcome: type[BaseException]
    ) -> None:
        monkeypatch.setenv("CI", ci)
        monkeypatch.setenv("FACILITATION_TEST_NGINX", str(tmp_path / "absent"))
        with pytest.raises(outcome, match="apt-get install nginx"):
            programs.need("nginx")
