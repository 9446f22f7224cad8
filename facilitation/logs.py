"""How a log line looks: when, how bad, which event, its fields; as text or as one JSON object each. Never what people wrote.

What may be said is in core/events.py. Everything else that could reach standard error is turned into an event too: a library's
line without its values, a Python warning without its message, an uncaught error and stray output without their words. An
exception is shown by its class and the lines it came through: the message of a database error, for one, repeats the values
that were being stored (contract, rule 11).
"""

from __future__ import annotations

import io
import json
import logging
import os
import re
import sys
import threading
import traceback
import warnings
from datetime import UTC, datetime
from types import FrameType, TracebackType
from typing import Any, TextIO

from facilitation.core.events import WITHHELD, Place, Sentence, event, name

#: Libraries that tell whole requests or packets when they are let.
QUIET = ("alembic", "engineio", "engineio.server", "markdown_it", "socketio", "socketio.server", "werkzeug", "urllib3")
FORMAT, LEVEL = "FACILITATION_LOG_FORMAT", "FACILITATION_LOG_LEVEL"
Trouble = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


def wants_json() -> bool:
    """What the environment says, before any setting was read: a failed start is reported in the right form too."""
    return os.environ.get(FORMAT, "").lower() == "json"


def set_up_early() -> None:
    """As the environment says; what it says wrongly is refused a moment later, with the other settings."""
    level = os.environ.get(LEVEL, "")
    set_up(level if level in ("DEBUG", "INFO", "WARNING", "ERROR") else "INFO", "json" if wants_json() else "text")


def set_up(level: str, form: str) -> None:
    """Send the log to standard error, and whatever else goes there into the log. `form`: text or json."""
    handler = logging.StreamHandler(_real_stderr())
    handler.setFormatter(JsonLines() if form == "json" else TextLines())
    logging.raiseExceptions = False  # a log that cannot be written (a full disk) is no reason to fail, nor to write more
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for library in QUIET:  # engineio and socketio add a handler of their own where no level is set
        logging.getLogger(library).setLevel(logging.WARNING)
    # It tells of every connection that broke while nobody used it; what does not work then is an outage of ours.
    logging.getLogger("sqlalchemy.pool").setLevel(logging.CRITICAL)
    warnings.showwarning = _warned  # type: ignore[assignment]
    sys.excepthook = lambda _kind, error, _trace: _crashed("process", error)
    sys.unraisablehook = lambda told: _crashed("clean_up", told.exc_value)
    threading.excepthook = lambda told: _crashed("thread", told.exc_value)
    if not isinstance(sys.stderr, Stray):
        sys.stderr = Stray()
    if form == "json" and not isinstance(sys.stdout, Stray):
        sys.stdout = Stray()


def refuse_start(reason: str) -> None:
    """A start that is given up: a plain sentence for a person, an event for a machine."""
    if wants_json():
        event("not_started", reason=Sentence(reason))
    else:
        print(reason, file=_real_stderr(), flush=True)


def _real_stderr() -> TextIO:
    return sys.__stderr__ if isinstance(sys.stderr, Stray) and sys.__stderr__ is not None else sys.stderr


class TextLines(logging.Formatter):
    """`2026-11-23 12:00:00,123 INFO request method=GET route=/join/<code> status=200 ms=4 who=nobody`"""

    def format(self, record: logging.LogRecord) -> str:
        what, fields = _said(record)
        words = [self.formatTime(record), record.levelname, what, *(f"{key}={_text(value)}" for key, value in fields.items())]
        return "\n".join([" ".join(words), *("  " + line for line in _error(record))])


def _text(value: object) -> str:
    plain = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return json.dumps(plain, ensure_ascii=False) if re.search(r"[\s\"]", plain) and isinstance(value, str) else plain


class JsonLines(logging.Formatter):
    """One object per line: {at, level, process, event, …fields, error}."""

    def format(self, record: logging.LogRecord) -> str:
        what, fields = _said(record)
        told: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "process": record.process,
            "event": what,
            **fields,
        }
        if error := _error(record):
            told["error"] = error
        return json.dumps(told, ensure_ascii=False)


def _said(record: logging.LogRecord) -> tuple[str, dict[str, Any]]:
    """(event, its fields). A line of a library is known by its logger; of its words only a template with places is shown."""
    if hasattr(record, "event"):
        return record.event, getattr(record, "fields", {})
    says = record.msg if record.args and isinstance(record.msg, str) and "\n" not in record.msg else WITHHELD
    source = record.name if name(record.name) else WITHHELD
    return "library", {"logger": source, "says": says, "place": f"{record.filename}:{record.lineno} {record.funcName}"}


def _error(record: logging.LogRecord) -> list[str]:
    return where(record.exc_info[1]) if record.exc_info else []


def where(error: BaseException | None) -> list[str]:
    """Class and place of an error and of what caused it: ["OperationalError", "dispatch.py:62 handle", …]."""
    if isinstance(error, _Printed):
        return error.lines
    lines: list[str] = []
    while error is not None:
        lines.append(f"{type(error).__module__}.{type(error).__qualname__}")
        lines += [_place(frame, line) for frame, line in traceback.walk_tb(error.__traceback__)]
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return lines


def _place(frame: FrameType, line: int) -> Place:
    return Place(f"{frame.f_code.co_filename.rsplit('/', 1)[-1]}:{line} {frame.f_code.co_name}")


def _warned(_message: object, category: type[Warning], filename: str, lineno: int, *_more: object) -> None:
    event("python_warning", category=category.__name__, place=Place(f"{filename.rsplit('/', 1)[-1]}:{lineno}"))


def _crashed(part: str, error: BaseException | None) -> None:
    if not isinstance(error, SystemExit | KeyboardInterrupt):
        event("crashed", part=part, error=error)


class Stray(io.TextIOBase):
    """Stands in for standard error, and for standard output where only JSON may be: eventlet, for one, prints its tracebacks.

    A traceback becomes one event with its classes and places; anything else one event that says how much was withheld.
    """

    FRAME = re.compile(r'\s+File "(?P<file>[^"]*)", line (?P<line>\d+), in (?P<name>\S+)')
    CLASS = re.compile(r"(?P<name>[A-Za-z_][\w.]*)(:|$)")
    SILENT = ("The above exception was the direct cause", "During handling of the above exception")

    def __init__(self) -> None:
        self._mine = _Unfinished()

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        *lines, self._mine.rest = (self._mine.rest + text).split("\n")
        for line in lines:
            self._take(line)
        return len(text)

    def writelines(self, lines: Any) -> None:
        for line in lines:
            self.write(line)

    # as eventlet's server logs: its words on starting and ending are ours already, its errors repeat the address asked for

    def info(self, words: str, *_args: object) -> None:
        if "Traceback" in words:
            self.write(words + "\n")

    def error(self, words: str, *_args: object) -> None:
        self.write(words + "\n")

    def debug(self, words: str, *_args: object) -> None:
        """Connections that come and go."""

    def _take(self, line: str) -> None:
        if line.startswith("Traceback (most recent call last)"):
            self._mine.trace = []
        elif self._mine.trace is None:
            if line.strip() and not line.startswith(self.SILENT):
                event("stray", place=_writer(), characters=len(line))
        elif found := self.FRAME.match(line):
            self._mine.trace.append(f"{found['file'].rsplit('/', 1)[-1]}:{found['line']} {found['name']}")
        elif not line.startswith(" ") and line:
            self._end_of_trace(line)

    def _end_of_trace(self, line: str) -> None:
        kind = self.CLASS.match(line)
        trace, self._mine.trace = self._mine.trace or [], None
        event("crashed", part="green_thread", error=_Printed([kind["name"] if kind else WITHHELD, *trace]))


class _Unfinished(threading.local):
    """What one thread, green or not, began to write: several may print their tracebacks at a time."""

    def __init__(self) -> None:
        self.rest = ""
        self.trace: list[str] | None = None


class _Printed(Exception):
    """An error that was printed by somebody else; `lines` is what `where` would say."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__()
        self.lines = lines


def _writer() -> Place:
    """Who writes past the log."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and frame.f_code.co_filename.endswith(("logs.py", "traceback.py", "events.py")):
        frame = frame.f_back
    return _place(frame, frame.f_lineno) if frame is not None else Place("unknown")
