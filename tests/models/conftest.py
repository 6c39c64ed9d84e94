"""Databases that migrate under the test's own hand."""

from collections.abc import Callable, Iterator

import psycopg
import pytest
from psycopg import sql

from models.store import Store
from service.embedded import EmbeddedPostgres


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    opened = Store.connect(database_url)
    yield opened
    opened.close()


@pytest.fixture
def empty_url(postgres: EmbeddedPostgres, request: pytest.FixtureRequest) -> Iterator[str]:
    """A database in which nothing was ever migrated."""
    name = "empty_models"
    with psycopg.connect(postgres.url("postgres"), autocommit=True) as admin:
        admin.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
        yield postgres.url(name)
        admin.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


Connect = Callable[[], psycopg.Connection]


@pytest.fixture
def connection(database_url: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(database_url, autocommit=True) as opened:
        yield opened
