"""The event log: append-only, one order per call, one partition per month."""

import re
from datetime import UTC, date, datetime

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.ids import first_id, opened_at, time_ordered
from models.partitions import ensure_months
from models.store import Store

INSERT = "INSERT INTO call_events VALUES (%s, %s, now(), 'call_arrived', 'caller', 1, '{}')"
RANDOM = "f3b1c2d4-5e6f-4a7b-8c9d-0e1f2a3b4c5d"
TODAY = time_ordered(RANDOM, datetime.now(UTC))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE call_events SET name = 'x'",
        "DELETE FROM call_events",
        "TRUNCATE call_events",
        "UPDATE call_events_default SET name = 'x'",
    ],
)
def test_what_is_written_stays_written(connection: psycopg.Connection, statement: str) -> None:
    connection.execute(INSERT, [RANDOM, 1])
    with pytest.raises(psycopg.errors.RestrictViolation, match="append-only"):
        connection.execute(statement)


@pytest.mark.parametrize("call_id", [TODAY, RANDOM], ids=["this month", "no month"])
def test_a_call_has_each_number_once_in_whichever_month(
    connection: psycopg.Connection, call_id: str
) -> None:
    connection.execute(INSERT, [call_id, 1])
    with pytest.raises(psycopg.errors.UniqueViolation):
        connection.execute(INSERT, [call_id, 1])


def test_a_calls_events_lie_in_its_month_and_only_that_month_is_read(
    connection: psycopg.Connection,
) -> None:
    connection.execute(INSERT, [TODAY, 1])
    (place,) = (
        connection.execute("SELECT tableoid::regclass::text FROM call_events").fetchone() or ()
    )
    assert place == f"call_events_{datetime.now(UTC):%Y_%m}"
    plan = connection.execute("EXPLAIN SELECT * FROM call_events WHERE call_id = %s", [TODAY])
    named = re.findall(r"call_events_(?:default|\d{4}_\d{2})", str(plan.fetchall()))
    assert set(named) == {place}


def test_months_are_made_ahead_once_and_old_ones_when_asked(store: Store) -> None:
    with store.begin() as work:
        assert ensure_months(work.connection, date(2020, 11, 5), 3) == (
            "call_events_2020_11",
            "call_events_2020_12",
            "call_events_2021_01",
        )
        assert ensure_months(work.connection, date(2020, 11, 5), 3) == ()


def test_a_month_whose_calls_came_before_its_partition_stays_in_the_default(
    store: Store, connection: psycopg.Connection
) -> None:
    stray = time_ordered(RANDOM, datetime(2019, 5, 7, tzinfo=UTC))
    connection.execute(INSERT, [stray, 1])
    with store.begin() as work:
        assert ensure_months(work.connection, date(2019, 5, 1), 1) == ()
    with pytest.raises(psycopg.errors.UniqueViolation):
        connection.execute(INSERT, [stray, 1])


@given(
    st.uuids(version=4),
    st.integers(946684800, 7258118400).map(lambda s: datetime.fromtimestamp(s + 0.25, UTC)),
)
def test_an_id_holds_its_moment_and_orders_by_it(random: object, at: datetime) -> None:
    made = time_ordered(str(random), at)
    assert abs((opened_at(made) - at).total_seconds()) < 0.002
    assert made[14] == "7"
    assert made[19] in "89ab"
    assert first_id(at) <= made
