"""Reading calls: pages, one call with what lies beside it, and events."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, literal, select, text, tuple_

from models import tables as t
from models.tables.base import Moment, Uuid

Plain = dict[str, Any]

_CONTEXT = ("caller", "language", "weapons", "officers", "location", "callback_number", "note")
_LATEST = text(
    """
    SELECT DISTINCT ON (call_id) call_id, n, submitted_by, at, code, body, reason
    FROM outcomes WHERE call_id = ANY(CAST(:ids AS uuid[])) ORDER BY call_id, n DESC
    """
)
_EVENTS = text(
    """
    SELECT call_id, seq, at, name, actor, leg, data FROM call_events
    WHERE call_id = ANY(CAST(:ids AS uuid[])) ORDER BY call_id, seq
    """
)
_NAMES = text("SELECT id, name FROM users WHERE id = ANY(CAST(:ids AS uuid[]))")
_OPEN = text(
    """
    SELECT id, agency, version, changed_at, stage FROM calls
    WHERE closed_at IS NULL OR closed_at > :since
    """
)
_SILENT = text(
    """
    SELECT id FROM calls WHERE closed_at IS NULL AND changed_at < :quiet
      AND (checked_at IS NULL OR checked_at < :checked)
    UNION ALL
    SELECT id FROM calls WHERE closed_at > :recent AND changed_at < :quiet
      AND jsonb_path_exists(state, '$.legs[*] ? (@.state == "leaving")')
      AND (checked_at IS NULL OR checked_at < :checked)
    LIMIT :limit
    """
)
_CHECKED = text("UPDATE calls SET checked_at = :now WHERE id = CAST(:id AS uuid)")


@dataclass(frozen=True, slots=True)
class Filter:
    """Which calls a page holds; `after` is the (opened_at, id) of the last one seen."""

    agencies: tuple[str, ...]
    limit: int
    is_open: bool | None = None
    start: datetime | None = None
    end: datetime | None = None
    outcome: str | None = None
    stage: str | None = None
    alarm: bool | None = None
    q: str | None = None
    after: tuple[datetime, str] | None = None


class CallLogRows:
    """Rows of calls for readers; the state is plain data."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def page(self, wanted: Filter) -> list[Plain]:
        """Newest first, one more than the limit when there are more."""
        calls = t.calls
        statement = (
            self._with_context()
            .where(*_conditions(wanted))
            .order_by(calls.c.opened_at.desc(), calls.c.id.desc())
            .limit(wanted.limit + 1)
        )
        return [dict(row) for row in self._connection.execute(statement).mappings()]

    def one(self, call_id: str) -> Plain | None:
        """One call with its context."""
        statement = self._with_context().where(t.calls.c.id == call_id)
        row = self._connection.execute(statement).mappings().first()
        return dict(row) if row else None

    def _with_context(self) -> Any:
        context = [t.call_context.c[name].label(f"context_{name}") for name in _CONTEXT]
        joined = t.calls.outerjoin(t.call_context, t.call_context.c.call_id == t.calls.c.id)
        return select(t.calls, *context).select_from(joined)

    def outcomes(self, ids: tuple[str, ...]) -> dict[str, Plain]:
        """The newest outcome of each call that has one."""
        found = self._connection.execute(_LATEST, {"ids": list(ids)}).mappings()
        return {str(row["call_id"]): dict(row) for row in found}

    def events(self, ids: tuple[str, ...]) -> dict[str, list[Plain]]:
        """Each call's events in order."""
        events: dict[str, list[Plain]] = {call_id: [] for call_id in ids}
        for row in self._connection.execute(_EVENTS, {"ids": list(ids)}).mappings():
            events[str(row["call_id"])].append(dict(row))
        return events

    def names(self, users: tuple[str, ...]) -> dict[str, str]:
        """Users' names by id."""
        found = self._connection.execute(_NAMES, {"ids": list(users)})
        return {str(row.id): row.name for row in found}

    def current(self, since: datetime) -> list[Plain]:
        """Open calls and those closed since then, with what tells a change."""
        return [dict(row) for row in self._connection.execute(_OPEN, {"since": since}).mappings()]

    def silent(self, quiet: datetime, checked: datetime, recent: datetime, limit: int) -> list[str]:
        """Calls of which nothing was heard since `quiet`, not checked since `checked`."""
        values = {"quiet": quiet, "checked": checked, "recent": recent, "limit": limit}
        return [str(row.id) for row in self._connection.execute(_SILENT, values)]

    def checked(self, call_id: str, now: datetime) -> None:
        """Note that the call was compared with the carrier."""
        self._connection.execute(_CHECKED, {"id": call_id, "now": now})


def _conditions(wanted: Filter) -> list[Any]:
    calls = t.calls.c
    conditions: list[Any] = [calls.agency.in_(wanted.agencies)]
    if wanted.is_open is not None:
        conditions.append(
            calls.closed_at.is_(None) if wanted.is_open else calls.closed_at.is_not(None)
        )
    if wanted.start:
        conditions.append(calls.opened_at >= wanted.start)
    if wanted.end:
        conditions.append(calls.opened_at < wanted.end)
    if wanted.outcome:
        conditions.append(calls.outcome == wanted.outcome)
    if wanted.stage:
        conditions.append(calls.stage == wanted.stage)
    if wanted.alarm is not None:
        conditions.append(calls.alarm.is_not(None) if wanted.alarm else calls.alarm.is_(None))
    if wanted.q:
        conditions.append(_matches(wanted.q))
    if wanted.after:
        at, call_id = wanted.after
        row = tuple_(literal(at, Moment), literal(call_id, Uuid))
        conditions.append(tuple_(calls.opened_at, calls.id) < row)
    return conditions


def _matches(q: str) -> Any:
    try:
        return t.calls.c.id == str(uuid.UUID(q))
    except ValueError:
        return t.calls.c.incident_number.startswith(q, autoescape=True)
