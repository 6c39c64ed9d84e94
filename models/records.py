"""Who did what, what was answered, and which processes live."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb
from sqlalchemy import Connection, text

Plain = dict[str, Any]

_AUDIT = text(
    """
    INSERT INTO audit (at, who, role, origin, action, object, reason, result)
    VALUES (:at, :who, :role, :origin, :action, :object, :reason, :result)
    """
)
_CLAIM = text(
    """
    INSERT INTO idempotency_keys (user_id, key, request, at)
    VALUES (CAST(:user AS uuid), :key, :request, :now)
    ON CONFLICT (user_id, key) DO UPDATE SET request = excluded.request, at = excluded.at,
        status = NULL, body = NULL
    WHERE idempotency_keys.at < :before
       OR (idempotency_keys.status IS NULL AND idempotency_keys.at < :stuck)
    RETURNING key
    """
)
_KEPT = text(
    """
    SELECT request, status, body FROM idempotency_keys
    WHERE user_id = CAST(:user AS uuid) AND key = :key
    """
)
_KEEP = text(
    """
    UPDATE idempotency_keys SET status = :status, body = :body
    WHERE user_id = CAST(:user AS uuid) AND key = :key
    """
)
_FORGET = text(
    """
    DELETE FROM idempotency_keys
    WHERE user_id = CAST(:user AS uuid) AND key = :key AND status IS NULL
    """
)
_BEAT = text(
    """
    INSERT INTO heartbeats (process, at) VALUES (:process, :now)
    ON CONFLICT (process) DO UPDATE SET at = excluded.at
    """
)
_LAST_BEAT = text("SELECT max(at) FROM heartbeats WHERE process LIKE :process || '%'")
_PRUNE_RECEIPTS = text("DELETE FROM webhook_receipts WHERE at < :before")
_PRUNE_KEYS = text("DELETE FROM idempotency_keys WHERE at < :before")


class RecordRows:
    """Rows that are written once and looked at later."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def audit(self, at: datetime, who: str | None, role: str | None, **what: str | None) -> None:
        """`what`: action and result, and origin, object and reason when there are."""
        absent = {"origin": None, "object": None, "reason": None}
        self._connection.execute(_AUDIT, {**absent, **what, "at": at, "who": who, "role": role})

    def claim(
        self,
        user: str,
        key: str,
        request: str,
        now: datetime,
        *,
        before: datetime,
        stuck: datetime,
    ) -> bool:
        """Whether the key is ours to answer now: fresh, older than `before`, or not answered
        since `stuck`."""
        values = {"user": user, "key": key, "request": request, "now": now}
        values |= {"before": before, "stuck": stuck}
        return self._connection.execute(_CLAIM, values).first() is not None

    def kept(self, user: str, key: str) -> Plain | None:
        """What is known under a key."""
        row = self._connection.execute(_KEPT, {"user": user, "key": key}).mappings().first()
        return dict(row) if row else None

    def keep(self, user: str, key: str, status: int, body: Any) -> None:
        """Keep the answer."""
        values = {"user": user, "key": key, "status": status, "body": Jsonb(body)}
        self._connection.execute(_KEEP, values)

    def forget(self, user: str, key: str) -> None:
        """Free a key that was claimed and not answered."""
        self._connection.execute(_FORGET, {"user": user, "key": key})

    def beat(self, process: str, now: datetime) -> None:
        """A process says that it lives."""
        self._connection.execute(_BEAT, {"process": process, "now": now})

    def last_beat(self, process: str) -> datetime | None:
        """When a process of that prefix last said so."""
        found: datetime | None = self._connection.execute(_LAST_BEAT, {"process": process}).scalar()
        return found

    def prune(self, receipts: datetime, keys: datetime) -> None:
        """Delete receipts and keys from before those times: no repeat comes so late."""
        self._connection.execute(_PRUNE_RECEIPTS, {"before": receipts})
        self._connection.execute(_PRUNE_KEYS, {"before": keys})
