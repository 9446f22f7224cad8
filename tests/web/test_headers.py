"""The web's own dangers (safety, section 4): policy, origins, cookies, what is cached."""

from __future__ import annotations

import re

import pytest

from tests.cast import ORIGIN, Cast

PAGES = ["/", "/sign-in", "/join", "/healthz"]


@pytest.mark.parametrize("path", PAGES)
def test_every_answer_carries_the_policy(cast: Cast, path: str) -> None:
    headers = cast.app.test_client().get(path).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "style-src 'self';" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "*" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "no-store"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "Access-Control-Allow-Origin" not in headers


@pytest.mark.parametrize(
    "origin", [None, "http://evil.example", "null", "http://127.0.0.1:5000.evil.example", "http://127.0.0.1"]
)
def test_unsafe_requests_need_a_listed_origin(cast: Cast, origin: str | None) -> None:
    headers = {"Origin": origin} if origin else {}
    headers["X-Forwarded-Host"] = "127.0.0.1:5000"
    browser = cast.browser(cast.ben)
    answer = browser.post(f"/labs/{cast.lab}/commands", json={}, headers=headers)
    assert answer.status_code == 403
    assert browser.post(f"/labs/{cast.lab}/commands", json={}, headers=ORIGIN).status_code == 400


def test_a_form_without_its_token_is_refused(cast: Cast) -> None:
    browser = cast.app.test_client()
    assert browser.post("/sign-in", data={"email": "a@b.de", "password": "x"}, headers=ORIGIN).status_code == 400
    assert browser.post(f"/join/{cast.code}", data={"tier": "1"}, headers={**ORIGIN, "Accept": "text/html"}).status_code == 400


def test_the_seats_cookie_is_for_this_site_only(cast: Cast) -> None:
    answer = cast.app.test_client().post(f"/join/{cast.code}", json={"tier": "1"}, headers=ORIGIN)
    cookie = next(value for name, value in answer.headers if name == "Set-Cookie" and value.startswith("seat_"))
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert cast.app.config["SESSION_COOKIE_HTTPONLY"]


def test_a_forged_or_foreign_seat_cookie_is_nobody(cast: Cast) -> None:
    browser = cast.app.test_client()
    browser.set_cookie(f"seat_{cast.lab}", f"{cast.ben.id}.{'0' * 40}")
    assert browser.get(f"/labs/{cast.lab}/stream/room").status_code in (401, 404)
    assert cast.browser(cast.ben).get(f"/labs/{cast.lab}/stream/room").status_code == 200


def test_static_files_are_packed_and_kept_under_an_address_of_their_own(cast: Cast) -> None:
    browser = cast.app.test_client()
    page = browser.get("/join").get_data(as_text=True)
    (address,) = set(re.findall(r"/static/([0-9a-f]{12})/", page))
    answer = browser.get(f"/static/{address}/css/tokens.css", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert "immutable" in answer.headers["Cache-Control"]
    with browser.get(f"/static/{address}/css/tokens.css") as plain:
        assert "Content-Encoding" not in plain.headers
        assert len(answer.data) < len(plain.data) / 2


def test_debug_and_foreign_origins_are_off(cast: Cast) -> None:
    assert cast.app.debug is False
    server = cast.app.extensions["facilitation"]["socketio"].server.eio
    assert server.cors_allowed_origins == cast.settings.origins
    assert "*" not in server.cors_allowed_origins
    assert not cast.app.config.get("JSONP")


def test_too_large_a_body_is_refused_kindly(cast: Cast) -> None:
    answer = cast.browser(cast.ben).post(
        f"/labs/{cast.lab}/commands", data=b"x" * 100_000, headers={**ORIGIN, "Content-Type": "application/json"}
    )
    assert answer.json is not None
    assert (answer.json["code"], answer.json["retry"]) == ("too_long", False)
