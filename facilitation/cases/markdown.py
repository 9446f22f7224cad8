"""Markdown of a case: to safe HTML (an allow-list, no raw HTML, no pictures) and to plain text."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from functools import lru_cache

import nh3
from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markupsafe import Markup, escape

TAGS = {
    "p", "br", "strong", "em", "s", "ul", "ol", "li", "blockquote", "code", "pre", "a", "hr",
    "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip
_CITATION = re.compile(r"\[(\d{1,4})\]")
#: Without any of these a text is one paragraph as it stands, which spares the phones' snapshot most of the parsing.
_SIGNS = re.compile(r"[\\`*_\[\]<>#|~!&\n\t]|^\s*(?:\d+[.)]|[-+=])|  ")
_HEADING = 3  # a heading inside a text stands below those of the page


def render(text: str | None, references: Collection[str] = ()) -> Markup:
    """`text` as HTML. [3] becomes a link to the source numbered 3, when it is one of `references`."""
    raw = _parser().render(text or "", {"sources": frozenset(references)})
    return Markup(  # noqa: S704 - cleaned by the allow-list right here
        nh3.clean(
            raw,
            tags=TAGS,
            attributes={"a": {"href"}, "ol": {"start"}},
            allowed_classes={"a": {"cite"}},
            url_schemes={"http", "https", "mailto"},
            link_rel="noopener nofollow",
        )
    )


def literal(text: str | None, references: Collection[str] = ()) -> Markup:
    """Words that are no Markdown as HTML: every sign as it stands, line breaks kept, [3] a link to its source."""
    parts: list[str] = []
    end, words = 0, text or ""
    for match in _CITATION.finditer(words):
        if match[1] in references:
            parts += [str(escape(words[end : match.start()])), f'<a class="cite" href="#source-{match[1]}">{match[0]}</a>']
            end = match.end()
    parts.append(str(escape(words[end:])))
    return Markup("".join(parts).replace("\n", "<br>"))  # noqa: S704 - every word of people was escaped above


def without_citations(text: str) -> str:
    """Words that are no Markdown, without the numbers of sources."""
    return re.sub(r"[ \u00a0]*\[\d{1,4}\]", "", text)


def plain(text: str | None, *, citations: bool = True) -> str:
    """`text` without Markdown signs: paragraphs apart by an empty line, list items after a dash."""
    if text and not _SIGNS.search(text):
        return text.strip()
    found = "\n\n".join(filter(None, _blocks(_parser().parse(text or ""))))
    return found if citations else without_citations(found)


def _blocks(tokens: Iterable[Token]) -> list[str]:
    blocks: list[str] = []
    in_list = 0
    for token in tokens:
        if token.type in {"bullet_list_open", "ordered_list_open"}:
            in_list += 1
        elif token.type in {"bullet_list_close", "ordered_list_close"}:
            in_list -= 1
        elif token.type == "inline":
            words = _inline(token.children or ())
            if in_list and blocks and blocks[-1].startswith("– "):
                blocks[-1] += f"\n– {words}"
            else:
                blocks.append(f"– {words}" if in_list else words)
        elif token.type in {"fence", "code_block"}:
            blocks.append(token.content.rstrip("\n"))
    return blocks


def _inline(tokens: Iterable[Token]) -> str:
    parts = []
    for token in tokens:
        if token.type in {"softbreak", "hardbreak"}:
            parts.append("\n")
        elif token.type in {"text", "code_inline", "image"}:
            parts.append(token.content)
    return "".join(parts)


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    # breaks: people who press return in a field mean it
    parser = MarkdownIt("js-default", {"html": False, "linkify": False, "breaks": True}).disable(["image", "reference"])
    parser.core.ruler.push("citations", _citations)
    return parser


def _citations(state: StateCore) -> None:
    known = state.env.get("sources", ())
    for token in state.tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(6, int(token.tag[1:]) + _HEADING)}"
        elif token.children and known:
            token.children = [part for child in token.children for part in _cited(child, known)]


def _cited(token: Token, known: Collection[str]) -> list[Token]:
    if token.type != "text" or "[" not in token.content:
        return [token]
    parts: list[Token] = []
    end = 0
    for match in _CITATION.finditer(token.content):
        if match[1] in known:
            parts += [_text(token.content[end : match.start()]), *_link(match[1])]
            end = match.end()
    return [*parts, _text(token.content[end:])]


def _text(content: str) -> Token:
    return Token("text", "", 0, content=content)


def _link(number: str) -> list[Token]:
    attrs: dict[str, str | int | float] = {"href": f"#source-{number}", "class": "cite"}
    return [Token("link_open", "a", 1, attrs=attrs), _text(f"[{number}]"), Token("link_close", "a", -1)]
