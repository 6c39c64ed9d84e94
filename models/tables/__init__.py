"""Every table, by subject."""

from models.tables.base import metadata
from models.tables.calls import (
    call_context,
    call_events,
    call_legs,
    callback_attempts,
    calls,
    outcome_drafts,
    outcomes,
    tasks,
)
from models.tables.directory import (
    agencies,
    config_version,
    destination_agencies,
    destinations,
    lines,
)
from models.tables.people import api_tokens, presences, user_agencies, users
from models.tables.work import audit, heartbeats, idempotency_keys, outbox, webhook_receipts

__all__ = [
    "agencies",
    "api_tokens",
    "audit",
    "call_context",
    "call_events",
    "call_legs",
    "callback_attempts",
    "calls",
    "config_version",
    "destination_agencies",
    "destinations",
    "heartbeats",
    "idempotency_keys",
    "lines",
    "metadata",
    "outbox",
    "outcome_drafts",
    "outcomes",
    "presences",
    "tasks",
    "user_agencies",
    "users",
    "webhook_receipts",
]
