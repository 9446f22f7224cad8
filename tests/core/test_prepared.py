"""Statements that run straight give what SQLAlchemy gives: the same values, the same errors."""

from __future__ import annotations

from typing import cast

import pytest
from flask import Flask
from sqlalchemy import Table, bindparam, insert, literal, select, update
from sqlalchemy.exc import IntegrityError, OperationalError

from facilitation.boards.models import Board, Contribution
from facilitation.core import ids
from facilitation.core.clock import system_clock
from facilitation.core.errors import Refused
from facilitation.core.prepared import Prepared
from facilitation.core.unit_of_work import moment, writing
from facilitation.extensions import db
from facilitation.labs.models import Lab
from facilitation.people.models import Seat
from facilitation.stream.models import AnsweredCommand
from tests.cast import Cast

pytestmark = pytest.mark.both_databases
ANSWERED = cast(Table, AnsweredCommand.__table__)


def answered(key: str, result: dict[str, object]) -> dict[str, object]:
    return {"key": key, "actor": "seat:x", "digest": "d", "result": result, "at": system_clock()}


@pytest.mark.parametrize("model", [Lab, Board, Seat, Contribution])
def test_rows_are_those_that_sqlalchemy_reads(app: Flask, model: type) -> None:
    """Moments, truth values, JSON and NULL of every kind of row a contribution touches."""
    room = Cast(app)
    room.start("challenges")
    room.act("contribution.post", room.ben, board=room.board("challenges"), text="Ærger % :colon ? 'quote' 漢字")
    query = select(model.__table__)  # type: ignore[attr-defined]
    with moment(db.engine) as asked:
        straight = Prepared(query).rows(asked, {})
        usual = asked.execute(query).all()
    assert usual
    assert [tuple(row) for row in straight] == [tuple(row) for row in usual]
    assert list(straight[0]._fields) == list(usual[0]._fields)


def test_what_is_inserted_and_changed_is_read_back(app: Flask) -> None:
    put = Prepared(insert(ANSWERED), columns=[column.name for column in ANSWERED.c])
    change = Prepared(
        update(ANSWERED).where(ANSWERED.c.key == bindparam("of")).values(result=bindparam("to", type_=ANSWERED.c.result.type))
    )
    keys = [ids.new_key() for _ in range(7)]
    with writing(db.engine) as connection:
        put.do(connection, answered(keys[0], {"n": 0}))
        put.do(connection, *(answered(key, {"n": n, "ü": [None, True]}) for n, key in enumerate(keys[1:], 1)))
        change.do(connection, {"of": keys[0], "to": {"changed": True}})
    read = Prepared(select(ANSWERED).where(ANSWERED.c.key == bindparam("key")))
    with moment(db.engine) as asked:
        assert read.first(asked, {"key": keys[0]}).result == {"changed": True}
        assert [read.first(asked, {"key": key}).result["n"] for key in keys[1:]] == [1, 2, 3, 4, 5, 6]
        assert read.first(asked, {"key": "nobody's"}) is None


def test_a_key_twice_is_sqlalchemys_integrity_error(app: Flask) -> None:
    put = Prepared(insert(ANSWERED), columns=[column.name for column in ANSWERED.c])
    row = answered(ids.new_key(), {})
    with pytest.raises(IntegrityError) as caught, writing(db.engine) as connection:
        put.do(connection, row, row)
    assert caught.value.hide_parameters
    with moment(db.engine) as asked:
        assert Prepared(select(ANSWERED)).rows(asked, {}) == []


def test_a_statement_that_is_not_for_this_way_is_refused_at_its_first_use(app: Flask) -> None:
    with moment(db.engine) as asked:
        with pytest.raises(ValueError, match="expands"):
            Prepared(select(Seat.id).where(Seat.id.in_(bindparam("ids", expanding=True)))).rows(asked, {"ids": ["a"]})
        with pytest.raises(ValueError, match="not every column"):
            Prepared(insert(cast(Table, Contribution.__table__)), columns=["id"]).do(asked, {"id": "x"})


def test_a_missing_table_is_sqlalchemys_error_with_a_cause(app: Flask, database: str) -> None:
    with writing(db.engine) as connection:
        connection.exec_driver_sql("ALTER TABLE answered_command RENAME TO elsewhere")
    with pytest.raises(Exception, match="answered_command") as caught, moment(db.engine) as asked:
        Prepared(select(ANSWERED)).rows(asked, {})
    assert type(caught.value).__module__ == "sqlalchemy.exc"
    assert isinstance(caught.value, OperationalError) == (database == "sqlite")
    assert caught.value.__cause__ is not None


def test_a_nul_finds_nothing(app: Flask, database: str) -> None:
    find = Prepared(select(literal(1)).where(Seat.id == bindparam("seat")))
    with moment(db.engine) as asked:
        if database == "sqlite":
            assert find.first(asked, {"seat": "\0"}) is None
        else:
            with pytest.raises(Refused):
                find.first(asked, {"seat": "\0"})
