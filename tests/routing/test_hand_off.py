"""J1, J2, J3: a dispatcher brings a specialist in; the caller is never put down on the way."""

import pytest

from routing import commands as c
from routing import events as e
from routing.effects import Dial, StartTimer
from routing.plan import Entry, Role
from routing.replies import ConferenceReply, FarewellReply, MenuReply
from routing.roster import Presence
from routing.states import LegState, Stage
from tests.routing.story import (
    AS_MARIA,
    DISPATCH,
    DISPATCHER,
    FALLBACK,
    LUIS,
    MARIA,
    Story,
    alone_with_maria,
    bridged,
    bridged_with_maria,
    with_dispatcher,
    with_maria,
)


def test_a_bridged_call_is_answered_at_once_and_hears_the_menu() -> None:
    story = bridged(MARIA)
    assert story.call.stage is Stage.MENU
    assert story.just(e.CallAnswered) == [e.CallAnswered(1)]
    options = (("1", Role.SPECIALIST), ("2", Role.LIFELINE), ("3", Role.TREATMENT_TEAM))
    assert story.hears(1) == MenuReply(options)


@pytest.mark.parametrize(
    ("digit", "first"),
    [
        ("1", "client:maria"),  # the specialists
        (None, "client:maria"),  # silence means a specialist
        ("9", "client:maria"),  # so does a key that is not in the menu
        ("2", "+16615550180"),  # a destination
    ],
)
def test_one_key_is_enough_and_rings_in_the_same_step(digit: str | None, first: str) -> None:
    story = bridged(MARIA).key(1, digit)
    assert [x.address for x in story.just(e.LegDialed)] == [first]
    assert Dial(2, first, story.just(e.LegDialed)[0].seconds) in story.effects
    assert story.hears(1) == ConferenceReply(Role.CENTER, star=True)


def test_a_menu_that_nobody_touches_chooses_a_specialist() -> None:
    story = bridged(MARIA).due("menu")
    assert story.just(e.MenuChosen) == [e.MenuChosen(1, None, "met")]
    assert story.call.stage is Stage.RINGING_SPECIALIST


def test_a_key_that_leads_nowhere_brings_the_dispatcher_back_to_the_caller() -> None:
    story = with_maria().star(2).key(2, "1")
    assert story.just(e.ReportIgnored) == [
        e.ReportIgnored("choice", 2, "Maria Lopez is already on the call.")
    ]
    assert story.joined(2).leg(2).state is LegState.JOINED


def test_the_dispatcher_on_a_bridged_line_says_that_they_have_left() -> None:
    story = bridged_with_maria().ask(c.MarkReleased(DISPATCHER))
    assert story.just(e.DispatcherLeft) == [e.DispatcherLeft(1, marked=True)]
    assert story.just(e.TransferCompleted)
    assert story.call.dispatcher is None
    assert story.call.stage is Stage.WITH_SPECIALIST


def test_once_the_dispatcher_has_left_a_bridged_line_its_star_key_is_silent() -> None:
    story = bridged_with_maria().ask(c.MarkReleased(DISPATCHER)).star(1)
    assert story.just(e.ReportIgnored)[0].why == "the dispatcher has left this leg"


def test_completing_a_hand_off_on_a_bridged_line_marks_the_dispatcher_as_gone() -> None:
    story = bridged_with_maria().ask(c.CompleteTransfer(DISPATCHER, 1))
    assert story.names() == ["transfer_completed", "dispatcher_left"]
    assert story.call.released


def test_the_direct_line_rings_the_dispatch_position_then_the_fallback_number() -> None:
    story = Story(Entry.DIRECT).joined(1)
    assert story.dialed() == [DISPATCH]
    story.due("ring")
    assert story.dialed() == [DISPATCH, FALLBACK]
    story.up(3)
    assert story.just(e.FallbackReached) == [e.FallbackReached(3)]
    assert story.just(e.CallAnswered) == [e.CallAnswered(3)]


def test_a_direct_call_that_no_human_takes_rings_the_fallback_number_from_its_own_leg() -> None:
    story = Story(Entry.DIRECT).joined(1).due("ring").due("ring")
    assert story.just(e.HandedOver) == [e.HandedOver(1)]
    assert story.call.closed
    assert story.just(e.TaskOpened) == [e.TaskOpened("callback")]


def test_star_then_one_key_conferences_a_specialist_in_three_ways() -> None:
    story = with_dispatcher(MARIA).star(2)
    assert story.just(e.Announced) == [e.Announced(1, "specialist_coming")]
    assert story.call.stage is Stage.MENU
    story.key(2, "1").joined(2).up(3)
    assert [leg.id for leg in story.call.company] == [2, 3]
    assert story.just(e.SpecialistJoined) == [e.SpecialistJoined(2, 3, "maria")]


def test_a_second_star_is_harmless() -> None:
    story = with_dispatcher(MARIA).star(2).star(2)
    assert story.just(e.ReportIgnored)[0].why == "no menu on this leg"
    assert story.leg(2).state is LegState.MENU


def test_star_pressed_before_the_conference_has_started_opens_the_menu_too() -> None:
    story = Story(Entry.DIRECT, MARIA).joined(1).ringing(2).answered(2).star(2)
    assert story.leg(2).state is LegState.MENU
    assert story.key(2).joined(2).leg(2).ever_joined


def test_star_heard_after_the_conference_has_reported_the_leave_opens_the_menu_too() -> None:
    story = with_dispatcher(MARIA).away(2).star(2)
    assert story.leg(2).state is LegState.MENU
    assert not story.call.has_timer("away", 2)


def test_a_late_leave_of_the_way_into_the_menu_changes_nothing() -> None:
    story = Story(Entry.DIRECT, MARIA).joined(1).ringing(2).answered(2).joined(2, 4)
    story.star(2).away(2, 5).key(2).joined(2, 7).away(2, 5)
    assert story.just(e.ReportIgnored)[0].why == "older than the leg's last word"
    assert story.leg(2).state is LegState.JOINED


def test_a_join_older_than_the_last_leave_is_ignored() -> None:
    story = with_maria()
    story.away(3, 9).joined(3, 8)
    assert story.just(e.ReportIgnored)[0].why == "older than the leg's last word"


@pytest.mark.parametrize(
    "leg",
    [
        1,  # the caller's own keypad
        3,  # the specialist's
    ],
)
def test_star_means_nothing_on_other_legs(leg: int) -> None:
    story = with_maria().star(leg)
    assert story.just(e.ReportIgnored)[0].why == "no menu on this leg"


def test_the_dispatcher_hangs_up_and_caller_and_specialist_go_on() -> None:
    story = with_maria().ended(2)
    assert story.just(e.DispatcherLeft) == [e.DispatcherLeft(2)]
    assert story.just(e.TransferCompleted)
    assert story.call.stage is Stage.WITH_SPECIALIST


def test_a_press_on_screen_rings_and_nobody_leaves_the_conference() -> None:
    story = with_dispatcher(MARIA).ask(c.RequestTransfer(DISPATCHER, "met"))
    assert story.just(e.SpecialistRequested) == [e.SpecialistRequested(2, "console")]
    assert Dial(3, "client:maria", 15) in story.effects
    assert StartTimer("ring", 2, story.call.version, 15) in story.effects
    assert story.leg(2).state is LegState.JOINED


def test_none_of_the_safety_answers_is_needed_and_the_language_orders_the_ring() -> None:
    story = with_dispatcher(MARIA, LUIS)
    story.ask(c.UpdateContext(DISPATCHER, ("weapons",)))
    story.ask(c.UpdateContext(DISPATCHER, ("language",), "es"))
    story.ask(c.RequestTransfer(DISPATCHER, "met"))
    assert [x.user for x in story.just(e.LegDialed)] == ["luis"]


def test_the_first_to_answer_wins_and_the_other_hears_that_it_is_taken() -> None:
    story = with_dispatcher(MARIA, LUIS).ask(c.RequestTransfer(DISPATCHER, "met"))
    story.ringing(3).ringing(4).answered(3)
    assert story.leg(4).state is LegState.LEAVING
    story.answered(4)
    assert story.hears(4) == FarewellReply("taken")
    assert story.joined(3).call.specialist == story.leg(3)


def test_whoever_answers_while_on_another_call_does_not_win_this_one() -> None:
    story = with_dispatcher(MARIA, LUIS).ask(c.RequestTransfer(DISPATCHER, "met"))
    story.presence("luis", Presence.ON_CALL, "another").answered(3)
    assert story.just(e.SpecialistMissed) == [e.SpecialistMissed(2, 3, "luis", "busy elsewhere")]
    assert story.answered(4).joined(4).call.last_specialist == "maria"


def test_the_specialist_ends_the_call_for_everybody_and_is_asked_for_the_outcome() -> None:
    story = alone_with_maria().ask(c.End(AS_MARIA))
    assert story.call.closed
    assert story.just(e.TaskOpened) == [e.TaskOpened("outcome", "maria")]
    assert story.just(e.CallEnded) == [e.CallEnded("ended", "asked")]
    assert story.ended(1).ended(3).just(e.SpecialistLeft) == [e.SpecialistLeft(3, "maria")]


def test_a_dispatcher_alone_with_the_caller_may_end_the_call() -> None:
    story = with_dispatcher().ask(c.End(DISPATCHER))
    assert story.just(e.CallEnded) == [e.CallEnded("ended", "no_request")]


def test_after_four_hours_the_call_is_over_as_the_carrier_would_have_it() -> None:
    assert alone_with_maria().due("limit").just(e.CallEnded)[0].reason == "limit"


def test_a_call_arrives_once() -> None:
    story = with_dispatcher()
    again = c.ReportArrival("call-1", "bakersfield-pd", "+16615550110", Entry.DIRECT)
    assert story.tell(again).names() == ["report_ignored"]


def test_drills_are_marked_from_the_first_event() -> None:
    assert Story(Entry.BRIDGED, drill=True).call.drill
    assert not Story(Entry.BRIDGED).call.drill


@pytest.mark.parametrize(
    ("leg", "prompt"),
    [
        (99, "unknown_leg"),  # never was
        (2, "ended"),  # over
    ],
)
def test_a_leg_without_a_place_hears_a_farewell(leg: int, prompt: str) -> None:
    assert alone_with_maria().hears(leg) == FarewellReply(prompt)


def test_reports_of_legs_that_never_were_are_kept_and_change_nothing() -> None:
    story = with_dispatcher().ringing(99)
    assert story.last == (e.ReportIgnored("ringing", 99, "unknown leg"),)
