"""What travels to a phone is our own text without comments: nothing but comments may go (facilitation/web/lean.py)."""

from __future__ import annotations

from pathlib import Path

import pytest
from pygments.lexer import RegexLexer
from pygments.lexers import CssLexer, JavascriptLexer
from pygments.token import Comment

from facilitation.paths import STATIC
from facilitation.web.lean import lean

FILES = sorted([*(STATIC / "js").rglob("*.js"), *(STATIC / "css").rglob("*.css")])


def said(lexer: RegexLexer, text: str) -> str:
    """A script or sheet as another reader understands it: its tokens without comments, without blanks at the ends of lines."""
    code = "".join(value for kind, value in lexer.get_tokens(text) if kind not in Comment or value.startswith("<!--"))
    return "\n".join(line.strip() for line in code.split("\n") if line.strip())


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(STATIC).as_posix())
def test_only_comments_go(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    lexer = JavascriptLexer() if path.suffix == ".js" else CssLexer()
    assert said(lexer, lean(path, text)) == said(lexer, text)


def test_comments_do_go() -> None:
    """The saving is real, or the first load of a phone would not fit (experience, 2.9)."""
    scripts = [path for path in FILES if path.suffix == ".js"]
    before = sum(len(path.read_bytes()) for path in scripts)
    after = sum(len(lean(path, path.read_text(encoding="utf-8")).encode()) for path in scripts)
    assert after < 0.9 * before


def test_a_text_that_looks_like_a_comment_would_be_noticed() -> None:
    module = "export const shown = html`<pre>\n  // not a comment\n</pre>`;\n"
    assert said(JavascriptLexer(), lean(Path("a.js"), module)) != said(JavascriptLexer(), module)
