"""Calls: the present state of each, the log of its events, and the words beside the log."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Date, ForeignKey, Index, Integer, Table
from sqlalchemy import text as sql

from models.tables.base import Json, Moment, Uuid, maybe, metadata, text

# `state` is the core's; the other columns are read off it and its events for lists and reports.
calls = Table(
    "calls",
    metadata,
    Column("id", Uuid, primary_key=True),
    text("agency"),
    text("line"),
    text("entry"),
    Column("drill", Boolean, nullable=False),
    text("stage"),
    Column("version", Integer, nullable=False),
    Column("state", Json, nullable=False),
    Column("sids", Json, nullable=False),
    maybe("conference_sid"),
    text("caller_sid", unique=True),
    Column("opened_at", Moment, nullable=False),
    Column("closed_at", Moment),
    Column("changed_at", Moment, nullable=False),
    Column("checked_at", Moment),
    maybe("incident_number"),
    maybe("caller_number"),
    maybe("caller_masked"),
    maybe("outcome"),
    maybe("disposition"),
    maybe("alarm"),
    maybe("specialist"),
    Column("requested", Boolean, nullable=False, server_default=sql("false")),
    Column("specialist_joined", Boolean, nullable=False, server_default=sql("false")),
    Column("law_arrived", Boolean, nullable=False, server_default=sql("false")),
    Index("ix_calls_page", "agency", "opened_at", "id"),
    Index("ix_calls_newest", "opened_at", "id"),
    Index("ix_calls_open", "agency", postgresql_where=sql("closed_at IS NULL")),
    Index("ix_calls_closed", "closed_at", postgresql_where=sql("closed_at IS NOT NULL")),
    Index(
        "ix_calls_incident",
        "incident_number",
        postgresql_ops={"incident_number": "text_pattern_ops"},
        postgresql_where=sql("incident_number IS NOT NULL"),
    ),
    Index(
        "ix_calls_report",
        "agency",
        "opened_at",
        postgresql_include=[
            "outcome",
            "disposition",
            "requested",
            "specialist_joined",
            "law_arrived",
            "closed_at",
        ],
        postgresql_where=sql("NOT drill"),
    ),
    # Room on each page to change a call in place; reports read the index alone once vacuumed.
    postgresql_with={"fillfactor": 85, "autovacuum_vacuum_scale_factor": 0.02},
)

# Partitioned by the time inside the call's id, so that (call_id, seq) is unique over all of it.
call_events = Table(
    "call_events",
    metadata,
    Column("call_id", Uuid, primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    text("name"),
    text("actor"),
    Column("leg", Integer),
    Column("data", Json, nullable=False),
    postgresql_partition_by="RANGE (call_id)",
)

call_legs = Table(
    "call_legs",
    metadata,
    text("sid", primary_key=True),
    Column("call_id", Uuid, ForeignKey("calls.id"), nullable=False),
    Column("leg", Integer, nullable=False),
    Column("guessed", Boolean, nullable=False),
    Column("bound_at", Moment, nullable=False),
    Index("ix_call_legs_call_id_leg", "call_id", "leg"),
)

call_context = Table(
    "call_context",
    metadata,
    Column("call_id", Uuid, ForeignKey("calls.id"), primary_key=True),
    maybe("caller"),
    maybe("language"),
    Column("weapons", Json),
    Column("officers", Json),
    maybe("location"),
    maybe("callback_number"),
    maybe("note"),
)

outcomes = Table(
    "outcomes",
    metadata,
    Column("call_id", Uuid, ForeignKey("calls.id"), primary_key=True),
    Column("n", Integer, primary_key=True, autoincrement=False),
    Column("submitted_by", Uuid, nullable=False),
    Column("at", Moment, nullable=False),
    text("code"),
    Column("body", Json, nullable=False),
    maybe("reason"),
)

outcome_drafts = Table(
    "outcome_drafts",
    metadata,
    Column("call_id", Uuid, ForeignKey("calls.id"), primary_key=True),
    Column("user_id", Uuid, primary_key=True),
    Column("saved_at", Moment, nullable=False),
    Column("body", Json, nullable=False),
)

tasks = Table(
    "tasks",
    metadata,
    Column("id", BigInteger, primary_key=True),
    Column("call_id", Uuid, ForeignKey("calls.id"), nullable=False, index=True),
    text("task"),
    maybe("about"),
    Column("opened_at", Moment, nullable=False),
    Column("due_on", Date),
    Column("closed_at", Moment),
    Index("ix_tasks_open", "task", postgresql_where=sql("closed_at IS NULL")),
)

callback_attempts = Table(
    "callback_attempts",
    metadata,
    Column("id", BigInteger, primary_key=True),
    Column("call_id", Uuid, ForeignKey("calls.id"), nullable=False, index=True),
    Column("user_id", Uuid, nullable=False),
    Column("at", Moment, nullable=False),
    text("result"),
)
