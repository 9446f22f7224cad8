"""`move-to`: everything goes to an empty database and comes back the same, or nothing does."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
import tracemalloc
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest

from facilitation.core import ids
from facilitation.core.failpoints import VARIABLE
from facilitation.extensions import db
from tests.cast import Cast
from tests.cli.conftest import Said, Shell
from tests.databases import URL, Postgres
from tests.old_databases import put
from tests.running import ROOT, Server

pytestmark = [pytest.mark.sqlite, pytest.mark.postgres]
POISON = json.loads((ROOT / "tests" / "data" / "poison.json").read_text(encoding="utf-8"))
PASSWORD = "open-sesame-4711"


@pytest.fixture
def target(postgres: Postgres) -> Iterator[str]:
    """An empty database of PostgreSQL."""
    name = postgres.create()
    yield name
    postgres.drop(name)


def file_of(folder: Path) -> Path:
    return folder / "facilitation.db"


def change(folder: Path, statement: str, *values: object) -> None:
    with closing(sqlite3.connect(file_of(folder))) as connection, connection:
        connection.execute(statement, values)


def told(file: Path) -> list[str]:
    """All that is in a SQLite file, as SQL, but for what it calls itself."""
    with closing(sqlite3.connect(file)) as connection:
        return sorted(line for line in connection.iterdump() if not line.startswith('INSERT INTO "instance"'))


def epoch(file: Path) -> str:
    with closing(sqlite3.connect(file)) as connection:
        return str(connection.execute("SELECT epoch FROM instance").fetchone()[0])


def digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def tables(postgres: Postgres, target: str) -> list[tuple[object, ...]]:
    return postgres.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'", target)


def of_the_demo(folder: Path, shell: Shell) -> None:
    """The demo with its closed lab, as the last version left it."""
    file_of(folder).unlink()
    put("454d308", folder)
    assert shell("migrate").code == 0


def of_poison(folder: Path, cast: Cast) -> None:
    """What hostile and unusual people write, as far as the product takes it, and what only a database can hold."""
    cast.act("activity.start", cast.anna, activity=cast.activity("challenges"))
    cast.act("activity.reveal", cast.anna)
    board = cast.board("challenges")
    for text in [*POISON["kept"].values(), *POISON["changed"].values()]:
        cast.ask("contribution.post", cast.ben, board=board, text=text[:140])
    posted = [one for one, value in cast.look()["entities"]["contribution"].items() if value["board"] == board]
    assert len(posted) > 30
    for one in posted[:3]:
        cast.act("contribution.reply", cast.chloe, id=one, kind="solution", text="And so?")
    db.session.remove()
    db.engine.dispose()
    change(folder, "UPDATE contribution SET posted_at = '2026-11-23 23:59:59.000001', reason = ? WHERE id = ?", "\r\n", posted[4])
    change(folder, "UPDATE lab SET kept = 'null', announcement = ?", "𝄞" * 200_000)
    change(folder, "UPDATE instance SET settings = ?", '{"b": "\\u0000 \\ud83d", "a":   1e3, "a": 2}')
    change(folder, "INSERT INTO photo VALUES ('p', ?, 0, '', '', 1, 1, ?, NULL)", cast.lab, bytes(range(256)) * 40)


@pytest.fixture(params=["demo", "poison"])
def full(request: pytest.FixtureRequest, folder: Path, shell: Shell) -> Path:
    """A data folder that holds much."""
    if request.param == "demo":
        of_the_demo(folder, shell)
    else:
        of_poison(folder, request.getfixturevalue("cast"))
    return folder


def test_there_and_back(
    full: Path, shell: Shell, postgres: Postgres, target: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, back = file_of(full), tmp_path / "elsewhere" / "back.db"
    before, bytes_before = told(source), digest(source)
    there = shell("move-to", postgres.url(target), "--json")
    assert there.code == 0, there.err
    assert digest(source) == bytes_before
    assert postgres.execute("SELECT epoch FROM instance", target) == [(there.answer["epoch"],)] != [(epoch(source),)]
    assert postgres.execute("SELECT last_value FROM instance_id_seq", target) == [(1,)]
    assert "contribution: " in there.err
    monkeypatch.setenv(URL, postgres.url(target))
    home = shell("move-to", f"sqlite:///{back}", "--json")
    assert home.code == 0, home.err
    assert home.answer["tables"] == there.answer["tables"]
    assert told(back) == before
    assert epoch(back) == home.answer["epoch"] not in (there.answer["epoch"], epoch(source))
    assert back.stat().st_mode & 0o077 == 0


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_a_server_goes_on_where_it_was_moved_to(
    folder: Path, shell: Shell, postgres: Postgres, target: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    of_the_demo(folder, shell)
    server = Server(folder, "--private").start()
    try:
        refused(shell("move-to", postgres.url(target)), "using sqlite:///", "Stop it first")
    finally:
        server.stop()
    assert shell("move-to", postgres.url(target)).code == 0
    monkeypatch.setenv(URL, postgres.url(target))
    server.start()
    try:
        assert server.answers()
        refused(shell("move-to", f"sqlite:///{tmp_path / 'new.db'}"), "using postgresql://", "Stop it first")
    finally:
        server.stop()


# ---- whole or not at all


def program(folder: Path, url: str, **surroundings: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "FACILITATION_DATA": str(folder), "FACILITATION_NO_BOOTSTRAP": "1", **surroundings}
    command = [sys.executable, "-m", "facilitation", "move-to", url]
    return subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.slow
@pytest.mark.timeout(400)
@pytest.mark.parametrize("point", ["after-begin:20", "before-commit"])
def test_killed_in_the_middle_it_left_nothing(folder: Path, shell: Shell, postgres: Postgres, target: str, point: str) -> None:
    of_the_demo(folder, shell)
    before = told(file_of(folder))
    killed = program(folder, postgres.url(target), **{VARIABLE: point})
    assert killed.returncode == -signal.SIGKILL
    assert "case: 7 rows" in killed.stderr
    assert tables(postgres, target) == []
    assert told(file_of(folder)) == before
    again = shell("move-to", postgres.url(target))
    assert again.code == 0, again.err
    assert postgres.execute('SELECT count(*) FROM "case"', target) == [(7,)]


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_killed_on_the_way_to_a_file_it_can_be_done_again(folder: Path, shell: Shell, tmp_path: Path) -> None:
    of_the_demo(folder, shell)
    there = tmp_path / "there.db"
    assert program(folder, f"sqlite:///{there}", **{VARIABLE: "before-commit"}).returncode == -signal.SIGKILL
    assert told(there) == ["BEGIN TRANSACTION;", "COMMIT;"]
    assert shell("move-to", f"sqlite:///{there}").code == 0
    assert told(there) == told(file_of(folder))


def test_a_difference_is_found_and_nothing_stays(folder: Path, shell: Shell, postgres: Postgres, target: str) -> None:
    of_the_demo(folder, shell)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(URL, postgres.url(target))
        assert shell("migrate").code == 0
    postgres.execute(
        "CREATE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.title = NEW.title || '!'; RETURN NEW; END $$;"
        'CREATE TRIGGER spoil BEFORE INSERT ON "case" FOR EACH ROW EXECUTE FUNCTION spoil()',
        target,
    )
    refused = shell("move-to", postgres.url(target), "--json")
    assert refused.code == 1
    assert "case came out differently" in refused.answer["error"]["message"]
    assert postgres.execute('SELECT count(*) FROM "case"', target) == [(0,)]


@pytest.mark.parametrize(
    ("statement", "value", "said"),
    [
        ('UPDATE "case" SET title = ? WHERE ref = (SELECT min(ref) FROM "case")', "a\0b", "case.title of"),
        ("UPDATE lab SET mode = ?", "x" * 21, "longer than 20 characters"),
        ("UPDATE lab SET ceiling = ?", 1 << 40, "too large a number"),
        ("UPDATE lab SET focus = ?", "{not json", "PostgreSQL: invalid input syntax for type json"),
    ],
)
def test_what_postgresql_cannot_hold_is_named(
    folder: Path, shell: Shell, postgres: Postgres, target: str, statement: str, value: object, said: str
) -> None:
    of_the_demo(folder, shell)
    change(folder, statement, value)
    refused = shell("move-to", postgres.url(target))
    assert refused.code == 1
    assert said in refused.err
    assert "Nothing was changed" in refused.err
    assert tables(postgres, target) == []


# ---- refused


def refused(said: Said, *words: str) -> None:
    assert said.code == 1
    for word in words:
        assert word in said.err
    assert PASSWORD not in said.out + said.err


def test_a_target_that_holds_data(folder: Path, shell: Shell, postgres: Postgres, target: str, tmp_path: Path) -> None:
    of_the_demo(folder, shell)
    assert shell("move-to", postgres.url(target)).code == 0
    refused(shell("move-to", postgres.url(target)), "holds data already")
    held = put("454d308", tmp_path / "held") / "facilitation.db"
    before = told(held)
    refused(shell("move-to", f"sqlite:///{held}"), "holds data already")
    assert told(held) == before


def test_while_somebody_uses_the_source_or_the_target(
    folder: Path, shell: Shell, postgres: Postgres, target: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(sqlite3.connect(file_of(folder))) as server:  # as a server that has nothing to do
        server.execute("SELECT 1 FROM instance").fetchone()
        refused(shell("move-to", postgres.url(target)), "using sqlite:///", "Stop it first")
    with closing(psycopg2.connect(postgres.url(target))):
        refused(shell("move-to", postgres.url(target)), "using postgresql://", "Stop it first")
    assert shell("move-to", postgres.url(target)).code == 0
    monkeypatch.setenv(URL, postgres.url(target))
    with closing(psycopg2.connect(postgres.url(target))):
        refused(shell("move-to", f"sqlite:///{folder / 'new.db'}"), "using postgresql://")
    assert not (folder / "new.db").exists()


def test_a_password_is_never_said(folder: Path, shell: Shell, postgres: Postgres, target: str) -> None:
    url = postgres.url(target).replace("tests@", f"tests:{PASSWORD}@")
    refused(shell("move-to", url.replace(str(postgres.port), "9"), "--json"), "PostgreSQL: ")
    done = shell("move-to", url)
    assert done.code == 0
    assert "FACILITATION_DATABASE_URL=postgresql://tests:***@127.0.0.1" in done.out
    assert PASSWORD not in done.out + done.err


@pytest.mark.parametrize("url", ["elsewhere", "mysql://localhost/x", "postgresql://localhost", "sqlite://", "x.db"])
def test_what_is_no_target(shell: Shell, url: str) -> None:
    refused(shell("move-to", url), "Name the target like")


def test_the_database_in_use_and_an_older_one(folder: Path, shell: Shell, tmp_path: Path) -> None:
    refused(shell("move-to", f"sqlite:///{file_of(folder)}"), "in use already")
    file_of(folder).unlink()
    put("7f2825b", folder)
    refused(shell("move-to", f"sqlite:///{tmp_path / 'new.db'}"), "python3 -m facilitation migrate")
    assert not (tmp_path / "new.db").exists()


def test_memory_does_not_grow_with_the_data(folder: Path, shell: Shell, postgres: Postgres, target: str) -> None:
    """A hundred pictures of a megabyte."""
    made = shell("create-lab", "--sector", "MS", "--title", "A lab", "--json").answer["lab"]
    for number in range(100):
        values = (ids.new_id(), made, number, os.urandom(1 << 20))
        change(folder, "INSERT INTO photo VALUES (?, ?, ?, '', '', 1, 1, ?, NULL)", *values)
    tracemalloc.start()
    try:
        assert shell("move-to", postgres.url(target)).code == 0
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert postgres.execute("SELECT count(*), min(length(data)) FROM photo", target) == [(100, 1 << 20)]
    assert peak < 50 << 20
