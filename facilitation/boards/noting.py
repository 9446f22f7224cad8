"""Words of somebody without a device, written down by the staff (R-80)."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from facilitation.boards import labels, rules
from facilitation.boards.models import Contribution
from facilitation.boards.notice import contribution_changed
from facilitation.boards.posting import Extra, Target, board_of, column_of, kind_of, next_number, spoken_for, target_of
from facilitation.core.actor import Staff
from facilitation.core.commands import Command, Context, Id, command, handles
from facilitation.core.errors import Refused
from facilitation.core.i18n import _, use_locale
from facilitation.core.ids import new_id
from facilitation.core.text import Prose, length
from facilitation.labs.models import Lab

SPOKEN = 280  # characters a spoken sentence may have even on a board for shorter texts


@command("contribution.note", scope="lab")
class NoteContribution(Command):
    """A text on behalf of a speaker or of somebody without a device (R-80). Tier and attribution as they allow."""

    board: Id
    text: Annotated[str, Prose(2000)]
    column: Annotated[str, Field(max_length=40)] = ""
    kind: Annotated[str, Field(max_length=40)] | None = None
    tier: Annotated[str, Field(pattern="^(1|2|3|other)$")] | None = None
    attribution: Annotated[int, Field(ge=0, le=4)] = 1
    speaks_for: Annotated[list[Id], Field(max_length=20)] = []
    target: Target | None = None
    extra: Extra | None = None


@handles(NoteContribution)
def note(cmd: NoteContribution, ctx: Context) -> dict[str, Any]:
    """Also on a locked board: what was said was said. `closed` once the lab is."""
    lab, board = ctx.session.get_one(Lab, ctx.scope), board_of(ctx, cmd.board)
    if lab.state == "closed":
        raise Refused("closed")
    if length(cmd.text) > max(board.max_length, SPOKEN):
        raise Refused("too_long", fields={"text": _("This text is too long.")})
    level = min(cmd.attribution, lab.ceiling, rules.TIER) if cmd.tier else rules.NOTHING
    with use_locale(lab.language):
        label = labels.label_text(level, tier=cmd.tier, stage=None, organisation=None, name=None)
    contribution = Contribution(
        id=new_id(), lab_id=lab.id, board_id=board.id, number=next_number(ctx, lab.id), column=column_of(board, cmd.column),
        kind=kind_of(board, cmd.kind), text=cmd.text, origin="on_behalf", tier=cmd.tier,
        level=level, label=label, posted_at=ctx.now, user_id=ctx.actor.id if isinstance(ctx.actor, Staff) else None,
        target=target_of(ctx, lab, board, cmd.target), extra=cmd.extra.model_dump() if cmd.extra else None,
    )  # fmt: skip
    speakers = spoken_for(ctx, None, cmd.speaks_for)
    contribution.speaks_for, contribution.people = [seat.id for seat in speakers] or None, max(1, len(speakers))
    for seat in speakers:
        seat.took_part = True
    ctx.session.add(contribution)
    ctx.session.flush()
    contribution_changed(ctx.work, contribution)
    return {"id": contribution.id, "status": contribution.status}
