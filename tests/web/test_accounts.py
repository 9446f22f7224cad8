"""Accounts: links, passwords, roles, and what ends when a role ends (R-43, safety section 1)."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from facilitation.core.actor import NOBODY, SYSTEM, Identity
from facilitation.core.errors import Refused
from facilitation.core.unit_of_work import reading
from facilitation.extensions import db
from facilitation.people.models import Assignment, SignInLink, User
from tests.cases.browsing import post, text_of
from tests.cast import ORIGIN, Cast

PASSWORD = "a sentence nobody guesses"


def roles(user: Identity) -> set[tuple[str, str | None, str | None, str | None]]:
    with reading(db.engine) as session:
        rows = session.scalars(select(Assignment).where(Assignment.user_id == user.id))
        return {(row.role, row.sector, row.lab_id, row.case_id) for row in rows}


def told(cast: Cast) -> None:
    """Let the announcer do what it has to do."""
    cast.app.extensions["facilitation"]["announcer"].flush(db.engine)


def refused(cast: Cast, name: str, who: Identity, **more: Any) -> Refused:
    with pytest.raises(Refused) as refusal:
        cast.do(name, who, **more)
    return refusal.value


def is_signed_in(client: FlaskClient) -> bool:
    return client.get("/account").status_code == 200


# ---- one-use links


def test_a_link_is_used_up_by_the_press_and_not_by_looking(cast: Cast) -> None:
    token = cast.do("user.link", cast.olga, email="anna@example.org")["token"]
    client = cast.browser(cast.eve)
    for _ in range(2):
        assert "Sign in here" in text_of(client.get(f"/sign-in/{token}"))
    assert not is_signed_in(client)
    answer = post(client, f"/sign-in/{token}", f"/sign-in/{token}")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/labs")
    assert is_signed_in(client)
    assert cast.browser(cast.eve).get(f"/sign-in/{token}").status_code == 410


def test_a_link_is_shown_once_to_the_coordinator(cast: Cast) -> None:
    client, page = cast.browser(cast.olga), f"/people/{cast.anna.id}"
    answer = post(client, f"{page}/link", page, purpose="invitation")
    (address,) = re.findall(r'id="f-link" readonly value="([^"]+)"', answer.text)
    assert html.unescape(address).startswith("http://127.0.0.1:5000/sign-in/")
    assert address not in client.get(page).text
    assert answer.headers["Cache-Control"] == "no-store"
    invited = cast.browser(cast.eve)
    path = address.removeprefix("http://127.0.0.1:5000")
    post(invited, path, path)
    assert "Anna" in text_of(invited.get("/account"))


def test_only_digests_of_links_are_stored(cast: Cast) -> None:
    token = cast.do("user.link", cast.olga, email="anna@example.org")["token"]
    with reading(db.engine) as session:
        for table in db.metadata.sorted_tables:
            for row in session.execute(table.select()):
                assert token not in str(row), table.name
        assert session.scalars(select(SignInLink)).all()


def test_the_same_request_again_makes_no_second_link_and_tells_no_secret(cast: Cast) -> None:
    envelope = {"v": 1, "key": "C" * 22, "name": "user.link", "args": {"email": "anna@example.org"}}
    first, again = (cast.dispatcher.handle(envelope, cast.olga) for _ in range(2))
    assert len(first["result"]["token"]) == 32
    assert (again["dup"], again["result"]) == (True, {})
    with reading(db.engine) as session:
        assert len(session.scalars(select(SignInLink).where(SignInLink.user_id == cast.anna.id)).all()) == 1


# ---- the own account


def test_a_new_password_signs_in_and_ends_other_sessions(cast: Cast) -> None:
    here, elsewhere = cast.browser(cast.anna), cast.browser(cast.anna)
    socket = cast.socket(cast.anna)
    assert is_signed_in(here)
    assert is_signed_in(elsewhere)
    assert post(here, "/account/password", "/account", password=PASSWORD).status_code == 303
    told(cast)
    assert is_signed_in(here)
    assert not is_signed_in(elsewhere)
    assert not socket.is_connected()
    fresh = cast.browser(cast.eve)
    wrong = post(fresh, "/sign-in", "/sign-in", email="anna@example.org", password="not this one at all")
    assert wrong.status_code == 400
    assert not is_signed_in(fresh)
    assert post(fresh, "/sign-in", "/sign-in", email="ANNA@example.org", password=PASSWORD).status_code == 303
    assert is_signed_in(fresh)


@pytest.mark.parametrize("password", ["short", "aaaaaaaaaaaaaaaa", "password1234"])
def test_a_weak_password_is_refused_with_the_reason(cast: Cast, password: str) -> None:
    client = cast.browser(cast.anna)
    answer = post(client, "/account/password", "/account", password=password)
    assert answer.status_code == 400
    assert 'id="f-password-error"' in answer.text
    with reading(db.engine) as session:
        assert session.get_one(User, cast.anna.id).password_hash is None


def test_the_language_of_the_account_is_the_language_of_the_screens(cast: Cast) -> None:
    client = cast.browser(cast.anna)
    assert 'lang="en"' in client.get("/account").text
    assert post(client, "/account/language", "/account", language="de").status_code == 303
    assert '<html lang="de"' in client.get("/account").text
    assert '<html lang="en"' in cast.browser(cast.eve).get("/").text


def test_the_account_page_names_what_each_role_is_for(cast: Cast) -> None:
    assert "Lab one" in text_of(cast.browser(cast.anna).get("/account"))
    assert "Buying lithium directly" in text_of(cast.browser(cast.omar).get("/account"))
    assert "Mobility" in text_of(cast.browser(cast.mara).get("/account"))


def test_signing_out_ends_session_and_sockets(cast: Cast) -> None:
    client, socket = cast.browser(cast.anna), cast.socket(cast.anna)
    assert post(client, "/sign-out", "/account").status_code == 303
    assert not is_signed_in(client)
    assert not socket.is_connected()


# ---- roles


def test_a_coordinator_makes_an_account_and_gives_it_a_case(cast: Cast) -> None:
    client = cast.browser(cast.olga)
    answer = post(client, "/people", "/people", name="Olaf", email="Olaf@Example.org", role="case_owner", language="de")
    assert answer.status_code == 303
    page = answer.headers["Location"]
    olaf = Identity("staff", page.removeprefix("/people/"))
    assert roles(olaf) == set()
    post(client, f"{page}/roles", page, role="case_owner", place=cast.other_case)
    assert roles(olaf) == {("case_owner", None, None, cast.other_case)}
    assert "Tracing on a shared ledger" in text_of(client.get(page))
    post(client, f"{page}/roles/take", page, role="case_owner", place=cast.other_case)
    assert roles(olaf) == set()


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"name": "", "email": "x@example.org", "role": "facilitator"}, "name"),
        ({"name": "X", "email": "not an address", "role": "facilitator"}, "email"),
        ({"name": "X", "email": "anna@example.org", "role": "facilitator"}, "email"),
        ({"name": "X", "email": "x@example.org", "role": "sector_lead"}, "sector"),
    ],
)
def test_what_is_wrong_with_a_new_account_stands_at_its_field(cast: Cast, given: dict[str, str], field: str) -> None:
    client = cast.browser(cast.olga)
    answer = post(client, "/people", "/people", language="en", **given)
    assert answer.status_code in (400, 409)
    assert f'href="#f-{field}"' in answer.text
    assert 'value="X"' in answer.text or field == "name"


@pytest.mark.parametrize(
    ("role", "place"), [("sector_lead", "RES"), ("reviewer", None), ("reviewer", "MS"), ("coordinator", None)]
)
def test_a_role_given_twice_is_given_once_and_can_be_taken(cast: Cast, role: str, place: str | None) -> None:
    for _ in range(2):
        cast.do("user.grant", cast.olga, user=cast.anna.id, role=role, place=place)
    assert {row for row in roles(cast.anna) if row[0] == role} == {(role, place, None, None)}
    for _ in range(2):
        cast.do("user.revoke", cast.olga, user=cast.anna.id, role=role, place=place)
    assert {row for row in roles(cast.anna) if row[0] == role} == set()


@pytest.mark.parametrize(
    ("role", "place"),
    [
        ("sector_lead", None),
        ("sector_lead", "XX"),
        ("facilitator", None),
        ("rapporteur", "nothing"),
        ("case_owner", None),
        ("case_owner", "nothing"),
        ("coordinator", "MS"),
        ("reviewer", "XX"),
    ],
)
def test_a_role_is_given_for_something_that_exists(cast: Cast, role: str, place: str | None) -> None:
    before = roles(cast.anna)
    refusal = refused(cast, "user.grant", cast.olga, user=cast.anna.id, role=role, place=place)
    assert (refusal.code, list(refusal.fields)) == ("invalid", ["place"])
    assert roles(cast.anna) == before


def test_a_role_that_ends_closes_its_sockets_and_fails_the_next_command(cast: Cast) -> None:
    others, socket = cast.socket(cast.rita), cast.socket(cast.anna)
    assert cast.ask("lab.announce", cast.anna, text="Hello")["ok"]
    cast.do("user.revoke", cast.olga, user=cast.anna.id, role="facilitator", place=cast.lab)
    told(cast)
    assert not socket.is_connected()
    assert "entities" in others.emit("sync", {"stream": "room"}, callback=True)
    assert cast.ask("lab.announce", cast.anna, text="Hello")["code"] == "not_found"
    assert not cast.socket(cast.anna).is_connected()


def test_taking_somebody_out_of_a_lab_closes_their_sockets(cast: Cast) -> None:
    socket = cast.socket(cast.rita)
    cast.act("lab.set_staff", cast.mara, email="rita@example.org", role="rapporteur")
    told(cast)
    assert socket.is_connected()  # nothing changed
    cast.act("lab.set_staff", cast.mara, email="rita@example.org", role="")
    told(cast)
    assert not socket.is_connected()


def test_a_closed_account_is_out_everywhere_and_comes_back_as_it_was(cast: Cast) -> None:
    token = cast.do("user.link", cast.olga, email="anna@example.org")["token"]
    client, socket, before = cast.browser(cast.anna), cast.socket(cast.anna), roles(cast.anna)
    page = f"/people/{cast.anna.id}"
    assert post(cast.browser(cast.olga), f"{page}/disable", page).status_code == 303
    told(cast)
    assert not is_signed_in(client)
    assert not socket.is_connected()
    assert refused(cast, "lab.announce", cast.anna, lab=cast.lab, text="Hello").code == "unauthenticated"
    assert refused(cast, "user.follow_link", NOBODY, token=token).code == "gone"
    assert refused(cast, "user.link", cast.olga, email="anna@example.org").code == "not_found"
    assert post(cast.browser(cast.olga), f"{page}/enable", page).status_code == 303
    assert roles(cast.anna) == before
    assert cast.ask("lab.announce", cast.anna, text="Hello")["ok"]
    assert not is_signed_in(client)  # the old session stays ended


def test_the_last_coordinator_stays_one(cast: Cast) -> None:
    assert refused(cast, "user.revoke", cast.olga, user=cast.olga.id, role="coordinator").code == "bad_state"
    assert refused(cast, "user.disable", cast.olga, user=cast.olga.id).code == "bad_state"
    second = cast.staff("otto@example.org", "Otto", "coordinator")
    cast.do("user.disable", SYSTEM, user=second.id)
    assert refused(cast, "user.disable", cast.olga, user=cast.olga.id).code == "bad_state"
    cast.do("user.enable", SYSTEM, user=second.id)
    assert cast.do("user.disable", cast.olga, user=cast.olga.id)["disabled"]


def test_accounts_are_for_coordinators_only(cast: Cast) -> None:
    assert cast.browser(cast.olga).get("/people").status_code == 200
    for who in (cast.mara, cast.anna, cast.rita, cast.omar):
        assert cast.browser(who).get("/people").status_code == 403
        assert refused(cast, "user.grant", who, user=who.id, role="coordinator").code == "forbidden"
    answer = cast.browser(cast.eve).get("/people", headers=ORIGIN)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/sign-in?next=/people")
