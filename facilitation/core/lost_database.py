"""When the database itself fails: which errors say so, what the person hears, and what the log says."""

from __future__ import annotations

from sqlalchemy.exc import DataError, DBAPIError, InterfaceError, InternalError, OperationalError, TimeoutError

from facilitation.core import outages, postgresql
from facilitation.core.errors import Refused


def as_outcome(error: Exception) -> Exception:
    """What a job that failed by itself answers."""
    return postgresql.refusal_of(error) if isinstance(error, DataError) else error


#: What SQLite says when it cannot write now but may later; anything else it says is a fault of ours.
PASSING = ("locked", "busy", "disk is full", "disk i/o", "readonly", "unable to open")


def is_whole_database(error: Exception) -> bool:
    """A failure of the database itself: every job of the batch is lost with it, none was answered yet."""
    if isinstance(error, TimeoutError):  # no connection became free
        return True
    if not isinstance(error, DBAPIError):
        return False
    if error.connection_invalidated:
        return True
    if not isinstance(error, OperationalError | InterfaceError | InternalError):
        return False
    if "sqlite" not in type(error.orig).__module__:
        return postgresql.is_passing(error)
    return any(word in str(error.orig).lower() for word in PASSING)


def as_refusal(error: Exception) -> Exception:
    """`busy` for a locked, full or lost database (D12); anything else stays what it is."""
    return Refused("busy", after_ms=1000) if lost_database(error, "writing") else error


def lost_database(error: Exception, side: str = "reading") -> bool:
    """`is_whole_database`, and the log knows. `side`: reading may work while writing does not."""
    if not is_whole_database(error):
        return False
    outages.failed("database", outages.reason_of(error), error, side=side)
    return True


def task_failed(task: str, error: Exception) -> None:
    """A round of something that runs beside the requests failed; it goes on with the next round."""
    if not lost_database(error):
        outages.failed(task, "fault", error)
