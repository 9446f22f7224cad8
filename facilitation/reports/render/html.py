"""The report as HTML: the body of the web page, and one file that needs nothing beside it.

The templates are those of the house, set by an environment of their own: no request, no session, the report's language
whoever reads. Words of people are escaped by the environment; nothing they wrote is ever a template or markup.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from facilitation.core import i18n
from facilitation.core.i18n import use_locale
from facilitation.paths import STATIC, TEMPLATES
from facilitation.reports.content import Block, Figure, Picture, Report, Section, Table, Written
from facilitation.reports.figures import NARROW, WIDE, draw

STYLES = (
    "tokens", "base", "components/marks", "components/actions", "components/frame", "components/messages", "components/pages",
    "components/entries", "components/votes", "surfaces/desk", "surfaces/report", "surfaces/report-parts",
)  # fmt: skip
WIDE_TABLE = 6  # columns from which a section gets a broad sheet
_SYMBOL = re.compile(r'<symbol id="i-([^"]+)".*?</symbol>', re.S)


def body(
    report: Report, *, icons: str, editing: Mapping[str, Any] | None = None, source: Callable[[Picture], str] | None = None
) -> Markup:
    """The cover and the sheets. `icons`: address of the sprite. `editing`: {form: part → Markup} for those who may write.

    `source`: the address of a picture; without it the pictures are part of the page.
    """
    report = _with_sources(report, source or _inside)
    with use_locale(report.language):
        template = _environment(icons).get_template("reports/body.html")
        text = template.render(report=report, words=report.words, editing=editing, sheets=sheets(report))
        return Markup(text)  # noqa: S704 - autoescaped


def file(report: Report) -> bytes:
    """The report as one HTML file, the same bytes for the same report."""
    inner = body(report, icons="")
    template = _environment("").get_template("reports/file.html")
    return template.render(report=report, body=inner, styles=_styles(), icons=_sprite(inner)).encode()


def _with_sources(report: Report, source: Callable[[Picture], str]) -> Report:
    def found(block: Block) -> Block:
        return replace(block, src=source(block)) if isinstance(block, Picture) else block

    return replace(report, sections=tuple(section.mapped(found) for section in report.sections)) if report.pictures else report


def _inside(picture: Picture) -> str:
    """A picture as its own address; without its bytes only its words are shown."""
    return f"data:image/jpeg;base64,{base64.b64encode(picture.data).decode()}" if picture.data else ""


@cache
def _environment(icons: str) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_callables(i18n._, _plural, newstyle=True)  # type: ignore[attr-defined]
    environment.globals["url_for"] = lambda _endpoint, **_values: icons  # the templates only ask for the sprite
    environment.tests["a"] = lambda value, kind: type(value).__name__ == kind
    environment.filters["drawing"] = drawing
    return environment


def sheets(report: Report) -> list[tuple[bool, list[Section]]]:
    """(broad, sections) of each sheet after the cover: short sections share one, as far as they stand side by side."""
    found: list[tuple[bool, list[Section]]] = []
    shared = ("2", "3"), ("9", "10", "11")
    for section in report.sections[1:]:
        group = next((group for group in shared if section.number in group), ())
        if group and section.number != group[0] and found and not found[-1][0]:
            found[-1][1].append(section)
        else:
            found.append((is_wide(section), [section]))
    return found


def _plural(singular: str, plural: str, n: int) -> str:
    return str(i18n.catalogue(i18n.locale()).ungettext(singular, plural, n))


def drawing(figure: Figure) -> Markup:
    """A figure in two widths; the style sheet shows the one that fits."""
    pair = [(draw(figure, width), name) for width, name in ((WIDE, "wide"), (NARROW, "narrow"))]
    marked = (svg.replace('class="figure__drawing"', f'class="figure__drawing figure__drawing--{name}"', 1) for svg, name in pair)
    return Markup("".join(marked))  # noqa: S704 - canvas.py escapes every text


def is_wide(section: Section) -> bool:
    """Does a section hold a table that a narrow sheet would crowd?"""
    return any(isinstance(block, Table) and len(block.head) >= WIDE_TABLE for part in section.walk() for block in part.blocks)


@cache
def _styles() -> Markup:
    sheets = [(STATIC / "css" / f"{name}.css").read_text("utf-8") for name in STYLES]
    printed = (STATIC / "css" / "print.css").read_text("utf-8")
    text = "\n".join(sheets)
    return Markup(f'<style>\n{text}\n</style>\n<style media="print">\n{printed}\n</style>')  # noqa: S704 - our own files


def _sprite(inner: str) -> Markup:
    """The icons the report uses, inside the file."""
    used = set(re.findall(r'href="#i-([^"]+)"', inner))
    symbols = (found.group() for found in _SYMBOL.finditer((STATIC / "icons.svg").read_text("utf-8")) if found.group(1) in used)
    return Markup(f'<svg hidden xmlns="http://www.w3.org/2000/svg">{"".join(symbols)}</svg>')  # noqa: S704 - our own file


def sources(report: Report, section: Section, *, icons: str) -> Markup:
    """What a section rests on, for the desk: all of it but the parts a person writes."""
    with use_locale(report.language):
        template = _environment(icons).get_template("reports/sources.html")
        text = template.render(section=section.mapped(_unwritten), words=report.words)
        return Markup(text)  # noqa: S704 - autoescaped


def _unwritten(block: Block) -> Block | None:
    return None if isinstance(block, Written) else block
