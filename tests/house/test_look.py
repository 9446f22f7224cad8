"""The look keeps its promises: contrast of every pair of tokens, light pages for phones, nothing inline, no loose ends."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CSS = ROOT / "static" / "css"
TEMPLATES = ROOT / "templates"
HEAD = (TEMPLATES / "parts" / "head.html").read_text(encoding="utf-8")
SHEETS = sorted(CSS.rglob("*.css"))
JOIN_BUDGET, PHONE_BUDGET = 14 * 1024, 18 * 1024


def without_comments(path: Path) -> str:
    return re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.S)


def tokens(selector: str, name: str = "tokens") -> dict[str, str]:
    """Custom properties of the first rule with exactly this selector."""
    body = re.search(re.escape(selector) + r"\s*\{(.*?)\}", without_comments(CSS / f"{name}.css"), re.S)
    assert body, selector
    return dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{3,6})\b", body[1]))


LIGHT = tokens("  :root")
DARK = LIGHT | tokens(':root[data-theme="dark"]')
WALL_LIGHT = LIGHT | tokens(':root[data-surface="wall"]', "scales")
WALL_DARK = DARK | tokens(':root[data-surface="wall"][data-theme="dark"]', "scales")


def luminance(colour: str) -> float:
    """Relative luminance of #rrggbb, as WCAG 2.2 defines it."""
    digits = colour.removeprefix("#")
    digits = "".join(2 * digit for digit in digits) if len(digits) == 3 else digits
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    brighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def test_contrast_is_computed_as_the_standard_does() -> None:
    assert contrast("#000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


PAPERS = ("paper", "sheet", "desk")
TEXTS = ("ink", "ink-2", "ink-3", "alarm")
PAIRS = [(text, paper, 4.5) for text in TEXTS for paper in PAPERS]
PAIRS += [(q, "paper", 7.0) for q in "swot"] + [(q, f"{q}-wash", 4.5) for q in "swot"]
PAIRS += [(f"on-tier-{tier}", f"tier-{tier}", 4.5) for tier in ("1", "2", "3", "other")]
PAIRS += [
    ("on-ink", "ink", 4.5),
    ("on-marker", "marker", 7.0),
    ("on-marker-wash", "marker-wash", 7.0),
    ("alarm", "alarm-wash", 4.5),
]
PAIRS += [("ink", "alarm-wash", 4.5), ("on-strip", "strip", 7.0), ("on-strip-2", "strip", 7.0), ("rule-2", "sheet", 3.0)]
PAIRS += [("rule-2", "paper", 3.0), ("tier-2", "paper", 3.0), ("on-ink-2", "ink", 4.5)]
WALL_PAIRS = [(text, paper, 7.0) for text in ("ink", "ink-2", "ink-3") for paper in ("paper", "desk")]
WALL_PAIRS += [
    ("on-tier-1", "tier-1", 7.0),
    ("on-tier-2", "tier-2", 7.0),
    ("on-tier-3", "tier-3", 7.0),
    ("on-tier-other", "tier-other", 7.0),
]


@pytest.mark.parametrize(("text", "ground", "least"), PAIRS)
@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_words_stand_out_from_their_ground(theme: dict[str, str], text: str, ground: str, least: float) -> None:
    assert contrast(theme[text], theme[ground]) >= least


@pytest.mark.parametrize(("text", "ground", "least"), WALL_PAIRS)
@pytest.mark.parametrize("theme", [WALL_LIGHT, WALL_DARK], ids=["light", "dark"])
def test_the_wall_reads_from_ten_metres(theme: dict[str, str], text: str, ground: str, least: float) -> None:
    assert contrast(theme[text], theme[ground]) >= least


def test_dark_is_one_set_said_twice() -> None:
    assert tokens(':root:not([data-theme="light"])') == tokens(':root[data-theme="dark"]')


def bundle(surface: str) -> list[Path]:
    """The files a surface loads, read from the real template."""
    import jinja2

    loader = jinja2.FileSystemLoader(TEMPLATES)
    environment = jinja2.Environment(loader=loader, autoescape=True)
    environment.globals["url_for"] = lambda _endpoint, filename: filename
    page = environment.from_string('{% from "parts/head.html" import stylesheets %}{{ stylesheets(surface) }}').render(
        surface=surface
    )
    return [ROOT / "static" / name for href in re.findall(r'href="([^"]+)"', page) for name in apart(href)]


def apart(href: str) -> list[str]:
    """The files behind a link: several for a phone, which gets them in one answer (facilitation/web/styles.py)."""
    together = re.fullmatch(r"css/together-(.*)\.css", href)
    return [f"css/{name.replace('.', '/')}.css" for name in together[1].split(",")] if together else [href]


SURFACES = re.findall(r'^  "(\w+)":', HEAD, re.M)


@pytest.mark.parametrize("surface", SURFACES)
def test_a_surface_links_files_that_exist_and_each_once(surface: str) -> None:
    files = bundle(surface)
    assert len(files) > 5
    assert all(file.is_file() for file in files), [file.name for file in files if not file.is_file()]
    assert len(files) == len(set(files))


def linked_by(page: str) -> list[Path]:
    """The sheets a page links itself, beside those of its surface."""
    return [
        ROOT / "static" / name for name in re.findall(r"filename='(css/[^']+)'", (TEMPLATES / page).read_text(encoding="utf-8"))
    ]


@pytest.mark.parametrize(
    ("surface", "page", "budget"), [("join", "join/join.html", JOIN_BUDGET), ("phone", "phone/lab.html", PHONE_BUDGET)]
)
def test_a_phone_loads_little(surface: str, page: str, budget: int) -> None:
    """All style sheets of the page, each packed by itself as it travels."""
    files = bundle(surface) + linked_by(page)
    assert sum(len(gzip.compress(file.read_bytes(), 9)) for file in files) <= budget


@pytest.mark.parametrize("surface", ["phone", "join", "library", "door"])
def test_older_phones_understand_every_selector(surface: str) -> None:
    """iOS 15 and Chrome of 2022 have no nesting and no light-dark()."""
    for file in bundle(surface):
        text = without_comments(file)
        assert not re.search(r"^\s*&", text, re.M), file.name
        assert "light-dark(" not in text, file.name


def test_a_page_names_a_surface_there_is() -> None:
    named = {
        (path.name, name)
        for path in TEMPLATES.rglob("*.html")
        for name in re.findall(r"\{%-? block surface -?%\}(\w+)\{%", path.read_text(encoding="utf-8"))
    }
    assert named
    assert {(page, name) for page, name in named if name not in SURFACES} == set()


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda path: path.relative_to(CSS).as_posix())
def test_a_sheet_is_short_and_takes_its_colours_from_the_tokens(sheet: Path) -> None:
    text = without_comments(sheet)
    assert len(sheet.read_text(encoding="utf-8").splitlines()) <= 300
    assert "@import" not in text
    assert sheet.name == "fonts.css" or text.lstrip().startswith("@layer")
    if sheet.name not in {"tokens.css", "scales.css", "print.css"}:
        loose = set(re.findall(r"#[0-9a-fA-F]{3,8}\b", text)) - {"#fff"}  # the ground of a QR code is white in every theme
        assert loose == set()
        assert set(re.findall(r"rgb\([^)]*\)", text)) <= {"rgb(20 23 26 / 0.45)"}  # behind a dialog


def test_every_token_that_is_used_is_there() -> None:
    known = set()
    for sheet in SHEETS:
        known |= set(re.findall(r"--([\w-]+)\s*:", without_comments(sheet)))
    given_by_scripts = {"len", "from-x", "from-y"}
    for sheet in SHEETS:
        used = set(re.findall(r"var\(--([\w-]+)\)", without_comments(sheet)))
        assert used - known - given_by_scripts == set(), sheet.name


@pytest.mark.parametrize("page", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: path.relative_to(TEMPLATES).as_posix())
def test_a_template_has_nothing_inline(page: Path) -> None:
    text = re.sub(r"\{#.*?#\}", "", page.read_text(encoding="utf-8"), flags=re.S)
    assert not re.search(r"<style\b", text)
    assert not re.search(r"\sstyle\s*=", text)
    assert not re.search(r"\son[a-z]+\s*=\s*[\"']", text)
    assert not re.search(r"<script(?![^>]*(?:\bsrc=|type=\"application/json\"))", text)
    assert "|safe" not in re.sub(r"\s*\|\s*", "|", text)
