"""The moderation log: every act of the staff, numbered, with what it takes to undo it (D10). No text of people in it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from facilitation.core.actor import Staff
from facilitation.core.commands import Context
from facilitation.core.ids import new_id
from facilitation.labs.models import ModerationAct
from facilitation.stream.record import STAFF, touch


def note_act(ctx: Context, act: str, entity: str, entity_id: str, *, before: dict[str, Any], after: dict[str, Any]) -> str:
    """Write one act down; returns its id, which `moderation.undo` takes. `before` and `after` hold states and ids."""
    last = ctx.session.scalar(select(func.max(ModerationAct.number)).where(ModerationAct.lab_id == ctx.scope))
    row = ModerationAct(
        id=new_id(),
        lab_id=ctx.scope,
        number=int(last or 0) + 1,
        user_id=ctx.actor.id if isinstance(ctx.actor, Staff) else None,
        act=act,
        entity=entity,
        entity_id=entity_id,
        before=before,
        after=after,
        at=ctx.now,
    )
    ctx.session.add(row)
    ctx.session.flush()
    touch(ctx.work, ctx.scope, "act", row.id, to=(STAFF,))
    return row.id
