"""Intervals are read off the events, and the time alone off the states between them."""

from datetime import UTC, datetime, timedelta

from handlers.timings import Recorded, timings_of
from routing import commands as c
from routing import events as e
from routing.plan import Entry
from tests.handlers.world import World

START = datetime(2026, 7, 1, tzinfo=UTC)


def _history(*steps: tuple[float, e.Event]) -> list[Recorded]:
    return [
        Recorded(seq, START + timedelta(seconds=at), event)
        for seq, (at, event) in enumerate(steps, start=1)
    ]


def _arrived() -> e.Event:
    return e.CallArrived("c", "a", "+1", Entry.DIRECT)


def test_a_call_that_only_arrived_has_no_intervals() -> None:
    timings = timings_of(_history((0, _arrived())))
    assert timings.pop("alone") == 0
    assert timings.pop("held") == 0
    assert set(timings.values()) == {None}


def test_intervals_are_the_differences_that_the_domain_names() -> None:
    timings = timings_of(
        _history(
            (0, _arrived()),
            (4, e.CallAnswered(1)),
            (10, e.SpecialistRequested(1, "console")),
            (17.5, e.ReportIgnored("joined", 1, "x")),
            (18, e.InterpreterRequested(2)),
            (21, e.EscalationTriggered()),
            (26, e.DispatcherRejoined(1)),
        )
    )
    assert (timings["T1"], timings["T2"], timings["T8"]) == (4, 6, 5)
    assert timings["T10"] is None


def test_a_whole_call_is_timed_from_its_log(world: World) -> None:
    world.available("maria")
    call = world.arrive()
    world.clock.forward(2)
    world.tell(call, c.ReportJoined(1, 1), c.ReportAnswered(2), c.ReportJoined(2, 2))
    world.clock.forward(8)
    call = world.ask(call, "dana", lambda by: c.RequestTransfer(by, "met")).call
    world.clock.forward(5)
    leg = world.leg_of(call, "maria")
    world.tell(call, c.ReportRinging(leg), c.ReportAnswered(leg), c.ReportJoined(leg, 3))
    world.clock.forward(3)
    world.tell(call, c.ReportEnded(2, "hung up"))
    world.clock.forward(60)
    world.tell(call, c.ReportEnded(leg, "hung up"))
    world.clock.forward(4)
    world.tell(call, c.ReportEnded(1, "hung up"))
    world.clock.forward(30)
    form = {"code": "R01", "law_enforcement": "none", "caller_type": "self", "risk_end": 0}
    world.outcomes.submit(world.account("maria"), call.id, form)
    timings = world.log.call(world.account("dana"), call.id)["timings"]
    told = {name: seconds for name, seconds in timings.items() if seconds is not None}
    assert told == {
        "T1": 2, "T2": 8, "T3": 5, "T4": 3, "T5": 8, "T9": 34, "alone": 6, "held": 0,
    }  # fmt: skip


def test_a_shared_leg_is_never_alone_until_the_dispatcher_has_left() -> None:
    history = _history(
        (0, e.CallArrived("c", "a", "+1", Entry.BRIDGED)),
        (5, e.CallAnswered(1)),
        (9, e.DispatcherLeft(1, marked=True)),
        (12, e.CallEnded("ended", "no_request")),
    )
    assert timings_of(history)["alone"] == 3
