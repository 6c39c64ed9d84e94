"""A database is brought up to date, and one from the future is left alone."""

import psycopg
import pytest

from models import migrate
from service import database
from service.faults import Fault


def test_migrating_a_migrated_database_changes_nothing(database_url: str) -> None:
    before = migrate.revisions(database_url)
    assert before
    database.upgrade(database_url)
    assert migrate.revisions(database_url) == before


def test_a_database_that_is_too_new_is_refused_in_one_line(database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute("update alembic_version set version_num = 'from_2031'")
    with pytest.raises(Fault, match=r"too new .*from_2031") as refusal:
        database.upgrade(database_url)
    assert "install the newer metline" in str(refusal.value)
    assert len(str(refusal.value).splitlines()) == 1


def test_a_database_that_does_not_answer_is_told_without_its_address() -> None:
    with pytest.raises(Fault, match="check DATABASE_URL") as refusal:
        database.upgrade("postgresql://metline:hunter2@127.0.0.1:1/none")
    assert "hunter2" not in str(refusal.value)


def test_migrations_build_what_the_models_say() -> None:
    database.check()
