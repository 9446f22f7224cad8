"""Databases that earlier commits made open with this program: mended, with everything that was in them, and no page fails.

All of them say they are of revision 0001, which was changed eight times before it was frozen.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from sqlalchemy import Table, func, inspect, select

from facilitation import create_app
from facilitation.core import ids
from facilitation.core.actor import SYSTEM
from facilitation.core.unit_of_work import reading
from facilitation.extensions import db
from facilitation.first_run import migrate_database
from facilitation.labs.models import Lab
from facilitation.migration import known
from facilitation.schema import metadata
from tests.databases import discard
from tests.old_databases import ON_POSTGRESQL, ON_SQLITE, put, put_on

OLD = [pytest.param(commit, marks=pytest.mark.sqlite) for commit in ON_SQLITE]
OLD += [pytest.param(f"{commit}:postgresql", marks=pytest.mark.postgres) for commit in ON_POSTGRESQL]


def opened(folder: Path) -> Flask:
    return create_app({"DATA": str(folder), "ASYNC_MODE": "threading", "TESTING": True})


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "data"
    discard(tmp_path / "data")


@pytest.fixture
def before(request: pytest.FixtureRequest, folder: Path) -> Iterator[Flask]:
    """An application on an old database that nobody has migrated."""
    commit, _, server = request.param.partition(":")
    if server:
        put_on(request.getfixturevalue("postgres"), commit, folder)
    else:
        put(commit, folder)
    app = opened(folder)
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def rows() -> dict[str, list[dict[str, Any]]]:
    """Every row of the tables that are there, by the columns that are there."""
    found = {}
    with db.engine.connect() as connection:
        inspector = inspect(connection)
        for table in set(inspector.get_table_names()) - {"alembic_version"}:
            names = [one["name"] for one in inspector.get_columns(table)]
            quoted = ", ".join(f'"{name}"' for name in names)
            cursor = connection.exec_driver_sql(f'SELECT {quoted} FROM "{table}"')
            found[table] = sorted((dict(row._mapping) for row in cursor), key=repr)
    return found


@pytest.mark.parametrize("before", OLD, indirect=True)
def test_it_gets_the_schema_of_today_and_keeps_every_row(before: Flask) -> None:
    old = rows()
    done = migrate_database(before)
    assert (done.before, done.after) == ("0001", known()[-1])
    with db.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), metadata) == []
    new = rows()
    for table, held in old.items():
        assert len(new[table]) == len(held), table
        kept = {name for row in held for name in row if name not in ("former_title", "frozen", "target", "extra", "speaks_for")}
        assert sorted(repr({n: r[n] for n in sorted(kept)}) for r in new[table]) == sorted(
            repr({n: r[n] for n in sorted(kept)}) for r in held
        ), table
    assert migrate_database(before).before == known()[-1]  # and once more there is nothing to do


def values(app: Flask) -> dict[str, list[str]]:
    """What stands for each part of an address: the ids that are there."""

    def all_of(table: Table, column: str = "id") -> list[str]:
        with reading(db.engine) as session:
            return [str(one) for one in session.scalars(select(table.c[column]).limit(20))]

    tables, settings = metadata.tables, app.extensions["facilitation"]["settings"]
    with reading(db.engine) as session:
        codes = [ids.join_code(settings.SECRET_KEY, lab.id, lab.code_serial) for lab in session.scalars(select(Lab))]
    return {
        "lab": all_of(tables["lab"]), "case": all_of(tables["case"])[:2], "user": all_of(tables["user"]), "code": codes,
        "activity": all_of(tables["activity"])[:3], "proposal": all_of(tables["proposal"])[:2], "name": ["staff", "room"],
    }  # fmt: skip


KINDS = ("md", "html", "json", "xlsx", "csv", "yaml")  # Word and PDF are drawn from the same content, and slow


@pytest.mark.slow
@pytest.mark.parametrize("before", OLD, indirect=True)
def test_no_page_and_no_stream_of_it_fails(before: Flask) -> None:
    """Every address with a part that names something of the database, and every stream, as the coordinator."""
    migrate_database(before)
    dispatcher = before.extensions["facilitation"]["dispatcher"]
    user = dispatcher.do("user.create", SYSTEM, email="new@example.org", name="New", role="coordinator")["user"]
    found, seen = values(before), 0
    client = before.test_client()
    with client.session_transaction() as session:
        session["_user_id"], session["_fresh"] = f"{user}.1", True
    for rule in before.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or rule.arguments - set(found) - {"kind"}:
            continue
        for address in addresses(before, rule, found):
            answer = client.get(address)
            assert answer.status_code < 500, address
            seen += answer.status_code == 200
            answer.close()
    assert seen > 30
    assert client.get(f"/labs/{found['lab'][0]}/stream/staff").json["entities"]["activity"]


def addresses(app: Flask, rule: Any, found: dict[str, list[str]]) -> list[str]:
    """Every address of a rule; parts that belong together are tried in every combination."""
    made: list[dict[str, str]] = [{}]
    for part in sorted(rule.arguments):
        choices = [kind for kind in KINDS if f"{kind}" in rule.rule] if part == "kind" else found[part]
        made = [{**one, part: choice} for one in made for choice in choices]
    with app.test_request_context():
        return [app.url_for(rule.endpoint, **one) for one in made]


@pytest.mark.sqlite
def test_what_a_mend_fills_in_is_what_the_old_rows_say(folder: Path) -> None:
    put("eaf8cdb", folder)
    migrate_database(opened(folder))
    with sqlite3.connect(folder / "facilitation.db") as connection:
        revision = connection.execute("SELECT sector, type, place, neutral_title FROM case_revision").fetchall()
        case = connection.execute('SELECT sector, type FROM "case" WHERE id = (SELECT case_id FROM case_revision)').fetchone()
        assert revision == [(*case, "", "")] * 2
        assert connection.execute("SELECT title, former_titles FROM cluster").fetchall() == [("Costs", '["Money"]')]
        assert {row[0] for row in connection.execute("SELECT version FROM activity")} == {1}
        assert connection.execute("SELECT count(*) FROM contribution WHERE speaks_for = 'null'").fetchone() == (0,)


@pytest.mark.sqlite
def test_a_report_released_before_releases_were_kept_is_read_from_its_lab(folder: Path) -> None:
    for commit, released in (("7f2825b", True), ("f7af917", True), ("454d308", False)):
        put(commit, folder)
        migrate_database(app := opened(folder))
        with app.app_context(), db.engine.connect() as connection:
            table = metadata.tables["report_state"]
            row = connection.execute(select(table)).one()
            live = connection.scalar(select(func.count()).where(table.c.frozen.is_(None)))
            db.engine.dispose()
        assert row.state == "released"
        assert row.releases == [{"version": 4, "day": row.released_at.date().isoformat()}]
        assert (live == 1 or row.frozen is None) is released
        for file in folder.glob("facilitation*"):
            file.unlink()
