"""One writer: everything or nothing per command, one commit for many, busy instead of a stall (D12)."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, event, text

from facilitation.core.errors import Refused
from facilitation.core.unit_of_work import Work, Writer, can_write, prepare_engine


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = create_engine(f"sqlite:///{tmp_path / 'w.db'}", connect_args={"check_same_thread": False})
    prepare_engine(engine, busy_timeout_ms=200)
    with engine.connect().execution_options(write=True) as connection, connection.begin():
        connection.execute(text("CREATE TABLE counter (n INTEGER NOT NULL)"))
        connection.execute(text("INSERT INTO counter VALUES (0)"))
    yield engine
    engine.dispose()


def count(engine: Engine) -> int:
    with engine.connect() as connection:
        return int(connection.execute(text("SELECT n FROM counter")).scalar_one())


def add_one(work: Work) -> int:
    n = int(work.session.execute(text("SELECT n FROM counter")).scalar_one())
    work.session.execute(text("UPDATE counter SET n = :n"), {"n": n + 1})
    return n + 1


def test_no_update_is_lost_between_threads(engine: Engine) -> None:
    writer = Writer(engine)
    results: list[int] = []
    threads = [threading.Thread(target=lambda: results.extend(writer.run(add_one) for _ in range(40))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert count(engine) == 240
    assert sorted(results) == list(range(1, 241))


def test_jobs_that_wait_together_share_one_commit(engine: Engine) -> None:
    writer, commits = Writer(engine), []
    event.listen(engine, "commit", lambda _connection: commits.append(1))
    with writer._lead:  # as if a commit were running
        threads = [threading.Thread(target=writer.run, args=(add_one,)) for _ in range(20)]
        for thread in threads:
            thread.start()
        while len(writer._queue) < 20:
            time.sleep(0.01)
    for thread in threads:
        thread.join()
    assert count(engine) == 20
    assert len(commits) == 1


def test_a_failing_job_leaves_nothing_and_harms_nobody(engine: Engine) -> None:
    writer = Writer(engine)

    def half(work: Work) -> None:
        add_one(work)
        raise ValueError("no")

    outcomes: list[object] = []

    def attempt(job: object) -> None:
        try:
            outcomes.append(writer.run(job))  # type: ignore[arg-type]
        except ValueError:
            outcomes.append("refused")

    with writer._lead:
        threads = [threading.Thread(target=attempt, args=(job,)) for job in (add_one, half, add_one)]
        for thread in threads:
            thread.start()
        while len(writer._queue) < 3:
            time.sleep(0.01)
    for thread in threads:
        thread.join()
    assert count(engine) == 2
    assert sorted(map(str, outcomes)) == ["1", "2", "refused"]


def test_a_locked_database_answers_busy_and_reading_goes_on(engine: Engine, tmp_path: Path) -> None:
    other = sqlite3.connect(tmp_path / "w.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    writer = Writer(engine)
    with pytest.raises(Refused) as caught:
        writer.run(add_one)
    assert (caught.value.code, caught.value.retry) == ("busy", True)
    assert count(engine) == 0
    assert not can_write(engine)
    other.execute("ROLLBACK")
    other.close()
    assert writer.run(add_one) == 1
    assert can_write(engine)


def test_a_fault_of_ours_is_not_called_busy(engine: Engine) -> None:
    with pytest.raises(Exception, match="no such table"):
        Writer(engine).run(lambda work: work.session.execute(text("SELECT 1 FROM missing_table")))


def test_the_database_is_set_up_to_be_durable(engine: Engine) -> None:
    with engine.connect() as connection:
        said = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    assert said == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


def test_nothing_else_runs_between_begin_and_commit(engine: Engine) -> None:
    """While a job holds the transaction, nobody else's job has begun (contract, section 5, rule 3)."""
    writer, running, overlaps = Writer(engine), [], []

    def job(work: Work) -> None:
        overlaps.append(len(running))
        running.append(1)
        time.sleep(0.002)  # a thread that could be interrupted here must still be alone
        add_one(work)
        running.pop()

    threads = [threading.Thread(target=writer.run, args=(job,)) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert overlaps == [0] * 10
