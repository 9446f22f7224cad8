"""Log lines: when, how bad, where, what; as text or as one JSON object each. Never what people wrote, never a token.

Messages of our own hold ids, codes and names of classes. An exception is shown by its class and the lines it came through,
without its message: the message of a database error, for one, repeats the values that were being stored (contract, rule 11).
"""

from __future__ import annotations

import json
import logging
import sys
import traceback
from datetime import UTC, datetime
from types import TracebackType

#: Libraries that tell whole requests or packets when they are let.
QUIET = ("alembic", "engineio", "socketio", "werkzeug", "urllib3")
Trouble = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


def set_up(level: str, form: str) -> None:
    """Send the log to standard error. `form`: text or json."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines() if form == "json" else TextLines())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


class TextLines(logging.Formatter):
    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def formatException(self, ei: Trouble) -> str:  # noqa: N802 - the library's name
        return "\n".join(["  " + line for line in where(ei[1])])


class JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        told: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "process": record.process,
            "message": record.getMessage(),
        }
        if record.exc_info and record.exc_info[1] is not None:
            told["error"] = where(record.exc_info[1])
        return json.dumps(told, ensure_ascii=False)


def where(error: BaseException | None) -> list[str]:
    """Class and place of an error and of what caused it: ["OperationalError", "dispatch.py:62 handle", …]."""
    lines: list[str] = []
    while error is not None:
        lines.append(f"{type(error).__module__}.{type(error).__qualname__}")
        frames = traceback.extract_tb(error.__traceback__)
        lines += [f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno} {frame.name}" for frame in frames]
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return lines
