"""Statements that go straight to the driver fail and recover like all others."""

import psycopg
import pytest

from models.driver import first, native
from models.errors import Contended, Unavailable
from models.store import Store

ADD = native("INSERT INTO webhook_receipts (key, at) VALUES (:key, now()) RETURNING key")
WHO = native("SELECT pg_backend_pid()")


def test_a_native_statement_is_part_of_the_transaction(store: Store) -> None:
    with pytest.raises(ZeroDivisionError), store.begin() as work:
        assert first(work.connection, ADD, {"key": "r1"}) == ("r1",)
        raise ZeroDivisionError
    with store.begin() as work:
        assert first(work.connection, ADD, {"key": "r1"}) == ("r1",)


def test_a_conflict_in_one_may_be_tried_again(store: Store) -> None:
    with store.begin() as work:
        first(work.connection, ADD, {"key": "r2"})
    with pytest.raises(Contended), store.begin() as work:
        first(work.connection, ADD, {"key": "r2"})


def test_a_connection_lost_in_the_middle_is_told_and_not_used_again(
    store: Store, connection: psycopg.Connection
) -> None:
    with pytest.raises(Unavailable), store.begin() as work:
        (pid,) = first(work.connection, WHO, {})
        connection.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
        first(work.connection, WHO, {})
    with store.begin() as work:
        assert first(work.connection, WHO, {}) != (pid,)
