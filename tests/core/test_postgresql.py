"""PostgreSQL keeps the promises SQLite keeps: turns, durable answers, one moment per reading, plain refusals."""

from __future__ import annotations

import threading
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from flask import Flask
from sqlalchemy import Engine, text

from facilitation import create_app
from facilitation.core.errors import Refused
from facilitation.core.unit_of_work import Work, Writer, can_write, reading
from facilitation.extensions import db
from tests.cast import Cast
from tests.databases import Postgres

pytestmark = pytest.mark.postgres


@pytest.fixture
def database() -> str:
    return "postgresql"


@pytest.fixture
def engine(app: Flask) -> Engine:
    with db.engine.begin() as connection:
        connection.execute(text("CREATE TABLE counter (lab TEXT PRIMARY KEY, n INTEGER NOT NULL, word VARCHAR(5))"))
        connection.execute(text("INSERT INTO counter VALUES ('a', 0), ('b', 0)"))
    return db.engine


def add_one(lab: str) -> Any:
    def job(work: Work) -> int:
        n = int(work.session.execute(text("SELECT n FROM counter WHERE lab = :lab"), {"lab": lab}).scalar_one())
        work.session.execute(text("UPDATE counter SET n = :n WHERE lab = :lab"), {"n": n + 1, "lab": lab})
        return n + 1

    return job


def count(engine: Engine, lab: str) -> int:
    with engine.connect() as connection:
        return int(connection.execute(text("SELECT n FROM counter WHERE lab = :lab"), {"lab": lab}).scalar_one())


def test_several_processes_lose_no_update(engine: Engine) -> None:
    """Two writers, as in two workers; both labs from both, and jobs about everything in between."""
    writers, refusals = [Writer(engine), Writer(engine)], []

    def work(writer: Writer, turn: int) -> None:
        for n in range(20):
            place = "ab"[(n + turn) % 2]
            try:
                writer.run(add_one(place), place=place if n % 5 else None)
            except Refused as refusal:  # pragma: no cover - a very slow machine
                refusals.append(refusal)

    threads = [threading.Thread(target=work, args=(writer, turn)) for turn in range(4) for writer in writers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert count(engine, "a") + count(engine, "b") == 8 * 20 - len(refusals)
    assert [refusal.code for refusal in refusals] == ["busy"] * len(refusals)


def test_one_lab_waits_for_its_turn_and_another_does_not(engine: Engine, postgres: Postgres) -> None:
    first, second = Writer(engine), Writer(engine)
    holding, go_on = threading.Event(), threading.Event()

    def hold(work: Work) -> None:
        holding.set()
        go_on.wait(20)

    thread = threading.Thread(target=lambda: first.run(hold, place="a"))
    thread.start()
    assert holding.wait(10)
    try:
        assert second.run(add_one("b"), place="b") == 1
        for place in ("a", None):
            with pytest.raises(Refused) as caught:
                second.run(add_one("a"), place=place)
            assert (caught.value.code, caught.value.retry) == ("busy", True)
        assert can_write(engine)
    finally:
        go_on.set()
        thread.join()
    assert second.run(add_one("a"), place="a") == 1


def test_a_reading_is_one_moment(engine: Engine) -> None:
    with reading(engine) as session:
        before = session.execute(text("SELECT n FROM counter WHERE lab = 'a'")).scalar_one()
        Writer(engine).run(add_one("a"), place="a")
        assert session.execute(text("SELECT n FROM counter WHERE lab = 'a'")).scalar_one() == before
    assert count(engine, "a") == before + 1


def test_an_answer_is_durable_whatever_the_server_is_told(engine: Engine, postgres: Postgres) -> None:
    name = engine.url.database
    postgres.execute(f"ALTER DATABASE {name} SET synchronous_commit = off")
    engine.dispose()
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SHOW synchronous_commit").scalar() == "on"


def test_a_lost_connection_is_busy_and_the_next_write_works(engine: Engine, postgres: Postgres) -> None:
    def cut(work: Work) -> None:
        pid = work.session.execute(text("SELECT pg_backend_pid()")).scalar_one()
        postgres.execute(f"SELECT pg_terminate_backend({pid})")
        work.session.execute(text("SELECT 1"))

    with pytest.raises(Refused) as caught:
        Writer(engine).run(cut)
    assert caught.value.code == "busy"
    assert Writer(engine).run(add_one("a")) == 1


def test_a_connection_that_lay_idle_is_asked_before_it_is_used(
    engine: Engine, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = Writer(engine)
    assert writer.run(add_one("a")) == 1
    monkeypatch.setattr("facilitation.core.postgresql.ASK_AFTER", 0.0)
    postgres.hang_up_on_all()
    assert writer.run(add_one("a")) == 2
    monkeypatch.undo()
    postgres.hang_up_on_all()
    with pytest.raises(Refused) as caught:  # used a moment ago, so nobody asked
        writer.run(add_one("a"))
    assert caught.value.code == "busy"
    assert writer.run(add_one("a")) == 3


@pytest.mark.parametrize(
    ("word", "code"), [("x" * 6, "too_long"), ("a\0b", "invalid")], ids=["longer than the column", "with NUL"]
)
def test_what_no_column_holds_is_refused_and_harms_nobody(engine: Engine, word: str, code: str) -> None:
    writer = Writer(engine)
    with pytest.raises(Refused) as caught:
        writer.run(lambda work: work.session.execute(text("UPDATE counter SET word = :word"), {"word": word}))
    assert caught.value.code == code
    assert writer.run(add_one("a")) == 1


def test_a_number_too_large_for_its_column_is_refused(engine: Engine) -> None:
    with pytest.raises(Refused) as caught:
        Writer(engine).run(lambda work: work.session.execute(text("UPDATE counter SET n = :n"), {"n": 2**40}))
    assert caught.value.code == "invalid"


def test_strange_addresses_are_not_found(cast: Cast) -> None:
    for path in ("/labs/%00/stream/room", "/labs/a%00b", "/cases/%00", "/join/%00"):
        assert cast.browser(cast.anna).get(path).status_code < 500


def test_a_database_that_takes_no_writes_is_busy_and_can_be_read(app: Flask, cast: Cast, postgres: Postgres) -> None:
    name = db.engine.url.database
    postgres.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    db.engine.dispose()
    assert cast.ask("lab.announce", cast.anna, text="Hello")["code"] == "busy"
    assert not can_write(db.engine)
    assert cast.look("room")["entities"]["lab"]
    postgres.execute(f"ALTER DATABASE {name} RESET default_transaction_read_only")
    db.engine.dispose()
    assert cast.ask("lab.announce", cast.anna, text="Hello")["ok"]


def test_whoever_finds_no_free_connection_is_told_busy_and_comes_again(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("facilitation.app.POOL_SECONDS", 0.2)
    app = create_app({"DATA": str(data), "ASYNC_MODE": "threading", "TESTING": True})
    with app.app_context():
        cast = Cast(app)
        cast.start("challenges")
        envelope = {"v": 1, "key": "k" * 22, "name": "contribution.post"}
        envelope["args"] = {"board": cast.board("challenges"), "text": "Once only"}
        with ExitStack() as taken:
            for _ in range(cast.settings.DATABASE_CONNECTIONS):
                taken.enter_context(db.engine.connect())
            page = cast.browser(cast.anna).get(f"/labs/{cast.lab}", headers={"Accept-Language": "de"})
            refusal = cast.dispatcher.handle(envelope, cast.ben, lab=cast.lab)
        assert page.status_code == 503
        assert "Einen Moment, der Server ist beschäftigt" in page.get_data(as_text=True)
        assert (refusal["code"], refusal["retry"], refusal["after_ms"]) == ("busy", True, 1000)
        for again in (False, True):
            answer = cast.dispatcher.handle(envelope, cast.ben, lab=cast.lab)
            assert (answer["ok"], answer.get("dup", False)) == (True, again)
        db.engine.dispose()


@pytest.mark.long
def test_processes_that_start_together_migrate_once(postgres: Postgres, tmp_path: Any) -> None:
    """Several workers on an empty database: one makes the schema, the others find it."""
    from tests.running import Server

    url = postgres.url(postgres.create())
    servers = [Server(tmp_path, "--private", DATABASE_URL=url) for _ in range(3)]
    try:
        threads = [threading.Thread(target=server.start) for server in servers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert all(server.answers() for server in servers)
    finally:
        for server in servers:
            server.kill()
    connection = psycopg2.connect(url)
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM instance")
        assert cursor.fetchall() == [(1,)]
    connection.close()


def test_many_at_once_on_the_same_lab_share_commits(cast: Cast) -> None:
    """The stock of the promise D4: numbers without gaps although two applications write."""
    second = create_app({"DATA": str(cast.settings.data), "ASYNC_MODE": "threading", "TESTING": True})
    cast.start("challenges")
    board, people = cast.board("challenges"), [cast.join() for _ in range(6)]
    answers: list[Any] = []

    def post(app: Flask, who: Any) -> None:
        with app.app_context():
            for n in range(10):
                envelope = {"v": 1, "key": f"{who.id}{n:010d}"[-22:].rjust(22, "x"), "name": "contribution.post"}
                envelope["args"] = {"board": board, "text": f"{who.id} {n}"}
                answers.append(app.extensions["facilitation"]["dispatcher"].handle(envelope, who, lab=cast.lab))

    threads = [threading.Thread(target=post, args=((cast.app, second)[n % 2], who)) for n, who in enumerate(people)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with second.app_context():
        db.engine.dispose()
    assert [answer for answer in answers if not answer["ok"]] == []
    contributions = cast.look()["entities"]["contribution"].values()
    numbers = sorted(value["n"] for value in contributions)
    assert numbers == list(range(1, len(numbers) + 1))
    assert len([value for value in contributions if value["board"] == board]) == 60
