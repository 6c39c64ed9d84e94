"""Each part of the product dies in turn; the caller reaches a human, and nothing is lost."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from service.demo.cast import (
    BRIDGED_LINE,
    CALLER,
    DIRECT_LINE,
    DISPATCH,
    FALLBACK,
    MARIA_PHONE,
    Cast,
)
from service.demo.handoffs import with_dispatcher
from service.demo.scene import Scene
from service.demo.transfers import with_specialist
from tests.journeys import traces
from tests.journeys.product import Product
from tests.journeys.test_dials import ACCEPTS, dial_rule

LINES = (BRIDGED_LINE, DIRECT_LINE)


@contextmanager
def no_database(product: Product) -> Iterator[None]:
    product.kill_postgres()
    try:
        yield
    finally:
        product.postgres.start()
        product.ready()


@contextmanager
def frozen_database(product: Product) -> Iterator[None]:
    product.freeze_postgres()
    try:
        yield
    finally:
        product.thaw_postgres()
        product.ready()


@contextmanager
def no_redis(product: Product) -> Iterator[None]:
    product.kill_valkey()
    try:
        yield
    finally:
        product.valkey.start()
        product.ready()


@contextmanager
def no_web(product: Product) -> Iterator[None]:
    product.web.kill()
    try:
        yield
    finally:
        product.web.start()
        product.ready()


@contextmanager
def no_worker(product: Product) -> Iterator[None]:
    product.worker.kill()
    try:
        yield
    finally:
        product.worker.start()


def caller_reaches_the_fallback(scene: Scene) -> None:
    """Nothing is asked of the API: the sandbox alone says what the caller has."""
    scene.cast.sandbox.set_phone(FALLBACK, "answer", after=0.2)
    scene.caller_sid = scene.cast.sandbox.place_call(CALLER, scene.line, phone={"does": "answer"})
    scene.rings("the fallback number rings", FALLBACK)
    human = scene.sid_of(FALLBACK)
    scene.hear_each_other("the caller talks to a human", scene.caller_sid, human)
    errors = [e for e in scene.cast.sandbox.call(scene.caller_sid)["history"] if _is_error(e)]
    assert errors == []
    scene.clear()


def _is_error(entry: dict[str, object]) -> bool:
    return "application error" in (entry["kind"], entry.get("what"))


def a_call_reaches_a_specialist(scene: Scene) -> None:
    with_specialist(scene)
    maria = scene.sid_of(scene.cast.maria.phone)
    scene.hear_each_other("caller and specialist talk", scene.caller_sid, maria)


def test_a_worker_killed_while_somebody_rings_has_dialed_them_once(
    product: Product, direct: Scene
) -> None:
    cast = direct.cast
    with_dispatcher(direct)
    cast.sandbox.set_phone(cast.maria.phone, "manual")
    before = cast.sandbox.health()["log"]
    direct.post(cast.dana, "/transfers", {"to": "met"})
    direct.saw("both are rung", "specialist_ringing", times=2)
    with no_worker(product):
        cast.sandbox.answer(direct.sid_of(cast.maria.phone))
        direct.saw("the specialist joined without a worker", "specialist_joined")
    direct.silent("the next worker ends the other's ring", cast.jon.phone)
    assert traces.dialed_twice(cast.sandbox.log(before)) == []


def test_a_press_while_no_worker_runs_rings_when_one_does(product: Product, direct: Scene) -> None:
    cast = direct.cast
    with_dispatcher(direct)
    # A worker that takes longer to come back than a softphone rings goes on to the phone.
    cast.sandbox.set_phone(MARIA_PHONE, "answer", press=[ACCEPTS])
    with no_worker(product):
        direct.post(cast.dana, "/transfers", {"to": "met"})
    direct.saw("the specialist joined", "specialist_joined")


def test_with_no_worker_alive_a_new_caller_rings_the_fallback_number(
    product: Product, cast: Cast
) -> None:
    with no_worker(product):
        with psycopg.connect(product.settings.database_url, autocommit=True) as connection:
            connection.execute("UPDATE heartbeats SET at = at - interval '1 minute'")
        for line in LINES:
            caller_reaches_the_fallback(Scene(cast, line))
    product.ready()
    a_call_reaches_a_specialist(Scene(cast, DIRECT_LINE))


def test_a_dial_that_was_at_the_carrier_when_the_worker_died_is_made_once(
    product: Product, direct: Scene
) -> None:
    cast = direct.cast
    with_dispatcher(direct)
    cast.sandbox.set_phone(cast.maria.phone, "manual")
    cast.sandbox.set_faults(dial_rule(cast.maria.phone, "timeout_but_done", seconds=3))
    direct.post(cast.dana, "/transfers", {"to": "met"})
    direct.rings("the specialist's phone rings", cast.maria.phone)
    with no_worker(product):
        legs = _legs_at(cast, cast.maria.phone)
    cast.sandbox.answer(direct.sid_of(cast.maria.phone))
    direct.saw("the specialist joined", "specialist_joined")
    direct.silent("the other phone stops ringing", cast.jon.phone)
    assert _legs_at(cast, cast.maria.phone) == legs


def _legs_at(cast: Cast, address: str) -> set[str]:
    legs = cast.sandbox.calls()
    return {leg["sid"] for leg in legs if leg["to"].partition("?")[0] == address}


def test_without_the_database_the_caller_rings_the_fallback_number(
    product: Product, cast: Cast
) -> None:
    with no_database(product):
        for line in LINES:
            caller_reaches_the_fallback(Scene(cast, line))
    a_call_reaches_a_specialist(Scene(cast, DIRECT_LINE))


def test_with_a_database_that_hangs_the_caller_reaches_the_fallback_number(
    product: Product, cast: Cast
) -> None:
    with frozen_database(product):
        caller_reaches_the_fallback(Scene(cast, DIRECT_LINE))
    a_call_reaches_a_specialist(Scene(cast, DIRECT_LINE))


def test_who_talks_goes_on_talking_while_the_database_is_away(
    product: Product, direct: Scene
) -> None:
    cast = direct.cast
    with_dispatcher(direct)
    dispatcher = direct.sid_of(DISPATCH)
    with no_database(product):
        direct.hear_each_other("still", direct.caller_sid, dispatcher)
        cast.sandbox.press(dispatcher, "*")
        direct.until("the dispatcher left by *", lambda: _stars(cast, dispatcher))
        direct.hear_each_other("and is back at once", direct.caller_sid, dispatcher)
    direct.post(cast.dana, "/transfers", {"to": "met"})
    direct.saw("the specialist joined", "specialist_joined")


def _stars(cast: Cast, sid: str) -> bool:
    asked = (entry for entry in cast.sandbox.log() if entry["kind"] == "webhook")
    return any(e["call_sid"] == sid and e["url"].split("#")[0].endswith("/menu") for e in asked)


def test_without_redis_effects_are_late_and_none_is_lost(product: Product, direct: Scene) -> None:
    with no_redis(product):
        a_call_reaches_a_specialist(direct)
        direct.post(direct.cast.maria, "/end")
        direct.wrap_up(direct.cast.maria)
    a_call_reaches_a_specialist(Scene(direct.cast, DIRECT_LINE))


def test_without_the_web_process_the_carrier_rings_the_fallback_number(
    product: Product, cast: Cast
) -> None:
    with no_web(product):
        for line in LINES:
            caller_reaches_the_fallback(Scene(cast, line))
    a_call_reaches_a_specialist(Scene(cast, DIRECT_LINE))


def test_who_talks_goes_on_talking_while_the_web_process_is_away(
    product: Product, direct: Scene
) -> None:
    cast = direct.cast
    with_dispatcher(direct)
    with no_web(product):
        direct.hear_each_other("still", direct.caller_sid, direct.sid_of(DISPATCH))
    direct.post(cast.dana, "/transfers", {"to": "met"})
    direct.saw("the specialist joined", "specialist_joined")
