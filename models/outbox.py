"""Effects that wait: leased by conditional update, one leg's in their order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, text

Plain = dict[str, Any]

TIMER = "timer"

# What a carrier does for one leg happens in the order in which it was decided.
_FIRST_OF_ITS_LEG = """(
    o.kind = 'timer' OR NOT EXISTS (
        SELECT 1 FROM outbox e
        WHERE e.call_id = o.call_id AND e.leg = o.leg AND e.id < o.id
          AND e.state = 'pending' AND e.kind <> 'timer'
    )
)"""
_FREE = (
    "o.state = 'pending' AND o.due_at <= :now AND (o.lease_until IS NULL OR o.lease_until <= :now)"
)

_LEASE = text(
    f"""
    WITH was AS (SELECT id, sent_at FROM outbox WHERE id = :id FOR UPDATE)
    UPDATE outbox o SET
        lease_until = :until,
        sent_at = CASE WHEN o.kind = 'dial' THEN coalesce(o.sent_at, :now) END
    FROM was
    WHERE o.id = was.id AND {_FREE} AND {_FIRST_OF_ITS_LEG}
    RETURNING o.id, o.call_id, o.leg, o.kind, o.payload, o.timer, o.subject, o.token,
              o.attempts, o.lookups, o.created_at, was.sent_at AS sent_before
    """  # noqa: S608 - constants only
)

_DUE = text(
    f"""
    SELECT o.id FROM outbox o WHERE {_FREE} AND {_FIRST_OF_ITS_LEG}
    ORDER BY o.due_at, o.id LIMIT :limit
    """  # noqa: S608 - constants only
)

_NEXT = text(
    """
    SELECT min(greatest(due_at, coalesce(lease_until, due_at))) FROM outbox
    WHERE state = 'pending'
    """
)

_FINISH = text(
    """
    WITH finished AS (
        UPDATE outbox SET state = :state, error = :error, lease_until = NULL, sent_at = NULL
        WHERE id = :id AND state = 'pending' RETURNING call_id, leg, kind
    )
    SELECT o.id FROM outbox o JOIN finished f USING (call_id, leg)
    WHERE f.kind <> 'timer' AND o.kind <> 'timer' AND o.state = 'pending' AND o.id > :id
    ORDER BY o.id LIMIT 1
    """
)

# `sent` false: the carrier is known not to have done it, so it may be asked again.
_AGAIN = text(
    """
    UPDATE outbox SET due_at = :due, lease_until = NULL, error = :error,
        attempts = attempts + :attempts, lookups = lookups + :lookups,
        sent_at = CASE WHEN :sent THEN sent_at END
    WHERE id = :id AND state = 'pending'
    """
)

_SID = text(
    """
    SELECT sid FROM call_legs WHERE call_id = :call AND leg = :leg ORDER BY guessed, bound_at
    LIMIT 1
    """
)

_BOUND = text("SELECT sid FROM call_legs WHERE sid = ANY(:sids)")

_PENDING = text(
    """
    SELECT EXISTS (
        SELECT 1 FROM outbox
        WHERE call_id = :call AND leg = :leg AND kind = ANY(:kinds) AND state = 'pending'
    )
    """
)

_PRUNE = text("DELETE FROM outbox WHERE state <> 'pending' AND due_at < :before")


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """A leased row. `sent_before`: when an earlier try of unknown fate began, if there was one."""

    id: int
    call_id: str
    leg: int
    kind: str
    payload: Plain
    timer: str | None
    subject: int | None
    token: int | None
    attempts: int
    lookups: int
    created_at: datetime
    sent_before: datetime | None


class OutboxRows:
    """Rows of the outbox."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def lease(self, row_id: int, now: datetime, seconds: float) -> OutboxRow | None:
        """The row, ours for that long; None when it is done, not due, leased or not first."""
        values = {"id": row_id, "now": now, "until": now + timedelta(seconds=seconds)}
        found = self._connection.execute(_LEASE, values).mappings().first()
        return OutboxRow(**{**found, "call_id": str(found["call_id"])}) if found else None

    def due(self, now: datetime, limit: int) -> tuple[int, ...]:
        """Ids of rows that a lease would be given for, oldest first."""
        found = self._connection.execute(_DUE, {"now": now, "limit": limit})
        return tuple(row.id for row in found)

    def next_due(self) -> datetime | None:
        """When the next pending row becomes free."""
        found: datetime | None = self._connection.execute(_NEXT).scalar()
        return found

    def finish(self, row_id: int, *, failed: str | None = None) -> int | None:
        """Close the row; returns the leg's next row, if one waits."""
        state = "failed" if failed else "done"
        values = {"id": row_id, "state": state, "error": failed}
        found: int | None = self._connection.execute(_FINISH, values).scalar()
        return found

    def retry(self, row_id: int, due: datetime, error: str) -> None:
        """Try again at that time: the carrier did not do it."""
        self._again(row_id, due, error, attempts=1, lookups=0, sent=False)

    def look_up(self, row_id: int, due: datetime, error: str) -> None:
        """Look at that time for what the carrier may have done."""
        self._again(row_id, due, error, attempts=0, lookups=1, sent=True)

    def _again(self, row_id: int, due: datetime, error: str, **more: Any) -> None:
        self._connection.execute(_AGAIN, {"id": row_id, "due": due, "error": error, **more})

    def sid(self, call_id: str, leg: int) -> str | None:
        """The carrier's id of a leg, when known."""
        found: str | None = self._connection.execute(_SID, {"call": call_id, "leg": leg}).scalar()
        return found

    def bound(self, sids: tuple[str, ...]) -> frozenset[str]:
        """Those of the carrier's ids that are some leg's."""
        found = self._connection.execute(_BOUND, {"sids": list(sids)})
        return frozenset(row.sid for row in found)

    def waits(self, call_id: str, leg: int, *kinds: str) -> bool:
        """Whether a row of those kinds is pending for the leg."""
        values = {"call": call_id, "leg": leg, "kinds": list(kinds)}
        return bool(self._connection.execute(_PENDING, values).scalar())

    def prune(self, before: datetime) -> int:
        """Delete finished rows that were due before then; returns how many."""
        return self._connection.execute(_PRUNE, {"before": before}).rowcount
