"""The hot path: load and lock one call, save one decision, each in a single statement."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb
from sqlalchemy import Connection

from models.driver import first, native
from models.presences import ROSTER

Plain = dict[str, Any]

_COLUMNS = f"""
    CAST(c.id AS text), c.agency, c.version, c.state, c.sids, c.conference_sid, c.opened_at,
    EXISTS (SELECT 1 FROM webhook_receipts r WHERE r.key = CAST(:receipt AS text)) AS repeated,
    (SELECT version FROM config_version) AS config,
    coalesce({ROSTER.format(agency="c.agency")}, '[]') AS roster
"""  # noqa: S608 - constants only

_LOCKED = native(f"SELECT {_COLUMNS} FROM calls c WHERE c.id = :id FOR UPDATE OF c")  # noqa: S608

_READ = native(f"SELECT {_COLUMNS} FROM calls c WHERE c.id = :id")  # noqa: S608

_BY_SID = native("SELECT CAST(id AS text) FROM calls WHERE caller_sid = :sid")

_ARRIVING = native(
    f"""
    SELECT (SELECT CAST(id AS text) FROM calls WHERE caller_sid = :sid) AS id,
           (SELECT version FROM config_version) AS config,
           (SELECT max(at) FROM heartbeats WHERE process LIKE 'worker%') AS beat,
           {ROSTER.format(agency="(SELECT agency FROM lines WHERE number = :line)")} AS roster
    """  # noqa: S608 - constants only
)

_SAVED_BESIDE = """
    receipt AS (
        INSERT INTO webhook_receipts (key, call_id, at)
        SELECT CAST(:receipt AS text), CAST(:id AS uuid), :now
        WHERE CAST(:receipt AS text) IS NOT NULL
    ),
    events AS (
        INSERT INTO call_events (call_id, seq, at, name, actor, leg, data)
        SELECT CAST(:id AS uuid), seq, :now, name, :actor, leg, data
        FROM jsonb_to_recordset(:events) AS x(seq int, name text, leg int, data jsonb)
    ),
    queued AS (
        INSERT INTO outbox
            (call_id, leg, kind, payload, timer, subject, token, created_at, due_at)
        SELECT CAST(:id AS uuid), leg, kind, payload, timer, subject, token, :now,
               CAST(:now AS timestamptz) + make_interval(secs => seconds)
        FROM jsonb_to_recordset(:outbox) AS x(
            leg int, kind text, payload jsonb, timer text, subject int, token int, seconds int
        )
        RETURNING id, due_at
    )
"""
_RUNG = "(SELECT array_agg(id ORDER BY id) FROM queued WHERE due_at <= :now) AS rung"

_UPDATE = native(
    f"""
    WITH {_SAVED_BESIDE},
    stopped AS (
        UPDATE outbox SET state = 'cancelled'
        WHERE call_id = :id AND leg = 0 AND state = 'pending' AND kind = 'timer'
          AND timer || ':' || subject = ANY(CAST(:stopped AS text[]))
    ),
    bound AS (
        INSERT INTO call_legs (sid, call_id, leg, guessed, bound_at)
        SELECT CAST(:sid AS text), CAST(:id AS uuid), :leg, :guessed, :now
        WHERE CAST(:sid AS text) IS NOT NULL
        ON CONFLICT (sid) DO UPDATE
        SET call_id = excluded.call_id, leg = excluded.leg, guessed = false
        WHERE call_legs.guessed AND NOT excluded.guessed
    )
    UPDATE calls SET
        version = :version, state = :state, sids = :sids, conference_sid = :conference,
        changed_at = :now, stage = :stage, alarm = :alarm, specialist = :specialist,
        closed_at = CASE WHEN :closed THEN coalesce(closed_at, :now) END,
        outcome = :outcome, disposition = coalesce(:disposition, disposition),
        requested = :requested, specialist_joined = :specialist_joined,
        law_arrived = law_arrived OR :law_arrived
    WHERE id = :id
    RETURNING {_RUNG}
    """  # noqa: S608 - constants only
)

_INSERT = native(
    f"""
    WITH {_SAVED_BESIDE},
    opened AS (
        INSERT INTO calls (
            id, agency, line, entry, drill, stage, version, state, sids, caller_sid, opened_at,
            changed_at, incident_number, caller_number, caller_masked
        ) VALUES (
            :id, :agency, :line, :entry, :drill, :stage, :version, :state, :sids, :sid, :now,
            :now, :incident_number, :caller_number, :caller_masked
        )
        RETURNING id
    ),
    bound AS (
        INSERT INTO call_legs (sid, call_id, leg, guessed, bound_at)
        SELECT CAST(:sid AS text), id, 1, false, :now FROM opened
    )
    SELECT {_RUNG}
    """  # noqa: S608 - constants only
)


@dataclass(frozen=True, slots=True)
class CallRow:
    """A call as stored. `repeated` when the receipt asked about was kept before.

    Its fields are `_COLUMNS`, in that order.
    """

    id: str
    agency: str
    version: int
    state: Plain
    sids: dict[str, str]
    conference_sid: str | None
    opened_at: datetime
    repeated: bool
    config: int
    roster: list[Plain]


@dataclass(frozen=True, slots=True)
class Arriving:
    """What is known before a call exists: `id` when its sid has arrived before.

    `beat` is when a worker was last heard of.
    """

    id: str | None
    config: int
    beat: datetime | None
    roster: list[Plain]


@dataclass(frozen=True, slots=True)
class View:
    """Columns that lists and reports read, taken off the state and the new events."""

    stage: str
    alarm: str | None
    specialist: str | None
    closed: bool
    outcome: str | None
    disposition: str | None
    requested: bool
    specialist_joined: bool
    law_arrived: bool


@dataclass(frozen=True, slots=True)
class Saved:
    """One decision to be saved. `events` and `outbox` are plain rows, `stopped` timers' names."""

    id: str
    now: datetime
    actor: str
    version: int
    state: Plain
    events: list[Plain]
    outbox: list[Plain]
    sids: dict[str, str]
    receipt: str | None = None
    stopped: list[str] = field(default_factory=list)
    conference: str | None = None
    sid: str | None = None
    leg: int = 0
    guessed: bool = False


@dataclass(frozen=True, slots=True)
class Opening:
    """What only a new call's row holds."""

    agency: str
    line: str
    entry: str
    drill: bool
    stage: str
    incident_number: str | None
    caller_number: str | None
    caller_masked: str | None


class CallRows:
    """The calls' own rows."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def lock(self, call_id: str, receipt: str | None = None) -> CallRow | None:
        """The call, locked until the end of the transaction; None when there is none."""
        return self._one(_LOCKED, call_id, receipt)

    def read(self, call_id: str) -> CallRow | None:
        """The call, not locked."""
        return self._one(_READ, call_id, None)

    def _one(self, statement: bytes, call_id: str, receipt: str | None) -> CallRow | None:
        found = first(self._connection, statement, {"id": call_id, "receipt": receipt})
        return CallRow(*found) if found else None

    def by_caller_sid(self, sid: str) -> str | None:
        """The id of the call that arrived with that sid."""
        found = first(self._connection, _BY_SID, {"sid": sid})
        return str(found[0]) if found else None

    def arriving(self, sid: str, line: str) -> Arriving:
        """What a new call's first decision needs."""
        found = first(self._connection, _ARRIVING, {"sid": sid, "line": line})
        call_id, config, beat, roster = found
        return Arriving(call_id, config, beat, roster or [])

    def open(self, saved: Saved, opening: Opening) -> tuple[int, ...]:
        """Insert a new call; returns outbox rows that are due. Contended when the sid exists."""
        values = {name: getattr(opening, name) for name in Opening.__dataclass_fields__}
        return self._save(_INSERT, saved, values)

    def save(self, saved: Saved, view: View) -> tuple[int, ...]:
        """Save one decision; returns outbox rows that are due."""
        values = {name: getattr(view, name) for name in View.__dataclass_fields__}
        return self._save(_UPDATE, saved, values)

    def _save(self, statement: bytes, saved: Saved, more: Plain) -> tuple[int, ...]:
        values = {name: getattr(saved, name) for name in Saved.__dataclass_fields__}
        documents = {key: Jsonb(values[key]) for key in ("state", "events", "outbox", "sids")}
        (rung,) = first(self._connection, statement, {**values, **documents, **more})
        return tuple(rung or ())
