"""What people write around the assembled report, and the state it is in (requirements, section 7)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Any

from pydantic import Field
from sqlalchemy import select

from facilitation.boards.models import Cluster
from facilitation.cases.saving import author_of
from facilitation.core.commands import Command, Context, Id, command, handles
from facilitation.core.errors import Refused
from facilitation.core.i18n import _
from facilitation.core.text import Prose
from facilitation.labs.models import Lab
from facilitation.reports.gather import gather
from facilitation.reports.models import Narrative, ReportState
from facilitation.reports.release import keep

#: Parts a person writes. The notes stand at the end of the section of their number.
NOTES = tuple(f"note-{number}" for number in range(3, 12))
PARTS = ("authors", "conclusions", "purpose", *NOTES)
STATES = ("draft", "remarks", "released")
REMARKS = timedelta(days=14)


@command("report.write", scope="lab")
class WriteReport(Command):
    """One written part. `version`: the one the writer saw (0: nothing yet); another one in between is a conflict (D11)."""

    lab: Id | None = None
    part: Annotated[str, Field(pattern=f"^({'|'.join(PARTS)})$")]
    text: Annotated[str, Prose(8000, required=False)]
    version: Annotated[int, Field(ge=0)] = 0


@handles(WriteReport)
def write(cmd: WriteReport, ctx: Context) -> dict[str, Any]:
    state = state_of(ctx)
    _own_words(cmd, ctx)
    row = ctx.session.get(Narrative, (ctx.scope, cmd.part))
    now, version = (row.text, row.version) if row else ("", 0)
    if now == cmd.text:
        return {"part": cmd.part, "version": version}
    if state.state == "released":
        raise Refused("bad_state", _("This report is released. Take it back to a draft first."))
    if cmd.version != version:
        data = {"mine": {"text": cmd.text}, "theirs": {"text": now, "version": version}}
        raise Refused("conflict", _("Somebody else changed this at the same time. Both texts are kept for you."), data=data)
    if row is None:
        row = Narrative(lab_id=ctx.scope, part=cmd.part, version=0)
        ctx.session.add(row)
    row.text, row.version, row.user_id, row.at = cmd.text, version + 1, author_of(ctx.actor), ctx.now
    state.version += 1
    return {"part": cmd.part, "version": row.version}


def _own_words(cmd: WriteReport, ctx: Context) -> None:
    """Key conclusions are worded by a person: a paragraph that only repeats the title of a cluster is not one."""
    if cmd.part != "conclusions":
        return
    titles = {_bare(title) for title in ctx.session.scalars(select(Cluster.title).where(Cluster.lab_id == ctx.scope))}
    if any(_bare(paragraph) in titles for paragraph in cmd.text.split("\n") if paragraph.strip()):
        raise Refused("invalid", _("Please say it in a sentence of your own: this only repeats the title of a cluster."))


def _bare(text: str) -> str:
    return text.strip().strip("-–•. ").casefold()


@command("report.set_state", scope="lab")
class SetReportState(Command):
    """Draft, open for remarks (`until` a day, that day included; two weeks when none is given), or released.

    A released report is frozen: everything it says stays as it is now, whatever is done in the lab, the cases or at the merge
    desk. What its people take back is gone from it all the same (D14). Back to a draft makes the next version.
    """

    lab: Id | None = None
    state: Annotated[str, Field(pattern=f"^({'|'.join(STATES)})$")]
    until: Annotated[str, Field(pattern=r"^(\d{4}-\d{2}-\d{2})?$")] = ""


@handles(SetReportState)
def set_state(cmd: SetReportState, ctx: Context) -> dict[str, Any]:
    if ctx.session.get_one(Lab, ctx.scope).state != "closed":
        raise Refused("not_open", _("The report is made when the lab is closed."))
    row = state_of(ctx)
    if cmd.state == "remarks":
        row.remarks_until = _last_day(cmd.until, row, ctx)
    if row.state != cmd.state:
        row.state, row.version = cmd.state, row.version + 1
        if cmd.state == "remarks":
            row.remarks_serial += 1
        row.released_at, row.frozen = None, None
        if cmd.state == "released":
            _release(row, ctx)
    return {"state": row.state, "version": row.version, "until": row.remarks_until}


def _last_day(wanted: str, row: ReportState, ctx: Context) -> str:
    if not wanted and row.state == "remarks" and row.remarks_until:
        return row.remarks_until
    try:
        day = date.fromisoformat(wanted) if wanted else ctx.now.date() + REMARKS
    except ValueError:
        raise Refused("invalid", fields={"until": _("This is no day.")}) from None
    if day < ctx.now.date():
        raise Refused("invalid", _("This day is over."), fields={"until": _("This day is over.")})
    return day.isoformat()


def _release(row: ReportState, ctx: Context) -> None:
    row.released_at = ctx.now
    row.frozen = keep(gather(ctx.session, ctx.scope, live=True))
    row.releases = [*row.releases, {"version": row.version, "day": ctx.now.date().isoformat()}]


def state_of(ctx: Context) -> ReportState:
    row = ctx.session.get(ReportState, ctx.scope)
    if row is None:
        row = ReportState(lab_id=ctx.scope, state="draft", version=1, remarks_serial=0, releases=[])
        ctx.session.add(row)
    return row
