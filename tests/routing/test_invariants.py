"""Each invariant says what is broken when a state or a step is made to break it."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from routing import commands as c
from routing import events as e
from routing.call import Call
from routing.evolve import changed, evolve
from routing.invariants import Step, broken
from routing.plan import Entry, Role
from routing.states import LegState
from tests.routing.story import (
    AS_MARIA,
    DISPATCHER,
    MARIA,
    Story,
    alone_with_maria,
    with_dispatcher,
)


def with_leg(call: Call, leg: int, **changes: object) -> Call:
    legs = (*call.legs[: leg - 1], changed(call.legs[leg - 1], **changes), *call.legs[leg:])
    return changed(call, legs=legs)


def at_rest(story: Story, call: Call) -> Step:
    """A step that does nothing and ends in a state of our making."""
    return Step((), (call, call), story.roster)


def after(story: Story, *events: e.Event) -> Step:
    """A step of events that no decision would have made."""
    states = [story.call]
    for event in events:
        states.append(evolve(states[-1], event))
    return Step(events, tuple(states), story.roster)


def test_a_call_as_the_rules_leave_it_breaks_nothing() -> None:
    story = alone_with_maria()
    assert broken(at_rest(story, story.call)) is None


def ringing() -> Story:
    return with_dispatcher(MARIA).ask(c.RequestTransfer(DISPATCHER, "met"))


def lifeline_talks() -> Story:
    return alone_with_maria().ask(c.RequestTransfer(AS_MARIA, "lifeline")).up(4)


@pytest.mark.parametrize(
    ("story", "break_", "why"),
    [
        (
            alone_with_maria,
            lambda call: with_leg(call, 3, state=LegState.LEFT),
            "1: the caller is alone and nobody is coming",
        ),
        (
            ringing,
            lambda call: changed(call, timers=()),
            "1: leg 3 is dialing with no ring timer behind it",
        ),
        (
            lambda: Story(Entry.BRIDGED),
            lambda call: changed(call, timers=()),
            "1: leg 1 is menu with no menu timer behind it",
        ),
        (
            lifeline_talks,
            lambda call: with_leg(call, 4, role=Role.SPECIALIST),
            "2: 2 specialists own the call",
        ),
        (
            lifeline_talks,
            lambda call: with_leg(call, 4, transfer=2),
            "2: transfer 2 let 2 legs in",
        ),
        (
            alone_with_maria,
            lambda call: changed(call, closed=True),
            "3: a leg or a timer outlives the closed call",
        ),
        (
            alone_with_maria,
            lambda call: with_leg(call, 1, hold_wanted=True),
            "5: leg 1's hold is not as wanted and nothing asks again",
        ),
        (
            alone_with_maria,
            lambda call: changed(call, alarms=("escalation",)),
            "1: dispatch was wanted back and nobody is rung",
        ),
        (
            with_dispatcher,
            lambda call: with_leg(call, 1, hold_wanted=True),
            "5: somebody is on hold and no specialist is connected",
        ),
    ],
)
def test_a_broken_state_is_named(
    story: Callable[[], Story], break_: Callable[[Call], Call], why: str
) -> None:
    told = story()
    assert broken(at_rest(told, break_(told.call))) == why


ACCEPTED = e.TargetAccepted(3, 4, Role.LIFELINE, "attended")
RUNG = e.LegDialed(5, Role.LIFELINE, 3, "+18002738255", 30)


@pytest.mark.parametrize(
    ("story", "events", "why"),
    [
        (
            lambda: lifeline_talks().held(),
            (ACCEPTED, e.TransferCompleted(3)),
            "4: transfer 3 completed although the caller is on hold",
        ),
        (
            lifeline_talks,
            (ACCEPTED, e.LegAway(4), e.TimerStarted("away", 4, 3), e.TransferCompleted(3)),
            "4: transfer 3 completed although the target is not joined",
        ),
        (
            alone_with_maria,
            (e.HoldOn(1),),
            "5: leg 1's hold is not as wanted and nothing asks again",
        ),
        (
            lambda: alone_with_maria().ask(c.RequestTransfer(AS_MARIA, "lifeline")),
            (e.RungEntered(3, 0),),
            "7: rung 0 of transfer 3 was entered again",
        ),
        (
            lambda: alone_with_maria().ask(c.RequestTransfer(AS_MARIA, "lifeline")),
            (replace(RUNG, leg=4), e.TimerStarted("ring", 3, 30)),
            "7: leg 4 was dialed again",
        ),
        (
            lambda: alone_with_maria().ask(c.RequestTransfer(AS_MARIA, "lifeline")),
            (replace(RUNG, address="+15550001111"),),
            "10: leg 5 was dialed at an address outside the configuration",
        ),
        (
            lambda: alone_with_maria().ask(c.RequestTransfer(AS_MARIA, "lifeline")),
            (replace(RUNG, address="911"),),
            "10: leg 5 was dialed at an address outside the configuration",
        ),
    ],
)
def test_a_broken_step_is_named(
    story: Callable[[], Story], events: tuple[e.Event, ...], why: str
) -> None:
    assert broken(after(story(), *events)) == why


def test_a_transfer_that_nobody_accepted_is_no_completion() -> None:
    story = lifeline_talks()
    step = Step((e.TransferCompleted(3),), (story.call, story.call), story.roster)
    assert broken(step) == "4: transfer 3 completed although nobody accepted"


def test_what_is_over_stays_over() -> None:
    story = alone_with_maria()
    reopened = with_leg(story.call, 2, state=LegState.JOINED)
    assert broken(Step((), (story.call, reopened), story.roster)) == (
        "6: leg 2 was left and came back"
    )
    closed = changed(story.call, closed=True)
    assert broken(Step((), (closed, story.call), story.roster)) == (
        "6: a closed call was opened again"
    )


def test_a_call_that_closes_without_asking_for_its_outcome_is_named() -> None:
    story = alone_with_maria().ask(c.End(AS_MARIA))
    ended = e.CallEnded("ended", "asked")
    step = Step((ended,), (story.call, story.call), story.roster)
    assert broken(step) == "9: the call closed and nobody is asked for its outcome"


def test_events_that_do_not_lead_to_the_state_are_named() -> None:
    story = alone_with_maria()
    step = Step((e.HoldOn(3),), (story.call, story.call), story.roster)
    assert broken(step) == "8: the stored events lead to another state"
