"""The tool below a path of a host: every address it writes begins with the path, and nothing outside it is answered."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from facilitation import create_app
from facilitation.config import ROOT, BadSetting, Settings
from facilitation.core import ids
from facilitation.extensions import db
from tests.cast import Cast

PUBLIC = "https://example.org/labs"
HTML = {"Accept": "text/html"}
ORIGIN = {"Origin": "https://example.org"}


@pytest.fixture
def below(data: Path) -> Iterator[Cast]:
    """The cast in front of an application at https://example.org/labs."""
    given = {"DATA": str(data), "ASYNC_MODE": "threading", "TESTING": True, "PUBLIC_URL": PUBLIC}
    if url := os.environ.get("FACILITATION_DATABASE_URL"):
        given["DATABASE_URL"] = url
    app = create_app(given)
    with app.app_context():
        yield Cast(app)
        db.session.remove()
        db.engine.dispose()


def get(app: Flask, path: str, **more: Any) -> Any:
    return app.test_client().get(path, base_url="https://example.org/", **more)


def test_pages_are_below_the_path_and_link_below_it(below: Cast) -> None:
    for path in ("/labs/", "/labs", "/labs/join", f"/labs/join/{below.code}", "/labs/sign-in", "/labs/nowhere"):
        answer = get(below.app, path, headers=HTML)
        assert answer.status_code == (404 if path == "/labs/nowhere" else 200), path
        page = answer.get_data(as_text=True)
        assert 'data-base="/labs"' in page
        links = re.findall(r'(?:href|src|action)="(/[^"]*)"', page)
        assert len(links) > 5
        assert [link for link in links if not link.startswith("/labs/")] == [], path


def test_what_is_not_below_the_path_is_not_answered_but_for_machines(below: Cast) -> None:
    assert get(below.app, "/join").status_code == 404
    assert get(below.app, f"/labsx/join/{below.code}").status_code == 404
    assert get(below.app, "/").headers["Location"] == "/labs/"
    assert get(below.app, "/readyz").status_code == get(below.app, "/labs/healthz").status_code == 200


def test_sign_in_comes_back_below_the_path(below: Cast) -> None:
    sent = get(below.app, "/labs/people?x=1", headers=HTML)
    assert sent.status_code == 302
    assert sent.headers["Location"] == "/labs/sign-in?next=/labs/people?x%3D1"


def test_cookies_belong_to_the_path(below: Cast) -> None:
    client = below.app.test_client()
    joined = client.post(
        f"/labs/join/{below.code}", json={"tier": "1", "key": ids.new_key()}, headers=ORIGIN, base_url="https://example.org/"
    )
    assert joined.status_code == 200
    said = joined.headers["Set-Cookie"]
    assert said.startswith(f"__Secure-seat_{joined.json['lab']}=")
    assert {"Secure", "Path=/labs", "HttpOnly"} <= set(said.split("; "))
    settings = below.app.extensions["facilitation"]["settings"]
    assert below.app.config["SESSION_COOKIE_NAME"] == "__Secure-staff"
    assert (below.app.config["SESSION_COOKIE_PATH"], settings.origins) == ("/labs", ["https://example.org"])
    assert settings.join_url("ABC123") == f"{PUBLIC}/join/ABC123"
    left = client.post(f"/labs/labs/{joined.json['lab']}/phone/leave", json={}, headers=ORIGIN, base_url="https://example.org/")
    assert left.json["next"] == "/labs/goodbye"
    assert "Path=/labs" in left.headers["Set-Cookie"]
    assert client.get(
        f"/labs/labs/{joined.json['lab']}/phone", base_url="https://example.org/", headers=HTML
    ).status_code == 401  # fmt: skip


def test_at_the_top_of_a_host_nothing_is_different(data: Path) -> None:
    at_top = Settings(DATA=str(data), PUBLIC_URL="https://example.org/")
    assert (at_top.base, at_top.cookie_path, at_top.cookie_prefix) == ("", "/", "__Host-")


@pytest.mark.parametrize("path", ["/a b", "/../x", "/labs//x", "/labs?x=1", "/labs#x", "/%2e%2e", '/"', "/la;bs"])
def test_a_path_that_cannot_be_served_is_refused_at_start(tmp_path: Path, path: str) -> None:
    with pytest.raises(BadSetting, match="FACILITATION_PUBLIC_URL"):
        Settings(DATA=str(tmp_path), PUBLIC_URL=f"https://example.org{path}")


def test_no_template_or_script_writes_an_address_from_the_top_of_the_host() -> None:
    """`url_for` and `at` know the path; a bare "/join" would leave it."""
    bare = re.compile(r"""(?:href|src|action)=["']?/[a-z]|(?:fetch|register|post)\(["'`]/|location\.href = ["'`]/""")
    files = [*(ROOT / "templates").rglob("*.html"), *(ROOT / "static" / "js").rglob("*.js")]
    assert len(files) > 100
    assert [str(path.relative_to(ROOT)) for path in files if bare.search(path.read_text("utf-8"))] == []
