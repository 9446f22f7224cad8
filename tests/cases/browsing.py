"""Pages through the HTTP door, as somebody."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from facilitation.core.actor import Identity
from tests.cast import ORIGIN

As = Callable[[Identity], FlaskClient]


def text_of(answer: TestResponse) -> str:
    assert answer.status_code == 200, answer.status
    return answer.text


def post(client: FlaskClient, path: str, page: str, **form: Any) -> TestResponse:
    """Send a form of `page` with its own token."""
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get(page).text)
    assert token, page
    return client.post(path, data={"csrf_token": token[1], **form}, headers=ORIGIN)
