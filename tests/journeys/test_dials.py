"""Requests to the carrier that fail, in every way in which they can."""

from __future__ import annotations

import re
from typing import Any

import pytest

from service.demo.cast import DIRECT_LINE, DISPATCH, LIFELINE, MARIA_PHONE, Cast
from service.demo.handoffs import with_dispatcher
from service.demo.scene import Scene
from service.demo.transfers import with_specialist
from tests.journeys import traces

Json = dict[str, Any]

ACCEPTS = {"digits": "1", "when_hears": "press 1"}


def dial_rule(address: str, action: str, **more: object) -> Json:
    """A fault of the next request to ring that address."""
    to = {"To": f"^{re.escape(address)}"}
    about = {"target": "rest", "method": "POST", "path": "/Calls.json$", "params": to}
    return {**about, "action": action, **more}


def asked_for_a_specialist(scene: Scene, *rules: Json) -> int:
    """A press while the carrier fails; answers where the log stood before."""
    with_dispatcher(scene)
    before = int(scene.cast.sandbox.health()["log"])
    scene.cast.sandbox.set_faults(*rules)
    scene.post(scene.cast.dana, "/transfers", {"to": "met"})
    return before


@pytest.mark.parametrize(
    "answers_after",
    [
        0.0,  # before the carrier can be asked what became of the dial
        2.0,  # when the dial has been found at the carrier
    ],
)
def test_a_dial_whose_answer_was_lost_is_made_once_and_who_answers_is_known(
    direct: Scene, answers_after: float
) -> None:
    cast = direct.cast
    with_dispatcher(direct)
    cast.sandbox.set_phone(cast.maria.phone, "answer", after=answers_after)
    before = cast.sandbox.health()["log"]
    cast.sandbox.set_faults(dial_rule(cast.maria.phone, "timeout_but_done"))
    direct.post(cast.dana, "/transfers", {"to": "met"})
    joined = direct.saw("the specialist joined", "specialist_joined")
    assert joined["data"]["user"] == cast.maria.get("/me")["id"]
    maria = direct.sid_of(cast.maria.phone)
    direct.hear_each_other("caller and specialist talk", direct.caller_sid, maria)
    assert len(traces.dials(cast.sandbox.log(before), cast.maria.phone)) == 1


@pytest.mark.parametrize(
    "fault",
    [
        {"action": "refuse"},  # the connection ends, and nothing was done
        {"action": "status", "status": 500},  # its fate is unknown, and nothing was done
        {"action": "status", "status": 400},  # refused for good
    ],
    ids=lambda fault: f"{fault['action']} {fault.get('status', '')}",
)
def test_when_no_softphone_can_be_dialed_the_ladder_moves_on(direct: Scene, fault: Json) -> None:
    cast = direct.cast
    cast.sandbox.set_phone(MARIA_PHONE, "answer", press=[ACCEPTS])
    before = asked_for_a_specialist(direct, dial_rule("client:", **fault, count=2))
    direct.saw("the on-call phones ring", "overflow_entered")
    direct.saw("a specialist joined by phone", "specialist_joined")
    phone = direct.sid_of(MARIA_PHONE)
    direct.hear_each_other("caller and specialist talk", direct.caller_sid, phone)
    assert traces.dialed_twice(cast.sandbox.log(before)) == []
    assert _timers_of_a_ring(direct) == []


def test_a_carrier_that_is_busy_is_asked_again_and_rings(direct: Scene) -> None:
    cast = direct.cast
    busy = dial_rule(cast.maria.phone, "status", status=429, count=2)
    before = asked_for_a_specialist(direct, busy)
    direct.saw("the specialist joined", "specialist_joined")
    made = traces.dials(cast.sandbox.log(before), cast.maria.phone)
    assert [entry["status"] for entry in made] == [429, 429, 201]


def test_a_hold_that_the_carrier_fails_at_is_tried_again_both_ways(direct: Scene) -> None:
    cast = direct.cast
    with_specialist(direct)
    cast.sandbox.set_phone(LIFELINE[0], "answer")
    failing = {"target": "rest", "method": "POST", "action": "status", "count": 2}
    cast.sandbox.set_faults({**failing, "path": "/Participants/"})
    transfer = direct.post(cast.maria, "/transfers", {"to": "demo-988"})["id"]
    direct.caller_on_hold()
    cast.sandbox.set_faults({**failing, "path": "/Participants/"})
    direct.post(cast.maria, f"/transfers/{transfer}/cancel")
    direct.caller_off_hold()
    direct.silent("988 is gone", LIFELINE[0])


def test_a_hang_up_that_the_carrier_fails_at_is_tried_again(direct: Scene) -> None:
    cast = direct.cast
    with_specialist(direct)
    ending = {"target": "rest", "method": "POST", "path": "/Calls/CA", "action": "status"}
    cast.sandbox.set_faults({**ending, "count": 3})
    direct.post(cast.maria, "/end")
    direct.silent("the specialist's leg has ended", cast.maria.phone)
    direct.wrap_up(cast.maria)


def test_a_slow_request_for_one_call_delays_no_other_calls_ring(cast: Cast) -> None:
    slow, quick = Scene(cast, DIRECT_LINE), Scene(cast, DIRECT_LINE)
    cast.sandbox.set_phone(DISPATCH, "answer")
    cast.sandbox.set_phone(cast.maria.phone, "answer")
    before = cast.sandbox.health()["log"]
    cast.sandbox.set_faults(dial_rule(DISPATCH, "delay", seconds=4))
    slow.arrive()
    quick.arrive()
    quick.saw("the dispatcher answered", "call_answered")
    quick.post(cast.dana, "/transfers", {"to": "met"})
    quick.saw("the specialist joined", "specialist_joined")
    assert len(traces.dials(cast.sandbox.log(before), DISPATCH)) == 1
    slow.saw("the other call's dispatcher answered", "call_answered")


def _timers_of_a_ring(scene: Scene) -> list[Json]:
    """Rings that were waited out, in place of being known to have failed."""
    first = scene.events("overflow_entered")[0]["seq"]
    fired = [event for event in scene.events("timer_fired") if event["seq"] < first]
    return [event for event in fired if event["data"]["timer"] == "ring"]
