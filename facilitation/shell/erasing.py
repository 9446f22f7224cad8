"""Erasing what somebody wrote, at their request, from the shell of whoever owns the machine."""

from __future__ import annotations

import click

from facilitation.boards.erasing import found_by, quoted
from facilitation.core.actor import SYSTEM
from facilitation.core.i18n import _, n_
from facilitation.core.unit_of_work import reading
from facilitation.extensions import db
from facilitation.labs.models import Lab
from facilitation.people.seats import lab_by_code
from facilitation.shell.answering import Answer, ShellError, answering, opened


def _told(answer: Answer) -> str:
    if "found" in answer:
        return "\n".join(f"{row['id']}  {row['text']}" for row in answer["found"]) or _("Nothing in this lab holds these words.")
    lines = [n_("%(n)s contribution is erased.", "%(n)s contributions are erased.", answer["erased"])]
    if answer["passages"]:
        lines.append(quoted(answer["passages"]))
    lines.append(_("Backups made before still hold the words: delete them, or erase again after taking one back."))
    return "\n".join(lines)


@click.command("erase")
@click.argument("lab")
@click.argument("contributions", nargs=-1)
@click.option("--find", "words", help="Only list the contributions that hold these words, with their ids.")
@click.option("--whole-person", is_flag=True, help="Also everything else from the devices they came from, and names.")
@click.option("--keep-words", is_flag=True, help="Only forget who wrote them.")
@answering(_told)
def erase(lab: str, contributions: tuple[str, ...], words: str | None, whole_person: bool, keep_words: bool) -> Answer:
    """Erase CONTRIBUTIONS (ids) of a LAB (its id or join code) for good, when the person who wrote them asks for it."""
    with opened(create=False) as app:
        with reading(db.engine) as session:
            row = session.get(Lab, lab) or lab_by_code(session, lab)
            if row is None:
                raise ShellError(_("There is no lab %(lab)s.", lab=lab))
            id_ = row.id
            if words is not None:
                found = found_by(session, id_, words) if words.strip() else []
                return {"found": [{"id": one.id, "text": one.text} for one in found]}
        if not contributions:
            raise ShellError(_("Please choose at least one contribution."))
        done: Answer = app.extensions["facilitation"]["dispatcher"].do(
            "contribution.erase", SYSTEM, lab=id_, ids=list(contributions), whole_person=whole_person, keep_words=keep_words
        )
        return done
