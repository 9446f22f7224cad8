"""What other people wrote is listed, unchanged, licensed and complete; nothing of it points outside."""

from __future__ import annotations

import hashlib
import json
import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

HOME = Path(__file__).resolve().parents[2]
FOLDERS = ("static/vendor", "static/fonts", "tests/browser/assets")
MANIFEST = "static/vendor/manifest.json"
LISTED = {entry["file"]: entry for entry in json.loads((HOME / MANIFEST).read_text(encoding="utf-8"))["files"]}


@pytest.mark.parametrize("file", sorted(LISTED))
def test_a_listed_file_is_unchanged(file: str) -> None:
    found = hashlib.sha256((HOME / file).read_bytes()).hexdigest()
    assert found == LISTED[file]["sha256"], "run tools/vendor.py, never edit by hand"


def test_no_file_is_unlisted() -> None:
    found = {path.relative_to(HOME).as_posix() for folder in FOLDERS for path in (HOME / folder).rglob("*") if path.is_file()}
    assert found - {MANIFEST} == set(LISTED) - {"static/icons.svg"}


def test_versions_are_those_the_lock_names() -> None:
    wanted = json.loads((HOME / "package.json").read_text(encoding="utf-8"))["devDependencies"]
    locked = json.loads((HOME / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    vendored = {entry["name"]: entry["version"] for entry in LISTED.values() if entry["version"]}
    assert vendored == {name: version for name, version in wanted.items() if name != "esbuild"}
    assert vendored == {name: locked[f"node_modules/{name}"]["version"] for name in vendored}


def test_every_vendored_package_brings_its_licence() -> None:
    texts = (HOME / "static/vendor/LICENSES.txt").read_text(encoding="utf-8")
    for entry in LISTED.values():
        if not entry["version"]:
            continue
        assert entry["licence"], entry["file"]
        own = f"{entry['name']} {entry['version']}\n==="
        assert own in texts or "OFL" in entry["licence"], entry["file"]
    assert "SIL OPEN FONT LICENSE" in (HOME / "static/fonts/OFL.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("file", sorted(file for file in LISTED if file.endswith(".js")))
def test_no_module_points_to_a_file_that_is_not_there(file: str) -> None:
    text = (HOME / file).read_text(encoding="utf-8")
    assert "sourceMappingURL" not in text
    assert not re.search(r"""(?:^|[;}\s])(?:import|export)[^;'"()]*?from\s*['"]""", text), "a vendored module stands alone"


def test_the_locks_name_no_place_to_fetch_from() -> None:
    assert '"resolved"' not in (HOME / "package-lock.json").read_text(encoding="utf-8")
    for lock in ("requirements.txt", "requirements-test.txt"):
        text = (HOME / lock).read_text(encoding="utf-8")
        assert "://" not in text, lock
        assert "-index" not in text, lock
        assert "find-links" not in text, lock


def test_the_typeface_files_are_those_the_style_sheet_asks_for() -> None:
    asked = set(re.findall(r"fonts/([\w-]+\.woff2)", (HOME / "static/css/fonts.css").read_text(encoding="utf-8")))
    assert asked == {path.name for path in (HOME / "static/fonts").glob("*.woff2")}


class TestIcons:
    """One sprite; a page that names an icon gets one."""

    root = ElementTree.parse(HOME / "static/icons.svg").getroot()
    symbols = tuple(element for element in root if element.tag.endswith("symbol"))

    def test_symbols_are_unique_and_of_one_size(self) -> None:
        ids = [symbol.get("id", "") for symbol in self.symbols]
        assert len(ids) == len(set(ids))
        assert all(name.startswith("i-") for name in ids)
        assert {symbol.get("viewBox") for symbol in self.symbols} == {"0 0 24 24"}

    def test_the_style_sheet_draws_them(self) -> None:
        lucide = [symbol for symbol in self.symbols if not re.match(r"i-(brand|q-.)$", symbol.get("id", ""))]
        drawn = [element for symbol in lucide for element in symbol.iter()]
        assert len(drawn) > len(lucide), "symbols without shapes"
        assert not [element.attrib for element in drawn if {"stroke", "stroke-width", "style", "class"} & set(element.attrib)]

    def test_every_icon_a_page_names_is_there(self) -> None:
        """Names put together at run time end in a dash here and are left to the browser tests."""
        named = re.compile(r"""\bicon\(\s*["'`]([A-Za-z0-9-]*[A-Za-z0-9])["'`]""")
        sources = [*(HOME / "templates").rglob("*.html"), *(HOME / "static/js").rglob("*.js")]
        asked = {(name, path.name) for path in sources for name in named.findall(path.read_text(encoding="utf-8"))}
        assert asked, "the pattern above no longer fits how pages name icons"
        there = {symbol.get("id", "").removeprefix("i-") for symbol in self.symbols}
        assert {(name, page) for name, page in asked if name not in there} == set()
