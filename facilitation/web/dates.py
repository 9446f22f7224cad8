"""Days, times and lengths as people read them, in the language in force."""

from __future__ import annotations

import zoneinfo
from datetime import date, datetime, timedelta
from functools import cache

from babel.dates import format_date, format_time

from facilitation.core.i18n import _, locale, n_

REGIONS = ("Africa", "America", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")


def day(moment: date) -> str:
    """Tuesday, 9 March 2027."""
    return str(format_date(moment, format="full", locale=_babel()))


def short_day(moment: date) -> str:
    """9 Mar 2027."""
    return str(format_date(moment, format="medium", locale=_babel()))


def clock(moment: datetime) -> str:
    """13:05."""
    return str(format_time(moment, "HH:mm", locale=_babel()))


def span(start: datetime | None, seconds: int) -> str:
    """When an event is: day, begin, end and the offset of its clock; an empty text without a start."""
    if start is None:
        return ""
    end = start + timedelta(seconds=seconds)
    words = {"day": day(start), "begin": clock(start), "end": clock(end)}
    if not seconds:
        text = _("%(day)s, %(begin)s", **words)
    elif end.date() != start.date():
        text = _("%(day)s, %(begin)s to %(end)s on the next day", **words)
    else:
        text = _("%(day)s, %(begin)s to %(end)s", **words)
    return f"{text} ({offset(start)})" if start.tzinfo is not None else text


def offset(moment: datetime) -> str:
    """UTC, UTC+1 or UTC+5:30."""
    ahead = moment.utcoffset()
    minutes = round(ahead.total_seconds() / 60) if ahead is not None else 0
    if not minutes:
        return "UTC"
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'+' if minutes > 0 else '−'}{hours}" + (f":{rest:02d}" if rest else "")


def length(seconds: int) -> str:
    """2 hours 40 minutes."""
    hours, minutes = divmod(round(seconds / 60), 60)
    parts = [n_("%(n)s hour", "%(n)s hours", hours)] if hours else []
    if minutes or not hours:
        parts.append(n_("%(n)s minute", "%(n)s minutes", minutes))
    return " ".join(parts)


@cache
def zones() -> tuple[str, ...]:
    """The time zones somebody may choose: one per city, and UTC."""
    cities = (name for name in zoneinfo.available_timezones() if name.count("/") == 1 and name.split("/")[0] in REGIONS)
    return ("UTC", *sorted(cities))


def planned(wall_time: str, zone: str) -> str:
    """ISO 8601 of a form's wall time in a zone (a city, an offset such as "+01:00", or nothing). Raises `ValueError`."""
    if not wall_time:
        return ""
    moment = datetime.fromisoformat(wall_time)
    if zone[:1] in "+-" and zone:
        moment = datetime.fromisoformat(moment.isoformat(timespec="minutes") + zone)
    elif zone in zones():
        moment = moment.replace(tzinfo=zoneinfo.ZoneInfo(zone))
    return moment.isoformat(timespec="minutes")


def _babel() -> str:
    """English as it is written in Europe: the day before the month."""
    return "en_GB" if locale() == "en" else locale()
