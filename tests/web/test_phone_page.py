"""The page of a phone travels light: packed, with its words, icons and styles and nobody else's (experience, 2.9)."""

from __future__ import annotations

import gzip
import re
from pathlib import Path
from typing import Any

import pytest

from facilitation.paths import STATIC
from facilitation.web.messages import script_messages
from facilitation.web.modules import imports_of, messages_of, words_of
from tests.cast import Cast
from tools.catalogue import in_script

PACKED = {"Accept-Encoding": "gzip"}


@pytest.mark.parametrize("folder", ["phone"])
def test_every_text_a_phone_can_say_is_on_its_page(folder: str) -> None:
    """Also texts of screens that are fetched later."""
    said = {text for module in own_modules(folder) for text in texts_of(module)}
    known = script_messages("de")
    assert len(said & set(known)) > 100
    assert said & set(known) <= set(messages_of(folder, "de"))
    assert len(messages_of(folder, "de")) < len(known) / 2


def own_modules(folder: str) -> list[Path]:
    pages = [f"js/pages/{folder}.js", *(f"js/pages/{folder}/{path.name}" for path in (STATIC / "js/pages" / folder).glob("*.js"))]
    paths = {path for page in pages for path in imports_of(page)}
    return [STATIC / path for path in sorted(paths) if not path.startswith("vendor/") and not path.endswith("lib/i18n.js")]


def texts_of(module: Path) -> set[str]:
    found = in_script(module.read_text(encoding="utf-8"))
    return {message[0] if isinstance(message, tuple) else message for message in found}


def test_the_page_is_packed_for_whoever_takes_it(cast: Cast) -> None:
    client = cast.browser(cast.ben)
    plain = client.get(f"/labs/{cast.lab}/phone")
    packed = client.get(f"/labs/{cast.lab}/phone", headers=PACKED)
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert without_nonce(gzip.decompress(packed.data).decode()) == without_nonce(plain.text)
    for answer in (plain, packed):
        assert "Accept-Encoding" in answer.headers["Vary"]
        assert "no-store" in answer.headers["Cache-Control"]


def without_nonce(page: str) -> str:
    return re.sub(r'nonce="[^"]*"|"now": ?\d+', "", page)


def test_the_icons_a_phone_draws_are_in_its_page(cast: Cast) -> None:
    page = cast.browser(cast.ben).get(f"/labs/{cast.lab}/phone").text
    there = set(re.findall(r'<symbol id="i-([\w-]+)"', page))
    everything = set(re.findall(r'<symbol id="i-([\w-]+)"', (STATIC / "icons.svg").read_text(encoding="utf-8")))
    drawn = set(re.findall(r'icon\("([\w-]+)"', words_of("phone")))
    assert drawn <= there < everything
    assert len(drawn) > 10


def test_modules_are_named_once_and_exist(cast: Cast) -> None:
    page = cast.browser(cast.ben).get(f"/labs/{cast.lab}/phone").text
    named = re.findall(r'rel="modulepreload" href="/static/[^/]+/([^"]+)"', page)
    assert named == list(imports_of("js/pages/phone.js"))
    assert len(set(named)) == len(named) > 20
    assert all((STATIC / name).is_file() for name in named)


def test_the_styles_come_in_one_answer_that_may_be_kept(cast: Cast) -> None:
    client = cast.browser(cast.ben)
    (address,) = re.findall(r'href="([^"]+/together-[^"]+)"', client.get(f"/labs/{cast.lab}/phone").text)
    plain, packed = client.get(address), client.get(address, headers=PACKED)
    assert plain.mimetype == "text/css"
    assert "immutable" in plain.headers["Cache-Control"]
    assert gzip.decompress(packed.data) == plain.data
    assert b".phone__room" in plain.data
    assert b"The living phone, first part" not in plain.data


@pytest.mark.parametrize("names", ["nothing", "tokens,", "..tokens", "..%2F..%2Fwsgi", ",".join(["tokens"] * 61), "fonts,js"])
def test_styles_nobody_wrote_are_not_there(cast: Cast, names: str) -> None:
    answer: Any = cast.browser(cast.ben).get(f"/static/x/css/together-{names}.css")
    assert answer.status_code == 404
