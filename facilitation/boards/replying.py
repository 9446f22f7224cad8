"""Replies: question, build on, agree, disagree, answer, experience, solution (R-69)."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from facilitation.boards.models import Contribution
from facilitation.boards.notice import contribution_changed
from facilitation.boards.posting import board_of, contribution_of, next_number, signature
from facilitation.boards.rules import REPLY_KINDS
from facilitation.core.actor import Seat as SeatActor
from facilitation.core.commands import Command, Context, Id, command, handles
from facilitation.core.errors import Refused
from facilitation.core.i18n import _
from facilitation.core.ids import new_id
from facilitation.core.text import Prose, length
from facilitation.labs.models import Lab
from facilitation.labs.rules import takes_posts

MAX_REPLY = 280


@command("contribution.reply", scope="lab")
class ReplyToContribution(Command):
    """Hang an answer under a contribution. `agree` and `disagree` may come without words."""

    id: Id
    kind: Annotated[str, Field(pattern=f"^({'|'.join(REPLY_KINDS)})$")]
    text: Annotated[str, Prose(MAX_REPLY, required=False)] = ""


@handles(ReplyToContribution)
def reply(cmd: ReplyToContribution, ctx: Context) -> dict[str, Any]:
    lab = ctx.session.get_one(Lab, ctx.scope)
    if not takes_posts(lab.state, lab.closes_at, ctx.now):
        raise Refused("closed" if lab.state in {"closing", "closed"} else "not_open")
    parent = contribution_of(ctx, cmd.id)
    if parent.status != "shown":
        raise Refused("gone", _("This contribution is no longer shown."))
    if parent.parent_id is not None:
        raise Refused("bad_state", _("Please reply to the contribution itself."))
    if not cmd.text and cmd.kind not in {"agree", "disagree"}:
        raise Refused("invalid", fields={"text": _("Please fill this in.")})
    board = board_of(ctx, parent.board_id)
    limit = max(board.max_length, MAX_REPLY)
    if length(cmd.text) > limit:
        raise Refused("too_long", fields={"text": _("This text is too long.")})
    answer = Contribution(
        id=new_id(),
        lab_id=lab.id,
        board_id=board.id,
        number=next_number(ctx, lab.id),
        column=parent.column,
        kind="reply",
        reply_kind=cmd.kind,
        parent_id=parent.id,
        text=cmd.text,
        posted_at=ctx.now,
        key=ctx.key,
        status="pending" if (board.moderated or lab.approve_first) and isinstance(ctx.actor, SeatActor) else "shown",
        **signature(ctx, lab, []),
    )
    ctx.session.add(answer)
    ctx.session.flush()
    contribution_changed(ctx.work, answer)
    return {"id": answer.id, "status": answer.status, "version": 1}
