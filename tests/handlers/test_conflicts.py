"""Real concurrent connections: whatever comes at once, exactly one decision comes first."""

from functools import partial

import pytest

from handlers.calls import Handled
from routing import commands as c
from routing.call import Call
from routing.codec import event_from_plain
from routing.decide import Refused
from routing.evolve import replay
from tests.handlers.world import DIRECT, World, at_once

ROUNDS = range(5)


@pytest.mark.parametrize("_round", ROUNDS)
def test_two_specialists_answer_one_call_and_exactly_one_gets_it(world: World, _round: int) -> None:
    world.available("maria", "sam")
    call = world.ringing()
    legs = [world.leg_of(call, name) for name in ("maria", "sam")]
    at_once(*(partial(world.calls.report, call.id, c.ReportAnswered(leg)) for leg in legs))
    after = world.call(call.id)
    assert sorted(after.legs[leg - 1].on_line for leg in legs) == [False, True]
    assert sorted(world.presence(name) for name in ("maria", "sam")) == ["available", "on_call"]


@pytest.mark.parametrize("_round", ROUNDS)
def test_one_specialist_answers_two_calls_and_exactly_one_is_theirs(
    world: World, _round: int
) -> None:
    world.available("maria")
    calls = [world.ringing(), world.ringing()]
    at_once(*(_answer(world, call) for call in calls))
    on_line = [world.call(x.id).legs[world.leg_of(x, "maria") - 1].on_line for x in calls]
    assert sorted(on_line) == [False, True]


def _answer(world: World, call: Call) -> partial[Handled]:
    return partial(world.calls.report, call.id, c.ReportAnswered(world.leg_of(call, "maria")))


@pytest.mark.parametrize("_round", ROUNDS)
def test_two_presses_at_once_are_one_transfer_and_one_refusal(world: World, _round: int) -> None:
    world.available("maria")
    call = world.with_dispatcher()
    request = c.RequestTransfer(world.account("dana").actor, "met")
    results = at_once(*[partial(world.calls.request, call.id, request)] * 2)
    assert sorted(isinstance(result, Refused) for result in results) == [False, True]
    assert len(world.call(call.id).active("met")) == 1


def test_a_press_and_a_stale_press_at_once_are_one_change(world: World) -> None:
    world.available("maria")
    call = world.with_dispatcher()
    request = c.RequestTransfer(world.account("dana").actor, "met")
    press = partial(world.calls.request, call.id, request, if_match=call.version)
    results = at_once(press, press)
    assert sum(isinstance(result, Exception) for result in results) == 1


@pytest.mark.parametrize("_round", ROUNDS)
def test_one_webhook_delivered_many_times_at_once_counts_once(world: World, _round: int) -> None:
    call = world.arrive()
    report = partial(world.calls.report, call.id, c.ReportJoined(1, 1), receipt="same")
    results = at_once(*[report] * 6)
    assert sum(bool(getattr(result, "events", ())) for result in results) == 1
    assert not [result for result in results if isinstance(result, Exception)]


@pytest.mark.parametrize("_round", ROUNDS)
def test_one_call_arriving_many_times_at_once_is_one_call(world: World, _round: int) -> None:
    arrive = partial(world.calls.arrive, DIRECT, "CA1", None, None, "CA1:0")
    results = at_once(*[arrive] * 6)
    assert not [result for result in results if isinstance(result, Exception)]
    assert len(world.query("SELECT id FROM calls")) == 1


def test_events_of_reports_that_come_at_once_keep_one_unbroken_order(world: World) -> None:
    call = world.with_dispatcher()
    reports = [c.ReportRinging(leg) for leg in range(1, 13)]
    at_once(*(partial(world.calls.report, call.id, report) for report in reports))
    rows = world.query("SELECT seq, name, data FROM call_events ORDER BY seq")
    assert [row["seq"] for row in rows] == list(range(1, len(rows) + 1))
    assert replay(event_from_plain(row["name"], row["data"]) for row in rows) == world.call(call.id)


def test_calls_that_ring_the_same_specialists_at_once_do_not_stop_each_other(world: World) -> None:
    world.available("maria", "sam")
    calls = [world.with_dispatcher() for _ in range(4)]
    request = c.RequestTransfer(world.account("dana").actor, "met")
    results = at_once(*(partial(world.calls.request, call.id, request) for call in calls))
    assert not [result for result in results if isinstance(result, Exception)]
    endings = [partial(world.calls.report, call.id, c.ReportEnded(1, "hung up")) for call in calls]
    assert not [result for result in at_once(*endings) if isinstance(result, Exception)]
    assert {world.presence(name) for name in ("maria", "sam")} == {"available"}
