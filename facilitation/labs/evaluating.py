"""Evaluation, ready and hand signals, and the webinar's checks of facts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field
from sqlalchemy import select

from facilitation.core.actor import Seat as SeatActor
from facilitation.core.commands import Command, Context, Id, command, handles
from facilitation.core.errors import Refused
from facilitation.core.i18n import _, _l
from facilitation.core.ids import new_id
from facilitation.core.text import Prose
from facilitation.labs.models import Activity, EvaluationAnswer, FactCheck, Lab, LabCase
from facilitation.labs.rules import takes_posts
from facilitation.people.models import Seat
from facilitation.stream.record import STAFF, touch, touch_seat

#: The questions of R-91. scale: 1 to 5; choice: one of `values`; method: a method of the agenda; text: free.
QUESTIONS: tuple[Mapping[str, Any], ...] = (
    {"id": "useful", "kind": "scale", "text": _l("Today was useful for my work")},
    {"id": "heard", "kind": "scale", "text": _l("I could bring in my view")},
    {"id": "learned", "kind": "scale", "text": _l("I learned something I did not know")},
    {"id": "will_transfer", "kind": "choice", "text": _l("I will try something from today"), "values": ("yes", "maybe", "no")},
    {"id": "best_method", "kind": "method", "text": _l("Which method helped most?")},
    {"id": "comment", "kind": "text", "text": _l("Anything else?")},
)


Step = Annotated[int, Field(ge=1, le=5)]


class Answers(Command):
    useful: Step | None = None
    heard: Step | None = None
    learned: Step | None = None
    will_transfer: Annotated[str, Field(pattern="^(yes|maybe|no)$")] | None = None
    best_method: Annotated[str, Field(max_length=40, pattern="^[a-z0-9_]+$")] | None = None
    comment: Annotated[str, Prose(500, required=False)] | None = None


@command("evaluation.answer", scope="lab")
class AnswerEvaluation(Command):
    """One person's answers, once. They are never linked to the seat (safety, section 5)."""

    answers: Answers


@handles(AnswerEvaluation)
def answer(cmd: AnswerEvaluation, ctx: Context) -> dict[str, Any]:
    lab, seat = _writing(ctx)
    given = {name: value for name, value in cmd.answers.model_dump().items() if value not in (None, "")}
    if not given:
        raise Refused("invalid", _("Please answer at least one question."))
    if seat.evaluated_at is not None:
        raise Refused("bad_state", _("You have answered already. Thank you."))
    seat.evaluated_at = ctx.now
    ctx.session.add(EvaluationAnswer(id=new_id(), lab_id=lab.id, answers=given))
    ctx.session.flush()
    touch(ctx.work, lab.id, "lab", lab.id, to=(STAFF,))
    touch_seat(ctx.work, lab.id, seat.id)
    return {"answered": True}


def _writing(ctx: Context) -> tuple[Lab, Seat]:
    lab = ctx.session.get_one(Lab, ctx.scope)
    if not takes_posts(lab.state, lab.closes_at, ctx.now):
        raise Refused("closed" if lab.state in {"closing", "closed"} else "not_open")
    if not isinstance(ctx.actor, SeatActor):
        raise Refused("forbidden")
    return lab, ctx.session.get_one(Seat, ctx.actor.id)


@command("ready.set", scope="lab")
class SetReady(Command):
    """I have done what this activity asks."""

    activity: Id
    ready: bool = True


@handles(SetReady)
def set_ready(cmd: SetReady, ctx: Context) -> dict[str, Any]:
    lab, seat = _writing(ctx)
    activity = ctx.session.get(Activity, cmd.activity)
    if activity is None or activity.lab_id != lab.id:
        raise Refused("not_found")
    wanted = activity.id if cmd.ready else None
    if seat.ready_activity != wanted and (cmd.ready or seat.ready_activity == activity.id):
        seat.ready_activity = wanted
        touch(ctx.work, lab.id, "activity", activity.id, to=(STAFF,))
        touch_seat(ctx.work, lab.id, seat.id)
    return {"activity": activity.id, "ready": cmd.ready}


@command("hand.set", scope="lab")
class SetHand(Command):
    """I would like to speak, or not any more."""

    raised: bool


@handles(SetHand)
def set_hand(cmd: SetHand, ctx: Context) -> dict[str, Any]:
    lab, seat = _writing(ctx)
    if (seat.hand_at is not None) != cmd.raised:
        seat.hand_at = ctx.now if cmd.raised else None
        touch(ctx.work, lab.id, "lab", lab.id, to=(STAFF,))
        touch_seat(ctx.work, lab.id, seat.id)
    return {"raised": cmd.raised}


@command("hand.lower", scope="lab")
class LowerHand(Command):
    """The facilitator gave the floor to whoever waited longest (of a tier, when given)."""

    tier: Annotated[str, Field(pattern="^(1|2|3|other)$")] | None = None


@handles(LowerHand)
def lower_hand(cmd: LowerHand, ctx: Context) -> dict[str, Any]:
    query = select(Seat).where(Seat.lab_id == ctx.scope, Seat.hand_at.is_not(None))
    if cmd.tier:
        query = query.where(Seat.tier == cmd.tier)
    seat = ctx.session.scalar(query.order_by(Seat.hand_at).limit(1))
    if seat is None:
        return {"tier": None}
    seat.hand_at = None
    touch(ctx.work, ctx.scope, "lab", ctx.scope, to=(STAFF,))
    touch_seat(ctx.work, ctx.scope, seat.id)
    return {"tier": seat.tier}


@command("fact.check", scope="lab")
class CheckFact(Command):
    """Webinar: is this section of the case right, wrong, or is there more to say? (R-37)"""

    case: Id
    section: Annotated[str, Field(pattern=r"^\d\.\d$")]
    verdict: Annotated[str, Field(pattern="^(right|wrong|more)$")]
    text: Annotated[str, Prose(1000, required=False)] = ""


@handles(CheckFact)
def check_fact(cmd: CheckFact, ctx: Context) -> dict[str, Any]:
    lab, seat = _writing(ctx)
    if ctx.session.get(LabCase, (lab.id, cmd.case)) is None:
        raise Refused("not_found", _("This case is not part of the lab."))
    if cmd.verdict != "right" and not cmd.text:
        raise Refused("invalid", fields={"text": _("Please say what is wrong or missing.")})
    row = ctx.session.scalar(
        select(FactCheck).where(FactCheck.seat_id == seat.id, FactCheck.case_id == cmd.case, FactCheck.section == cmd.section)
    )
    if row is None:
        row = FactCheck(id=new_id(), lab_id=lab.id, case_id=cmd.case, section=cmd.section, seat_id=seat.id, tier=seat.tier)
        ctx.session.add(row)
    row.verdict, row.text, seat.took_part = cmd.verdict, cmd.text, True
    ctx.session.flush()
    touch(ctx.work, lab.id, "fact", f"{cmd.case}:{cmd.section}")
    touch_seat(ctx.work, lab.id, seat.id)
    return {"case": cmd.case, "section": cmd.section, "verdict": cmd.verdict}
