"""A person asks for their words to be erased: afterwards no row of the database holds any of them (safety, sections 5 and 6)."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import inspect, text

from facilitation.boards.models import Cluster, Contribution
from facilitation.cases.models import Case
from facilitation.cases.rules import mark, swot_content
from facilitation.core import ids
from facilitation.core.actor import SYSTEM
from facilitation.core.errors import Refused
from facilitation.core.unit_of_work import reading
from facilitation.extensions import db
from facilitation.people.models import Seat
from facilitation.reports.erasing import without
from facilitation.reports.models import Proposal
from tests.cast import Cast
from tests.web.forms import said, send

MARKS = (
    "MARKEDTEXT", "MARKEDNEEDS", "MARKEDSETTING", "MARKEDTRANSLATION", "MARKEDNAME", "MARKEDORG", "MARKEDREPLY", "MARKEDFACT",
)  # fmt: skip
SAID = "MARKEDTEXT the audit stays with the producer"


def everything() -> str:
    """Every value of every row of every table."""
    with db.engine.connect() as connection:
        tables = inspect(connection).get_table_names()
        assert len(tables) > 20
        return "\n".join(str(tuple(row)) for table in tables for row in connection.execute(text(f'select * from "{table}"')))


class Day:
    """A lab in which one person left traces everywhere, beside somebody whose words must stay."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        self.who = cast.join(tier="1", name="MARKEDNAME", organisation="MARKEDORG Ltd", attribution=4)
        for tier in ("1", "1", "2", "2"):
            cast.join(tier=tier)
        cast.start("swot")
        board = cast.board("swot", case=cast.case)
        self.mine = self.post(self.who, board, SAID, column="W")
        self.other = self.post(cast.ben, board, "A text of Ben that stays", column="W")
        cast.act("activity.reveal", cast.anna)
        cast.act("contribution.reply", self.who, id=self.other, kind="agree", text="MARKEDREPLY so it is with us")
        cast.act("contribution.translate", cast.rita, id=self.mine, lang="de", translation="MARKEDTRANSLATION Prüfkosten")
        cast.act("cluster.create", cast.rita, board=board, title=SAID, contributions=[self.mine])
        cast.act("contribution.park", cast.rita, id=self.mine, owner="Anna", next_step=f"Ask who said: {SAID}")
        cast.act("fact.check", self.who, case=cast.case, section="2.1", verdict="wrong", text="MARKEDFACT it began in 2020")
        cast.start("transferability")
        self.idea = self.post(
            self.who, cast.board("transferability"), "MARKEDTEXT share one audit report among all buyers",
            column=cast.case, target={"case": cast.case, "element": "A1.E1"},
            extra={"needs": "MARKEDNEEDS money for it", "setting": "MARKEDSETTING small firms", "degree": "as_is"},
        )  # fmt: skip
        cast.act("lab.close", cast.anna, grace_s=0)
        cast.act("merge.propose", cast.rita)
        self.decided()
        cast.act("report.write", cast.rita, part="purpose", text=f"One of us put it like this: {SAID}. We agree.")

    def post(self, who: Any, board: str, words: str, **more: Any) -> str:
        return str(self.cast.act("contribution.post", who, board=board, text=words, **more)["id"])

    def decided(self) -> None:
        """The idea is taken over as it is, the comment in the owner's words around a quotation."""
        for row in self.rows():
            args = {"case": self.cast.case, "proposal": row["id"], "version": row["version"]}
            if row["op"] == "add_suggestion":
                self.cast.do("merge.accept", self.cast.omar, **args)
            elif self.mine in row["contributions"] or row["source"].startswith("cluster"):
                self.cast.do("merge.edit", self.cast.omar, text=f"As a peer said, {SAID}, so share it", **args)

    def rows(self) -> list[dict[str, Any]]:
        with reading(db.engine) as session:
            return [{name: getattr(row, name) for name in ("id", "version", "op", "contributions", "source")}
                    for row in session.query(Proposal)]  # fmt: skip

    def erase(self, **args: Any) -> Any:
        return self.cast.do("contribution.erase", self.cast.olga, lab=self.cast.lab, **args)

    def document(self) -> dict[str, Any]:
        with reading(db.engine) as session:
            found: dict[str, Any] = session.get_one(Case, self.cast.case).document
            return found


@pytest.fixture
def day(cast: Cast) -> Day:
    return Day(cast)


@pytest.mark.parametrize("released", [False, True])
def test_nothing_a_person_wrote_is_left_in_any_row(day: Day, released: bool) -> None:
    if released:
        for state in ("remarks", "released"):
            day.cast.act("report.set_state", day.cast.anna, state=state)
    before = everything()
    assert [mark for mark in MARKS if mark not in before] == []
    answer = day.erase(ids=[day.mine], whole_person=True)
    assert (answer["erased"], answer["people"]) == (3, 1)
    assert answer["passages"] > 3
    after = everything()
    assert [mark for mark in MARKS if mark in after] == []
    assert "A text of Ben that stays" in after
    noted = (day.cast.settings.data / "erased.jsonl").read_text()
    assert day.mine in noted
    assert "MARKED" not in noted
    assert "As a peer said, […], so share it" in after  # the owner's words around it stay the owner's
    assert "One of us put it like this: […]. We agree." in after
    page = day.cast.browser(day.cast.olga).get(f"/labs/{day.cast.lab}/report")
    assert page.status_code == 200
    assert "MARKED" not in page.text


def test_what_ties_the_person_to_anything_is_gone_and_the_numbers_stay(day: Day) -> None:
    with reading(db.engine) as session:
        people = session.query(Seat).count()
    day.erase(ids=[day.mine], whole_person=True)
    with reading(db.engine) as session:
        seat = session.get_one(Seat, day.who.id)
        assert (seat.name, seat.organisation, seat.stage, seat.key, seat.attribution) == (None, None, None, None, 0)
        assert seat.tier == "1"
        assert session.query(Seat).count() == people
        assert session.query(Contribution).filter(Contribution.seat_id == seat.id).count() == 0
        row = session.get_one(Contribution, day.mine)
        assert (row.text, row.status, row.label, row.composed_at) == ("", "withdrawn", None, None)
        assert (row.posted_at.hour, row.posted_at.minute, row.posted_at.second) == (0, 0, 0)
    assert f"seat:{day.who.id}" not in everything()


def test_one_text_alone_can_be_erased(day: Day) -> None:
    assert day.erase(ids=[day.idea])["erased"] == 1
    after = everything()
    assert "MARKEDNEEDS" not in after
    assert "share one audit report" not in after
    assert SAID in after
    assert "MARKEDNAME" in after


def test_the_words_can_stay_without_the_person(day: Day) -> None:
    day.erase(ids=[day.mine], whole_person=True, keep_words=True)
    after = everything()
    assert SAID in after
    assert [mark for mark in ("MARKEDNAME", "MARKEDORG") if mark in after] == []
    assert f"seat:{day.who.id}" not in after


def test_after_the_links_are_cut_every_text_has_to_be_named(day: Day) -> None:
    day.cast.act("lab.cut", SYSTEM)
    with pytest.raises(Refused) as refusal:
        day.erase(ids=[day.mine], whole_person=True)
    assert refusal.value.code == "bad_state"
    assert day.erase(ids=[day.mine, day.idea])["erased"] == 2
    assert "MARKEDTEXT" not in everything()


def test_only_the_coordinator_and_only_this_lab(day: Day) -> None:
    for who in (day.cast.anna, day.cast.mara, day.cast.omar, day.who):
        with pytest.raises(Refused) as refusal:
            day.cast.do("contribution.erase", who, lab=day.cast.lab, ids=[day.mine])
        assert refusal.value.code in ("forbidden", "not_found")
    with pytest.raises(Refused) as refusal:
        day.erase(ids=["nothing-like-it"])
    assert refusal.value.code == "not_found"
    assert SAID in everything()


def test_a_phone_that_was_away_posts_nothing_again(cast: Cast) -> None:
    cast.start("swot")
    args = {"board": cast.board("swot", case=cast.case), "column": "W", "text": "MARKEDTEXT once more"}
    key = ids.new_key()
    answer = cast.ask("contribution.post", cast.ben, key=key, **args)
    cast.act("contribution.erase", cast.olga, ids=[answer["result"]["id"]])
    again = cast.ask("contribution.post", cast.ben, key=key, **args)
    assert again["code"] == "key_reused"
    assert "MARKEDTEXT" not in everything()


def test_words_anybody_could_have_written_stay_where_others_wrote_them(cast: Cast) -> None:
    """The draft of the case says “Needs a large volume”; a short text equal to a line of the owner takes nothing from it."""
    cast.start("swot")
    board = cast.board("swot", case=cast.case)
    lines = {"W": [{"text": "Too dear"}]}
    with reading(db.engine) as session:
        base = mark(swot_content(session.get_one(Case, cast.case).document))
    cast.do("case.save_swot", cast.omar, case=cast.case, lines=lines, base=base)
    said = cast.act("contribution.post", cast.ben, board=board, column="W", text="Too dear",
                    extra={"degree": "similar_context_only"})["id"]  # fmt: skip
    cast.act("cluster.create", cast.rita, board=board, title="Too dear", contributions=[said])
    cast.act("contribution.erase", cast.olga, ids=[said])
    with reading(db.engine) as session:
        assert [line["text"] for line in session.get_one(Case, cast.case).document["swot"]["W"]] == ["Too dear"]
        assert [row.title for row in session.query(Cluster)] == ["[…]"]


def test_short_words_are_only_taken_where_they_stand_alone() -> None:
    assert without({"a": ["Too dear", "It is Too dear for us"]}, ("Too dear",)) == {"a": ["[…]", "It is Too dear for us"]}
    assert without("He said: Too dear for a small firm!", ("Too dear for a small firm",)) == "He said: […]!"


def test_the_coordinator_finds_the_words_on_a_page_and_erases_them(day: Day) -> None:
    browser = day.cast.browser(day.cast.olga)
    assert f"/labs/{day.cast.lab}/erase" in browser.get(f"/labs/{day.cast.lab}?step=3").text
    found = browser.get(f"/labs/{day.cast.lab}/erase?q=AUDIT").text
    assert day.mine in found
    assert day.idea in found
    assert day.other not in found
    assert browser.get(f"/labs/{day.cast.lab}/erase?q=100%25").text.count('name="id"') == 0
    place, page = f"/labs/{day.cast.lab}/erase", f"/labs/{day.cast.lab}/erase?q=AUDIT"
    answer = send(browser, page, place)
    assert answer.status_code == 400
    assert "Please choose at least one contribution." in answer.text
    told = said(browser, send(browser, page, place, id=[day.mine], reach="person"))
    assert "3 contributions are erased." in told
    assert "[…] stands there now." in told
    assert "MARKED" not in everything()
