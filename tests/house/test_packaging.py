"""The wheel holds what the tree holds, and the tests' lock holds the run's."""

from __future__ import annotations

import configparser
import re
from pathlib import Path

HOME = Path(__file__).resolve().parents[2]
MAPPED = {"facilitation._migrations": "migrations", "facilitation._static": "static", "facilitation._templates": "templates"}


def _setup() -> configparser.ConfigParser:
    parser = configparser.ConfigParser()
    parser.read(HOME / "setup.cfg", encoding="utf-8")
    return parser


def _lines(value: str) -> list[str]:
    return [line.strip() for line in value.splitlines() if line.strip()]


def _pins(lock: str) -> dict[str, set[str]]:
    """{requirement with version and condition: its hashes}"""
    pins: dict[str, set[str]] = {}
    name = ""
    for line in (HOME / lock).read_text(encoding="utf-8").splitlines():
        if match := re.match(r"(\S+==[^\\]+?)\s*\\?$", line):
            name = match[1]
            pins[name] = set()
        else:
            pins[name].update(re.findall(r"sha256:[0-9a-f]{64}", line))
    return pins


def test_every_package_of_the_tree_is_listed() -> None:
    tree = {".".join(path.parent.relative_to(HOME).parts) for path in (HOME / "facilitation").rglob("__init__.py")}
    listed = set(_lines(_setup()["options"]["packages"]))
    assert listed == tree | set(MAPPED), "add the new package to [options] packages in setup.cfg"


def test_no_module_lies_in_a_folder_that_is_no_package() -> None:
    folders = {path.parent for path in (HOME / "facilitation").rglob("*.py")}
    assert [str(folder.relative_to(HOME)) for folder in folders if not (folder / "__init__.py").is_file()] == []


def test_data_files_of_the_package_have_a_pattern() -> None:
    patterns = [pattern.strip() for pattern in _setup()["options.package_data"]["*"].split(",")]
    assert all(pattern.startswith("**/") for pattern in patterns if "*" in pattern), "data lies in folders that are no packages"
    data = [path for path in (HOME / "facilitation").rglob("*") if path.is_file() and path.suffix not in (".py", ".pyc")]
    assert [str(path) for path in data if not any(path.match(pattern) for pattern in patterns)] == []


def test_the_folders_beside_the_package_are_mapped_into_it() -> None:
    mapping = dict(re.split(r"\s*=\s*", line) for line in _lines(_setup()["options"]["package_dir"]))
    assert {name: mapping[name] for name in MAPPED} == MAPPED
    assert all((HOME / folder).is_dir() for folder in MAPPED.values())


def test_the_lock_for_tests_holds_the_lock_for_running() -> None:
    run, test = _pins("requirements.txt"), _pins("requirements-test.txt")
    assert run.items() <= test.items()
    assert len(run) > 40
    assert all(run.values()), "each pin carries its hashes"
    assert all(test.values())


def test_what_is_asked_for_is_locked() -> None:
    setup = _setup()
    for lock, asked in (
        ("requirements.txt", setup["options"]["install_requires"]),
        ("requirements-test.txt", setup["options.extras_require"]["test"]),
    ):
        locked = {re.split("==", pin)[0] for pin in _pins(lock)}
        wanted = {re.split(r"[\s<>=!]", line)[0].lower() for line in _lines(asked)}
        assert wanted - locked == set(), f"run tools/lock.sh ({lock})"
