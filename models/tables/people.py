"""Users, their API tokens, and what specialists are doing."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Table, Text
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ARRAY

from models.tables.base import Moment, Uuid, maybe, metadata, text

users = Table(
    "users",
    metadata,
    Column("id", Uuid, primary_key=True, server_default=sql("gen_random_uuid()")),
    text("email", unique=True),
    text("name"),
    text("role"),
    maybe("phone"),
    Column("on_call", Boolean, nullable=False),
    Column("languages", ARRAY(Text), nullable=False),
    text("language", server_default="en"),
    text("theme", server_default="system"),
    maybe("password_hash"),
    Column("active", Boolean, nullable=False, server_default=sql("true")),
)

user_agencies = Table(
    "user_agencies",
    metadata,
    Column("user_id", Uuid, ForeignKey("users.id"), primary_key=True),
    Column("agency", Text, ForeignKey("agencies.key"), primary_key=True, index=True),
)

api_tokens = Table(
    "api_tokens",
    metadata,
    text("hash", primary_key=True),
    Column("user_id", Uuid, ForeignKey("users.id"), nullable=False, index=True),
    text("prefix", index=True),
    text("name"),
    Column("created_at", Moment, nullable=False),
    Column("last_used_at", Moment),
    Column("revoked_at", Moment),
)

# `asked` is a wish; the three call columns are facts, kept in the transaction of the events.
presences = Table(
    "presences",
    metadata,
    Column("user_id", Uuid, ForeignKey("users.id"), primary_key=True),
    text("asked", server_default="offline"),
    Column("heartbeat_at", Moment),
    Column("ringing_call", Uuid),
    Column("on_call", Uuid),
    Column("wrap_up_call", Uuid),
    Column("idle_since", Moment),
    Column("offered_at", Moment),
    Column("changed_at", Moment),
)
