"""Private notes of a staff member about a lab: theirs alone, in no stream and no report (experience, 4.5)."""

from __future__ import annotations

from typing import Annotated, Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from facilitation.core.actor import Staff
from facilitation.core.clock import epoch_ms
from facilitation.core.commands import Command, Context, Id, command, handles
from facilitation.core.errors import Refused
from facilitation.core.i18n import _
from facilitation.core.ids import new_id
from facilitation.core.text import Prose
from facilitation.people.models import PersonalNote

MOST = 500  # notes of one person in one lab


@command("note.save", scope="lab")
class SaveNote(Command):
    """Write a private note, or change one (`id`). An empty text throws it away."""

    id: Id | None = None
    text: Annotated[str, Prose(4000, required=False)] = ""


@handles(SaveNote)
def save(cmd: SaveNote, ctx: Context) -> dict[str, Any]:
    if not isinstance(ctx.actor, Staff):
        raise Refused("forbidden")
    note = _own(ctx, ctx.actor, cmd.id) if cmd.id else None
    if not cmd.text:
        if note is not None:
            ctx.session.delete(note)
        return {"id": None}
    if note is None:
        note = _new(ctx, ctx.actor)
    note.text, note.at = cmd.text, ctx.now
    ctx.session.add(note)
    return {"id": note.id, "at": epoch_ms(note.at)}


def _own(ctx: Context, author: Staff, id_: str) -> PersonalNote:
    """The author's own note; somebody else's is not there."""
    note = ctx.session.get(PersonalNote, id_)
    if note is None or note.lab_id != ctx.scope or note.user_id != author.id:
        raise Refused("not_found")
    found: PersonalNote = note
    return found


def _new(ctx: Context, author: Staff) -> PersonalNote:
    mine = select(func.count()).select_from(PersonalNote)
    mine = mine.where(PersonalNote.lab_id == ctx.scope, PersonalNote.user_id == author.id)
    if int(ctx.session.scalar(mine) or 0) >= MOST:
        raise Refused("full", _("You have reached the number of notes for one lab."))
    return PersonalNote(id=new_id(), lab_id=ctx.scope, user_id=author.id)


def notes_of(session: Session, lab: str, user: str) -> list[dict[str, Any]]:
    """[{id, text, at}] of one person in one lab, oldest first."""
    query = select(PersonalNote).where(PersonalNote.lab_id == lab, PersonalNote.user_id == user)
    rows = session.scalars(query.order_by(PersonalNote.at, PersonalNote.id))
    return [{"id": row.id, "text": row.text, "at": epoch_ms(row.at)} for row in rows]
