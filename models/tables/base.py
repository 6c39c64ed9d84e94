"""The metadata every table belongs to, and the column shapes that recur."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, MetaData, Text
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP, UUID

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Uuid: UUID[str] = UUID(as_uuid=False)
Moment = TIMESTAMP(timezone=True, precision=3)
Json = JSONB(none_as_null=True)


def text(name: str, **options: Any) -> Column[str]:
    """A text column that must be filled."""
    return Column(name, Text, nullable=False, **options)


def maybe(name: str, **options: Any) -> Column[str | None]:
    """A text column that may be empty."""
    return Column(name, Text, **options)
