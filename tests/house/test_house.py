"""Rules of the house, checked by reading it."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from facilitation import config, permissions, registry
from facilitation.core.commands import REGISTRY
from facilitation.core.errors import CODES
from facilitation.core.model import PRIVACY_CLASSES
from facilitation.schema import metadata

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "facilitation"
DOMAIN = ("people", "cases", "labs", "boards", "stream", "reports")
#: Which layers a layer may import. Domain packages may import each other; nothing imports upward.
LAYERS = {
    "core": {"core"},
    "documents": {"documents", "offload"},  # its typesetter is a program that is waited for
    **{name: {"core", *DOMAIN} for name in DOMAIN},
    "cases": {"core", "documents", *DOMAIN},
    "reports": {
        "core",
        "documents",
        *DOMAIN,
        "paths",
        "logs",
    },  # its files are set from templates and styles; press.py is a process
    "permissions": {"core", *DOMAIN},
    "dispatch": {"core", *DOMAIN, "permissions", "registry"},
}
FRAMEWORK = {"flask", "flask_login", "flask_socketio", "flask_wtf", "flask_migrate", "socketio", "eventlet"}
assert registry


def imports_of(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
            if node.module == "facilitation":
                names.update(f"facilitation.{alias.name}" for alias in node.names)
    return names


def modules(layer: str) -> list[Path]:
    folder = PACKAGE / layer
    return sorted(folder.rglob("*.py")) if folder.is_dir() else [PACKAGE / f"{layer}.py"]


@pytest.mark.parametrize("layer", LAYERS)
def test_imports_point_one_way(layer: str) -> None:
    files = modules(layer)
    assert files
    for path in files:
        for name in imports_of(path):
            top = name.split(".")[0]
            assert top not in FRAMEWORK, f"{path.name} imports {name}"
            if top == "facilitation" and name.count("."):
                assert name.split(".")[1] in LAYERS[layer] | {"__version__"}, f"{path.name} imports {name}"


def test_only_five_modules_know_eventlet() -> None:
    allowed = {"start.py", "serve.py", "offload.py", "fanout.py", "giving_way.py"}
    knowing = {path.name for path in PACKAGE.rglob("*.py") if any(n.split(".")[0] == "eventlet" for n in imports_of(path))}
    assert knowing <= allowed
    assert knowing  # the walk does see imports


def test_typst_is_loaded_by_its_own_program_alone() -> None:
    """It keeps what it has set for ever: in a server that would be up to 75 MB with every PDF."""
    knowing = [path.name for path in PACKAGE.rglob("*.py") if any(name.split(".")[0] == "typst" for name in imports_of(path))]
    assert knowing == ["typesetter.py"]


def test_every_command_has_a_permission_row_and_a_handler() -> None:
    assert len(REGISTRY) > 60
    assert set(REGISTRY) == set(permissions.COMMANDS)
    assert [entry.name for entry in REGISTRY.values() if entry.handler is None] == []


def test_the_contract_names_every_command_and_code() -> None:
    contract = (PACKAGE / "live" / "CONTRACT.md").read_text(encoding="utf-8")
    missing = [name for name in [*REGISTRY, *CODES] if f"`{name}" not in contract and f"{name}`" not in contract]
    assert missing == []


def test_every_column_is_classified_for_privacy() -> None:
    columns = [column for table in metadata.tables.values() for column in table.columns]
    assert len(columns) > 150
    assert [str(column) for column in columns if column.info.get("privacy") not in PRIVACY_CLASSES] == []


def test_every_setting_says_what_it_means_and_stands_in_the_readme() -> None:
    from dataclasses import fields

    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for item in fields(config.Settings):
        assert len(item.metadata["meaning"]) > 10, item.name
        if item.name != "TESTING":
            assert f"FACILITATION_{item.name}" in readme, item.name


def test_no_inline_script_style_or_handler_in_templates() -> None:
    templates = list((ROOT / "templates").rglob("*.html"))
    assert len(templates) > 20
    for path in templates:
        text = path.read_text(encoding="utf-8")
        code = re.sub(r"\{#.*?#\}", "", text, flags=re.S)
        assert not re.search(r"<script(?![^>]*(src=|application/json))", code), path
        assert not re.search(r"\sstyle=|<style|\son[a-z]+=\"", code), path


def test_peoples_words_are_never_marked_safe() -> None:
    for path in (ROOT / "templates").rglob("*.html"):
        for line in path.read_text(encoding="utf-8").splitlines():
            if re.search(r"\|\s*safe\b", line):
                assert re.search(r"svg|markdown|html", line), f"{path.name}: {line.strip()}"


def test_scripts_never_write_markup() -> None:
    scripts = [path for path in (ROOT / "static" / "js").rglob("*.js")]
    assert len(scripts) > 10
    pattern = re.compile(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|unsafeHTML|\beval\(|new Function")
    assert [str(path) for path in scripts if pattern.search(path.read_text(encoding="utf-8"))] == []


def test_no_file_is_longer_than_a_room() -> None:
    """300 lines; a longer one needs a reason written at its top ("Long because")."""
    kinds = ("*.py", "*.js", "*.css", "*.html")
    folders = (PACKAGE, ROOT / "static" / "js", ROOT / "static" / "css", ROOT / "templates", ROOT / "tests")
    files = [path for folder in folders for kind in kinds for path in folder.rglob(kind)]
    long = {}
    for path in files:
        text = path.read_text(encoding="utf-8")
        if text.count("\n") > 300 and "Long because" not in text and "assets" not in path.parts:
            long[str(path.relative_to(ROOT))] = text.count("\n")
    assert long == {}


def test_nothing_names_a_registry_or_a_path_of_a_machine() -> None:
    words = ["pypi." + "org", "pythonhosted" + ".org", "registry.npmjs" + ".org", "deb.debian" + ".org", "/work" + "/"]
    skipped = {
        ".git",
        ".ruff_cache",
        ".mypy_cache",
        ".pytest_cache",
        ".hypothesis",
        ".venv",
        "node_modules",
        "instance",
        "vendor",
        "fonts",
        "__pycache__",
    }
    for path in ROOT.rglob("*"):
        if path.is_file() and not skipped & set(path.parts) and path.suffix not in {".png", ".woff2", ".mo", ".pyc"}:
            text = path.read_text(encoding="utf-8", errors="ignore")
            assert not [word for word in words if word in text], path
