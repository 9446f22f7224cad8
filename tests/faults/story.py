"""Every command of the registry in a sensible order: the lab's scenario, then cases, accounts, pictures and remarks."""

from __future__ import annotations

import base64
from typing import Any

from sqlalchemy import select

from facilitation.cases.commands import details_content
from facilitation.cases.models import Case
from facilitation.cases.queries import site_template
from facilitation.cases.rules import mark, peers_content, swot_content
from facilitation.core.actor import SYSTEM
from facilitation.core.clock import system_clock
from facilitation.core.unit_of_work import Work, reading
from facilitation.extensions import db
from facilitation.people.signing_in import new_link
from facilitation.reports.models import ReportState
from facilitation.reports.photos import make_anew, seal
from facilitation.reports.remarks import link_token
from tests.cases.desk import Desk
from tests.cases.samples import sample_text
from tests.live.scenario import STEPS, Step, Story
from tests.web.doors import a_picture


def _case(story: Story, **args: Any) -> dict[str, Any]:
    return {"case": story.cast.case, **args}


def _desk(story: Story) -> Desk:
    return Desk(story.cast, story.cast.case)


def _section(story: Story) -> dict[str, Any]:
    return _case(story, section="2.1", fields={"development": "A mine and a buyer"}, base=_desk(story).base("2.1"))


def _swot(story: Story) -> dict[str, Any]:
    return _case(story, lines={"S": [{"text": "Known origin"}]}, base=mark(swot_content(_desk(story).document)))


def _details(story: Story) -> dict[str, Any]:
    return _case(story, fields={"title": "Without a middleman"}, base=mark(details_content(_desk(story).row())))


def _peers(story: Story) -> dict[str, Any]:
    with reading(db.engine) as session:
        template = site_template(session)
    base = mark(peers_content(_desk(story).document, template))
    return _case(story, challenges=[{"text": "Who pays for the audit?"}], base=base)


def _changed(story: Story, added: str, **fields: str) -> dict[str, Any]:
    """New words for what an earlier step added."""
    return _case(story, item=story[added]["id"], base=story[added]["base"], fields=fields)


def _readers_link(story: Story) -> dict[str, Any]:
    with reading(db.engine) as session:
        token = link_token(story.cast.settings, session.get_one(ReportState, story.cast.lab))
    return {"token": token, "section": "3", "text": "Who else was there?"}


def _picture(story: Story) -> dict[str, Any]:
    made = make_anew(a_picture())
    sealed = seal(story.cast.settings, made.data)
    size = {"width": made.width, "height": made.height}
    return {"data": base64.b64encode(made.data).decode(), "seal": sealed, **size, "alt": "A wall with slips", "consent": True}


def _fresh_link(story: Story) -> dict[str, Any]:
    """The secret of a link is told once: who lost the answer asks for another."""
    return {"token": story.cast.do("user.link", SYSTEM, email="rita@example.org")["token"]}


def _one_sample(_story: Story) -> dict[str, Any]:
    head, _, rest = sample_text().partition("\n- id: ")
    return {"text": f"{head}\n- id: {rest.partition(chr(10) + '- id: ')[0]}\n".replace("id: FC-", "id: XC-")}


def _revision(story: Story) -> dict[str, Any]:
    with reading(db.engine) as session:
        version = session.scalar(select(Case.version).where(Case.id == story.cast.case))
    assert version is not None
    return _case(story, item=story["aspect"]["id"], revision=version - 1)


BESIDE_THE_LAB: list[Step] = [
    ("eve", "remark.add", _readers_link, "remark"),
    ("rita", "remark.answer", lambda s: {"remark": s["remark"]["remark"], "taken": "yes", "answer": "Ta", "version": 1}, ""),
    ("rita", "photo.add", _picture, "photo"),
    ("rita", "photo.describe", lambda s: {"photo": s["photo"]["photo"], "alt": "Another wall"}, ""),
    ("rita", "photo.remove", lambda s: {"photo": s["photo"]["photo"]}, ""),
    ("mara", "lab.create", {"kind": "webinar", "sector": "MS", "title": "The next one"}, "lab"),
    ("mara", "lab.open", lambda s: {"lab": s["lab"]["lab"]}, ""),
    ("eve", "seat.join", lambda s: {"code": s["lab"]["code"], "tier": "1"}, ""),
    ("omar", "case.save_section", _section, ""),
    ("omar", "case.save_swot", _swot, ""),
    ("omar", "case.save_peers", _peers, ""),
    ("omar", "case.save_details", _details, ""),
    ("omar", "case.save_references", lambda s: _case(s, references={"1": {"title": "R"}}, base=mark({"references": {}})), ""),
    ("omar", "case.add_aspect", lambda s: _case(s, fields={"title": "Second"}), "aspect"),
    ("omar", "case.update_aspect", lambda s: _changed(s, "aspect", title="The second"), ""),
    ("omar", "case.move_aspect", lambda s: _case(s, item=s["aspect"]["id"], to=0), ""),
    ("omar", "case.add_element", lambda s: _case(s, aspect=s["aspect"]["id"], fields={"title": "One"}), "element"),
    ("omar", "case.update_element", lambda s: _changed(s, "element", title="The one"), ""),
    ("omar", "case.move_element", lambda s: _case(s, item=s["element"]["id"], to=0), ""),
    ("omar", "case.add_suggestion", lambda s: _case(s, element=s["element"]["id"], fields={"how_to_transfer": "So"}), "way"),
    ("omar", "case.update_suggestion", lambda s: _changed(s, "way", how_to_transfer="Thus"), ""),
    ("omar", "case.move_suggestion", lambda s: _case(s, item=s["way"]["id"], to=0), ""),
    ("omar", "case.remove_suggestion", lambda s: _case(s, item=s["way"]["id"]), ""),
    ("omar", "case.remove_element", lambda s: _case(s, item=s["element"]["id"]), ""),
    ("omar", "case.remove_aspect", lambda s: _case(s, item=s["aspect"]["id"]), ""),
    ("omar", "case.restore_item", _revision, ""),
    ("olga", "case.set_status", lambda s: _case(s, status="published", reason="for the library"), ""),
    ("olga", "case.create", {"title": "Another case", "sector": "MS", "type": "management_systems"}, "case"),
    ("olga", "case.set_owner", lambda s: {"case": s["case"]["case"], "user": s.cast.omar.id}, ""),
    ("olga", "case.delete", lambda s: {"case": s["case"]["case"]}, ""),
    ("olga", "case.import", _one_sample, ""),
    ("olga", "topic.add", {"label": "Tin"}, ""),
    ("olga", "user.create", {"email": "nils@example.org", "name": "Nils", "role": "facilitator"}, "nils"),
    ("olga", "user.grant", lambda s: {"user": s["nils"]["user"], "role": "sector_lead", "place": "MS"}, ""),
    ("olga", "user.revoke", lambda s: {"user": s["nils"]["user"], "role": "sector_lead", "place": "MS"}, ""),
    ("olga", "user.disable", lambda s: {"user": s["nils"]["user"]}, ""),
    ("olga", "user.enable", lambda s: {"user": s["nils"]["user"]}, ""),
    ("olga", "user.link", {"email": "nils@example.org"}, ""),
    ("eve", "user.follow_link", _fresh_link, ""),
    ("rita", "user.set_language", {"language": "de"}, ""),
    ("rita", "user.set_password", {"password_hash": "scrypt:32768:8:1$none$" + "1" * 128}, ""),
]  # fmt: skip

ALL: list[Step] = [*STEPS, *BESIDE_THE_LAB]


def set_up_link(writer: Any) -> str:
    """What the first start prints: the way to the first account."""

    def job(work: Work) -> str:
        return new_link(work.session, system_clock(), "set_up", None)

    return str(writer.run(job))
