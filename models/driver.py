"""Statements of the hot path, straight to the driver: the toolkit around it costs more than they.

They run in the same transaction as everything else, and fail as psycopg fails.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from psycopg import Cursor
from sqlalchemy import Connection, text
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg


def native(statement: str) -> bytes:
    """A statement with `:name` parameters as the driver takes it."""
    dialect = PGDialect_psycopg()  # type: ignore[no-untyped-call]
    return str(text(statement).compile(dialect=dialect)).encode()


def first(connection: Connection, statement: bytes, values: Mapping[str, Any]) -> Any:
    """The first row of a native statement, a tuple; None when there is none."""
    driver: Any = connection.connection.driver_connection
    cursor: Cursor[Any] = driver.execute(statement, values)
    return cursor.fetchone()
