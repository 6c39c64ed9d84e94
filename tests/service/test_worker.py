"""The worker performs effects soon, once, and whatever else is broken."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from handlers.calls import Calls
from handlers.errors import Unavailable
from models.store import Store
from routing import commands as c
from routing.call import Call
from service import database, wiring
from service.bell import Nudge, QueueBell, connect
from service.config import Settings
from service.embedded import EmbeddedPostgres, EmbeddedValkey
from service.health import HealthCheck
from tests.service.effects_stage import (
    DISPATCH,
    SHERIFF,
    SHERIFFS_DISPATCH,
    KeepingCarrier,
    arrived,
    desk,
    working,
)
from tests.waiting import eventually
from tests.web.stage import settings as settings_of

NOWHERE = "redis://127.0.0.1:9/0"


@pytest.fixture
def settings(database_url: str, valkey_url: str) -> Settings:
    return settings_of(database_url, valkey_url)


@pytest.fixture
def calls(settings: Settings) -> Iterator[Calls]:
    with desk(settings) as made:
        yield made


def test_what_is_rung_is_performed(settings: Settings, calls: Calls) -> None:
    carrier = KeepingCarrier()
    with working(settings, carrier):
        call = arrived(calls)
        eventually(lambda: carrier.dialed(call) == [DISPATCH])
    assert calls.reply(call.id).call.leg(2) is not None


def test_what_redis_lost_is_found(database_url: str) -> None:
    carrier = KeepingCarrier()
    settings = settings_of(database_url, NOWHERE)
    with desk(settings) as calls, working(settings, carrier):
        call = arrived(calls)
        eventually(lambda: carrier.dialed(call) == [DISPATCH])


def test_what_was_rung_before_the_worker_started_is_performed_once(
    settings: Settings, calls: Calls
) -> None:
    carrier = KeepingCarrier()
    waiting = [arrived(calls) for _ in range(30)]
    with working(settings, carrier):
        eventually(lambda: all(carrier.dialed(call) for call in waiting))
        later = arrived(calls)
        eventually(lambda: carrier.dialed(later))
    assert sorted(carrier.dialed(call) for call in waiting) == [[DISPATCH]] * 30


def test_a_slow_carrier_request_holds_up_no_other(settings: Settings, calls: Calls) -> None:
    answer = threading.Event()

    def on_dial(address: str) -> None:
        if address == DISPATCH:
            assert answer.wait(60)

    carrier = KeepingCarrier(on_dial)
    with working(settings, carrier):
        slow, quick = arrived(calls), arrived(calls, SHERIFF)
        eventually(lambda: carrier.dialed(quick) == [SHERIFFS_DISPATCH])
        assert carrier.dialed(slow) == []
        answer.set()
        eventually(lambda: carrier.dialed(slow) == [DISPATCH])


def test_a_timer_fires_when_it_is_due(settings: Settings, calls: Calls) -> None:
    with working(settings, KeepingCarrier()):
        call = arrived(calls)
        started = set(call.timers)
        assert started
        # The caller never joins the conference, and what watches over that comes due first.
        eventually(lambda: started - set(calls.reply(call.id).call.timers))


def test_what_is_at_the_carrier_is_finished_before_the_worker_ends(
    settings: Settings, calls: Calls
) -> None:
    begun, answer = threading.Event(), threading.Event()

    def on_dial(_address: str) -> None:
        begun.set()
        assert answer.wait(60)

    carrier = KeepingCarrier(on_dial)
    with working(settings, carrier) as stopped:
        call = arrived(calls)
        assert begun.wait(60)
        stopped.set()
        answer.set()
    assert carrier.dialed(call) == [DISPATCH]
    with opened(settings) as store:
        assert not store.run(lambda work: work.outbox.waits(call.id, 2, "dial"))


def test_a_lease_of_a_worker_that_died_is_taken_over_at_once(
    settings: Settings, calls: Calls
) -> None:
    call = arrived(calls)
    with opened(settings) as store, store.begin() as work:
        for row in work.outbox.due(wiring.now(), 100):
            assert work.outbox.lease(row, wiring.now(), timedelta(days=1).total_seconds())
    carrier = KeepingCarrier()
    with working(settings, carrier):
        # Nobody knows whether it was dialed, so it is looked up, and the next rung is rung.
        eventually(lambda: carrier.dialed(call))
    assert DISPATCH not in carrier.dialed(call)[:1]


def test_a_second_worker_leaves_the_firsts_leases_alone(settings: Settings, calls: Calls) -> None:
    begun, answer = threading.Event(), threading.Event()

    def on_dial(address: str) -> None:
        if address == DISPATCH:
            begun.set()
            assert answer.wait(60)

    first, second = KeepingCarrier(on_dial), KeepingCarrier()
    with working(settings, first):
        slow = arrived(calls)
        assert begun.wait(60)
        with working(settings, second):
            eventually(lambda: _healthy(settings))
            quick = [arrived(calls, SHERIFF) for _ in range(3)]
            eventually(lambda: all(second.dialed(x) or first.dialed(x) for x in quick))
            assert second.dialed(slow) == []
            answer.set()
    assert first.dialed(slow) == [DISPATCH]


@contextmanager
def opened(settings: Settings) -> Iterator[Store]:
    parts = wiring.core(settings, pool=1)
    try:
        yield parts.store
    finally:
        parts.close()


def _healthy(settings: Settings) -> bool:
    with opened(settings) as store, connect(settings.redis_url) as client:
        states = HealthCheck(store, client, wiring.now)()
    return all(part.state == "ok" for part in states.values())


def test_the_worker_shows_that_it_lives(settings: Settings) -> None:
    assert not _healthy(settings)
    with working(settings, KeepingCarrier()):
        eventually(lambda: _healthy(settings))


def test_the_worker_outlives_a_restart_of_the_database(
    stores_folder: Path, valkey_url: str
) -> None:
    with EmbeddedPostgres(stores_folder / "restarted", durable=False) as postgres:
        database.upgrade(postgres.url())
        settings = settings_of(postgres.url(), valkey_url)
        carrier = KeepingCarrier()
        with desk(settings) as calls, working(settings, carrier):
            before = arrived(calls)
            eventually(lambda: carrier.dialed(before))
            postgres.stop()
            postgres.start()
            after = eventually(lambda: _arrived_if_it_answers(calls))
            assert after
            eventually(lambda: carrier.dialed(after))


def _arrived_if_it_answers(calls: Calls) -> Call | None:
    try:
        return arrived(calls)
    except Unavailable:
        return None


def test_the_worker_outlives_a_restart_of_redis(database_url: str, stores_folder: Path) -> None:
    with EmbeddedValkey(stores_folder / "restarted") as valkey:
        settings = settings_of(database_url, valkey.url())
        carrier = KeepingCarrier()
        with desk(settings) as calls, working(settings, carrier):
            valkey.stop()
            without = arrived(calls)
            eventually(lambda: carrier.dialed(without))
            valkey.start()
            again = arrived(calls)
            eventually(lambda: carrier.dialed(again))


def test_the_bell_never_raises_and_keeps_nothing_for_long(valkey_url: str) -> None:
    gone = connect(NOWHERE)
    QueueBell(gone).ring((1, 2))
    Nudge(gone)()
    client = connect(valkey_url)
    QueueBell(client).ring((7, 8))
    assert client.lrange("rq:queue:effects", 0, -1) == [b"7", b"8"]
    assert 0 < client.ttl("rq:queue:effects") <= 60


def test_a_report_of_a_call_that_is_gone_stops_nothing(settings: Settings, calls: Calls) -> None:
    carrier = KeepingCarrier()
    with working(settings, carrier):
        call = arrived(calls)
        eventually(lambda: carrier.dialed(call))
        calls.report(call.id, c.ReportEnded(1, "completed"))
        other = arrived(calls)
        eventually(lambda: carrier.dialed(other))
