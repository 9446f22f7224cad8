"""The socket door by itself: who gets in, what they hear, what ordinary events cannot do."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from facilitation.core import ids
from facilitation.live.admission import Admission
from facilitation.live.door import AT_ONCE, Door
from facilitation.stream.read import apply
from tests.cast import Cast


def heard(socket: Any, event: str) -> list[Any]:
    return [item["args"][0] for item in socket.get_received() if item["name"] == event]


def told(cast: Cast) -> None:
    """Let the announcer say what it has."""
    from facilitation.extensions import db

    with cast.app.app_context():
        cast.app.extensions["facilitation"]["announcer"].flush(db.engine)


def test_hello_says_who_you_are_and_which_streams_you_read(cast: Cast) -> None:
    seat, staff, wall = cast.socket(cast.ben), cast.socket(cast.anna), cast.socket(cast.eve, wall=cast.wall)
    ben, anna, screen = (heard(socket, "hello")[0] for socket in (seat, staff, wall))
    assert (ben["role"], ben["streams"], ben["seat"]["tier"]) == ("participant", ["room"], "1")
    assert (anna["role"], anna["streams"]) == ("facilitator", ["staff", "room"])
    assert (screen["role"], screen["streams"]) == ("wall", ["room"])
    assert ben["heads"]["room"] == cast.look("room")["seq"]


@pytest.mark.parametrize("who", ["eve", "dario"])
def test_without_a_place_in_this_lab_nobody_gets_in(cast: Cast, who: str) -> None:
    assert cast.socket(cast.ben).is_connected()
    assert not cast.socket(getattr(cast, who)).is_connected()


def test_a_wrong_wall_token_and_a_foreign_origin_are_refused(cast: Cast) -> None:
    assert not cast.socket(cast.eve, wall="0" * 40).is_connected()
    socketio = cast.app.extensions["facilitation"]["socketio"]
    for headers in ({"Origin": "http://evil.example"}, {}):
        stranger = socketio.test_client(
            cast.app, flask_test_client=cast.browser(cast.ben), auth={"v": 1, "lab": cast.lab}, headers=headers
        )
        assert not stranger.is_connected()


def test_long_polling_begins_without_an_origin_but_says_its_page(cast: Cast) -> None:
    socketio = cast.app.extensions["facilitation"]["socketio"]
    own, foreign = cast.settings.public_url, "http://evil.example"
    pages = {f"{own}/labs/{cast.lab}/phone": True, f"{foreign}/{own}": False, f"{own}.evil.example/": False}
    for referrer, welcome in pages.items():
        socket = socketio.test_client(
            cast.app, flask_test_client=cast.browser(cast.ben), auth={"v": 1, "lab": cast.lab}, headers={"Referer": referrer}
        )
        assert socket.is_connected() is welcome


def test_changes_bring_the_room_to_the_fresh_snapshot(cast: Cast) -> None:
    cast.start("challenges")
    cast.act("activity.reveal", cast.anna)
    phone, console = cast.socket(cast.chloe), cast.socket(cast.anna)
    states = {
        name: socket.emit("sync", {"stream": name}, callback=True) for name, socket in (("room", phone), ("staff", console))
    }
    told(cast)
    cast.act("contribution.post", cast.ben, board=cast.board("challenges"), text="A levy per tonne")
    told(cast)
    for name, socket in (("room", phone), ("staff", console)):
        (change,) = [item for item in heard(socket, "changes") if item["stream"] == name]
        states[name].pop("mine", None)
        assert apply(states[name], change) == cast.look(name)


def test_who_says_what_it_knows_gets_the_news_with_hello(cast: Cast) -> None:
    cast.start("challenges")
    cast.act("activity.reveal", cast.anna)
    before = cast.look("room")
    cast.act("contribution.post", cast.ben, board=cast.board("challenges"), text="A levy per tonne")
    known = {"stream": "room", "epoch": before["epoch"], "have": before["seq"]}
    (hello,) = heard(cast.socket(cast.chloe, sync=known), "hello")
    assert apply(before, hello["news"]) == cast.look("room")
    assert hello["news"]["mine"]["contributions"] == []
    (hello,) = heard(cast.socket(cast.ben, sync={"stream": "room"}), "hello")  # knows nothing yet
    assert [own["text"] for own in hello["news"]["mine"]["contributions"]] == ["A levy per tonne"]
    assert hello["news"]["entities"] == cast.look("room")["entities"]
    (hello,) = heard(cast.socket(cast.anna, sync={"stream": "staff"}), "hello")
    assert hello["news"]["stream"] == "staff"


@pytest.mark.parametrize("wished", [None, "room", 7, {"stream": "staff"}, {"stream": ["room"]}])
def test_a_hello_without_news_is_the_same_hello(cast: Cast, wished: Any) -> None:
    """Nothing usable was asked: no refusal of the door, the client asks by itself and hears why."""
    socket = cast.socket(cast.ben, sync=wished)
    (hello,) = heard(socket, "hello")
    assert "news" not in hello
    assert hello["seat"]["tier"] == "1"
    assert "entities" in socket.emit("sync", {"stream": "room"}, callback=True)


@pytest.mark.parametrize("where", [(Admission, "admit"), (Door, "_let_in")])
def test_what_is_told_while_one_is_let_in_is_not_missed(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, where: tuple[type, str]
) -> None:
    """Before the news are read, or after that and before it joins the room, somebody writes: the greeting has it."""
    cast.start("challenges")
    cast.act("activity.reveal", cast.anna)
    before, board = cast.look("room"), cast.board("challenges")
    step = getattr(*where)

    def slowly(*given: Any) -> Any:
        if where[0] is Admission:
            admitted = step(*given)
        cast.act("contribution.post", cast.ben, board=board, text="Said meanwhile")
        told(cast)
        return admitted if where[0] is Admission else step(*given)

    monkeypatch.setattr(*where, slowly)
    known = {"stream": "room", "epoch": before["epoch"], "have": before["seq"]}
    socket = cast.socket(cast.chloe, sync=known)
    monkeypatch.undo()
    (hello,) = heard(socket, "hello")
    assert hello["heads"]["room"] < hello["news"]["to"]
    assert apply(before, hello["news"]) == cast.look("room")


def test_what_is_one_s_own_and_told_while_one_is_let_in_is_not_missed(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """Said on another device of the same person, before this one listens."""
    cast.start("challenges")
    let_in = Door._let_in

    def slowly(*given: Any) -> None:
        cast.act("hand.set", cast.ben, raised=True)
        told(cast)
        let_in(*given)

    monkeypatch.setattr(Door, "_let_in", slowly)
    (hello,) = heard(cast.socket(cast.ben, sync={"stream": "room"}), "hello")
    assert hello["news"]["mine"]["hand"] is True


def test_a_crowd_waits_before_the_database_and_commands_do_not(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """More people knock at once than the database has connections: only so many hold one, and a command finds one too."""
    knocking, inside, go_on = AT_ONCE + 14, [], threading.Event()
    admit = Admission.admit

    def slowly(*given: Any) -> Any:
        inside.append(1)
        assert go_on.wait(30)
        return admit(*given)

    monkeypatch.setattr(Admission, "admit", slowly)
    with ThreadPoolExecutor(knocking) as crowd:
        screens = [crowd.submit(cast.socket, cast.eve, wall=cast.wall) for _ in range(knocking)]
        try:
            until = time.monotonic() + 20
            while len(inside) < AT_ONCE and time.monotonic() < until:
                time.sleep(0.01)
            assert cast.ask("hand.set", cast.ben, raised=True)["ok"]
            assert len(inside) == AT_ONCE
        finally:
            go_on.set()
        assert all(screen.result().is_connected() for screen in screens)
    assert len(inside) == knocking


def test_the_author_hears_what_became_of_it_and_why(cast: Cast) -> None:
    cast.start("challenges")
    phone = cast.socket(cast.ben)
    posted = phone.emit(
        "command",
        {"v": 1, "key": ids.new_key(), "name": "contribution.post", "args": {"board": cast.board("challenges"), "text": "X"}},
        callback=True,
    )
    cast.act("contribution.hide", cast.anna, id=posted["result"]["id"], reason="names a company")
    told(cast)
    (own,) = heard(phone, "mine")[-1]["contributions"]
    assert (own["status"], own["reason"]) == ("hidden", "names a company")


def test_connect_and_disconnect_as_ordinary_events_do_nothing(cast: Cast) -> None:
    phone = cast.socket(cast.ben)
    phone.get_received()
    phone.emit("connect", {"v": 1, "lab": cast.lab, "wall": cast.wall})
    phone.emit("disconnect", "bye")
    assert phone.get_received() == []
    assert "entities" in phone.emit("sync", {"stream": "room"}, callback=True)


def test_a_seat_cannot_name_the_staff_stream(cast: Cast) -> None:
    assert cast.socket(cast.ben).emit("sync", {"stream": "staff"}, callback=True) == {"gone": "not_found"}


def test_a_removed_seat_is_hung_up_on_and_its_next_command_fails(cast: Cast) -> None:
    cast.start("challenges")
    posted = cast.act("contribution.post", cast.ben, board=cast.board("challenges"), text="Flood")
    phone = cast.socket(cast.ben)
    cast.act("seat.remove", cast.anna, contribution=posted["id"])
    told(cast)
    assert not phone.is_connected()
    assert cast.ask("hand.set", cast.ben, raised=True)["code"] == "gone"
    assert not cast.socket(cast.ben).is_connected()


def test_a_seat_that_asks_too_often_is_told_to_wait(cast: Cast) -> None:
    phone = cast.socket(cast.ben)

    def ask() -> dict[str, Any]:
        wanted = {"v": 1, "key": ids.new_key(), "name": "hand.set", "args": {"raised": True}}
        return dict(phone.emit("command", wanted, callback=True))

    answers = [ask() for _ in range(25)]
    refused = [answer for answer in answers if not answer["ok"]]
    assert len(refused) == 5
    assert {(answer["code"], answer["retry"]) for answer in refused} == {("rate", True)}
    assert all(answer["after_ms"] > 0 for answer in refused)


def test_news_that_come_while_the_last_are_told_are_told_next(cast: Cast) -> None:
    """With threads a commit may speak up in the middle of a flush; its word must not fall between two of them."""
    announcer = cast.app.extensions["facilitation"]["announcer"]
    told(cast)

    def audiences() -> Iterator[str]:
        told(cast)  # the announcer runs between two steps of the one that gives it news
        yield "room"

    announcer.notify({cast.lab: audiences()})
    assert announcer._heard() == {cast.lab: {"room"}}
