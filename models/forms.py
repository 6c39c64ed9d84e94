"""The words beside a call: context, outcomes, drafts, tasks and attempts to call back."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from psycopg.types.json import Jsonb
from sqlalchemy import Connection, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from models import tables as t

Plain = dict[str, Any]

_ADD_OUTCOME = text(
    """
    INSERT INTO outcomes (call_id, n, submitted_by, at, code, body, reason)
    SELECT CAST(:call AS uuid),
           (SELECT count(*) + 1 FROM outcomes WHERE call_id = CAST(:call AS uuid)),
           CAST(:user AS uuid), :now, :code, :body, CAST(:reason AS text)
    """
)
_DRAFT = text(
    """
    INSERT INTO outcome_drafts (call_id, user_id, saved_at, body)
    VALUES (CAST(:call AS uuid), CAST(:user AS uuid), :now, :body)
    ON CONFLICT (call_id, user_id) DO UPDATE SET saved_at = excluded.saved_at, body = excluded.body
    """
)
_READ_DRAFT = text(
    """
    SELECT body FROM outcome_drafts
    WHERE call_id = CAST(:call AS uuid) AND user_id = CAST(:user AS uuid)
    """
)
_DROP_DRAFTS = text("DELETE FROM outcome_drafts WHERE call_id = CAST(:call AS uuid)")
_REVISIONS = text(
    """
    SELECT n, submitted_by, at, code, body, reason FROM outcomes
    WHERE call_id = CAST(:call AS uuid) ORDER BY n
    """
)
_OPEN_TASK = text(
    """
    INSERT INTO tasks (call_id, task, about, opened_at, due_on)
    SELECT CAST(:call AS uuid), CAST(:task AS text), CAST(:about AS text), :now,
           CAST(:due AS date)
    WHERE NOT EXISTS (
        SELECT 1 FROM tasks WHERE call_id = CAST(:call AS uuid) AND task = :task
          AND about IS NOT DISTINCT FROM CAST(:about AS text) AND closed_at IS NULL
    )
    """
)
_CLOSE_TASK = text(
    """
    UPDATE tasks SET closed_at = :now
    WHERE call_id = CAST(:call AS uuid) AND task = :task AND closed_at IS NULL
    """
)
_ATTEMPT = text(
    """
    INSERT INTO callback_attempts (call_id, user_id, at, result)
    VALUES (CAST(:call AS uuid), CAST(:user AS uuid), :now, :result)
    """
)


class FormRows:
    """Rows that people fill in."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def set_incident(self, call_id: str, incident_number: str | None) -> None:
        """Set the incident number of the center's own system."""
        statement = update(t.calls).where(t.calls.c.id == call_id)
        self._connection.execute(statement.values(incident_number=incident_number))

    def set_context(self, call_id: str, fields: Plain) -> None:
        """Set the given fields, keep the others."""
        statement = upsert(t.call_context).values(call_id=call_id, **fields)
        kept = statement.on_conflict_do_update(index_elements=["call_id"], set_=fields)
        self._connection.execute(kept)

    def add_outcome(
        self, call_id: str, user: str, form: Plain, reason: str | None, now: datetime
    ) -> None:
        """Keep a new revision of the form with its `code`; drafts have served their purpose."""
        values = {"call": call_id, "user": user, "code": form["code"], "reason": reason}
        self._connection.execute(_ADD_OUTCOME, {**values, "body": Jsonb(form), "now": now})
        self._connection.execute(_DROP_DRAFTS, {"call": call_id})

    def revisions(self, call_id: str) -> list[Plain]:
        """Every outcome of the call, the first one first."""
        found = self._connection.execute(_REVISIONS, {"call": call_id})
        return [dict(row) for row in found.mappings()]

    def save_draft(self, call_id: str, user: str, body: Plain, now: datetime) -> None:
        """Keep an unfinished form."""
        values = {"call": call_id, "user": user, "body": Jsonb(body), "now": now}
        self._connection.execute(_DRAFT, values)

    def draft(self, call_id: str, user: str) -> Plain | None:
        """The unfinished form."""
        values = {"call": call_id, "user": user}
        found: Plain | None = self._connection.execute(_READ_DRAFT, values).scalar()
        return found

    def open_task(
        self, call_id: str, task: str, about: str | None, now: datetime, due: date | None = None
    ) -> None:
        """Keep work that remains; the same is kept once while it is open."""
        values = {"call": call_id, "task": task, "about": about, "now": now, "due": due}
        self._connection.execute(_OPEN_TASK, values)

    def close_tasks(self, call_id: str, task: str, now: datetime) -> None:
        """That work is done."""
        self._connection.execute(_CLOSE_TASK, {"call": call_id, "task": task, "now": now})

    def add_attempt(self, call_id: str, user: str, result: str, now: datetime) -> None:
        """Keep one attempt to reach a caller who dropped."""
        values = {"call": call_id, "user": user, "result": result, "now": now}
        self._connection.execute(_ATTEMPT, values)
