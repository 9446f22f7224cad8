"""The report desk: writing, readers of the draft, release and its freeze, parking, pictures (R-92, R-94, R-99)."""

from __future__ import annotations

import base64
import io
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from PIL import Image

from facilitation.core.clock import system_clock
from facilitation.core.errors import Refused
from facilitation.core.unit_of_work import reading
from facilitation.extensions import db
from facilitation.reports.assemble import assemble
from facilitation.reports.content import as_data
from facilitation.reports.models import Photo, ReportState
from facilitation.reports.photos import EDGE, PictureError, make_anew, seal
from facilitation.reports.remarks import link_token, remarks_of
from facilitation.web import dates
from tests.reports.conftest import Held
from tests.reports.test_merging import decide
from tests.reports.test_pages import browse, post
from tests.web.doors import a_picture


def link(held: Held) -> str:
    with reading(db.engine) as session:
        return link_token(held.cast.settings, session.get_one(ReportState, held.cast.lab))


def desk(held: Held) -> str:
    return f"/labs/{held.cast.lab}/report/desk"


def day(days: int) -> str:
    return (system_clock().date() + timedelta(days=days)).isoformat()


def told(held: Held) -> str:
    return repr(as_data(assemble(held.gather())))


# ---- writing


def test_sections_stand_beside_what_they_rest_on(held: Held) -> None:
    text = browse(held, held.cast.rita).get(desk(held)).text
    for words in ("Write" not in text, "Buying together", "14 dots", "Buy together", "What this section rests on"):
        assert words is True or str(words) in text
    assert "HIDDEN-WORDS" not in text
    assert text.count("data-writes") == 12  # authors, conclusions, purpose, and a remark for each of nine sections


def test_two_writers_see_both_texts_on_the_desk_and_lose_none(held: Held) -> None:
    held.cast.act("report.write", held.cast.anna, part="note-4", text="Anna's words")
    answer = post(browse(held, held.cast.rita), f"{desk(held)}/note-4", desk(held), text="Rita's words", version="0")
    assert answer.status_code == 409
    assert "Anna&#39;s words" in answer.text
    assert "Rita&#39;s words" in answer.text
    assert post(browse(held, held.cast.rita), f"{desk(held)}/note-4", desk(held), text="Both", version="1").status_code == 303


def test_a_conclusion_is_worded_by_a_person(held: Held) -> None:
    client = browse(held, held.cast.rita)
    taken = client.get(f"{desk(held)}?take={held.ids['buy_k']}").text
    assert "Buying together</textarea>" in taken
    assert held.gather().narrative == {}  # taking stores nothing
    for text in ("Buying together", "We met.\n\n- buying TOGETHER."):
        answer = post(client, f"{desk(held)}/conclusions", desk(held), text=text, version="0")
        assert answer.status_code == 400
        assert "sentence of your own" in answer.text
    text = "Buying together lets small firms ask for the same audit."
    assert post(client, f"{desk(held)}/conclusions", desk(held), text=text, version="0").status_code == 303
    assert held.gather().narrative["conclusions"].text == text


def test_parking_gets_owner_step_and_date(held: Held) -> None:
    item = held.ids["cost"]
    held.cast.act("contribution.park", held.cast.rita, id=item, owner="Anna", next_step="", date="")
    client = browse(held, held.cast.rita)
    assert "incomplete" in client.get(desk(held)).text
    answer = post(
        client,
        f"/labs/{held.cast.lab}/report/parking/{item}",
        desk(held),
        owner="Anna",
        next_step="Ask the auditors",
        date="2027-01-15",
    )
    assert answer.status_code == 303
    text = client.get(desk(held)).text
    assert "incomplete" not in text
    assert "Ask the auditors" in told(held)
    assert "January 15, 2027" in told(held) or "15 January 2027" in told(held)


def test_each_method_says_people_contributions_time_and_rating(held: Held) -> None:
    table = next(
        block
        for section in assemble(held.gather()).walk()
        for block in section.blocks
        if getattr(block, "caption", "").startswith("Which method helped most")
    )
    assert table.head == ("Method", "Helped most", "People active, at most", "Contributions", "Minutes")  # type: ignore[union-attr]


# ---- readers of the draft


def test_remarks_by_section_until_a_day_each_answered(held: Held) -> None:
    cast = held.cast
    cast.act("report.set_state", cast.anna, state="remarks", until=day(3))
    reader, page = browse(held, cast.eve), f"/remarks/{link(held)}"
    text = reader.get(page).text
    assert "Key conclusions" in text
    assert "HIDDEN-WORDS" not in text
    assert dates.day(system_clock().date() + timedelta(days=3)) in text
    assert post(reader, page, page, section="4", text="The break was <b>longer</b>").status_code == 303
    assert "The break was &lt;b&gt;longer&lt;/b&gt;" in reader.get(page).text
    with reading(db.engine) as session:
        (remark,) = remarks_of(session, cast.lab)["4"]
    writer = browse(held, cast.rita)
    assert "The break was" in writer.get(desk(held)).text
    path = f"/labs/{cast.lab}/report/remarks/{remark.id}"
    assert post(writer, path, desk(held), taken="no", answer="", version="1").status_code == 400  # a no has a reason
    assert post(writer, path, desk(held), taken="partly", answer="By five minutes", version="1").status_code == 303
    clash = post(writer, path, desk(held), taken="no", answer="It was not", version="1")
    assert clash.status_code == 409
    assert "By five minutes" in clash.text
    assert "It was not" in clash.text
    text = reader.get(page).text
    assert "By five minutes" in text
    assert "Partly taken" in text


def test_the_link_ends_with_its_day_and_with_the_draft(held: Held) -> None:
    cast = held.cast
    with pytest.raises(Refused):
        cast.do("report.set_state", cast.anna, lab=cast.lab, state="remarks", until=day(-1))
    cast.act("report.set_state", cast.anna, state="remarks", until=day(0))
    first, reader = link(held), browse(held, cast.eve)
    assert cast.do("remark.add", cast.eve, token=first, section="1", text="In time")
    held.cast.writer.run(lambda work: setattr(work.session.get_one(ReportState, cast.lab), "remarks_until", day(-1)))
    with pytest.raises(Refused) as refusal:
        cast.do("remark.add", cast.eve, token=first, section="1", text="Too late")
    assert refusal.value.code == "closed"
    text = reader.get(f"/remarks/{first}").text
    assert "The time for remarks is over" in text
    assert "<textarea" not in text
    cast.act("report.set_state", cast.anna, state="draft")
    text = reader.get(f"/remarks/{first}").text
    assert "took the draft back" in text
    assert "Buying together" not in text
    cast.act("report.set_state", cast.anna, state="remarks")
    assert link(held) != first
    assert reader.get(f"/remarks/{first}").status_code == 404
    assert reader.get(f"/remarks/{link(held)[:-1]}0x").status_code == 404
    assert reader.get(f"/remarks/{cast.lab}.nothing").status_code == 404


def test_a_remark_names_nobody(held: Held) -> None:
    held.cast.act("report.set_state", held.cast.anna, state="remarks")
    held.cast.do("remark.add", held.cast.anna, token=link(held), section="1", text="Anna says")
    with reading(db.engine) as session:
        (row,) = remarks_of(session, held.cast.lab)["1"]
        values = {column.name: getattr(row, column.name) for column in row.__table__.columns}
    assert held.cast.anna.id not in map(str, values.values())
    assert len(values["day"]) == 10


# ---- release


def test_a_released_report_stays_as_it_was_whatever_is_decided_later(held: Held) -> None:
    cast = held.cast
    cast.act("merge.propose", cast.rita)
    decide(held, "accept", "cluster:buy_k")
    cast.act("report.set_state", cast.anna, state="released")
    released = told(held)
    decide(held, "reject", "cluster:known_k", reason="LATER-REASON")
    decide(held, "edit", "cluster:size_k", text="LATER-WORDS")
    cast.act("merge.add", cast.rita, case=cast.case, op="add_element", target="A1", text="LATER-PROPOSAL")
    assert told(held) == released
    client = browse(held, cast.omar)
    assert "LATER-WORDS" in client.get(f"/cases/{cast.case}/merge").text  # the merge desk is live
    assert (
        post(browse(held, cast.rita), f"{desk(held)}/purpose", f"/cases/{cast.case}/merge", text="x", version="0").status_code
        == 409
    )
    cast.act("report.set_state", cast.anna, state="draft")
    assert "LATER-REASON" in told(held)
    cast.act("report.set_state", cast.anna, state="released")
    with reading(db.engine) as session:
        releases = session.get_one(ReportState, cast.lab).releases
    assert [one["version"] for one in releases] == [2, 4]


def test_what_is_taken_back_leaves_a_released_report_too(held: Held) -> None:
    cast = held.cast
    cast.act("merge.propose", cast.rita)
    decide(held, "accept", "contribution:lonely")
    cast.act("report.set_state", cast.anna, state="released")
    assert "LONELY-THREAT" in told(held)
    cast.act("contribution.withdraw", held.person("3", 1), id=held.ids["lonely"])
    assert "LONELY-THREAT" not in told(held)


# ---- pictures


def with_place() -> bytes:
    """A picture taken sideways, with a place, a camera and a comment in it."""
    exif = Image.Exif()
    exif[0x010F], exif[0x0112] = "SECRET-CAMERA", 6
    exif.get_ifd(0x8825)[2] = (48.0, 8.0, 1.0)
    return a_picture((300, 200), "JPEG", exif=exif, comment=b"SECRET-COMMENT")


def upload(held: Held, client: FlaskClient, raw: bytes, **form: Any) -> Any:
    given = {"alt": "A wall with slips", "consent": "yes", **form, "picture": (io.BytesIO(raw), "photo.jpg")}
    return post(client, f"/labs/{held.cast.lab}/report/photos", desk(held), **given)


def stored(held: Held) -> list[Photo]:
    with reading(db.engine) as session:
        rows = session.query(Photo).all()
        session.expunge_all()
    return rows


def test_a_picture_is_made_anew_without_what_the_camera_wrote(held: Held) -> None:
    client = browse(held, held.cast.rita)
    raw = with_place()
    assert b"SECRET-CAMERA" in raw
    assert b"SECRET-COMMENT" in raw
    assert upload(held, client, raw, caption="After the walk").status_code == 303
    (row,) = stored(held)
    assert (row.width, row.height, row.alt) == (200, 300, "A wall with slips")  # upright
    assert b"SECRET" not in row.data
    image = Image.open(io.BytesIO(row.data))
    assert not image.getexif()
    assert not {"comment", "exif", "icc_profile"} & set(image.info)
    page = client.get(f"/labs/{held.cast.lab}/report").text
    assert 'alt="A wall with slips"' in page
    assert "After the walk" in page
    answer = client.get(f"/labs/{held.cast.lab}/report/photos/{row.id}.jpg")
    assert (answer.content_type, answer.data) == ("image/jpeg", row.data)
    assert browse(held, held.cast.eve).get(f"/labs/{held.cast.lab}/report/photos/{row.id}.jpg").status_code == 302
    assert post(client, f"/labs/{held.cast.lab}/report/photos/{row.id}", desk(held), act="remove").status_code == 303
    assert stored(held) == []


def test_no_picture_without_consent_and_words(held: Held) -> None:
    client = browse(held, held.cast.rita)
    assert upload(held, client, a_picture(), consent="").status_code == 400
    assert upload(held, client, a_picture(), alt="").status_code == 400
    assert stored(held) == []


@pytest.mark.parametrize(
    "raw", [b"", b"nothing", b"\xff\xd8\xff\xe0broken", b"<svg xmlns='http://www.w3.org/2000/svg'/>", a_picture(kind="GIF")]
)
def test_what_is_no_picture_is_refused_with_a_reason(held: Held, raw: bytes) -> None:
    answer = upload(held, browse(held, held.cast.rita), raw)
    assert answer.status_code == 400
    assert "JPEG, PNG and WebP are taken" in answer.text
    assert 'value="A wall with slips"' in answer.text  # what was typed is kept


def test_a_huge_picture_gets_small_and_a_bomb_is_refused_before_it_is_unpacked() -> None:
    large = make_anew(a_picture((4000, 1000)))
    assert (large.width, large.height) == (EDGE, EDGE // 4)
    with pytest.raises(PictureError):
        make_anew(a_picture((20000, 4000), "PNG"))


def test_only_a_picture_made_anew_is_stored(held: Held) -> None:
    cast, raw = held.cast, with_place()
    given = {"data": base64.b64encode(raw).decode(), "width": 3, "height": 2, "alt": "x", "consent": True}
    assert cast.ask("photo.add", cast.rita, seal=seal(cast.settings, raw + b"x"), **given)["code"] == "invalid"
    assert cast.ask("photo.add", cast.rita, seal="", **given)["code"] == "invalid"
    assert cast.ask("photo.add", cast.omar, seal=seal(cast.settings, raw), **given)["code"] == "forbidden"


def test_who_may_not_write_has_no_desk(held: Held) -> None:
    assert browse(held, held.cast.omar).get(desk(held)).status_code == 403
    assert browse(held, held.cast.eve).get(desk(held)).status_code == 302
