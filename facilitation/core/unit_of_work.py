"""One writer, natural group commit.

Everything that queued up while the last commit ran goes into the next transaction, each job in its own savepoint,
and is answered after that one COMMIT (live contract, section 5, rule 4). Whoever gets the lock first leads: it takes
the whole queue, runs it and commits; the others find their job done. So there is no writer thread to start or to lose,
and a shell command, a test and a server with a thousand phones take the same way.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection, Engine, event, text
from sqlalchemy.exc import DBAPIError, TimeoutError
from sqlalchemy.orm import Session

from facilitation.core import failpoints, outages, postgresql
from facilitation.core.clock import Clock, system_clock
from facilitation.core.counters import Counters
from facilitation.core.errors import Refused
from facilitation.core.lost_database import as_outcome, as_refusal, is_whole_database
from facilitation.core.waits import before_waiting

T = TypeVar("T")
BATCH = 200  # jobs in one transaction at most: bounds the time to the first answer


@dataclass
class Work:
    """What a command may use while the transaction is open: the connection, and a session on it for whoever wants objects."""

    connection: Connection
    now: datetime
    touched: dict[tuple[str, str], dict[tuple[str, str], None]] = field(default_factory=dict)
    after_commit: list[Callable[[], None]] = field(default_factory=list)
    _session: Session | None = None

    @property
    def session(self) -> Session:
        """Made when it is asked for the first time: what is done most needs none."""
        if self._session is None:
            self._session = Session(
                self.connection, autoflush=True, expire_on_commit=False, join_transaction_mode="rollback_only"
            )
        return self._session

    def flush(self) -> None:
        """Send what changed in objects."""
        if self._session is not None:
            self._session.flush()


@dataclass
class _Ticket(Generic[T]):
    job: Callable[[Work], T]
    place: str | None = None
    done: bool = False
    result: T | None = None
    error: BaseException | None = None

    def settle(self, *, result: T | None = None, error: BaseException | None = None) -> None:
        self.result, self.error, self.done = result, error, True


class _Failed(Exception):
    """Carries the error of a job through the end of its transaction, which rolls back."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error


class Writer:
    """The only way to write. `run(job)` returns after the COMMIT that holds the job, or raises."""

    def __init__(self, engine: Engine, clock: Clock = system_clock, counters: Counters | None = None) -> None:
        self.engine = engine
        self.clock = clock
        self._counters = counters or Counters()
        self._closing = False
        self._queue: deque[_Ticket[Any]] = deque()
        self._lead = threading.Lock()

    def run(self, job: Callable[[Work], T], *, place: str | None = None) -> T:
        """`place`: the one lab the job is about; None when it may be about anything."""
        if self._closing:
            raise Refused("draining", after_ms=2000)
        before_waiting()
        ticket: _Ticket[T] = _Ticket(job, place)
        self._queue.append(ticket)
        time.sleep(0)  # lets everybody who is ready queue up, so that one commit carries them all
        with self._lead:
            while not ticket.done:
                self._run_batch([self._queue.popleft() for _ in range(min(BATCH, len(self._queue)))])
        if ticket.error is not None:
            raise ticket.error
        return ticket.result  # type: ignore[return-value]

    @property
    def waiting(self) -> int:
        """How many jobs wait for their turn."""
        return len(self._queue)

    def close(self, patience: float) -> bool:
        """Take nothing new; True when everything that was taken is answered within `patience` seconds (rule 9)."""
        self._closing = True
        until = time.monotonic() + patience
        while time.monotonic() < until:
            if not self._queue and not self._lead.locked():
                return True
            time.sleep(0.01)
        return False

    def _run_batch(self, batch: list[_Ticket[Any]]) -> None:
        after: list[Callable[[], None]] = []
        settled: list[tuple[_Ticket[Any], Any, BaseException | None]] = []
        try:
            with self._counters.commit.taken(), writing(self.engine, [ticket.place for ticket in batch]) as connection:
                failpoints.reach("after-begin")
                if len(batch) == 1:
                    settled.append(self._run_alone(batch[0], connection, after))
                else:
                    settled += [self._run_one(ticket, connection, after) for ticket in batch]
                failpoints.reach("before-commit")
            failpoints.reach("after-commit")
        except _Failed as failed:
            batch[0].settle(error=failed.error)
            return
        except Exception as failure:
            refusal = as_refusal(failure)
            for ticket in batch:
                ticket.settle(error=refusal)
            return
        outages.worked("database", all_sides=True)
        for ticket, result, problem in settled:
            ticket.settle(result=result, error=problem)
        for call in after:
            call()

    def _run_alone(
        self, ticket: _Ticket[Any], connection: Connection, after: list[Callable[[], None]]
    ) -> tuple[_Ticket[Any], Any, BaseException | None]:
        """The transaction itself is the savepoint of a job that has it for itself."""
        work = Work(connection, self.clock())
        try:
            result = ticket.job(work)
            work.flush()
        except Exception as error:
            if is_whole_database(error):
                raise
            raise _Failed(as_outcome(error)) from error
        after.extend(work.after_commit)
        return ticket, result, None

    def _run_one(
        self, ticket: _Ticket[Any], connection: Connection, after: list[Callable[[], None]]
    ) -> tuple[_Ticket[Any], Any, BaseException | None]:
        """Each job with a savepoint and a session of its own: one that fails leaves nothing to the next."""
        savepoint = connection.begin_nested()
        work = Work(connection, self.clock())
        try:
            result = ticket.job(work)
            work.flush()
            savepoint.commit()
        except Exception as error:
            if savepoint.is_active:  # a failed flush has rolled it back already
                savepoint.rollback()
            if is_whole_database(error):
                raise
            return ticket, None, as_outcome(error)
        after.extend(work.after_commit)
        return ticket, result, None


def prepare_engine(engine: Engine, *, busy_timeout_ms: int = 900) -> None:
    """Make an engine durable and honest. SQLite: WAL, synchronous=FULL, foreign keys, BEGIN IMMEDIATE for writes.

    PostgreSQL: see core/postgresql.py.
    """
    if engine.dialect.name == "postgresql":
        postgresql.prepare(engine, busy_timeout_ms=busy_timeout_ms)
        return

    @event.listens_for(engine, "connect")
    def _pragmas(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            f"busy_timeout={busy_timeout_ms}",
            "cache_size=-16000",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        immediate = connection.get_execution_options().get("write")
        driver: Any = connection.connection.dbapi_connection
        if immediate or not driver.in_transaction:  # else it is a moment, and somebody wants objects in it
            _begun(connection, "BEGIN IMMEDIATE" if immediate else "BEGIN")


def _begun(connection: Connection, how: str) -> None:
    driver: Any = connection.connection.dbapi_connection
    try:
        driver.execute(how)
    except sqlite3.Error as error:
        raise DBAPIError.instance(how, None, error, sqlite3.Error, dialect=connection.dialect) from error


@contextmanager
def writing(engine: Engine, places: Iterable[str | None] = (None,)) -> Iterator[Connection]:
    """A transaction that has its turn to write about `places` (labs; None: anything). Commits at the end, or undoes all.

    Outside of it an engine on PostgreSQL reads one moment per transaction; here each statement sees what was committed
    before it, because what it decides on must be read after its turn came.
    """
    before_waiting()
    options: dict[str, Any] = {"write": True}
    if engine.dialect.name == "postgresql":
        options["isolation_level"] = "READ COMMITTED"
    with engine.connect().execution_options(**options) as connection, connection.begin():
        if engine.dialect.name == "postgresql":
            postgresql.take_turn(connection, places)
        yield connection


@contextmanager
def moment(engine: Engine) -> Iterator[Connection]:
    """`reading` for those who need no objects: one consistent moment of the database, given back at the end.

    Begun on the driver and ended by giving the connection back: SQLAlchemy's own way costs as much as a small question."""
    before_waiting()
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            _begun(connection, "BEGIN")
        yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """A session for reads: one consistent moment of the database, given back at the end."""
    before_waiting()
    with Session(engine, autoflush=False) as session:
        yield session


def can_write(engine: Engine) -> bool:
    """True when the database takes a write now (readyz)."""
    try:
        with writing(engine, ()) as connection:
            connection.execute(text("SELECT 1"))
            if engine.dialect.name == "postgresql":
                return connection.exec_driver_sql("SHOW transaction_read_only").scalar() == "off"
    except (DBAPIError, TimeoutError):
        return False
    return True
