"""Running a lab: its life cycle, the way through the agenda, the clock (R-78)."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any

from pydantic import Field

from facilitation.core.actor import System
from facilitation.core.clock import epoch_ms
from facilitation.core.commands import Command, Context, Id, command, handles
from facilitation.core.errors import Refused
from facilitation.core.i18n import _
from facilitation.labs import rules
from facilitation.labs.clock import lab_of, start_clock, stop_clock
from facilitation.labs.closing import cut_links, finish
from facilitation.labs.models import Activity, Lab
from facilitation.stream.record import touch

FINISH_HERE_SECONDS = 90  # a half-written text may still come in after the room moved on (experience, 2.2)


class OfLab(Command):
    """A command about the lab of the door; `lab` is only needed where the door has none."""

    lab: Id | None = None


@command("lab.open", scope="lab")
class OpenLab(OfLab):
    """Let people in: the lobby."""


@command("lab.pause", scope="lab")
class PauseLab(OfLab):
    """Stop writing for everybody; the clock stands."""


@command("lab.resume", scope="lab")
class ResumeLab(OfLab):
    pass


@command("lab.close", scope="lab")
class CloseLab(OfLab):
    """Close after `grace_s` seconds, shown as a countdown on every device. 0 closes at once (D7)."""

    grace_s: Annotated[int, Field(ge=0, le=3600)] = 60


@command("lab.finish", scope="lab")
class FinishLab(OfLab):
    """The grace is over: fix the final number. The server's own clock sends this."""


@command("lab.reopen", scope="lab")
class ReopenLab(OfLab):
    """Back from closing or closed, paused; not after the seat links were cut."""


@command("lab.cut", scope="lab")
class CutLab(OfLab):
    """The time to withdraw is over: destroy the links between texts and seats. The server's own clock sends this."""


def _go(ctx: Context, act: str) -> Lab | None:
    """The lab after a change of state, or None when it is there already."""
    lab = lab_of(ctx)
    state = rules.next_state(lab.state, act)
    if state is None:
        raise Refused("closed" if lab.state == "closed" else "bad_state")
    if state == lab.state:
        return None
    lab.state = state
    touch(ctx.work, lab.id, "lab", lab.id)
    return lab


def _state(ctx: Context) -> dict[str, Any]:
    lab = lab_of(ctx)
    return {"lab": lab.id, "state": lab.state, "closes_at": epoch_ms(lab.closes_at), "final": lab.final_number}


@handles(OpenLab)
def open_lab(cmd: OpenLab, ctx: Context) -> dict[str, Any]:
    lab = lab_of(ctx)
    if lab.state == "draft":
        _go(ctx, "open")
        lab.opened_at = ctx.now
    elif lab.state in {"closing", "closed"}:
        raise Refused("closed")
    return _state(ctx)


@handles(PauseLab)
def pause(cmd: PauseLab, ctx: Context) -> dict[str, Any]:
    lab = _go(ctx, "pause")
    if lab is not None and lab.activity_id:
        stop_clock(ctx, ctx.session.get_one(Activity, lab.activity_id))
    return _state(ctx)


@handles(ResumeLab)
def resume(cmd: ResumeLab, ctx: Context) -> dict[str, Any]:
    lab = _go(ctx, "resume")
    if lab is not None and lab.activity_id:
        start_clock(ctx, ctx.session.get_one(Activity, lab.activity_id))
    return _state(ctx)


@handles(CloseLab)
def close(cmd: CloseLab, ctx: Context) -> dict[str, Any]:
    lab = lab_of(ctx)
    if lab.state in {"closing", "closed"}:
        return _state(ctx)
    _go(ctx, "close")
    lab.closes_at = ctx.now + timedelta(seconds=cmd.grace_s)
    if cmd.grace_s == 0:
        finish(ctx, lab)
    return _state(ctx)


@handles(FinishLab)
def finish_lab(cmd: FinishLab, ctx: Context) -> dict[str, Any]:
    lab = lab_of(ctx)
    if lab.state == "closing" and lab.closes_at is not None and ctx.now >= lab.closes_at:
        finish(ctx, lab)
    return _state(ctx)


@handles(ReopenLab)
def reopen(cmd: ReopenLab, ctx: Context) -> dict[str, Any]:
    lab = lab_of(ctx)
    if lab.cut_at is not None:
        raise Refused("gone", _("The links to the seats are destroyed; this lab cannot be opened again."))
    if lab.state in {"closing", "closed"}:
        _go(ctx, "reopen")
        lab.closes_at = lab.closed_at = lab.final_number = None
    return _state(ctx)


@handles(CutLab)
def cut(cmd: CutLab, ctx: Context) -> dict[str, Any]:
    lab = lab_of(ctx)
    if not isinstance(ctx.actor, System):
        raise Refused("forbidden")
    if lab.state == "closed" and lab.cut_at is None:
        cut_links(ctx, lab)
    return _state(ctx)
