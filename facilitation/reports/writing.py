"""What people write around the assembled report, and the state it is in (requirements, section 7)."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from facilitation.cases.saving import author_of
from facilitation.core.commands import Command, Context, Id, command, handles
from facilitation.core.errors import Refused
from facilitation.core.i18n import _
from facilitation.core.text import Prose
from facilitation.labs.models import Lab
from facilitation.reports.models import Narrative, ReportState

#: Parts a person writes. The notes stand at the end of the section of their number.
NOTES = tuple(f"note-{number}" for number in range(3, 12))
PARTS = ("authors", "conclusions", "purpose", *NOTES)
STATES = ("draft", "remarks", "released")


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


@command("report.set_state", scope="lab")
class SetReportState(Command):
    """Draft, open for remarks, or released."""

    lab: Id | None = None
    state: Annotated[str, Field(pattern=f"^({'|'.join(STATES)})$")]


@handles(SetReportState)
def set_state(cmd: SetReportState, ctx: Context) -> dict[str, Any]:
    if ctx.session.get_one(Lab, ctx.scope).state != "closed":
        raise Refused("not_open", _("The report is made when the lab is closed."))
    row = state_of(ctx)
    if row.state != cmd.state:
        row.state, row.version = cmd.state, row.version + 1
        row.released_at = ctx.now if cmd.state == "released" else None
    return {"state": row.state, "version": row.version}


def state_of(ctx: Context) -> ReportState:
    row = ctx.session.get(ReportState, ctx.scope)
    if row is None:
        row = ReportState(lab_id=ctx.scope, state="draft", version=1)
        ctx.session.add(row)
    return row
