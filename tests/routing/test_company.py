"""Who counts as company, and what is never taken for a human, a leaving or a return."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from routing import commands as c
from routing import events as e
from routing.call import Call
from routing.decide import decide
from routing.evolve import changed, replay
from routing.plan import Destination, Entry, Role
from routing.replies import ConferenceReply
from routing.roster import Presence, Roster
from routing.states import LegState
from tests.routing.story import (
    AS_MARIA,
    DISPATCH,
    DISPATCHER,
    LUIS,
    MARIA,
    PLAN,
    Story,
    alone_with_maria,
    bridged,
    bridged_with_maria,
    with_dispatcher,
    with_maria,
)


def test_a_bridged_line_whose_dispatcher_may_have_gone_rings_when_the_specialist_is_lost() -> None:
    s = bridged_with_maria(LUIS).ended(2, "lost")
    assert s.just(e.LegDialed)
    assert s.just(e.AlarmRaised)


def test_escalating_on_a_bridged_line_rings_dispatch_because_leaving_cannot_be_seen() -> None:
    s = bridged_with_maria().ask(c.Escalate(AS_MARIA))
    assert s.just(e.LegDialed)
    assert not s.just(e.DispatcherRejoined)


@pytest.mark.parametrize("before", [lambda: with_maria().away(2), lambda: with_maria().star(2)])
def test_an_escalation_survives_a_dispatcher_who_turns_out_to_be_gone(
    before: Callable[[], Story],
) -> None:
    s = before().ask(c.Escalate(AS_MARIA)).ended(2)
    assert DISPATCH in s.dialed()[1:]


def test_a_dispatcher_in_the_joined_state_who_drops_during_an_open_alarm_is_rung_again() -> None:
    s = with_maria().ask(c.Escalate(AS_MARIA)).ended(2)
    assert DISPATCH in s.dialed()[1:]


def test_a_dispatcher_cannot_leave_the_caller_with_an_unaccepted_overflow_target() -> None:
    s = with_dispatcher().ask(c.RequestTransfer(DISPATCHER, "met")).up(3)
    s.refused(c.Leave(DISPATCHER))


def test_a_caller_left_by_the_dispatcher_with_an_unaccepted_target_alarms_or_rings() -> None:
    s = with_dispatcher().ask(c.RequestTransfer(DISPATCHER, "lifeline")).up(3).ended(2)
    assert s.just(e.AlarmRaised) == [e.AlarmRaised("unconfirmed")]


def test_specialists_are_rung_before_the_fallback_when_a_lost_owner_had_escalated() -> None:
    s = alone_with_maria(LUIS).ask(c.Escalate(AS_MARIA)).ended(3, "lost").nobody_answers()
    assert "client:luis" in s.dialed() or "client:maria" in s.dialed()[2:]


def test_an_interpreter_stays_when_the_specialist_hands_over() -> None:
    s = alone_with_maria().ask(c.RequestTransfer(AS_MARIA, "spanish")).up(4)
    s.ask(c.RequestTransfer(AS_MARIA, "lifeline")).up(5).held().ask(c.AcceptTransfer(AS_MARIA, 4))
    s.ask(c.SetHold(AS_MARIA, 1, False)).held(hold=False).ask(c.CompleteTransfer(AS_MARIA, 4))
    assert s.leg(4).state is LegState.JOINED


def test_an_interpreter_stays_when_the_specialists_browser_dies() -> None:
    s = alone_with_maria().ask(c.RequestTransfer(AS_MARIA, "spanish")).up(4).ended(3)
    assert s.leg(4).state is LegState.JOINED


def test_an_interpreter_who_hangs_up_is_not_replaced_by_the_next_number() -> None:
    s = alone_with_maria().ask(c.RequestTransfer(AS_MARIA, "spanish")).up(4).ended(4)
    assert not s.just(e.LegDialed)


def test_a_leg_not_yet_let_in_is_never_sent_into_the_conference() -> None:
    s = with_dispatcher().ask(c.RequestTransfer(DISPATCHER, "team"))
    assert not isinstance(s.hears(3), ConferenceReply)


def test_the_reason_follows_after_the_alarm_was_acknowledged() -> None:
    s = (
        with_maria()
        .ask(c.Escalate(AS_MARIA))
        .ask(c.Acknowledge(DISPATCHER))
        .ask(c.Escalate(AS_MARIA, "knife"))
    )
    assert s.last == (e.EscalationExplained("knife"),)


def test_a_caller_who_drops_while_the_specialist_joins_abandoned_and_was_not_unserved() -> None:
    s = with_dispatcher(MARIA).ask(c.RequestTransfer(DISPATCHER, "met")).answered(3).ended(1)
    assert s.just(e.CallEnded)[0].disposition == "X01"


def test_a_specialist_who_never_joined_never_left() -> None:
    s = with_dispatcher(MARIA).ask(c.RequestTransfer(DISPATCHER, "met")).answered(3).ended(3)
    assert not s.just(e.SpecialistLeft)
    assert s.just(e.SpecialistMissed)


def test_a_repeat_of_the_join_before_the_menu_is_no_join_after_it() -> None:
    s = Story(Entry.DIRECT, MARIA).joined(1).answered(2).joined(2, 4).star(2).key(2)
    s.tell(c.ReportJoined(2, 4))
    assert s.leg(2).state is LegState.JOINING


def test_a_dispatcher_who_never_left_did_not_rejoin_when_the_fallback_came() -> None:
    s = (
        with_dispatcher(plan=replace(PLAN, overflow=()))
        .ask(c.RequestTransfer(DISPATCHER, "met"))
        .up(3)
    )
    assert not s.just(e.DispatcherRejoined)


def test_a_specialist_cannot_complete_the_dispatchers_transfer_and_drop_the_dispatcher() -> None:
    with_maria().refused(c.CompleteTransfer(AS_MARIA, 2))


def test_a_new_device_keeps_the_transfer_that_its_owner_has_begun() -> None:
    s = (
        alone_with_maria()
        .ask(c.RequestTransfer(AS_MARIA, "lifeline"))
        .up(4)
        .held()
        .ask(c.Rejoin(AS_MARIA))
        .answered(5)
    )
    assert not s.just(e.TransferCancelled)


def test_a_caller_back_in_the_conference_is_held_again_when_the_hold_is_wanted() -> None:
    s = alone_with_maria().ask(c.SetHold(AS_MARIA, 1, True)).held().away(1).joined(1)
    assert not s.leg(1).held or s.just(e.HoldAsked)


def test_a_report_before_the_arrival_does_not_swallow_the_call() -> None:
    call = replay(decide(Call(), c.ReportRinging(1), Roster(PLAN)))
    assert (
        decide(call, c.ReportArrival("c", "a", "l", Entry.DIRECT), Roster(PLAN))[0].name
        == "call_arrived"
    )


def test_the_transfer_is_not_completed_with_the_target_on_hold() -> None:
    s = (
        alone_with_maria()
        .ask(c.RequestTransfer(AS_MARIA, "lifeline"))
        .up(4)
        .held()
        .ask(c.AcceptTransfer(AS_MARIA, 3))
    )
    s.ask(c.SetHold(AS_MARIA, 1, False)).held(hold=False).ask(c.SetHold(AS_MARIA, 4, True)).held(4)
    s.refused(c.CompleteTransfer(AS_MARIA, 3))


def test_a_menu_press_obeys_the_rule_of_the_screen_when_a_specialist_has_the_call() -> None:
    s = with_maria().star(2).key(2, "2")
    assert not s.just(e.LegDialed)


def test_a_specialist_does_not_end_the_call_over_an_open_escalation() -> None:
    with_maria().ask(c.Escalate(AS_MARIA)).refused(c.End(AS_MARIA))


def test_a_hold_that_the_carrier_lost_is_asked_again() -> None:
    s = alone_with_maria().ask(c.SetHold(AS_MARIA, 1, True)).held()
    s.ask(c.SetHold(AS_MARIA, 1, False)).due("hold")
    assert e.HoldAsked(1, False) in s.last


def test_a_destination_without_numbers_is_refused() -> None:
    plan = replace(PLAN, destinations=(Destination("x", Role.PROGRAM, "X", ()),))
    story = with_dispatcher(plan=plan)
    assert story.refused(c.RequestTransfer(DISPATCHER, "x")) == "X has no number."


def test_marking_that_one_has_left_is_a_fact_and_the_caller_alone_is_rung_for() -> None:
    s = bridged().key(1, "2").joined(1).up(2).ask(c.MarkReleased(DISPATCHER))
    assert s.call.alarm == "unconfirmed"
    assert s.ended(2).just(e.LegDialed)


def test_a_dispatcher_who_was_away_when_wanted_back_has_rejoined_when_heard_again() -> None:
    s = with_maria().away(2).ask(c.Escalate(AS_MARIA)).joined(2)
    assert s.just(e.DispatcherRejoined) == [e.DispatcherRejoined(2)]


def test_pressing_for_dispatch_again_tells_where_dispatch_is() -> None:
    s = alone_with_maria().ask(c.Escalate(AS_MARIA))
    assert s.refused(c.Escalate(AS_MARIA)) == "Dispatch is being brought back already."
    assert s.refused(c.End(AS_MARIA)) == (
        "Dispatch is being brought back: stay until they are here."
    )
    s.up(4)
    assert s.refused(c.Escalate(AS_MARIA)) == "Dispatch is on the line already."
    assert s.refused(c.End(AS_MARIA)) == "Dispatch is on the call: leave instead."


def test_dispatch_that_did_not_answer_is_rung_again_until_somebody_acknowledges() -> None:
    s = alone_with_maria().ask(c.Escalate(AS_MARIA)).nobody_answers().due("recall")
    assert s.newest().address == DISPATCH
    s.nobody_answers().ask(c.Acknowledge(DISPATCHER))
    assert not s.call.has_timer("recall", 0)


def test_an_on_call_phone_of_somebody_who_took_another_call_meanwhile_does_not_win() -> None:
    on_call = replace(MARIA, on_call=True, phone="+16615550150")
    s = with_dispatcher(on_call, plan=replace(PLAN, overflow=("on_call",)))
    s.ask(c.RequestTransfer(DISPATCHER, "met")).ended(3, "busy").answered(4)
    s.presence("maria", Presence.ON_CALL, "another").key(4, "1")
    assert s.just(e.SpecialistMissed) == [e.SpecialistMissed(2, 4, "maria", "busy elsewhere")]


def test_completing_for_a_dispatcher_who_is_gone_drops_nobody() -> None:
    s = with_dispatcher().ask(c.RequestTransfer(DISPATCHER, "lifeline")).up(3)
    s.ask(c.AcceptTransfer(DISPATCHER, 2))
    gone = changed(s.call.legs[1], state=LegState.LEFT)
    call = changed(s.call, legs=(s.call.legs[0], gone, s.call.legs[2]))
    events = decide(call, c.CompleteTransfer(DISPATCHER, 2), s.roster)
    assert [event.name for event in events] == ["transfer_completed"]


def test_the_phone_of_a_specialist_who_declined_on_screen_is_left_alone() -> None:
    people = (replace(MARIA, on_call=True, phone="+16615550150"), replace(LUIS, on_call=True))
    luis = replace(people[1], phone="+16615550151")
    s = with_dispatcher(people[0], luis, plan=replace(PLAN, overflow=("on_call",)))
    s.ask(c.RequestTransfer(DISPATCHER, "met")).ask(c.DeclineOffer(AS_MARIA, 4)).due("ring")
    assert s.newest().address == "+16615550151"
    assert "+16615550150" not in s.dialed()
