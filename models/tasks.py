"""Reading what remains to be done after calls, and the attempts to call back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, text

Plain = dict[str, Any]

_PAGE = """
    SELECT k.id, k.call_id, k.task, k.about, k.opened_at, k.due_on, k.closed_at, c.agency, c.drill,
           c.specialist, c.incident_number, c.caller_masked, x.callback_number
    FROM tasks k
    JOIN calls c ON c.id = k.call_id
    LEFT JOIN call_context x ON x.call_id = c.id
    WHERE c.agency = ANY(CAST(:agencies AS text[])) AND k.task = ANY(CAST(:kinds AS text[]))
"""
# What is open is worked off from the oldest, what is done is looked up from the newest.
_PAGES = {
    True: text(f"{_PAGE} AND k.closed_at IS NULL AND k.id > :after ORDER BY k.id LIMIT :limit"),
    False: text(
        f"{_PAGE} AND k.closed_at IS NOT NULL AND k.id < :after ORDER BY k.id DESC LIMIT :limit"
    ),
    None: text(f"{_PAGE} AND k.id < :after ORDER BY k.id DESC LIMIT :limit"),
}
_BEFORE_ALL, _AFTER_ALL = 0, 2**63 - 1
_ATTEMPTS = text(
    """
    SELECT call_id, user_id, at, result FROM callback_attempts
    WHERE call_id = ANY(CAST(:ids AS uuid[])) ORDER BY id
    """
)


@dataclass(frozen=True, slots=True)
class TaskFilter:
    """Which tasks a page holds; `after` is the id of the last one seen."""

    agencies: tuple[str, ...]
    kinds: tuple[str, ...]
    limit: int
    is_open: bool | None = None
    after: int | None = None


class TaskRows:
    """Rows of tasks for readers."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def page(self, wanted: TaskFilter) -> list[Plain]:
        """Open ones oldest first, others newest first; one more than the limit if there are."""
        start = _BEFORE_ALL if wanted.is_open else _AFTER_ALL
        values = {
            "agencies": list(wanted.agencies),
            "kinds": list(wanted.kinds),
            "after": start if wanted.after is None else wanted.after,
            "limit": wanted.limit + 1,
        }
        found = self._connection.execute(_PAGES[wanted.is_open], values)
        return [dict(row) for row in found.mappings()]

    def attempts(self, calls: tuple[str, ...]) -> dict[str, list[Plain]]:
        """The attempts to call back of each of those calls, the first one first."""
        made: dict[str, list[Plain]] = {call: [] for call in calls}
        for row in self._connection.execute(_ATTEMPTS, {"ids": list(calls)}).mappings():
            made[str(row["call_id"])].append(dict(row))
        return made
