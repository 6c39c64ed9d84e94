"""Migrations as the commands need them: faults in a line, and a database to check on."""

import tempfile
from pathlib import Path

import psycopg

from models import migrate
from models.errors import DatabaseTooNew
from service.embedded import EmbeddedPostgres
from service.faults import Fault


def upgrade(url: str) -> None:
    """Apply every missing migration. Raises Fault when url does not answer or is too new."""
    refuse_silent(url)
    try:
        migrate.upgrade(url)
    except DatabaseTooNew as problem:
        raise Fault(
            f"the database is too new ({problem}): "
            "install the newer metline, or restore a backup from before the upgrade"
        ) from problem


def refuse_silent(url: str) -> None:
    """Raises Fault when nothing answers at url."""
    try:
        psycopg.connect(url, connect_timeout=10).close()
    except psycopg.OperationalError as problem:
        # Never the text itself: it may quote the address with its password.
        raise Fault("the database does not answer: check DATABASE_URL and the server") from problem


def check() -> None:
    """Raises Fault when migrations, on an empty database, do not build what the models say."""
    with tempfile.TemporaryDirectory(prefix="metline-check-") as name:
        folder = Path(name)
        folder.chmod(0o711)  # as root, Postgres runs as somebody else
        with EmbeddedPostgres(folder, durable=False) as server:
            upgrade(server.url())
            differences = migrate.check(server.url())
    if differences:
        told = "\n".join(differences)
        raise Fault(f"migrations are not in step with the models: add one for\n{told}")
