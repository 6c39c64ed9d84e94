"""What is still to be done, what was already heard, and who did what."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, Integer, Table
from sqlalchemy import text as sql

from models.tables.base import Json, Moment, Uuid, maybe, metadata, text

outbox = Table(
    "outbox",
    metadata,
    Column("id", BigInteger, primary_key=True),
    Column("call_id", Uuid, nullable=False),
    Column("leg", Integer, nullable=False),
    text("kind"),
    Column("payload", Json, nullable=False),
    maybe("timer"),
    Column("subject", Integer),
    Column("token", Integer),
    text("state", server_default="pending"),
    Column("created_at", Moment, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("lease_until", Moment),
    # Set while a request may be at the carrier: found set by the next lease, its fate is unknown.
    Column("sent_at", Moment),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("lookups", Integer, nullable=False, server_default="0"),
    maybe("error"),
    CheckConstraint("state IN ('pending', 'done', 'failed', 'cancelled')", name="state"),
    Index("ix_outbox_due", "due_at", postgresql_where=sql("state = 'pending'")),
    Index("ix_outbox_pending", "call_id", "leg", "id", postgresql_where=sql("state = 'pending'")),
    # Rows change often and die soon.
    postgresql_with={"fillfactor": 80, "autovacuum_vacuum_scale_factor": 0.02},
)

webhook_receipts = Table(
    "webhook_receipts",
    metadata,
    text("key", primary_key=True),
    Column("call_id", Uuid, nullable=False),
    Column("at", Moment, nullable=False),
    Index("ix_webhook_receipts_at", "at"),
)

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("user_id", Uuid, primary_key=True),
    text("key", primary_key=True),
    text("request"),
    Column("at", Moment, nullable=False, index=True),
    Column("status", Integer),
    Column("body", Json),
)

audit = Table(
    "audit",
    metadata,
    Column("id", BigInteger, primary_key=True),
    Column("at", Moment, nullable=False),
    maybe("who"),
    maybe("role"),
    maybe("origin"),
    text("action"),
    maybe("object"),
    maybe("reason"),
    text("result"),
    Index("ix_audit_at", "at"),
)

heartbeats = Table(
    "heartbeats",
    metadata,
    text("process", primary_key=True),
    Column("at", Moment, nullable=False),
)
