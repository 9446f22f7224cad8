"""Remarks on the draft: anybody with its link, until a day, section by section; each one is answered (R-99)."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from pydantic import Field
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from facilitation.cases.saving import author_of
from facilitation.core import ids
from facilitation.core.commands import Command, Context, Id, command, handles
from facilitation.core.errors import Refused
from facilitation.core.i18n import _
from facilitation.core.text import Prose
from facilitation.labs.models import Lab
from facilitation.reports.models import Remark, ReportState

MOST = 500  # remarks on one report
TAKEN = ("yes", "partly", "no")


def link_token(settings: Any, state: ReportState) -> str:
    """The secret part of the link readers get; opening the draft anew makes another one."""
    return f"{state.lab_id}.{ids.token(settings.SECRET_KEY, 'remarks', state.lab_id, state.remarks_serial)}"


def linked(session: Session, settings: Any, token: str) -> tuple[Lab, ReportState]:
    """The lab and the state of its report a link leads to, or `not_found`."""
    lab = session.get(Lab, token.partition(".")[0])
    state = session.get(ReportState, lab.id) if lab is not None else None
    if lab is None or state is None or not state.remarks_serial or link_token(settings, state) != token:
        raise Refused("not_found")
    return lab, state


def is_open(state: ReportState, today: date) -> bool:
    return state.state == "remarks" and today.isoformat() <= (state.remarks_until or "")


@command("remark.add", scope="site")
class AddRemark(Command):
    """One remark on one section, by whoever has the link. Nobody's name is asked or kept."""

    token: Annotated[str, Field(max_length=100)]
    section: Annotated[str, Field(pattern=r"^([1-9]|10|11|[A-Z])$")]
    text: Annotated[str, Prose(1000)]


@handles(AddRemark)
def add(cmd: AddRemark, ctx: Context) -> dict[str, Any]:
    lab, state = linked(ctx.session, ctx.settings, cmd.token)
    if not is_open(state, ctx.now.date()):
        raise Refused("closed", _("The time for remarks is over."))
    if int(ctx.session.scalar(select(func.count()).where(Remark.lab_id == lab.id)) or 0) >= MOST:
        raise Refused("full", _("There are too many remarks on this report already."))
    row = Remark(id=ids.new_id(), lab_id=lab.id, section=cmd.section, text=cmd.text, day=ctx.now.date().isoformat())
    ctx.session.add(row)
    return {"remark": row.id}


@command("remark.answer", scope="lab")
class AnswerRemark(Command):
    """What the writers say to a remark: taken, partly, or not, and why. `version`: the answer the writer saw (D11)."""

    lab: Id | None = None
    remark: Id
    taken: Annotated[str, Field(pattern=f"^({'|'.join(TAKEN)})$")]
    answer: Annotated[str, Prose(1000, required=False)] = ""
    version: Annotated[int, Field(ge=1)]


@handles(AnswerRemark)
def answer(cmd: AnswerRemark, ctx: Context) -> dict[str, Any]:
    row = ctx.session.get(Remark, cmd.remark)
    if row is None or row.lab_id != ctx.scope:
        raise Refused("not_found")
    if (row.taken, row.answer) == (cmd.taken, cmd.answer):
        return {"remark": row.id, "version": row.version}
    if row.version != cmd.version:
        data = {"mine": {"text": cmd.answer}, "theirs": {"text": row.answer, "version": row.version}}
        raise Refused("conflict", _("Somebody else changed this at the same time. Both texts are kept for you."), data=data)
    if cmd.taken == "no" and not cmd.answer:
        raise Refused("invalid", _("Please say why it is not taken."), fields={"answer": _("Please say why it is not taken.")})
    row.taken, row.answer, row.answered_by, row.version = cmd.taken, cmd.answer, author_of(ctx.actor), row.version + 1
    return {"remark": row.id, "version": row.version}


def remarks_of(session: Session, lab: str) -> dict[str, list[Remark]]:
    """Remarks by section; inside a section by their words, so that their order tells nothing."""
    found: dict[str, list[Remark]] = {}
    rows = session.scalars(select(Remark).where(Remark.lab_id == lab))
    for row in sorted(rows, key=lambda row: (row.taken is not None, row.day, row.text)):
        found.setdefault(row.section, []).append(row)
    return found
