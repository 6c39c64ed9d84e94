"""Migrations by program: up to this version, down again, and a check that models agree."""

from __future__ import annotations

from collections.abc import MutableMapping
from pathlib import Path
from typing import Literal

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, pool

from models.errors import DatabaseTooNew
from models.tables import metadata
from models.urls import driver_url

SCRIPTS = Path(__file__).parent.parent / "migrations"

NameKind = Literal[
    "schema",
    "table",
    "column",
    "index",
    "unique_constraint",
    "foreign_key_constraint",
    "check_constraint",
]
Parents = MutableMapping[
    Literal["schema_name", "table_name", "schema_qualified_table_name"], str | None
]


def upgrade(url: str) -> None:
    """Apply every missing migration. Raises DatabaseTooNew."""
    refuse_newer(url)
    command.upgrade(_config(url), "head")


def downgrade(url: str, revision: str = "base") -> None:
    """Take migrations back, to that revision."""
    command.downgrade(_config(url), revision)


def check(url: str) -> list[str]:
    """How the models differ from the database, [] when they agree."""
    engine = create_engine(driver_url(url), poolclass=pool.NullPool)
    with engine.connect() as connection:
        options = {"include_name": is_ours, "compare_type": True}
        context = MigrationContext.configure(connection, opts=options)
        return [str(difference) for difference in compare_metadata(context, metadata)]


def refuse_newer(url: str) -> None:
    """Raises DatabaseTooNew when the database is at a revision unknown to this version."""
    known = {r.revision for r in ScriptDirectory.from_config(_config(url)).walk_revisions()}
    if strangers := sorted(set(revisions(url)) - known):
        raise DatabaseTooNew(f"the database is at revision {strangers[0]}, unknown to this version")


def revisions(url: str) -> tuple[str, ...]:
    """The revisions that the database is at, () when it is empty."""
    engine = create_engine(driver_url(url), poolclass=pool.NullPool)
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_heads()


def current(url: str) -> bool:
    """Whether every migration of this version was applied."""
    return set(revisions(url)) == set(ScriptDirectory.from_config(_config(url)).get_heads())


def is_ours(name: str | None, kind: NameKind, _parents: Parents) -> bool:
    """Whether the models describe it: the months of the event log are made by hand."""
    return not (kind == "table" and (name or "").startswith("call_events_"))


def _config(url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return config
