"""Agencies, their lines and the destinations they may transfer to: what the YAML says."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, ForeignKey, Integer, Table
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Text

from models.tables.base import Json, metadata, text

agencies = Table(
    "agencies",
    metadata,
    text("key", primary_key=True),
    text("name"),
    text("timezone"),
    Column("fiscal_year_starts", Integer, nullable=False),
    text("dispatch_number"),
    text("fallback_number"),
    Column("prompts", ARRAY(Text), nullable=False),
    text("ring_strategy"),
    Column("ring_seconds", Integer, nullable=False),
    Column("overflow", ARRAY(Text), nullable=False),
    Column("menu", Json, nullable=False),
)

lines = Table(
    "lines",
    metadata,
    text("number", primary_key=True),
    Column("agency", Text, ForeignKey("agencies.key"), nullable=False, index=True),
    text("entry"),
    Column("drill", Boolean, nullable=False),
)

destinations = Table(
    "destinations",
    metadata,
    text("key", primary_key=True),
    text("kind"),
    text("name"),
    Column("numbers", ARRAY(Text), nullable=False),
    text("accept"),
    Column("hold", Boolean, nullable=False),
)

destination_agencies = Table(
    "destination_agencies",
    metadata,
    Column(
        "destination",
        Text,
        ForeignKey("destinations.key", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("agency", Text, ForeignKey("agencies.key"), primary_key=True, index=True),
)

# One row: every change of the directory raises it, and caches compare it.
config_version = Table(
    "config_version",
    metadata,
    Column("singleton", Boolean, CheckConstraint("singleton", name="one_row"), primary_key=True),
    Column("version", BigInteger, nullable=False),
)
