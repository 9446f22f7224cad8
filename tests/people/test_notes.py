"""Private notes: theirs alone, in no stream, changed and thrown away by their author only."""

from __future__ import annotations

import json

import pytest

from facilitation.core.unit_of_work import reading
from facilitation.extensions import db
from facilitation.people import notes
from facilitation.people.notes import notes_of
from tests.cast import Cast


def of(cast: Cast, who: str) -> list[str]:
    with reading(db.engine) as session:
        return [note["text"] for note in notes_of(session, cast.lab, getattr(cast, who).id)]


def test_a_note_is_written_changed_and_thrown_away(cast: Cast) -> None:
    first = cast.act("note.save", cast.anna, text="Funding and off-take belong together")["id"]
    cast.act("note.save", cast.anna, text="Ask about the levy")
    assert cast.act("note.save", cast.anna, id=first, text="Off-take first")["id"] == first
    assert sorted(of(cast, "anna")) == ["Ask about the levy", "Off-take first"]
    assert cast.act("note.save", cast.anna, id=first, text="")["id"] is None
    assert of(cast, "anna") == ["Ask about the levy"]
    assert cast.act("note.save", cast.anna, text="")["id"] is None  # nothing to keep


def test_nobody_else_reads_or_changes_it_whatever_their_role(cast: Cast) -> None:
    mine = cast.act("note.save", cast.anna, text="quetzal")["id"]
    assert of(cast, "anna") == ["quetzal"]
    assert of(cast, "olga") == []
    assert cast.ask("note.save", cast.olga, id=mine, text="mine now")["code"] == "not_found"
    assert cast.browser(cast.olga).get(f"/labs/{cast.lab}/notes").json == {"notes": []}
    assert [note["text"] for note in cast.browser(cast.anna).get(f"/labs/{cast.lab}/notes").json["notes"]] == ["quetzal"]
    assert cast.browser(cast.ben).get(f"/labs/{cast.lab}/notes", headers={"Accept": "application/json"}).status_code == 401
    assert "quetzal" not in json.dumps([cast.look("staff"), cast.look("room")])


def test_a_note_of_another_lab_is_not_there(cast: Cast) -> None:
    mine = cast.act("note.save", cast.olga, text="here")["id"]
    other = cast.other_lab["lab"]
    assert cast.dispatcher.handle(
        {"v": 1, "key": "A" * 22, "name": "note.save", "args": {"id": mine, "text": "there"}}, cast.olga, lab=other
    )["code"] == "not_found"  # fmt: skip


def test_a_participant_has_no_notes_here(cast: Cast) -> None:
    assert cast.ask("note.save", cast.ben, text="hello")["code"] == "forbidden"


def test_there_is_an_end_to_notes(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notes, "MOST", 2)
    for text in ("one", "two"):
        cast.act("note.save", cast.anna, text=text)
    assert cast.ask("note.save", cast.anna, text="three")["code"] == "full"
    cast.act("note.save", cast.rita, text="somebody else has room")
