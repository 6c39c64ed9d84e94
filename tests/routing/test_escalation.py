"""J8: one button brings the dispatcher back into the same conference."""

import pytest

from routing import commands as c
from routing import events as e
from routing.plan import is_emergency
from tests.routing.story import (
    AS_MARIA,
    DISPATCH,
    DISPATCHER,
    FALLBACK,
    MARIA,
    alone_with_maria,
    bridged_with_maria,
    with_dispatcher,
    with_maria,
)


def test_escalating_rings_dispatch_and_raises_the_alarm() -> None:
    story = alone_with_maria().ask(c.Escalate(AS_MARIA, "knife"))
    assert story.just(e.EscalationTriggered) == [e.EscalationTriggered("knife")]
    assert story.call.alarm == "escalation"
    assert story.newest().address == DISPATCH
    story.up(4)
    assert story.just(e.DispatcherRejoined) == [e.DispatcherRejoined(4)]
    assert [leg.id for leg in story.call.company] == [3, 4]


def test_escalation_falls_to_the_fallback_number_and_never_to_an_emergency_number() -> None:
    story = alone_with_maria().ask(c.Escalate(AS_MARIA)).due("ring")
    assert story.newest().address == FALLBACK
    assert not any(is_emergency(address) for address in story.dialed())


def test_a_dispatcher_still_on_the_line_is_not_rung() -> None:
    story = with_maria().ask(c.Escalate(AS_MARIA))
    assert not story.just(e.LegDialed)
    assert story.call.alarm == "escalation"


def test_on_a_bridged_line_whose_dispatcher_has_left_dispatch_is_rung() -> None:
    story = bridged_with_maria().ask(c.MarkReleased(DISPATCHER)).ask(c.Escalate(AS_MARIA))
    assert story.newest().address == DISPATCH


def test_the_reason_may_follow() -> None:
    story = alone_with_maria().ask(c.Escalate(AS_MARIA)).ask(c.Escalate(AS_MARIA, "knife"))
    assert story.last == (e.EscalationExplained("knife"),)


def test_when_nobody_of_dispatch_came_a_second_press_rings_again() -> None:
    story = alone_with_maria().ask(c.Escalate(AS_MARIA)).nobody_answers()
    assert story.ask(c.Escalate(AS_MARIA)).newest().address == DISPATCH


def test_the_alarm_lasts_until_it_is_acknowledged() -> None:
    story = alone_with_maria().ask(c.Escalate(AS_MARIA)).up(4)
    assert story.call.alarm == "escalation"
    story.ask(c.Acknowledge(DISPATCHER))
    assert story.last == (e.AlarmAcknowledged("escalation"),)
    assert story.call.alarm is None


@pytest.mark.parametrize(
    ("status", "event"),
    [
        ("requested", e.ResponderRequested("mobile team")),
        ("dispatched", e.ResponderDispatched("mobile team")),
        ("arrived", e.ResponderArrived("mobile team")),
        ("contact_confirmed", e.ContactConfirmed("mobile team")),
    ],
)
def test_the_in_person_response_is_recorded(status: str, event: e.Event) -> None:
    request = c.RecordResponder(DISPATCHER, status, "mobile team")  # type: ignore[arg-type]
    assert alone_with_maria().ask(request).last == (event,)


def test_responders_are_recorded_after_the_call_too() -> None:
    story = alone_with_maria().ask(c.End(AS_MARIA))
    assert story.ask(c.RecordResponder(DISPATCHER, "arrived")).last == (e.ResponderArrived(),)


def test_a_dispatcher_who_comes_back_to_a_held_caller_is_there_once_the_hold_is_off() -> None:
    story = alone_with_maria().ask(c.SetHold(AS_MARIA, 1, hold=True)).held()
    story.ask(c.Escalate(AS_MARIA)).up(4)
    assert not story.just(e.TransferCompleted)
    story.ask(c.SetHold(AS_MARIA, 1, hold=False)).held(hold=False)
    assert story.just(e.TransferCompleted)


def test_a_ring_of_dispatch_can_be_stopped_while_somebody_is_with_the_caller() -> None:
    story = alone_with_maria().ask(c.Escalate(AS_MARIA)).ask(c.CancelTransfer(AS_MARIA, 3))
    assert not story.call.active("dispatch")


def test_escalating_needs_no_transfer_to_have_ended() -> None:
    story = with_dispatcher(MARIA).ask(c.RequestTransfer(DISPATCHER, "met")).up(3).ended(2)
    assert story.ask(c.Escalate(AS_MARIA)).newest().address == DISPATCH
