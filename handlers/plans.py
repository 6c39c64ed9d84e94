"""The directory in memory: every agency's plan and lines, renewed when its version changes."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from models.errors import Unavailable
from models.store import Store
from models.work import Work
from routing.plan import Destination, Entry, Plan, Role, Strategy

Plain = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Line:
    """One of our numbers, and how its calls arrive."""

    number: str
    agency: str
    entry: Entry
    drill: bool


@dataclass(frozen=True, slots=True)
class Book:
    """One version of the directory."""

    version: int = -1
    plans: Mapping[str, Plan] = field(default_factory=dict)
    lines: Mapping[str, Line] = field(default_factory=dict)
    agencies: Mapping[str, Plain] = field(default_factory=dict)


class Plans:
    """Keeps the newest book seen. Threads may share it: a book is replaced, never changed."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._book = Book()

    def at(self, work: Work, version: int) -> Book:
        """The book of that version, read anew when the one in memory is another."""
        if self._book.version != version:
            self._book = read_book(work)
        return self._book

    def load(self) -> Book:
        """Read the newest book. Raises Unavailable."""
        with self._store.begin() as work:
            return self.at(work, work.directory.version())

    def fallback_number(self, line: str) -> str | None:
        """The number of a human for that line, whether or not the database answers."""
        if self._book.version < 0:
            with suppress(Unavailable):
                self.load()
        found = self._book.lines.get(line)
        return self._book.plans[found.agency].fallback_number if found else None


def read_book(work: Work) -> Book:
    """The whole directory."""
    agencies = {row["key"]: row for row in work.directory.rows("agencies")}
    destinations = {row["key"]: row for row in work.directory.rows("destinations")}
    served = work.directory.rows("destination_agencies")
    keys = {key: [row["destination"] for row in served if row["agency"] == key] for key in agencies}
    plans = {
        key: _plan(row, [destinations[name] for name in keys[key]]) for key, row in agencies.items()
    }
    lines = {row["number"]: _line(row) for row in work.directory.rows("lines")}
    return Book(work.directory.version(), plans, lines, agencies)


def _plan(row: Plain, destinations: list[Plain]) -> Plan:
    return Plan(
        agency=row["key"],
        dispatch_number=row["dispatch_number"],
        fallback_number=row["fallback_number"],
        prompts=tuple(row["prompts"]),
        strategy=Strategy(row["ring_strategy"]),
        ring_seconds=row["ring_seconds"],
        overflow=tuple(row["overflow"]),
        menu=tuple(sorted(row["menu"].items())),
        destinations=tuple(_destination(each) for each in destinations),
    )


def _destination(row: Plain) -> Destination:
    return Destination(
        key=row["key"],
        kind=Role(row["kind"]),
        name=row["name"],
        numbers=tuple(row["numbers"]),
        accept=row["accept"],
        hold=row["hold"],
    )


def _line(row: Plain) -> Line:
    return Line(row["number"], row["agency"], Entry(row["entry"]), row["drill"])
