"""A sheet to draw on: SVG text, boxes and lines as plain strings. Everything written is escaped; no script, no style attribute.

Colours are presentation attributes in print tones; a page that knows the classes (static/css/surfaces/figures.css) paints
them in its own tokens, light or dark.
"""

from __future__ import annotations

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


@dataclass
class Sheet:
    """`width` in user units; the height grows with what is drawn."""

    width: float
    height: float = 0
    parts: list[str] = field(default_factory=list)

    def text(
        self, x: float, y: float, words: str, *, size: float = SIZE, anchor: str = "start", kind: str = "ink", bold: bool = False
    ) -> None:
        """One line whose baseline is at y. `kind`: ink, quiet, or the tone of a tier a text stands on."""
        fill = {"ink": INK, "quiet": QUIET}.get(kind) or TONES[kind][1]
        mark = f'class="fig-{kind}"' if kind in ("ink", "quiet") else f'class="fig-on" data-tier="{kind}"'
        weight = ' font-weight="600"' if bold else ""
        place = f'x="{_n(x)}" y="{_n(y)}" font-size="{_n(size)}" text-anchor="{anchor}" fill="{fill}"'
        self.parts.append(f"<text {mark} {place}{weight}>{escape(words)}</text>")
        self.height = max(self.height, y + size * 0.3)

    def lines(self, x: float, y: float, lines: list[str], *, size: float = SIZE, kind: str = "ink", lead: float = LEAD) -> float:
        """Several lines from baseline y on; returns the baseline after the last one."""
        for line in lines:
            self.text(x, y, line, size=size, kind=kind)
            y += lead
        return y

    def bar(self, x: float, y: float, width: float, height: float, tier: str = "1") -> None:
        """A box in the tone of a tier."""
        fill = TONES[tier][0]
        self.parts.append(
            f'<rect class="fig-tone" data-tier="{tier}" x="{_n(x)}" y="{_n(y)}" width="{_n(max(width, 0))}" height="{_n(height)}"'
            f' fill="{fill}" stroke="{TONES["2"][0]}" stroke-width="0.75"/>'
        )
        self.height = max(self.height, y + height + 1)

    def circle(self, x: float, y: float, radius: float) -> None:
        self.parts.append(
            f'<circle class="fig-bubble" cx="{_n(x)}" cy="{_n(y)}" r="{_n(radius)}" fill="{TONES["3"][0]}" fill-opacity="0.75"'
            f' stroke="{INK}"/>'
        )

    def line(self, x1: float, y1: float, x2: float, y2: float, *, strong: bool = False) -> None:
        kind, stroke = ("fig-axis", INK) if strong else ("fig-rule", RULE)
        self.parts.append(f'<path class="{kind}" d="M{_n(x1)} {_n(y1)}L{_n(x2)} {_n(y2)}" stroke="{stroke}" fill="none"/>')
        self.height = max(self.height, y1 + 1, y2 + 1)

    def svg(self, alt: str) -> str:
        """The whole drawing with its text alternative."""
        wide, high = _n(self.width), _n(self.height)
        size = f'viewBox="0 0 {wide} {high}" width="{wide}" height="{high}" font-family="{FONTS}"'
        words = f'role="img" aria-label="{escape(alt, quote=True)}"'
        head = f'<svg xmlns="http://www.w3.org/2000/svg" class="figure__drawing" {size} {words}>'
        return f"{head}{''.join(self.parts)}</svg>"


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
