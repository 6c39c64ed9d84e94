"""The months of the event log: one partition each, made ahead, with a default for the rest."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime

from sqlalchemy import Connection, text

from models.ids import first_id

DEFAULT = "call_events_default"
AHEAD = 14


def ensure_months(connection: Connection, first: date, count: int = AHEAD) -> tuple[str, ...]:
    """Make the partitions of `count` months that are missing; returns their names.

    A month whose calls already lie in the default partition is left there: still correct.
    """
    missing = [month for month in _months(first, count) if not _exists(connection, month)]
    return tuple(_name(month) for month in missing if _made(connection, month))


def _months(first: date, count: int) -> Iterator[date]:
    start = first.year * 12 + first.month - 1
    for number in range(start, start + count):
        yield date(number // 12, number % 12 + 1, 1)


def _name(month: date) -> str:
    return f"call_events_{month:%Y_%m}"


def _bounds(month: date) -> tuple[str, str]:
    start, end = _months(month, 2)
    return _first_id(start), _first_id(end)


def _first_id(day: date) -> str:
    return first_id(datetime(day.year, day.month, day.day, tzinfo=UTC))


def _exists(connection: Connection, month: date) -> bool:
    found = connection.execute(text("SELECT to_regclass(:name)"), {"name": _name(month)})
    return found.scalar() is not None


def _made(connection: Connection, month: date) -> bool:
    low, high = _bounds(month)
    strays = text(f"SELECT 1 FROM {DEFAULT} WHERE call_id >= :low AND call_id < :high LIMIT 1")  # noqa: S608
    if connection.execute(strays, {"low": low, "high": high}).scalar():
        return False
    connection.execute(
        text(
            f"CREATE TABLE {_name(month)} PARTITION OF call_events "
            f"FOR VALUES FROM ('{low}') TO ('{high}')"
        )
    )
    return True
