"""Statements that go straight to the driver fail and recover like all others."""

import uuid
from contextlib import suppress

import psycopg
import pytest

from models.driver import first, native
from models.errors import Contended, Unavailable
from models.store import Store
from models.work import Work

ADD = native(
    "INSERT INTO webhook_receipts (key, call_id, at) VALUES (:key, :call, now()) RETURNING key"
)
WHO = native("SELECT pg_backend_pid()")
ENOUGH = "the rest of the use case fails"


def _add(work: Work, key: str) -> None:
    assert first(work.connection, ADD, {"key": key, "call": uuid.uuid4()}) == (key,)


def _add_and_fail(work: Work) -> None:
    _add(work, "r1")
    raise LookupError(ENOUGH)


def test_a_native_statement_is_taken_back_with_its_transaction(store: Store) -> None:
    with suppress(LookupError):
        store.run(_add_and_fail)
    store.run(lambda work: _add(work, "r1"))


def test_a_conflict_in_one_may_be_tried_again(store: Store) -> None:
    store.run(lambda work: _add(work, "r2"))
    with pytest.raises(Contended):
        store.run(lambda work: _add(work, "r2"))


def test_a_connection_lost_in_the_middle_is_told_and_not_used_again(
    store: Store, connection: psycopg.Connection
) -> None:
    lost: list[int] = []

    def lose(work: Work) -> None:
        lost.extend(first(work.connection, WHO, {}))
        connection.execute("SELECT pg_terminate_backend(%s, 5000)", lost)
        first(work.connection, WHO, {})

    with pytest.raises(Unavailable):
        store.run(lose)
    assert store.run(lambda work: first(work.connection, WHO, {})) != tuple(lost)
