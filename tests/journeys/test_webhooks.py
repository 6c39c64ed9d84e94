"""Callbacks lost, late, twice or in another order: the call still reaches a specialist."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

import pytest
import requests

from sandbox.overrides import split
from sandbox.signing import signature
from service.demo.cast import DISPATCH, Cast
from service.demo.handoffs import with_dispatcher
from service.demo.scene import Scene
from tests.journeys import traces
from tests.journeys.product import AUTH_TOKEN, Product

Json = dict[str, Any]

EVER = None
# Bookkeeping that a late callback may add to; what happened to people happens once.
ONCE = (
    "leg_ringing",
    "leg_answered",
    "leg_joined",
    "dispatcher_joined",
    "specialist_ringing",
    "specialist_answered",
    "specialist_joined",
)
FAULTS = {
    "a callback of every join is late": [
        {"action": "delay", "event": "participant-join", "seconds": 0.7, "count": EVER}
    ],
    "every conference callback is lost": [
        {"action": "drop", "path": "/voice/conferences/", "count": EVER}
    ],
    "every callback about a leg is lost": [{"action": "drop", "path": "/status$", "count": EVER}],
    "every callback comes twice": [
        {"action": "repeat", "path": "/status|/voice/conferences/", "count": EVER}
    ],
    "ringing is told after the answer": [
        {"action": "delay", "event": "ringing", "seconds": 0.9, "count": EVER}
    ],
    "the service fails at every second callback": [
        {"action": "status", "path": "/status|/voice/conferences/", "count": 3, "status": 503}
    ],
    "the answer's document is asked for again": [
        {"action": "timeout_but_done", "path": "/answer$", "count": 1},
        {"action": "timeout_but_done", "path": "/answer$", "params": {"To": "^client"}, "count": 2},
    ],
    "the answer's document comes twice": [{"action": "repeat", "path": "/answer$", "count": EVER}],
    "the first document is asked for again": [
        {"action": "timeout_but_done", "path": "/voice/inbound", "count": 2}
    ],
    "the first document comes twice": [
        {"action": "repeat", "path": "/voice/inbound", "count": EVER}
    ],
}


@pytest.mark.parametrize("rules", FAULTS.values(), ids=FAULTS.keys())
def test_the_call_reaches_a_specialist_when(direct: Scene, rules: list[Json]) -> None:
    cast = direct.cast
    before = cast.sandbox.health()["log"]
    cast.sandbox.set_faults(*({"target": "webhook", **rule} for rule in rules))
    with_dispatcher(direct)
    direct.post(cast.dana, "/transfers", {"to": "met"})
    direct.saw("the specialist joined", "specialist_joined")
    maria = direct.sid_of(cast.maria.phone)
    direct.hear_each_other("caller and specialist talk", direct.caller_sid, maria)
    direct.post(cast.dana, "/leave")
    direct.silent("the dispatcher has left", DISPATCH)
    direct.wrap_up(cast.maria)
    assert _twice(direct.events()) == []
    assert traces.dialed_twice(cast.sandbox.log(before)) == []


def test_a_star_whose_leaving_is_told_late_comes_back_without_a_clash(direct: Scene) -> None:
    cast = direct.cast
    with_dispatcher(direct)
    before = cast.sandbox.health()["log"]
    late = {"target": "webhook", "action": "delay", "seconds": 0.9, "count": EVER}
    cast.sandbox.set_faults({**late, "event": "participant-leave"})
    dispatcher = direct.sid_of(DISPATCH)
    for times in (1, 2):
        cast.sandbox.press(dispatcher, "*")
        direct.saw("the menu is open", "menu_opened", times=times)
        cast.sandbox.press(dispatcher, "9")
        direct.hear_each_other("the dispatcher is back", direct.caller_sid, dispatcher)
    direct.until("the late word has come", lambda: _told(cast, before, "participant-leave") == 2)
    direct.hear_each_other("and changed nothing", direct.caller_sid, dispatcher)
    assert traces.complaints(cast.sandbox.log(before)) == []


def test_a_second_star_at_once_is_harmless(direct: Scene) -> None:
    cast = direct.cast
    with_dispatcher(direct)
    dispatcher = direct.sid_of(DISPATCH)
    cast.sandbox.press(dispatcher, "**")
    direct.saw("the menu is open", "menu_opened")
    direct.until("and left again by the key", lambda: direct.view()["stage"] != "menu")
    direct.hear_each_other("the dispatcher is back", direct.caller_sid, dispatcher)


def test_whatever_the_carrier_says_again_changes_nothing(product: Product, direct: Scene) -> None:
    cast = direct.cast
    before = cast.sandbox.health()["log"]
    with_dispatcher(direct)
    direct.post(cast.dana, "/transfers", {"to": "met"})
    direct.saw("the specialist joined", "specialist_joined")
    direct.post(cast.dana, "/leave")
    direct.saw("the dispatcher left", "dispatcher_left")
    seen = cast.sandbox.log(before)
    for _ in range(3):
        for entry in _sent(seen):
            assert _say_again(entry) < 300
    assert _twice(direct.events()) == []
    direct.hear_each_other(
        "caller and specialist still talk", direct.caller_sid, direct.sid_of(cast.maria.phone)
    )
    asked = product.query(
        "SELECT count(*) FROM outbox WHERE call_id = %s AND kind = 'dial'", direct.call
    )
    assert asked == [(len(traces.dials(cast.sandbox.log(before))),)]
    direct.wrap_up(cast.maria)


def _twice(events: list[Json]) -> list[tuple[str, int]]:
    told = Counter((event["name"], event["leg"]) for event in events if event["name"] in ONCE)
    return [what for what, times in told.items() if times > 1]


def _sent(log: Iterable[Json]) -> list[Json]:
    return [entry for entry in log if entry["kind"] == "webhook" and entry["method"] == "POST"]


def _say_again(entry: Json) -> int:
    url, _ = split(entry["url"])
    headers = {
        "X-Twilio-Signature": signature(AUTH_TOKEN, url, entry["params"]),
        "I-Twilio-Idempotency-Token": entry["token"],
    }
    return requests.post(url, data=entry["params"], headers=headers, timeout=10).status_code


def _told(cast: Cast, before: int, event: str) -> int:
    log = cast.sandbox.log(before)
    return sum(_sent_event(entry) == event for entry in _sent(log))


def _sent_event(entry: Json) -> str:
    return str(entry["params"].get("StatusCallbackEvent", ""))
