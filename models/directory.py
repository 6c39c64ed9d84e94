"""Agencies, lines and destinations: read whole, written as one document."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, delete, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from models import tables as t

Plain = dict[str, Any]

_TABLES = {
    table.name: table
    for table in (
        t.agencies,
        t.lines,
        t.destinations,
        t.destination_agencies,
        t.users,
        t.user_agencies,
    )
}
_BUMP = text("UPDATE config_version SET version = version + 1")
# One document at a time: two at once would print each other's changes.
_LOCK = text("SELECT version FROM config_version FOR UPDATE")


class DirectoryRows:
    """The directory as rows (plain dicts by column name)."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def version(self) -> int:
        """Which version of the directory this is."""
        return int(self._connection.execute(select(t.config_version.c.version)).scalar_one())

    def lock(self) -> None:
        """Keep other documents out until the end of the transaction."""
        self._connection.execute(_LOCK)

    def changed(self) -> None:
        """Tell every cache that the directory is another one."""
        self._connection.execute(_BUMP)

    def rows(self, name: str) -> list[Plain]:
        """Every row of one of the directory's tables."""
        found = self._connection.execute(
            select(_TABLES[name]).order_by(*_TABLES[name].primary_key.columns)
        )
        return [dict(row) for row in found.mappings()]

    def put(self, name: str, row: Plain) -> None:
        """Insert a row, or set its other columns when its key exists."""
        table = _TABLES[name]
        keys = [column.name for column in table.primary_key.columns]
        others = {column: value for column, value in row.items() if column not in keys}
        statement = upsert(table).values(row)
        self._connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=others))

    def add(self, name: str, row: Plain) -> None:
        """Insert a row of a table of pairs."""
        self._connection.execute(insert(_TABLES[name]).values(row))

    def remove(self, name: str, row: Plain) -> None:
        """Delete the row of that key."""
        table = _TABLES[name]
        keys = [column == row[column.name] for column in table.primary_key.columns]
        self._connection.execute(delete(table).where(*keys))

    def put_user(self, row: Plain) -> str:
        """Insert or change the user of that email; returns the id."""
        others = {column: value for column, value in row.items() if column != "email"}
        statement = upsert(t.users).values(row)
        changed = statement.on_conflict_do_update(index_elements=["email"], set_=others)
        return str(self._connection.execute(changed.returning(t.users.c.id)).scalar_one())

    def add_presence(self, user_id: str) -> None:
        """A specialist's presence exists from the start, so that it can be locked."""
        statement = upsert(t.presences).values(user_id=user_id).on_conflict_do_nothing()
        self._connection.execute(statement)

    def agency(self, key: str) -> Plain | None:
        """One agency."""
        found = self._connection.execute(select(t.agencies).where(t.agencies.c.key == key))
        row = found.mappings().first()
        return dict(row) if row else None

    def retire_user(self, email: str) -> None:
        """The user may not sign in or be rung any more; their calls keep their name."""
        statement = update(t.users).where(t.users.c.email == email).values(active=False)
        self._connection.execute(statement)
