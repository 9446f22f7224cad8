"""Erasing what somebody wrote, at their request, from the shell of whoever owns the machine."""

from __future__ import annotations

from typing import Any

import click
from sqlalchemy import or_, select

from facilitation.boards.erased import noted
from facilitation.boards.erasing import found_by, quoted
from facilitation.boards.models import Contribution
from facilitation.core.actor import SYSTEM
from facilitation.core.errors import Refused
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
    lines.append(_("Backups made before still hold the words until they are deleted; a restore erases them again."))
    return "\n".join(lines)


def erase_again() -> int:
    """Erase once more whatever was erased before and is there again after a backup was taken back. How many contributions."""
    with opened(create=False) as app:
        extension, done = app.extensions["facilitation"], 0
        for entry in noted(extension["settings"].data):
            with reading(db.engine) as session:
                query = select(Contribution.id).where(Contribution.lab_id == entry["lab"], Contribution.id.in_(entry["ids"]))
                traces = [Contribution.seat_id.is_not(None), Contribution.label.is_not(None)]
                words = [] if entry["keep_words"] else [Contribution.text != ""]
                there = list(session.scalars(query.where(or_(*traces, *words))))
            if there:
                done += len(there)
                _again(extension["dispatcher"], {**entry, "ids": there})
        return done


def _again(dispatcher: Any, entry: dict[str, Any]) -> None:
    lab = entry.pop("lab")
    try:
        dispatcher.do("contribution.erase", SYSTEM, lab=lab, **entry)
    except Refused as refusal:
        if refusal.code != "bad_state":  # the links to people are cut in this backup: the words named go without them
            raise
        dispatcher.do("contribution.erase", SYSTEM, lab=lab, **{**entry, "whole_person": False})


@click.command("erase")
@click.argument("lab", required=False)
@click.argument("contributions", nargs=-1)
@click.option("--find", "words", help="Only list the contributions that hold these words, with their ids.")
@click.option("--whole-person", is_flag=True, help="Also everything else from the devices they came from, and names.")
@click.option("--keep-words", is_flag=True, help="Only forget who wrote them.")
@click.option("--again", is_flag=True, help="After a backup was taken back by other tools: erase once more.")
@answering(_told)
def erase(lab: str | None, contributions: tuple[str, ...], words: str | None, again: bool, **how: bool) -> Answer:
    """Erase CONTRIBUTIONS (ids) of a LAB (its id or join code) for good, when the person who wrote them asks for it."""
    if again:
        return {"erased": erase_again(), "passages": 0}
    if lab is None:
        raise ShellError(_("Please name a lab."))
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
            "contribution.erase", SYSTEM, lab=id_, ids=list(contributions), **how
        )
        return done
