"""The first start, the second, and what can go wrong in between: real environments, from a small index of our own on disk."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from facilitation import bootstrap
from tests.house.checkout import HOME, Answer, Checkout, until


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> tuple[Checkout, Answer]:
    """A checkout and what its first start answered. An environment takes seconds to make, so most tests share this one."""
    checkout = Checkout(tmp_path_factory.mktemp("checkout"))
    return checkout, checkout.run(sys.executable, "wsgi.py", "--port", "5050", "--", "a b")


@pytest.fixture
def ready(first: tuple[Checkout, Answer]) -> Checkout:
    """Holds the first version of the lock, whatever the test before did."""
    checkout = first[0]
    checkout.lock("1.0")
    code, _, said = checkout.run()
    assert code == 0, said
    return checkout


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Checkout]:
    checkout = Checkout(tmp_path / "checkout")
    yield checkout
    shutil.rmtree(checkout.environment, ignore_errors=True)


def test_a_first_start_makes_the_environment_and_runs_the_same_command_in_it(first: tuple[Checkout, Answer]) -> None:
    checkout, (code, told, said) = first
    assert code == 0, said
    assert told["arguments"] == ["--port", "5050", "--", "a b"]
    assert told["prefix"] == str(checkout.environment)
    assert (told["crumb"], told["crust"]) == ("1.0", False)
    assert "making a virtual environment" in said


def test_a_second_start_does_nothing(ready: Checkout) -> None:
    files = [ready.environment / name for name in ("facilitation.stamp", "pyvenv.cfg")]
    before = [path.stat().st_mtime_ns for path in files]
    code, told, said = ready.run()
    assert (code, said) == (0, "")
    assert told["prefix"] == str(ready.environment)
    assert [path.stat().st_mtime_ns for path in files] == before


def test_the_command_line_gets_its_arguments_from_outside_and_inside(ready: Checkout) -> None:
    for python in (sys.executable, str(ready.environment / "bin" / "python")):
        code, told, said = ready.run(python, "-m", "facilitation", "report", "L1", "-o", "x y")
        assert (code, said) == (0, "")
        assert told["arguments"] == ["report", "L1", "-o", "x y"]


def test_a_changed_lock_is_followed_in_place(ready: Checkout) -> None:
    mark = ready.environment / "kept"
    mark.touch()
    ready.lock("1.1")
    code, told, said = ready.run()
    assert code == 0, said
    assert told["crumb"] == "1.1"
    assert mark.exists(), "only what changed is installed"
    assert "making a virtual environment" not in said


def test_the_environment_of_the_tests_serves_the_run_too(ready: Checkout) -> None:
    ready.lock("1.2")
    assert ready.run()[1]["crust"] is False
    code, told, said = ready.run(sys.executable, "-m", "facilitation", "test", "--quick")
    assert code == 0, said
    assert told["crust"] is True
    assert told["arguments"] == ["--quick"]
    assert ready.run()[2] == "", "the run set is part of it"
    assert ready.run(sys.executable, "-m", "facilitation", "test")[2] == ""


@pytest.mark.slow
def test_a_file_with_another_hash_is_refused_and_the_next_start_repairs(ready: Checkout) -> None:
    ready.lock("1.3", spoiled=True)
    code, told, said = ready.run()
    assert code != 0
    assert told == {}
    assert "pip could not install" in said
    assert "HASH" in said.upper(), "pip's own words are shown"
    ready.lock("1.3")
    code, told, said = ready.run()
    assert code == 0, said
    assert told["crumb"] == "1.3"


@pytest.mark.slow
def test_an_environment_of_another_python_is_made_anew(ready: Checkout) -> None:
    stamp = ready.environment / "facilitation.stamp"
    here = "{}.{}".format(*sys.version_info[:2])
    stamp.write_text(stamp.read_text().replace(f" {here} ", " 3.9 "))
    python = ready.environment / "bin" / "python"
    python.unlink()
    python.write_text("#!/bin/sh\necho cpython 3.9 linux\n")
    python.chmod(0o755)
    (ready.environment / "old").touch()
    code, told, said = ready.run()
    assert code == 0, said
    assert told["prefix"] == str(ready.environment)
    assert not (ready.environment / "old").exists()


@pytest.mark.slow
@pytest.mark.long
def test_a_start_that_was_killed_half_way_is_repaired(fresh: Checkout) -> None:
    process = fresh.start()
    until((fresh.environment / "facilitation.unfinished").exists)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    assert not (fresh.environment / "facilitation.stamp").exists()
    # What pip leaves when it is cut off between two files: it would take this for an installed package.
    site = next(fresh.environment.glob("lib/python*/site-packages"))
    (site / "crumb-1.0.dist-info").mkdir(exist_ok=True)
    (site / "crumb-1.0.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: crumb\nVersion: 1.0\n")
    (site / "crumb.py").unlink(missing_ok=True)
    code, told, said = fresh.run()
    assert code == 0, said
    assert told["crumb"] == "1.0"


@pytest.mark.slow
@pytest.mark.long
def test_two_starts_at_once_make_one_environment(fresh: Checkout) -> None:
    first = fresh.start()
    until(fresh.environment.exists)
    second = fresh.start()
    answers = [process.communicate(timeout=90) for process in (first, second)]
    assert [process.returncode for process in (first, second)] == [0, 0], answers
    assert [json.loads(out)["crumb"] for out, _ in answers] == ["1.0", "1.0"]
    assert sum("making a virtual environment" in said for _, said in answers) == 1
    assert "waiting" in answers[1][1]


@pytest.mark.parametrize("way", ["option", "variable"])
def test_somebody_elses_environment_is_used_only_when_asked(fresh: Checkout, way: str) -> None:
    (fresh.folder / "crumb.py").write_text("VERSION = 'theirs'\n")
    option = ["--no-bootstrap"] if way == "option" else []
    variable = {"FACILITATION_NO_BOOTSTRAP": "1"} if way == "variable" else {}
    code, told, said = fresh.run(sys.executable, "wsgi.py", *option, "--lan", **variable)
    assert (code, said) == (0, "")
    assert told["crumb"] == "theirs"
    assert told["arguments"] == ["--lan"]
    assert not fresh.environment.exists()


def test_an_option_meant_for_pytest_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(bootstrap.BYPASS, raising=False)
    monkeypatch.setattr(sys, "argv", ["facilitation", "test", "--", "--no-bootstrap"])
    assert not bootstrap._bypassed()
    assert sys.argv[-1] == "--no-bootstrap"


def test_an_interpreter_that_does_not_become_the_environment_is_not_started_for_ever(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(bootstrap.AGAIN, "1")
    with pytest.raises(SystemExit, match="Remove that folder"):
        bootstrap.Environment(tmp_path).start_again()


def test_an_installed_wheel_has_nothing_to_prepare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv(bootstrap.BYPASS, raising=False)
    monkeypatch.setattr(bootstrap, "__file__", str(tmp_path / "facilitation" / "bootstrap.py"))
    bootstrap.ensure("run")
    assert list(tmp_path.iterdir()) == []


def test_a_python_without_its_venv_module_names_the_one_package(monkeypatch: pytest.MonkeyPatch) -> None:
    assert bootstrap._missing_for_venv() is None
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None if name == "ensurepip" else object())
    sentence = bootstrap._missing_for_venv()
    assert sentence is not None
    debian = Path("/etc/debian_version").exists()
    assert ("apt-get install python{}.{}-venv".format(*sys.version_info[:2]) if debian else "ensurepip") in sentence


def test_looking_is_cheap_and_needs_nothing_installed() -> None:
    code = "import sys; from facilitation import bootstrap; print(*sorted({'subprocess', 'venv', 'flask'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-S", "-c", code], cwd=HOME, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_importing_the_entry_point_neither_patches_nor_builds() -> None:
    code = "import sys, wsgi; print(*sorted({'eventlet', 'flask', 'sqlalchemy'} & set(sys.modules)), hasattr(wsgi, 'other'))"
    done = subprocess.run([sys.executable, "-c", code], cwd=HOME, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
