"""One writer, natural group commit.

Everything that queued up while the last commit ran goes into the next transaction, each job in its own savepoint,
and is answered after that one COMMIT (live contract, section 5, rule 4). Whoever gets the lock first leads: it takes
the whole queue, runs it and commits; the others find their job done. So there is no writer thread to start or to lose,
and a shell command, a test and a server with a thousand phones take the same way.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import Engine, event, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session

from facilitation.core.clock import Clock, system_clock
from facilitation.core.errors import Refused

log = logging.getLogger(__name__)
T = TypeVar("T")
BATCH = 200  # jobs in one transaction at most: bounds the time to the first answer


@dataclass
class Work:
    """What a command may use while the transaction is open."""

    session: Session
    now: datetime
    touched: dict[tuple[str, str], dict[tuple[str, str], None]] = field(default_factory=dict)
    after_commit: list[Callable[[], None]] = field(default_factory=list)


@dataclass
class _Ticket(Generic[T]):
    job: Callable[[Work], T]
    done: bool = False
    result: T | None = None
    error: BaseException | None = None

    def settle(self, *, result: T | None = None, error: BaseException | None = None) -> None:
        self.result, self.error, self.done = result, error, True


class Writer:
    """The only way to write. `run(job)` returns after the COMMIT that holds the job, or raises."""

    def __init__(self, engine: Engine, clock: Clock = system_clock) -> None:
        self.engine = engine
        self.clock = clock
        self._queue: deque[_Ticket[Any]] = deque()
        self._lead = threading.Lock()

    def run(self, job: Callable[[Work], T]) -> T:
        ticket: _Ticket[T] = _Ticket(job)
        self._queue.append(ticket)
        time.sleep(0)  # lets everybody who is ready queue up, so that one commit carries them all
        with self._lead:
            while not ticket.done:
                self._run_batch([self._queue.popleft() for _ in range(min(BATCH, len(self._queue)))])
        if ticket.error is not None:
            raise ticket.error
        return ticket.result  # type: ignore[return-value]

    def _run_batch(self, batch: list[_Ticket[Any]]) -> None:
        after: list[Callable[[], None]] = []
        settled: list[tuple[_Ticket[Any], Any, BaseException | None]] = []
        try:
            with self.engine.connect().execution_options(write=True) as connection, connection.begin():
                session = Session(connection, autoflush=True, expire_on_commit=False)
                for ticket in batch:
                    settled.append(self._run_one(ticket, session, after))
                session.flush()
        except Exception as failure:
            refusal = as_refusal(failure)
            for ticket in batch:
                ticket.settle(error=refusal)
            return
        for ticket, result, problem in settled:
            ticket.settle(result=result, error=problem)
        for call in after:
            call()

    def _run_one(
        self, ticket: _Ticket[Any], session: Session, after: list[Callable[[], None]]
    ) -> tuple[_Ticket[Any], Any, BaseException | None]:
        work = Work(session=session, now=self.clock())
        savepoint = session.begin_nested()
        try:
            result = ticket.job(work)
            session.flush()
            savepoint.commit()
        except Exception as error:
            savepoint.rollback()
            session.expunge_all()
            if _is_whole_database(error):
                raise
            return ticket, None, error
        after.extend(work.after_commit)
        return ticket, result, None


#: What SQLite says when it cannot write now but may later; anything else it says is a fault of ours.
PASSING = ("locked", "busy", "disk is full", "disk i/o", "readonly", "unable to open")


def _is_whole_database(error: Exception) -> bool:
    """A failure of the database itself: every job of the batch is lost with it, none was answered yet."""
    if not isinstance(error, DBAPIError):
        return False
    if error.connection_invalidated:
        return True
    if not isinstance(error, OperationalError):
        return False
    said = str(error.orig).lower()
    return "sqlite" not in type(error.orig).__module__ or any(word in said for word in PASSING)


def as_refusal(error: Exception) -> Exception:
    """`busy` for a locked, full or lost database (D12); anything else stays what it is."""
    if _is_whole_database(error):
        log.warning("database busy: %s", type(getattr(error, "orig", error)).__name__)
        return Refused("busy", after_ms=1000)
    return error


def prepare_engine(engine: Engine, *, busy_timeout_ms: int = 900) -> None:
    """Make an engine durable and honest. SQLite: WAL, synchronous=FULL, foreign keys, BEGIN IMMEDIATE for writes."""
    if engine.dialect.name != "sqlite":
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
        connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """A session for reads: one consistent moment of the database, given back at the end."""
    with Session(engine, autoflush=False) as session:
        yield session


def can_write(engine: Engine) -> bool:
    """True when the database takes a write now (readyz)."""
    try:
        with engine.connect().execution_options(write=True) as connection, connection.begin():
            connection.execute(text("SELECT 1"))
    except DBAPIError:
        return False
    return True
