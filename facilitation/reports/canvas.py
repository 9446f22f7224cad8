"""A sheet to draw on: texts, boxes, circles and lines. As SVG everything written is escaped; no script, no style attribute.
The PDF sets the same marks itself, so that words of all scripts in it are words.

Colours are presentation attributes in print tones; a page that knows the classes (static/css/surfaces/figures.css) paints
them in its own tokens, light or dark.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html import escape

INK, QUIET, RULE, PAPER = "#14171a", "#596067", "#d6d9d2", "#ffffff"
TONES = {
    "1": ("#14171a", "#fbfbf8"),
    "2": ("#626a71", "#ffffff"),
    "3": ("#cdd2cf", "#14171a"),
    "other": ("#fbfbf8", "#14171a"),
    "joined": ("#e9ebe6", "#14171a"),
}
SIZE, LEAD = 15.0, 19.0
FONTS = "Source Sans 3, Source Sans Pro, sans-serif"
_NARROW, _WIDE = set("iljtfrI.,:;'|!()[]- ’“”"), set("mwMWQOGD@%—…")


@dataclass(frozen=True)
class Mark:
    """One thing on a sheet, in user units. Which numbers count depends on `shape`; `kind` says the tone or the part it plays."""

    shape: str  # text (x, y: start of its baseline) | bar (x, y, width, height) | circle (x, y, radius) | line (x, y, x2, y2)
    x: float
    y: float
    kind: str
    width: float = 0
    height: float = 0
    words: str = ""
    size: float = SIZE
    anchor: str = "start"
    bold: bool = False
    italic: bool = False

    @property
    def fill(self) -> str:
        if self.shape == "text":
            return {"ink": INK, "quiet": QUIET}.get(self.kind) or TONES[self.kind][1]
        return TONES["3" if self.shape in ("circle", "line") else self.kind][0]

    @property
    def stroke(self) -> str:
        return {"axis": INK, "rule": RULE}[self.kind] if self.shape == "line" else INK


@dataclass
class Sheet:
    """`width` in user units; the height grows with what is drawn."""

    width: float
    height: float = 0
    marks: list[Mark] = field(default_factory=list)

    def text(
        self, x: float, y: float, words: str, *, size: float = SIZE, anchor: str = "start", kind: str = "ink",
        bold: bool = False, italic: bool = False,
    ) -> None:  # fmt: skip
        """One line whose baseline is at y. `kind`: ink, quiet, or the tone of a tier a text stands on."""
        self.marks.append(Mark("text", x, y, kind, words=words, size=size, anchor=anchor, bold=bold, italic=italic))
        self.height = max(self.height, y + size * 0.3)

    def lines(
        self, x: float, y: float, lines: list[str], *, size: float = SIZE, kind: str = "ink", lead: float = LEAD,
        italic: bool = False,
    ) -> float:  # fmt: skip
        """Several lines from baseline y on; returns the baseline after the last one."""
        for line in lines:
            self.text(x, y, line, size=size, kind=kind, italic=italic)
            y += lead
        return y

    def bar(self, x: float, y: float, width: float, height: float, tier: str = "1") -> None:
        """A box in the tone of a tier."""
        self.marks.append(Mark("bar", x, y, tier, max(width, 0), height))
        self.height = max(self.height, y + height + 1)

    def circle(self, x: float, y: float, radius: float) -> None:
        self.marks.append(Mark("circle", x, y, "bubble", radius))

    def line(self, x1: float, y1: float, x2: float, y2: float, *, strong: bool = False) -> None:
        self.marks.append(Mark("line", x1, y1, "axis" if strong else "rule", x2, y2))
        self.height = max(self.height, y1 + 1, y2 + 1)

    def svg(self, alt: str) -> str:
        """The whole drawing with its text alternative."""
        wide, high = _n(self.width), _n(self.height)
        size = f'viewBox="0 0 {wide} {high}" width="{wide}" height="{high}" font-family="{FONTS}"'
        words = f'role="img" aria-label="{escape(alt, quote=True)}"'
        head = f'<svg xmlns="http://www.w3.org/2000/svg" class="figure__drawing" {size} {words}>'
        return f"{head}{''.join(SHAPES[mark.shape](mark) for mark in self.marks)}</svg>"


def _text(mark: Mark) -> str:
    own = mark.kind in ("ink", "quiet")
    name = f'class="fig-{mark.kind}"' if own else f'class="fig-on" data-tier="{mark.kind}"'
    weight = (' font-weight="600"' if mark.bold else "") + (' font-style="italic"' if mark.italic else "")
    place = f'x="{_n(mark.x)}" y="{_n(mark.y)}" font-size="{_n(mark.size)}" text-anchor="{mark.anchor}" fill="{mark.fill}"'
    return f"<text {name} {place}{weight}>{escape(mark.words)}</text>"


def _bar(mark: Mark) -> str:
    place = f'x="{_n(mark.x)}" y="{_n(mark.y)}" width="{_n(mark.width)}" height="{_n(mark.height)}"'
    edge = f'fill="{mark.fill}" stroke="{TONES["2"][0]}" stroke-width="0.75"'
    return f'<rect class="fig-tone" data-tier="{mark.kind}" {place} {edge}/>'


def _circle(mark: Mark) -> str:
    place = f'cx="{_n(mark.x)}" cy="{_n(mark.y)}" r="{_n(mark.width)}"'
    return f'<circle class="fig-bubble" {place} fill="{mark.fill}" fill-opacity="0.75" stroke="{INK}"/>'


def _line(mark: Mark) -> str:
    ends = f"M{_n(mark.x)} {_n(mark.y)}L{_n(mark.width)} {_n(mark.height)}"
    return f'<path class="fig-{mark.kind}" d="{ends}" stroke="{mark.stroke}" fill="none"/>'


SHAPES: Mapping[str, Callable[[Mark], str]] = {"text": _text, "bar": _bar, "circle": _circle, "line": _line}


def wrap(words: str, width: float, size: float = SIZE) -> list[str]:
    """`words` in lines no wider than about `width`; a longer word is broken. Never empty."""
    lines: list[str] = []
    line = ""
    for word in words.split():
        longer = f"{line} {word}" if line else word
        if extent(longer, size) <= width:
            line = longer
            continue
        lines += [line] if line else []
        *full, line = _broken(word, width, size)
        lines += full
    return [*lines, line] if line or not lines else lines


def _broken(word: str, width: float, size: float) -> list[str]:
    pieces = [""]
    for sign in word:
        if pieces[-1] and extent(pieces[-1] + sign, size) > width:
            pieces.append("")
        pieces[-1] += sign
    return pieces


def extent(words: str, size: float = SIZE) -> float:
    """About how wide a text is, in user units; rather too wide, for the sake of other fonts."""
    return sum(_em(sign) for sign in words) * size


def _em(sign: str) -> float:
    if sign in _NARROW:
        return 0.32
    if sign in _WIDE or sign.isupper():
        return 0.68 if sign not in _WIDE else 0.86
    return 1.0 if ord(sign) >= 0x2E80 else 0.56


def _n(value: float) -> str:
    """A number as short as it can be, the same everywhere."""
    return f"{round(value, 2):g}"
