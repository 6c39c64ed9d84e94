"""J5, J6, J7: a warm transfer to 988 or to a treatment team, and every way out of it."""

from dataclasses import replace

import pytest

from routing import commands as c
from routing import events as e
from routing.effects import HangUp, SyncHold
from routing.plan import Role
from routing.replies import AcceptReply, ConferenceReply
from routing.states import LegState, Stage, TransferStage
from tests.routing.story import (
    AS_MARIA,
    DISPATCHER,
    LIFELINE,
    LIFELINE_LINE,
    PLAN,
    TEAM,
    Story,
    alone_with_maria,
    bridged_with_maria,
    with_dispatcher,
    with_maria,
)


def asked_for(to: str) -> Story:
    """Caller 1 and Maria 3; Maria asks for a destination, whose leg 4 is dialed."""
    return alone_with_maria().ask(c.RequestTransfer(AS_MARIA, to))


def consulting() -> Story:
    """The lifeline is on the line, the caller on hold, nobody has accepted yet."""
    return asked_for("lifeline").up(4).held()


def accepted() -> Story:
    return consulting().ask(c.AcceptTransfer(AS_MARIA, 3))


def test_the_caller_stays_with_the_specialist_while_the_lifeline_rings() -> None:
    story = asked_for("lifeline").ringing(4)
    assert story.just(e.TargetDialed) == []
    assert story.transfer().stage is TransferStage.RINGING
    assert not story.leg(1).hold_wanted
    assert story.call.stage is Stage.TRANSFERRING


def test_the_second_number_is_tried_when_the_first_fails() -> None:
    assert asked_for("lifeline").ended(4, "busy").newest().address == LIFELINE[1]


def test_the_caller_is_held_when_the_lifeline_answers_and_answered_is_not_accepted() -> None:
    story = asked_for("lifeline").ringing(4).answered(4)
    assert story.just(e.HoldAsked) == [e.HoldAsked(1, hold=True)]
    assert SyncHold(1) in story.effects
    assert story.transfer().stage is TransferStage.ANSWERED
    assert story.held().just(e.HoldOn) == [e.HoldOn(1)]


def test_the_whole_warm_transfer() -> None:
    story = accepted()
    assert story.just(e.TargetAccepted) == [e.TargetAccepted(3, 4, Role.LIFELINE, "attended")]
    story.ask(c.SetHold(AS_MARIA, 1, hold=False)).held(hold=False)
    story.ask(c.CompleteTransfer(AS_MARIA, 3))
    assert story.names()[:2] == ["transfer_completed", "leg_leaving"]
    assert HangUp(3) in story.effects
    story.ended(3)
    assert story.just(e.SpecialistLeft) == [e.SpecialistLeft(3, "maria")]
    assert story.call.stage is Stage.TRANSFERRED
    story.ended(1)
    assert story.just(e.TaskOpened) == [e.TaskOpened("outcome", "maria")]


def test_leaving_once_the_lifeline_has_accepted_completes_the_transfer() -> None:
    story = accepted().ask(c.SetHold(AS_MARIA, 1, hold=False)).held(hold=False)
    assert story.ask(c.Leave(AS_MARIA)).just(e.TransferCompleted)


def test_a_destination_that_never_holds_leaves_the_caller_in_the_conversation() -> None:
    plan = replace(PLAN, destinations=(replace(LIFELINE_LINE, hold=False),))
    story = alone_with_maria(plan=plan).ask(c.RequestTransfer(AS_MARIA, "lifeline")).up(4)
    assert not story.all_of(e.HoldAsked)


@pytest.mark.parametrize(
    "story",
    [
        lambda: bridged_with_maria().ask(c.RequestTransfer(AS_MARIA, "lifeline")).up(3),
        lambda: with_dispatcher().ask(c.RequestTransfer(DISPATCHER, "lifeline")).up(3),
    ],
    ids=["caller and dispatcher share a leg", "a dispatcher asked, who may not hold"],
)
def test_some_calls_are_never_held(story: object) -> None:
    assert not story().all_of(e.HoldAsked)  # type: ignore[operator]


def test_a_dispatcher_brings_in_a_destination_and_hands_the_caller_over() -> None:
    story = with_dispatcher().ask(c.RequestTransfer(DISPATCHER, "lifeline")).up(3)
    story.ask(c.AcceptTransfer(DISPATCHER, 2)).ask(c.CompleteTransfer(DISPATCHER, 2))
    assert story.leg(2).state is LegState.LEAVING
    assert story.call.stage is Stage.TRANSFERRED


def test_an_accepted_transfer_is_complete_when_its_dispatcher_just_hangs_up() -> None:
    story = with_dispatcher().ask(c.RequestTransfer(DISPATCHER, "lifeline")).up(3)
    story.ask(c.AcceptTransfer(DISPATCHER, 2)).ended(2)
    assert story.just(e.TransferCompleted) == [e.TransferCompleted(2)]


def test_a_treatment_team_accepts_by_pressing_one() -> None:
    story = asked_for("team").ringing(4).answered(4)
    assert story.hears(4) == AcceptReply(Role.TREATMENT_TEAM)
    assert story.just(e.TargetAnswered)
    assert not story.just(e.TargetAccepted)
    story.key(4)
    assert story.just(e.TargetAccepted) == [e.TargetAccepted(3, 4, Role.TREATMENT_TEAM, "keypress")]
    assert story.hears(4) == ConferenceReply(Role.TREATMENT_TEAM, star=False)
    assert story.leg(1).hold_wanted


def test_a_teams_voicemail_is_no_acceptance_and_the_backup_is_rung() -> None:
    story = asked_for("team").answered(4).due("ring")
    assert story.leg(4).state is LegState.LEAVING
    assert story.newest().address == TEAM[1]
    assert story.transfer().stage is TransferStage.DIALING


def test_when_nobody_of_the_team_answers_the_caller_is_back_and_a_follow_up_is_asked_for() -> None:
    story = asked_for("team").nobody_answers()
    assert story.just(e.TaskOpened) == [e.TaskOpened("follow_up", "team")]
    assert story.call.stage is Stage.WITH_SPECIALIST
    assert not story.leg(1).hold_wanted


def test_a_lifeline_that_nobody_answers_asks_for_no_follow_up() -> None:
    assert not asked_for("lifeline").nobody_answers().all_of(e.TaskOpened)


@pytest.mark.parametrize(
    "before",
    [
        lambda: asked_for("lifeline"),  # dialing
        lambda: asked_for("lifeline").ringing(4),  # ringing
        lambda: asked_for("team").answered(4),  # asked to press 1
        lambda: asked_for("lifeline").answered(4),  # joining, the caller held
        consulting,  # talking
        accepted,  # accepted
    ],
    ids=["dialing", "ringing", "screening", "joining", "consulting", "accepted"],
)
def test_a_cancel_at_any_moment_gives_the_caller_back_unheld(before: object) -> None:
    story = before().ask(c.CancelTransfer(AS_MARIA, 3))  # type: ignore[operator]
    assert story.transfer().stage is TransferStage.CANCELLED
    assert story.leg(4).state is LegState.LEAVING
    assert not story.leg(1).hold_wanted
    assert story.call.stage is Stage.WITH_SPECIALIST


@pytest.mark.parametrize(
    ("before", "stage"),
    [
        (consulting, TransferStage.DIALING),  # the next number is rung
        (accepted, TransferStage.FAILED),  # a human had it: the specialist decides
    ],
)
def test_a_lifeline_that_hangs_up_gives_the_caller_back(
    before: object, stage: TransferStage
) -> None:
    story = before().ended(4)  # type: ignore[operator]
    assert story.just(e.HoldAsked) == [e.HoldAsked(1, hold=False)]
    assert story.transfer().stage is stage
    assert story.call.specialist == story.leg(3)


def test_the_next_number_is_rung_with_the_caller_unheld_meanwhile() -> None:
    story = consulting().ask(c.NextNumber(AS_MARIA, 3))
    assert story.just(e.HoldAsked) == [e.HoldAsked(1, hold=False)]
    assert story.newest().address == LIFELINE[1]
    story.ask(c.NextNumber(AS_MARIA, 3))
    assert story.transfer().stage is TransferStage.FAILED


def test_a_target_that_fails_to_join_is_given_up_at_the_last_number() -> None:
    story = asked_for("lifeline").ended(4).answered(5).ended(5)
    assert story.transfer().stage is TransferStage.FAILED


def test_a_hold_that_the_carrier_reports_late_is_taken_off_again() -> None:
    story = consulting().held(hold=False).ask(c.CancelTransfer(AS_MARIA, 3)).held()
    assert story.just(e.HoldAsked) == [e.HoldAsked(1, hold=False)]


def test_a_reported_hold_that_is_not_wanted_is_taken_off_on_cancel_too() -> None:
    story = consulting().ask(c.SetHold(AS_MARIA, 1, hold=False))
    assert story.ask(c.CancelTransfer(AS_MARIA, 3)).just(e.HoldAsked)


def test_a_repeated_hold_report_tells_nothing_new() -> None:
    assert consulting().held().just(e.ReportIgnored)[0].why == "nothing new"


def test_a_transfer_fails_by_itself_when_its_owner_drops_and_the_caller_is_unheld() -> None:
    story = consulting().ended(3, "lost")
    assert story.just(e.TransferCancelled) == [e.TransferCancelled(3, "the specialist left")]
    assert e.HoldAsked(1, hold=False) in story.last


def test_an_accepted_transfer_outlives_its_owner_and_completes_when_the_hold_is_off() -> None:
    story = accepted().ended(3, "lost")
    assert not story.just(e.TransferCompleted)
    assert story.held(hold=False).just(e.TransferCompleted)


def test_a_caller_already_held_is_not_held_twice() -> None:
    story = alone_with_maria().ask(c.SetHold(AS_MARIA, 1, hold=True)).held()
    story.ask(c.RequestTransfer(AS_MARIA, "lifeline")).answered(4)
    assert not story.just(e.HoldAsked)


def test_nobody_is_held_for_a_specialist_who_is_not_connected() -> None:
    assert not asked_for("lifeline").away(3).answered(4).just(e.HoldAsked)


def test_an_interpreter_joins_unheld_while_others_are_brought_in() -> None:
    story = asked_for("spanish")
    assert story.just(e.InterpreterRequested) == [e.InterpreterRequested(3)]
    story.up(4)
    assert story.just(e.InterpreterJoined) == [e.InterpreterJoined(3, 4)]
    assert not story.all_of(e.HoldAsked)
    assert story.call.stage is Stage.WITH_SPECIALIST
    assert story.ask(c.RequestTransfer(AS_MARIA, "team")).newest().address == TEAM[0]


def test_an_interpreter_is_no_company() -> None:
    story = with_dispatcher().ask(c.RequestTransfer(DISPATCHER, "spanish")).up(3).ended(2)
    assert story.call.has_timer("rescue", 0)


def test_the_specialist_holds_another_party_and_takes_it_back() -> None:
    story = with_maria().ask(c.SetHold(AS_MARIA, 2, hold=True)).held(2)
    assert story.leg(2).held
    story.ask(c.SetHold(DISPATCHER, 2, hold=False)).held(2, hold=False)
    assert not story.leg(2).held
