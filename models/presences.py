"""What specialists are doing: their wish, and the facts that calls make."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb
from sqlalchemy import Connection, text

Plain = dict[str, Any]

# A subquery: the specialists of one agency as a JSON list; format it with the agency.
ROSTER = """(
    SELECT jsonb_agg(jsonb_build_object(
        'user', u.id, 'name', u.name, 'phone', u.phone, 'on_call', u.on_call,
        'languages', u.languages, 'asked', p.asked,
        'heartbeat_at', extract(epoch FROM p.heartbeat_at),
        'ringing_call', p.ringing_call, 'busy_call', p.on_call, 'wrap_up_call', p.wrap_up_call,
        'idle_since', extract(epoch FROM p.idle_since),
        'offered_at', extract(epoch FROM p.offered_at)
    ))
    FROM user_agencies a
    JOIN users u ON u.id = a.user_id AND u.role = 'specialist' AND u.active
    LEFT JOIN presences p ON p.user_id = u.id
    WHERE a.agency = {agency}
)"""

_ROSTER = text(f"SELECT {ROSTER.format(agency=':agency')}")

_LOCK = text(
    """
    SELECT user_id FROM presences WHERE user_id = ANY(CAST(:users AS uuid[]))
    ORDER BY user_id FOR UPDATE
    """
)

# `doing` is ringing, on_call, wrap_up or none: what this call makes of the user from now on.
_ENGAGE = text(
    """
    UPDATE presences p SET
        ringing_call = CASE WHEN x.doing = 'ringing' THEN CAST(:call AS uuid)
                            WHEN p.ringing_call = :call THEN NULL ELSE p.ringing_call END,
        on_call = CASE WHEN x.doing = 'on_call' THEN CAST(:call AS uuid)
                       WHEN p.on_call = :call THEN NULL ELSE p.on_call END,
        wrap_up_call = CASE WHEN x.doing = 'wrap_up' THEN CAST(:call AS uuid)
                            WHEN p.wrap_up_call = :call AND x.doing <> 'ringing' THEN NULL
                            ELSE p.wrap_up_call END,
        offered_at = CASE WHEN x.doing = 'ringing' THEN :now ELSE p.offered_at END,
        idle_since = CASE WHEN p.on_call = :call THEN :now ELSE p.idle_since END,
        changed_at = :now
    FROM jsonb_to_recordset(:changes) AS x(user_id uuid, doing text)
    WHERE p.user_id = x.user_id
    """
)

_ASK = text(
    """
    INSERT INTO presences AS p (user_id, asked, heartbeat_at, idle_since, changed_at)
    VALUES (:user, :asked, :now, :now, :now)
    ON CONFLICT (user_id) DO UPDATE SET
        asked = excluded.asked, heartbeat_at = excluded.heartbeat_at,
        idle_since = CASE WHEN excluded.asked = 'available' AND p.asked <> 'available'
                          THEN excluded.idle_since ELSE p.idle_since END,
        changed_at = CASE WHEN p.asked <> excluded.asked OR p.heartbeat_at < :stale
                          THEN excluded.changed_at ELSE p.changed_at END
    RETURNING p.*
    """
)

_WRAPPED_UP = text(
    """
    UPDATE presences SET wrap_up_call = NULL, idle_since = :now, changed_at = :now
    WHERE wrap_up_call = :call RETURNING user_id
    """
)

_RELEASE = text(
    """
    UPDATE presences SET wrap_up_call = NULL, idle_since = :now, changed_at = :now
    WHERE user_id = :user AND wrap_up_call IS NOT NULL RETURNING user_id
    """
)

_SWEEP = text(
    """
    UPDATE presences SET asked = 'offline', changed_at = :now
    WHERE asked <> 'offline' AND heartbeat_at < :before RETURNING user_id
    """
)

_BOARD = text(
    """
    SELECT u.id, u.name, u.email, u.languages, u.on_call AS takes_phone, p.asked, p.heartbeat_at,
           p.ringing_call, p.on_call AS busy_call, p.wrap_up_call, p.changed_at, p.idle_since,
           array_agg(a.agency ORDER BY a.agency) AS agencies
    FROM users u
    JOIN user_agencies a ON a.user_id = u.id
    LEFT JOIN presences p ON p.user_id = u.id
    WHERE u.role = 'specialist' AND u.active
    GROUP BY u.id, p.user_id ORDER BY u.name, u.id
    """
)


class PresenceRows:
    """Rows of presences."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def roster(self, agency: str) -> list[Plain]:
        """The specialists of an agency, as the call's row brings them."""
        return self._connection.execute(_ROSTER, {"agency": agency}).scalar() or []

    def lock(self, users: tuple[str, ...]) -> None:
        """Lock their rows, in one order everywhere; after the call's row, never before."""
        self._connection.execute(_LOCK, {"users": list(users)})

    def engage(self, call_id: str, doing: dict[str, str], now: datetime) -> None:
        """What a call makes of its specialists from now on."""
        self.lock(tuple(doing))
        changes = [{"user_id": user, "doing": what} for user, what in doing.items()]
        values = {"call": call_id, "now": now, "changes": Jsonb(changes)}
        self._connection.execute(_ENGAGE, values)

    def ask(self, user: str, asked: str, now: datetime, stale: datetime) -> Plain:
        """Store a wish and its heartbeat; returns the whole row."""
        values = {"user": user, "asked": asked, "now": now, "stale": stale}
        return dict(self._connection.execute(_ASK, values).mappings().one())

    def wrapped_up(self, call_id: str, now: datetime) -> None:
        """The form of that call is in: whoever waited for it is free."""
        self._connection.execute(_WRAPPED_UP, {"call": call_id, "now": now})

    def release(self, user: str, now: datetime) -> bool:
        """Take somebody out of wrap-up; whether they were in it."""
        values = {"user": user, "now": now}
        return self._connection.execute(_RELEASE, values).first() is not None

    def sweep(self, before: datetime, now: datetime) -> tuple[str, ...]:
        """Set those who were not heard of since to offline."""
        found = self._connection.execute(_SWEEP, {"before": before, "now": now})
        return tuple(str(row.user_id) for row in found)

    def board(self) -> list[Plain]:
        """Every specialist with their presence and agencies."""
        return [dict(row) for row in self._connection.execute(_BOARD).mappings()]
