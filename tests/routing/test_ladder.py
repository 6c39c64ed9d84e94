"""J4: nobody answers. Every rung has an end, and the last one is a human's number."""

from dataclasses import replace

import pytest

from routing import commands as c
from routing import events as e
from routing.plan import Destination, Role, Strategy, is_emergency
from routing.replies import AcceptReply, HandOverReply
from routing.roster import Presence, Specialist
from routing.states import LegState, Stage, TransferStage
from tests.routing.story import (
    AS_MARIA,
    DISPATCH,
    DISPATCHER,
    FALLBACK,
    LIFELINE,
    LUIS,
    MARIA,
    MARIAS_PHONE,
    PLAN,
    Story,
    with_dispatcher,
)

AT_HOME = replace(MARIA, presence=Presence.OFFLINE, phone=MARIAS_PHONE, on_call=True)
LUIS_AT_HOME = replace(LUIS, presence=Presence.OFFLINE, phone="+16615550151", on_call=True)


def requested(*people: Specialist, **plan: object) -> Story:
    story = with_dispatcher(*people, plan=replace(PLAN, **plan))  # type: ignore[arg-type]
    return story.ask(c.RequestTransfer(DISPATCHER, "met"))


def test_the_ladder_goes_from_specialists_over_phones_and_lifeline_to_the_fallback() -> None:
    story = requested(MARIA, LUIS_AT_HOME).nobody_answers()
    assert story.dialed()[1:] == ["client:maria", "+16615550151", *LIFELINE, FALLBACK]
    assert story.transfer().stage is TransferStage.FAILED
    assert [leg.id for leg in story.call.company] == [2]
    assert [x.rung for x in story.all_of(e.OverflowEntered)] == [1, 2, 3, 4]


@pytest.mark.parametrize(
    "reason",
    [
        "busy",  # the specialist's device is in another call
        "unreachable",  # nobody is registered there
        "carrier refused",  # the dial itself failed
        "no answer",  # the carrier's own timeout
    ],
)
def test_a_leg_that_fails_moves_the_ring_on_at_once(reason: str) -> None:
    story = requested(MARIA).ended(3, reason)
    assert story.just(e.LegFailed) == [e.LegFailed(3, reason)]
    assert story.just(e.SpecialistMissed) == [e.SpecialistMissed(2, 3, "maria", reason)]
    assert story.newest().address == LIFELINE[0]


def test_a_decline_moves_the_ring_on_at_once() -> None:
    story = requested(MARIA).ringing(3).ask(c.DeclineOffer(AS_MARIA, 3))
    assert story.just(e.SpecialistDeclined) == [e.SpecialistDeclined(2, 3, "maria")]
    assert story.newest().address == LIFELINE[0]


def test_one_decline_of_two_leaves_the_other_ringing() -> None:
    story = requested(MARIA, LUIS).ask(c.DeclineOffer(AS_MARIA, 4))
    assert story.newest().id == 4
    assert story.leg(3).state is LegState.DIALING


@pytest.mark.parametrize(
    ("strategy", "order"),
    [
        (Strategy.SIMULTANEOUS, [{"maria", "luis"}]),
        (Strategy.LONGEST_IDLE, [{"luis"}, {"maria"}]),  # Luis has been idle for longer
        (Strategy.ROUND_ROBIN, [{"maria"}, {"luis"}]),  # Maria was offered a call longer ago
    ],
)
def test_the_strategy_orders_the_offers(strategy: Strategy, order: list[set[str]]) -> None:
    maria = replace(MARIA, idle_since=200.0, offered_at=10.0)
    luis = replace(LUIS, idle_since=100.0, offered_at=20.0)
    story = requested(maria, luis, strategy=strategy)
    seen = [{x.user for x in story.just(e.LegDialed)}]
    while story.transfer().rung == 0:
        story.due("ring")
        seen.append({x.user for x in story.just(e.LegDialed)})
    assert seen[: len(order)] == order


def test_whoever_rings_already_for_another_call_is_offered_last() -> None:
    ringing = replace(MARIA, presence=Presence.RINGING)
    story = requested(ringing, replace(LUIS, idle_since=9.0), strategy=Strategy.LONGEST_IDLE)
    assert story.newest().user == "luis"


@pytest.mark.parametrize(
    "presence", [Presence.BREAK, Presence.OFFLINE, Presence.WRAP_UP, Presence.ON_CALL]
)
def test_whoever_is_not_available_is_not_offered(presence: Presence) -> None:
    assert "client:maria" not in requested(replace(MARIA, presence=presence)).dialed()


def test_a_specialist_who_comes_back_while_others_ring_is_offered_next() -> None:
    story = requested(MARIA, replace(LUIS, presence=Presence.BREAK))
    story.presence("luis", Presence.AVAILABLE).due("ring")
    assert [x.user for x in story.just(e.LegDialed)] == ["luis"]
    assert not story.just(e.OverflowEntered)


def test_speakers_of_the_callers_language_ring_first_then_the_others() -> None:
    story = with_dispatcher(MARIA, LUIS).ask(c.UpdateContext(DISPATCHER, ("language",), "es"))
    story.ask(c.RequestTransfer(DISPATCHER, "met")).due("ring")
    assert [leg.user for leg in story.call.legs[2:4]] == ["luis", "maria"]


def test_an_on_call_phone_must_press_one() -> None:
    story = requested(AT_HOME).ringing(3).answered(3)
    assert story.hears(3) == AcceptReply(Role.SPECIALIST)
    assert story.call.specialist is None
    story.key(3, "1").joined(3)
    assert story.call.last_specialist == "maria"


@pytest.mark.parametrize(
    "digit",
    [
        None,  # a voicemail presses nothing
        "2",  # nor is any other key an acceptance
    ],
)
def test_an_on_call_phone_that_does_not_press_one_is_left(digit: str | None) -> None:
    story = requested(AT_HOME).answered(3).key(3, digit)
    assert story.just(e.ReportIgnored)[0].why == "no key is asked for"
    story.due("ring")
    assert story.leg(3).state is LegState.LEAVING
    assert story.newest().address == LIFELINE[0]


def test_the_first_phone_to_press_one_wins_even_when_another_answered_before() -> None:
    story = requested(AT_HOME, LUIS_AT_HOME).answered(3).answered(4).key(4)
    assert story.leg(3).state is LegState.LEAVING
    assert story.joined(4).call.last_specialist == "luis"


def test_a_lifeline_reached_by_overflow_is_accepted_by_the_dispatcher_on_the_line() -> None:
    story = requested().ringing(3).answered(3).joined(3)
    assert story.call.stage is Stage.TRANSFERRING
    story.ask(c.AcceptTransfer(DISPATCHER, 2))
    assert story.just(e.TargetAccepted) == [e.TargetAccepted(2, 3, Role.LIFELINE, "attended")]
    story.ask(c.CompleteTransfer(DISPATCHER, 2))
    assert story.leg(2).state is LegState.LEAVING


def test_an_overflow_that_only_rings_is_still_a_ring_for_specialists() -> None:
    assert requested().ringing(3).call.stage is Stage.RINGING_SPECIALIST


def test_the_dispatcher_can_skip_a_number_that_talks_like_a_machine() -> None:
    story = requested().answered(3).joined(3).ask(c.NextNumber(DISPATCHER, 2))
    assert story.leg(3).state is LegState.LEAVING
    assert story.newest().address == LIFELINE[1]


def test_the_dispatcher_can_stop_the_ring() -> None:
    story = requested(MARIA).ask(c.CancelTransfer(DISPATCHER, 2))
    assert story.leg(3).state is LegState.LEAVING
    assert story.call.stage is Stage.WITH_DISPATCHER


def test_a_dispatcher_who_drops_while_specialists_ring_leaves_the_caller_with_the_ring() -> None:
    story = requested(MARIA).ended(2)
    assert story.call.helped
    assert story.up(3).call.stage is Stage.WITH_SPECIALIST


def test_a_caller_left_by_an_exhausted_ladder_gets_dispatch_then_the_fallback_document() -> None:
    story = requested(MARIA).ended(2).nobody_answers()
    assert story.newest().address == DISPATCH
    story.nobody_answers()
    assert story.just(e.HandedOver) == [e.HandedOver(1)]
    assert story.hears(1) == HandOverReply(FALLBACK)
    assert story.just(e.CallEnded) == [e.CallEnded("handed_over", "X02")]
    assert story.ended(1).names() == ["report_ignored"]


def test_a_dispatcher_who_drops_before_any_press_is_rung_again() -> None:
    story = with_dispatcher().ended(2)
    assert story.just(e.Announced) == [e.Announced(1, "stay_on_line")]
    story.due("rescue")
    assert story.newest().address == DISPATCH
    story.up(3)
    assert story.just(e.DispatcherRejoined) == [e.DispatcherRejoined(3)]
    assert not story.call.has_timer("rescue", 0)


def test_a_rescue_that_comes_due_while_dispatch_rings_dials_nothing_twice() -> None:
    story = with_dispatcher().ended(2).due("rescue")
    assert story.dialed().count(DISPATCH) == 2
    assert not story.call.has_timer("rescue", 0)


@pytest.mark.parametrize(
    ("address", "emergency"),
    [
        ("911", True),
        ("+1911", True),
        ("tel:911", True),
        ("112", True),
        ("933", True),
        ("+18002738255", False),
        ("client:maria", False),
    ],
)
def test_emergency_numbers_are_known_in_every_spelling(address: str, *, emergency: bool) -> None:
    assert is_emergency(address) is emergency


def test_an_emergency_number_in_the_configuration_is_never_dialed() -> None:
    bad = Destination("bad", Role.PROGRAM, "Bad", ("911", "+1911"))
    plan = replace(PLAN, destinations=(bad,), overflow=("bad", "gone"))
    story = with_dispatcher(plan=plan).ask(c.RequestTransfer(DISPATCHER, "bad"))
    assert story.transfer().stage is TransferStage.FAILED
    story.ask(c.RequestTransfer(DISPATCHER, "met"))
    assert story.dialed() == [DISPATCH, FALLBACK]
