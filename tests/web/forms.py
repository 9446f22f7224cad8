"""Filling in the forms of a page the way a browser does, without one."""

from __future__ import annotations

import html
import re
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.cases.browsing import post, text_of

FORM = re.compile(r"<form\b[^>]*>.*?</form>", re.DOTALL)


def form_of(page: str, action: str) -> dict[str, Any]:
    """What a browser would send from the form with this action, untouched: every field with its value."""
    (form,) = (found for found in FORM.findall(page) if f'action="{action}"' in found)
    given: dict[str, Any] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        kind, name = _attribute(tag, "type") or "text", _attribute(tag, "name")
        if name and (kind not in ("checkbox", "radio") or re.search(r"\schecked\b", tag)):
            given.setdefault(name, []).append(_attribute(tag, "value") or "")
    for name, text in re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>(.*?)</textarea>', form, re.DOTALL):
        given[name] = [html.unescape(text)]
    for name, options in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', options) or re.search(r'value="([^"]*)"', options)
        given[name] = [html.unescape(chosen[1])] if chosen else []
    return given


def _attribute(tag: str, name: str) -> str:
    found = re.search(rf'\s{name}="([^"]*)"', tag)
    return html.unescape(found[1]) if found else ""


def send(client: FlaskClient, page: str, action: str, **changes: Any) -> TestResponse:
    """Fill in a form of a page and send it."""
    filled = {**form_of(text_of(client.get(page)), action), **changes}
    return post(client, action, page, **{name: value for name, value in filled.items() if name != "csrf_token"})


def said(client: FlaskClient, answer: TestResponse) -> str:
    """The page a form leads to."""
    assert answer.status_code == 303, answer.text[:500]
    return text_of(client.get(answer.headers["Location"].split("#")[0]))
