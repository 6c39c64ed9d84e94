"""Real stores for every test that asks: one server each per session, one database per test."""

import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from service.embedded import EmbeddedPostgres, EmbeddedValkey

TEMPLATE = "metline_template"


@pytest.fixture(scope="session")
def stores_folder() -> Iterator[Path]:
    """A folder that Postgres's own user can enter too, which tmp_path is not under root."""
    folder = Path(tempfile.mkdtemp(prefix="metline-test-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres(stores_folder: Path) -> Iterator[EmbeddedPostgres]:
    with EmbeddedPostgres(stores_folder, durable=False) as server:
        yield server


@pytest.fixture(scope="session")
def postgres_url(postgres: EmbeddedPostgres) -> str:
    """The session's server: its maintenance database, empty."""
    return postgres.url("postgres")


@pytest.fixture(scope="session")
def migrated_template(postgres: EmbeddedPostgres) -> str:
    """The name of a database at the newest migration, to be cloned and never opened."""
    from models import migrate

    with psycopg.connect(postgres.url("postgres"), autocommit=True) as connection:
        connection.execute(sql.SQL("create database {}").format(sql.Identifier(TEMPLATE)))
    migrate.upgrade(postgres.url(TEMPLATE))
    return TEMPLATE


@pytest.fixture(scope="session")
def new_database(postgres: EmbeddedPostgres, migrated_template: str) -> Callable[[], str]:
    """Makes a migrated, empty database and returns its URL; for fixtures of any scope."""

    def make() -> str:
        name = f"t_{uuid.uuid4().hex[:12]}"
        with psycopg.connect(postgres.url("postgres"), autocommit=True) as connection:
            connection.execute(
                sql.SQL("create database {} template {} strategy file_copy").format(
                    sql.Identifier(name), sql.Identifier(migrated_template)
                )
            )
        return postgres.url(name)

    return make


@pytest.fixture
def database_url(postgres_url: str, new_database: Callable[[], str]) -> Iterator[str]:
    """A migrated, empty database for one test."""
    url = new_database()
    yield url
    drop_database(postgres_url, url)


@pytest.fixture(scope="module")
def module_database_url(postgres_url: str, new_database: Callable[[], str]) -> Iterator[str]:
    """A migrated, empty database that one module's tests share."""
    url = new_database()
    yield url
    drop_database(postgres_url, url)


def drop_database(server_url: str, url: str) -> None:
    name = psycopg.conninfo.conninfo_to_dict(url)["dbname"]
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(
            sql.SQL("drop database {} with (force)").format(sql.Identifier(str(name)))
        )


@pytest.fixture(scope="session")
def valkey_server(stores_folder: Path) -> Iterator[EmbeddedValkey]:
    with EmbeddedValkey(stores_folder) as server:
        yield server


@pytest.fixture
def valkey_url(valkey_server: EmbeddedValkey) -> str:
    """The session's Valkey, emptied for this test."""
    import redis

    with redis.Redis.from_url(valkey_server.url()) as client:
        client.flushall()
    return valkey_server.url()
