"""Noting what changed, in the transaction that changes it (live contract, section 2).

`touch` remembers; `number` gives every remembered change its number in each audience's stream, once per command,
in the order of touching. Nobody else writes stream rows.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

from sqlalchemy import Connection, Table, bindparam, insert, select, update
from sqlalchemy.orm import Session

from facilitation.core.prepared import Prepared
from facilitation.core.unit_of_work import Work
from facilitation.labs.models import LabCase
from facilitation.stream.models import Change, StreamHead

ROOM, STAFF = "room", "staff"
AUDIENCES = (ROOM, STAFF)
News = dict[str, dict[str, int]]
NO_LAB = ""  # news that belong to an account, whichever lab its sockets look at


# Part of every command, so built once.
_HEADS, _CHANGES = cast(Table, StreamHead.__table__), cast(Table, Change.__table__)
_NOTE = Prepared(insert(_CHANGES), columns=[column.name for column in _CHANGES.c])
_ADVANCE = Prepared(
    update(_HEADS)
    .where(_HEADS.c.lab_id == bindparam("of"), _HEADS.c.audience == bindparam("to"))
    .values(head=_HEADS.c.head + bindparam("by"))
    .returning(_HEADS.c.head)
)


def touch(work: Work, lab: str, type_: str, id_: str, *, to: Iterable[str] = AUDIENCES) -> None:
    """Entity `type_`/`id_` of `lab` changed for the audiences `to`."""
    for audience in to:
        work.touched.setdefault((lab, audience), {})[(type_, id_)] = None


def touch_seat(work: Work, lab: str, seat: str | None) -> None:
    """What this seat wrote or gave changed: a hint goes to that seat alone (event `mine`), outside every stream."""
    if seat is not None:
        work.touched.setdefault((lab, f"seat:{seat}"), {})[("mine", seat)] = None


def hang_up_on(work: Work, user: str) -> None:
    """What this account may do became less: its open sockets are closed after the commit (live contract, rule 8).

    What it may still see it opens anew; the next command of the old socket would fail anyway.
    """
    work.touched.setdefault((NO_LAB, f"staff:{user}"), {})


def number(work: Work) -> News:
    """Write the change rows of this command. Returns {lab: {audience with news: the number reached}}; seats have number 0.

    Under `NO_LAB` stand the socket rooms of accounts to hang up on.
    """
    news: News = {}
    rows: list[dict[str, object]] = []
    for (lab, audience), entities in work.touched.items():
        news.setdefault(lab, {})[audience] = 0
        if audience.startswith(("seat:", "staff:")):
            continue
        last = _advance(work.connection, lab, audience, len(entities))
        news[lab][audience] = last
        rows += [
            {"lab_id": lab, "audience": audience, "seq": seq, "type": type_, "entity_id": id_}
            for seq, (type_, id_) in enumerate(entities, last - len(entities) + 1)
        ]
    if rows:
        _NOTE.do(work.connection, *rows)
    work.touched.clear()
    return news


def _advance(asked: Connection, lab: str, audience: str, by: int) -> int:
    """The new head of a stream after `by` more numbers."""
    row = _ADVANCE.first(asked, {"of": lab, "to": audience, "by": by})
    if row is None:
        raise LookupError(f"lab {lab} has no stream {audience!r}")
    return int(row.head)


def open_streams(session: Session, lab: str) -> None:
    """Give a new lab its streams, each at number 0."""
    session.execute(insert(StreamHead), [{"lab_id": lab, "audience": audience, "head": 0} for audience in AUDIENCES])


def touch_case(work: Work, case: str) -> None:
    """The case changed: tell every lab that has it, closed ones too, because their snapshots show it as it is now."""
    for lab in work.session.scalars(select(LabCase.lab_id).where(LabCase.case_id == case)):
        touch(work, lab, "case", case)
