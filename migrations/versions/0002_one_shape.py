"""Give every database that says 0001 the shape that 0001 has had since 454d308.

0001 was edited eight times after databases had been made from it, so the number alone does not say what a database looks
like. Its shape does: the tables, columns, keys and indexes that are really there. Each known shape is one step away from the
next; a database of an unknown shape is left as it is and refused by name.

This file is finished: later changes of the schema are later revisions. It uses nothing of the program but SQLAlchemy and Alembic.
"""

from __future__ import annotations

import hashlib
import json

import sqlalchemy as sa
from alembic import op
from alembic.util import CommandError

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TABLES = (
    "activity", "answered_command", "assignment", "ballot", "board", "case", "case_revision", "cluster", "contribution",
    "evaluation_answer", "fact_check", "instance", "lab", "lab_case", "moderation_act", "narrative", "personal_note", "photo",
    "proposal", "remark", "report_state", "seat", "sign_in_link", "stream_change", "stream_head", "user", "vote",
)  # fmt: skip


def upgrade() -> None:
    connection = op.get_bind()
    shape = shape_of(connection)
    names = list(SHAPES)
    if shape not in names:
        raise CommandError(
            f"This database says it is of revision 0001, but its tables are of none of the versions that had it (shape {shape})."
        )
    for step in STEPS[names.index(shape) :]:
        step(connection)
    _number_revisions_once(connection)
    _write_nothing_as_null(connection)
    _forget_old_freezes(connection)
    if (shape := shape_of(connection)) != names[-1]:
        raise CommandError(f"Mending the tables of revision 0001 did not lead to the expected shape, but to {shape}.")


def downgrade() -> None:
    """Nothing: the shape is that of 0001."""


# ---- the shape


def shape_of(connection: sa.Connection) -> str:
    """A digest of what is really there, the same on SQLite and PostgreSQL. The order of columns does not count."""
    inspector = sa.inspect(connection)
    there = set(inspector.get_table_names())
    facts = {name: _facts(inspector, name) for name in TABLES if name in there}
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:16]


def _facts(inspector: sa.Inspector, table: str) -> dict[str, object]:
    key = inspector.get_pk_constraint(table)["constrained_columns"]
    return {
        "columns": sorted([one["name"], _kind(one["type"]), one["nullable"]] for one in inspector.get_columns(table)),
        "key": key,
        "unique": sorted(  # PostgreSQL makes no second key of the same columns
            [one["name"] or "", one["column_names"]]
            for one in inspector.get_unique_constraints(table)
            if one["column_names"] != key
        ),
        "foreign": sorted(
            [one["constrained_columns"], one["referred_table"], one["referred_columns"]]
            for one in inspector.get_foreign_keys(table)
        ),
        "indexes": sorted(
            [one["name"], one["column_names"], bool(one["unique"])]
            for one in inspector.get_indexes(table)
            if "duplicates_constraint" not in one
        ),
    }


def _kind(type_: sa.types.TypeEngine[object]) -> str:
    """The type by the name it has in 0001."""
    for kind in (sa.JSON, sa.Boolean, sa.DateTime, sa.LargeBinary, sa.Integer):
        if isinstance(type_, kind):
            return kind.__name__
    return f"String({getattr(type_, 'length', None) or ''})" if isinstance(type_, sa.String) else str(type_)


# ---- the steps


def _say_what_a_case_was(connection: sa.Connection) -> None:
    """What a revision did not keep of its case is taken from the case as it is now: no sentence of a person is made up."""
    new = {
        "neutral_title": (sa.String(length=300), "''"),
        "sector": (sa.String(length=40), '(SELECT sector FROM "case" WHERE id = case_id)'),
        "type": (sa.String(length=40), '(SELECT type FROM "case" WHERE id = case_id)'),
        "place": (sa.String(length=60), "''"),
    }
    for name, (type_, value) in new.items():
        _add(connection, "case_revision", name, type_, value)


def _keep_numbers_of_people(connection: sa.Connection) -> None:
    with op.batch_alter_table("lab") as batch:
        batch.add_column(sa.Column("kept", sa.JSON(), nullable=True))


def _number_plans(connection: sa.Connection) -> None:
    _add(connection, "activity", "version", sa.Integer(), "1")


def _keep_every_former_title(connection: sa.Connection) -> None:
    _add(connection, "cluster", "former_titles", sa.JSON(), "'[]'")
    cluster = sa.table("cluster", sa.column("id"), sa.column("former_title"), sa.column("former_titles", sa.JSON()))
    for id_, title in connection.execute(sa.select(cluster.c.id, cluster.c.former_title)).all():
        if title is not None:
            connection.execute(cluster.update().where(cluster.c.id == id_).values(former_titles=[title]))
    with op.batch_alter_table("cluster") as batch:
        batch.drop_column("former_title")


def _number_revisions_once(connection: sa.Connection) -> None:
    """The primary key says the same as a constraint that was there before 7f2825b."""
    names = [one["name"] for one in sa.inspect(connection).get_unique_constraints("case_revision")]
    if "uq_case_revision_number" not in names:
        return
    with op.batch_alter_table("case_revision") as batch:
        batch.drop_constraint("uq_case_revision_number", type_="unique")


def _write_at_a_desk(connection: sa.Connection) -> None:
    op.create_table(
        "photo",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("lab_id", sa.String(length=40), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("alt", sa.String(), nullable=False),
        sa.Column("caption", sa.String(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("consent_by", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(["lab_id"], ["lab.id"], name="fk_photo_lab_id_lab"),
        sa.PrimaryKeyConstraint("id", name="pk_photo"),
    )
    op.create_index("ix_photo_lab_id", "photo", ["lab_id"])
    op.create_table(
        "remark",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("lab_id", sa.String(length=40), nullable=False),
        sa.Column("section", sa.String(length=10), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("taken", sa.String(length=10), nullable=True),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("answered_by", sa.String(length=40), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["lab_id"], ["lab.id"], name="fk_remark_lab_id_lab"),
        sa.PrimaryKeyConstraint("id", name="pk_remark"),
    )
    op.create_index("ix_remark_lab_id", "remark", ["lab_id"])
    with op.batch_alter_table("report_state") as batch:
        batch.add_column(sa.Column("remarks_until", sa.String(length=10), nullable=True))
        batch.add_column(sa.Column("frozen", sa.JSON(), nullable=True))
    _add(connection, "report_state", "remarks_serial", sa.Integer(), "0")
    _add(connection, "report_state", "releases", sa.JSON(), "'[]'")
    state = sa.table(
        "report_state",
        sa.column("lab_id"), sa.column("state"), sa.column("version"),
        sa.column("released_at", sa.DateTime()), sa.column("releases", sa.JSON()),
    )  # fmt: skip
    for row in connection.execute(sa.select(state).where(state.c.state == "released")).all():
        day = row.released_at.date().isoformat() if row.released_at else ""
        releases = [{"version": row.version, "day": day}]
        connection.execute(state.update().where(state.c.lab_id == row.lab_id).values(releases=releases))


def _find_votes_by_seat(_connection: sa.Connection) -> None:
    op.create_index("ix_vote_seat_id", "vote", ["seat_id"])


def _write_nothing_as_null(connection: sa.Connection) -> None:
    """Before f5b8e40 nothing was written as the JSON text `null`, which a question for NULL does not find."""
    for name in ("target", "extra", "speaks_for"):
        connection.exec_driver_sql(f"UPDATE contribution SET {name} = NULL WHERE CAST({name} AS TEXT) = 'null'")  # noqa: S608


def _forget_old_freezes(connection: sa.Connection) -> None:
    """From f7af917 to d42d5a2 a release kept only decisions and numbers, which nothing reads any more: such a report is shown
    as its lab is now, until it is released again. A freeze of the whole lab has the lab in it."""
    state = sa.table("report_state", sa.column("lab_id"), sa.column("frozen", sa.JSON()))
    for lab, frozen in connection.execute(sa.select(state.c.lab_id, state.c.frozen)).all():
        if frozen is not None and "lab" not in frozen:
            connection.execute(state.update().where(state.c.lab_id == lab).values(frozen=sa.null()))


def _add(connection: sa.Connection, table: str, name: str, type_: sa.types.TypeEngine[object], value: str) -> None:
    """A column that is never empty; `value` is what the rows get that are there."""
    with op.batch_alter_table(table) as batch:
        batch.add_column(sa.Column(name, type_, nullable=True))
    connection.exec_driver_sql(f'UPDATE "{table}" SET "{name}" = {value}')  # noqa: S608 - from this file
    with op.batch_alter_table(table) as batch:
        batch.alter_column(name, existing_type=type_, nullable=False)


#: Digest of the shape → the commits whose 0001 made it, in their order.
SHAPES = {
    "28dc98071e09e2bd": "9167b74 to eaf8cdb",
    "1796e81039e1ada1": "42b2434",
    "dd9e10ea58a2d017": "51ea65f to 4dd3ece",
    "a4e516531d6fb411": "c6aacbb to cc3a174",
    "d6c98ec1175b2c5e": "1d3a7ea to 7f2825b",
    "9f523bca41169357": "f7af917 to d42d5a2",
    "9307316bb32aa868": "9e5627b to 454d308",
}
#: From each shape to the next one.
STEPS = (
    _say_what_a_case_was,
    _keep_numbers_of_people,
    _number_plans,
    _keep_every_former_title,
    _write_at_a_desk,
    _find_votes_by_seat,
)
